"""seccomp: an allow-list of system calls, as a classic BPF program.

What computing with torch needs is allowed. Everything else is refused with EPERM: new processes and programs, sockets,
ptrace, mount, bpf, keyctl, io_uring, userfaultfd, perf; a process may signal only itself. Calls that Landlock does not
cover (chmod, utime) pretend to succeed and do nothing. Numbers are from the kernel's tables (x86-64, aarch64).
"""

from __future__ import annotations

import ctypes
import errno
import os
import struct
from collections.abc import Mapping, Sequence
from functools import cache

from gradkit.jail.kernel import (
    CLONE_NEWCGROUP,
    CLONE_THREAD,
    MACHINE,
    NAMESPACES,
    PR_SET_NO_NEW_PRIVS,
    prctl,
    syscall,
)

# name x86-64 aarch64; "-" where the architecture has no such call
_ALLOWED = """
read 0 63, write 1 64, close 3 57, stat 4 -, fstat 5 80, lstat 6 -, poll 7 -, lseek 8 62, mprotect 10 226,
munmap 11 215, brk 12 214, rt_sigaction 13 134, rt_sigprocmask 14 135, rt_sigreturn 15 139, pread64 17 67,
pwrite64 18 68, readv 19 65, writev 20 66, access 21 -, pipe 22 -, select 23 -, sched_yield 24 124, mremap 25 216,
msync 26 227, mincore 27 232, madvise 28 233, dup 32 23, dup2 33 -, pause 34 -, nanosleep 35 101, getitimer 36 102,
alarm 37 -, setitimer 38 103, getpid 39 172, sendfile 40 71, exit 60 93, wait4 61 260, uname 63 160, flock 73 32,
fsync 74 82, fdatasync 75 83, ftruncate 77 46, getdents 78 -, getcwd 79 17, chdir 80 49, fchdir 81 50,
rename 82 -, mkdir 83 -, rmdir 84 -, unlink 87 -, readlink 89 -, umask 95 166, gettimeofday 96 169, getrlimit 97 163,
getrusage 98 165, sysinfo 99 179, times 100 153, getuid 102 174, getgid 104 176, geteuid 107 175, getegid 108 177,
getppid 110 173, getpgrp 111 -, getgroups 115 158, getresuid 118 148, getresgid 120 150, getpgid 121 155,
getsid 124 156,
rt_sigpending 127 136, rt_sigtimedwait 128 137, rt_sigsuspend 130 133, sigaltstack 131 132, statfs 137 43,
fstatfs 138 44, sched_getparam 143 121, sched_getscheduler 145 120, arch_prctl 158 -, gettid 186 178, time 201 -,
futex 202 98, sched_getaffinity 204 123, getdents64 217 61, set_tid_address 218 96, restart_syscall 219 128,
fadvise64 221 223, clock_gettime 228 113, clock_getres 229 114, clock_nanosleep 230 115, exit_group 231 94,
epoll_wait 232 -, epoll_ctl 233 21, mkdirat 258 34, newfstatat 262 79, unlinkat 263 35, renameat 264 38,
readlinkat 267 78, faccessat 269 48, pselect6 270 72, ppoll 271 73, set_robust_list 273 99, get_robust_list 274 100,
epoll_pwait 281 22, fallocate 285 47, eventfd2 290 19, epoll_create1 291 20, dup3 292 24, pipe2 293 59, preadv 295 69,
pwritev 296 70, getcpu 309 168, renameat2 316 276, getrandom 318 278, membarrier 324 283, copy_file_range 326 285,
preadv2 327 286, pwritev2 328 287, statx 332 291, rseq 334 293, close_range 436 436, faccessat2 439 439
"""
_BY_ARGUMENT = (
    "mmap 9 222, clone 56 220, kill 62 129, fcntl 72 25, ioctl 16 29, prctl 157 167, tgkill 234 131, "
    "prlimit64 302 261, open 2 -, openat 257 56"
)
_PRETENDED = "chmod 90 -, fchmod 91 52, fchmodat 268 53, fchmodat2 452 452, utimensat 280 88, utime 132 -, utimes 235 -"
# Callers of these fall back to calls that can be filtered, or do without.
_NOT_THERE = """
clone3 435 435, memfd_create 319 279, io_uring_setup 425 425, pkey_alloc 330 289, mbind 237 235,
set_mempolicy 238 237, get_mempolicy 239 236, openat2 437 437, futex_waitv 449 449
"""
_FIRST_UNKNOWN = 470

_AUDIT_ARCH = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
_SECCOMP = {"x86_64": 317, "aarch64": 277}
_SET_MODE_FILTER, _FLAG_TSYNC = 1, 1
_X32_BIT = 0x40000000

_LOAD, _JUMP_EQ, _JUMP_GE, _JUMP_SET, _RETURN, _AND = 0x20, 0x15, 0x35, 0x45, 0x06, 0x54
_OFFSET_NUMBER, _OFFSET_ARCH, _OFFSET_ARGS = 0, 4, 16
_RET_ALLOW, _RET_KILL, _RET_ERRNO = 0x7FFF0000, 0x80000000, 0x00050000

_MAP_SHARED_ANONYMOUS = 0x21  # escapes RLIMIT_DATA
_FCNTL = (0, 1, 2, 3, 4, 5, 6, 7, 36, 37, 38, 1030, 1032)  # dup, flags, locks, pipe sizes
_IOCTL = (0x5401, 0x5413, 0x541B, 0x5421, 0x5450, 0x5451)  # terminal queries, FIONREAD, FIONBIO, FIO(N)CLEX
_PRCTL = (3, 15, 16, 21, 23, 39, 0x53564D41)  # queries, and names of threads and mappings

Instruction = tuple[int, int, int, int]
_INSTRUCTION = struct.Struct("HBBI")


def supported() -> bool:
    """Whether this machine's system-call numbers are known."""
    return MACHINE in _AUDIT_ARCH


def install() -> int:
    """Filter every thread of this process from now on; returns the length of the program.

    Raises:
        OSError: the kernel refuses, or the architecture is unknown.
    """
    if not supported():
        raise OSError(errno.ENOSYS, f"no system-call table for {MACHINE}")
    packed = program(os.getpid())
    length = len(packed) // _INSTRUCTION.size
    buffer = ctypes.create_string_buffer(packed, len(packed))
    prctl(PR_SET_NO_NEW_PRIVS, 1)
    header = struct.pack("HxxxxxxP", length, ctypes.addressof(buffer))
    syscall("seccomp", _SECCOMP[MACHINE], _SET_MODE_FILTER, _FLAG_TSYNC, header)
    return length


@cache
def program(pid: int) -> bytes:
    """The filter program, in the kernel's format, for a process that may signal only itself, ``pid``."""
    return b"".join(_INSTRUCTION.pack(*instruction) for instruction in build(pid))


def build(pid: int) -> list[Instruction]:
    """The instructions of `program`."""
    program = [_load(_OFFSET_ARCH), _jump(_JUMP_EQ, _AUDIT_ARCH[MACHINE], 1, 0), _answer(_RET_KILL)]
    program.append(_load(_OFFSET_NUMBER))
    if MACHINE == "x86_64":
        program += [_jump(_JUMP_GE, _X32_BIT, 0, 1), _answer(_RET_KILL)]
    for number in _table(_ALLOWED).values():
        program += [_jump(_JUMP_EQ, number, 0, 1), _answer(_RET_ALLOW)]
    blocks = _argument_checks(pid)
    for name, number in _table(_BY_ARGUMENT).items():
        program += [_jump(_JUMP_EQ, number, 0, len(blocks[name])), *blocks[name]]
    for number in _table(_PRETENDED).values():
        program += [_jump(_JUMP_EQ, number, 0, 1), _error(0)]
    for number in _table(_NOT_THERE).values():
        program += [_jump(_JUMP_EQ, number, 0, 1), _error(errno.ENOSYS)]
    return [*program, _jump(_JUMP_GE, _FIRST_UNKNOWN, 0, 1), _error(errno.ENOSYS), _error(errno.EPERM)]


def _argument_checks(pid: int) -> Mapping[str, Sequence[Instruction]]:
    """The instructions after the number of a call that is allowed only with certain arguments."""
    deny, allow = _error(errno.EPERM), _answer(_RET_ALLOW)
    namespaces = sum(NAMESPACES.values()) | CLONE_NEWCGROUP

    def one_of(argument: int, values: Sequence[int]) -> list[Instruction]:
        block = [_argument(argument)]
        for value in values:
            block += [_jump(_JUMP_EQ, value, 0, 1), allow]
        return [*block, deny]

    shared = _MAP_SHARED_ANONYMOUS

    def no_truncating_reader(argument: int) -> list[Instruction]:
        # Opened for reading, yet truncated: Landlock does not check that before its third version.
        mask = os.O_TRUNC | os.O_ACCMODE
        return [_argument(argument), (_AND, 0, 0, mask), _jump(_JUMP_EQ, os.O_TRUNC, 0, 1), deny, allow]

    return {
        "open": no_truncating_reader(1),
        "openat": no_truncating_reader(2),
        "mmap": [_argument(3), (_AND, 0, 0, shared), _jump(_JUMP_EQ, shared, 0, 1), deny, allow],
        # Threads, but no processes and no namespaces.
        "clone": [
            _argument(0),
            _jump(_JUMP_SET, namespaces, 0, 1),
            deny,
            _jump(_JUMP_SET, CLONE_THREAD, 0, 1),
            allow,
            deny,
        ],
        "kill": one_of(0, [pid]),
        "tgkill": one_of(0, [pid]),
        "fcntl": one_of(1, _FCNTL),
        "ioctl": one_of(1, _IOCTL),
        "prctl": one_of(0, _PRCTL),
        # Only queries of limits: a new value would be a non-null pointer.
        "prlimit64": [
            _argument(2),
            _jump(_JUMP_EQ, 0, 1, 0),
            deny,
            _argument(2, high=True),
            _jump(_JUMP_EQ, 0, 1, 0),
            deny,
            *one_of(0, [0, pid]),
        ],
    }


def _table(text: str) -> dict[str, int]:
    column = {"x86_64": 1, "aarch64": 2}[MACHINE]
    rows = (row.split() for row in text.split(","))
    return {row[0]: int(row[column]) for row in rows if row[column] != "-"}


def _load(offset: int) -> Instruction:
    return (_LOAD, 0, 0, offset)


def _argument(number: int, *, high: bool = False) -> Instruction:
    return _load(_OFFSET_ARGS + 8 * number + (4 if high else 0))


def _jump(kind: int, value: int, if_true: int, if_false: int) -> Instruction:
    return (kind, if_true, if_false, value & 0xFFFFFFFF)


def _answer(value: int) -> Instruction:
    return (_RETURN, 0, 0, value)


def _error(number: int) -> Instruction:
    return _answer(_RET_ERRNO | number)
