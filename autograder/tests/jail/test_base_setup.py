"""The worker base gives each child a pid namespace of its own, and goes on where one cannot be had."""

from __future__ import annotations

import signal
import subprocess
import sys

_PIDS = """
import os
from gradkit.jail import kernel
from gradkit.jail.confine import readable_folders
from gradkit.jail.levels import NAMESPACES
from gradkit.jail.base_setup import pid_namespace_for_children, settle

settle(NAMESPACES, readable_folders())
own = os.open("/proc/self/ns/pid", os.O_RDONLY)

def pid_of_a_child():
    read, write = os.pipe()
    if (child := os.fork()) == 0:
        os.write(write, str(os.getpid()).encode())
        os._exit(0)
    os.waitpid(child, 0)
    return os.read(read, 10).decode()

first = []
for _ in range(2):
    with pid_namespace_for_children(own):
        first.append(pid_of_a_child())
print(os.getpid(), *first, int(pid_of_a_child()) > 1)
"""


def test_each_child_is_the_first_process_of_a_namespace_of_its_own() -> None:
    done = subprocess.run([sys.executable, "-c", _PIDS], capture_output=True, text=True, check=True)  # noqa: S603 - our own interpreter
    assert done.stdout == "1 1 1 True\n"


def test_the_base_dies_the_death_of_the_process_inside() -> None:
    for end, status in (("os._exit(7)", 7), ("import ctypes; ctypes.string_at(0)", -signal.SIGSEGV)):
        script = f"{_PIDS.partition('own =')[0]}{end}"
        done = subprocess.run([sys.executable, "-c", script], capture_output=True)  # noqa: S603 - our own interpreter
        assert done.returncode == status
