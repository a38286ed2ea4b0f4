"""Read the memory of the parent, of the grader and of a process of the same user.

expect: refused EACCES ENOENT EPERM ENOSYS
"""

import ctypes
import os

from trying import each, syscall

PROCESS_VM_READV, PTRACE, PIDFD_OPEN = (310, 270), (101, 117), (434, 434)
ATTACH, SEIZE = 16, 0x4206


def _vm_read(pid):
    buffer = ctypes.create_string_buffer(64)
    local = (ctypes.c_size_t * 2)(ctypes.addressof(buffer), 64)
    return syscall(PROCESS_VM_READV, pid, ctypes.byref(local), 1, ctypes.byref(local), 1, 0)


def attack(x, places):
    ways = {}
    for name, pid in {"parent": os.getppid(), "grader": places["grader"], "neighbor": places["neighbor"]}.items():
        ways |= {
            f"{name} mem": lambda pid=pid: open(f"/proc/{pid}/mem", "rb").read(1),
            f"{name} vm": lambda pid=pid: _vm_read(pid),
            f"{name} attach": lambda pid=pid: syscall(PTRACE, ATTACH, pid, 0, 0),
            f"{name} seize": lambda pid=pid: syscall(PTRACE, SEIZE, pid, 0, 0),
            f"{name} pidfd": lambda pid=pid: syscall(PIDFD_OPEN, pid, 0),
        }
    return each(**ways)
