"""Landlock: which files the process may access. Needs no privilege, and cannot be undone."""

from __future__ import annotations

import ctypes
import errno
import os
import struct
from collections.abc import Collection, Iterable
from pathlib import Path

from gradkit.jail.kernel import PR_SET_NO_NEW_PRIVS, prctl, syscall

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_CREATE_VERSION = 1
_RULE_PATH_BENEATH = 1

Rule = tuple[str, int]  # a path, and the access rights beneath it

_ACCESS = [
    "execute",
    "write_file",
    "read_file",
    "read_dir",
    "remove_dir",
    "remove_file",
    "make_char",
    "make_dir",
    "make_reg",
    "make_sock",
    "make_fifo",
    "make_block",
    "make_sym",
    "refer",
    "truncate",
    "ioctl_dev",
]
_BIT = {name: 1 << number for number, name in enumerate(_ACCESS)}
# Interface version -> number of the access rights above that it knows.
_KNOWN = {1: 13, 2: 14, 3: 15, 4: 15}
_ALL_NET = 3  # bind and connect of TCP, version 4
_ALL_SCOPES = 3  # abstract unix sockets and signals, version 6


def _bits(names: str) -> int:
    return sum(_BIT[name] for name in names.split())


READ_TREE = _bits("read_file read_dir")
LIST_TREE = _bits("read_dir")
READ_FILE = _bits("read_file")
READ_WRITE_FILE = _bits("read_file write_file")
# No links, sockets, pipes or devices.
WRITE_TREE = _bits("read_file read_dir write_file remove_dir remove_file make_dir make_reg truncate")


def abi() -> int:
    """The kernel's version of the interface; 0 for none."""
    libc = ctypes.CDLL(None)
    version = libc.syscall(ctypes.c_long(_CREATE_RULESET), None, ctypes.c_size_t(0), ctypes.c_uint32(_CREATE_VERSION))
    return max(int(version), 0)


def make_ruleset(rules: Iterable[Rule]) -> int:
    """A descriptor of a ruleset that allows only what ``rules`` allow, and no TCP.

    Raises:
        OSError: the kernel has no Landlock, or refuses.
    """
    version = abi()
    if not version:
        raise OSError(errno.ENOSYS, "this kernel has no Landlock, or it is switched off")
    handled = (1 << _KNOWN.get(version, 16)) - 1
    attributes = struct.pack("QQQ", handled, _ALL_NET if version >= 4 else 0, _ALL_SCOPES if version >= 6 else 0)
    attributes = attributes[: 24 if version >= 6 else 16 if version >= 4 else 8]
    ruleset = syscall("landlock_create_ruleset", _CREATE_RULESET, attributes, len(attributes), 0)
    for path, access in rules:
        try:
            descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
        except OSError:
            continue  # an inaccessible path needs no rule
        rule = struct.pack("=Qi", access & handled, descriptor)
        syscall("landlock_add_rule", _ADD_RULE, ruleset, _RULE_PATH_BENEATH, rule, 0)
        os.close(descriptor)
    return ruleset


def restrict(ruleset: int) -> None:
    """Restrict the calling process to a ruleset, in addition to earlier restrictions.

    Raises:
        OSError: the kernel refuses.
    """
    prctl(PR_SET_NO_NEW_PRIVS, 1)
    syscall("landlock_restrict_self", _RESTRICT_SELF, ruleset, 0)
    os.close(ruleset)


def all_but(folders: Iterable[str], hidden: Collection[str]) -> list[Rule]:
    """Rules that allow reading folders except files in hidden places below them, whose names can still be listed."""
    rules: list[Rule] = []
    for folder in folders:
        if not any(Path(path).is_relative_to(folder) for path in hidden):
            rules.append((folder, READ_TREE if Path(folder).is_dir() else READ_FILE))
        elif folder not in hidden:
            rules.append((folder, LIST_TREE))
            rules += all_but(sorted(str(path) for path in Path(folder).iterdir()), hidden)
    return rules
