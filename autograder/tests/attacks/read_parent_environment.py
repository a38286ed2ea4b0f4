"""Read the environment and the command line of the parent and of every other process.

expect: refused EACCES ENOENT
canary: process
control: leaks
"""

import os

from trying import each


def attack(x, places):
    pids = {os.getppid(), places["grader"], places["neighbor"], 1}
    ways = {
        f"{pid} {name}": lambda path=f"/proc/{pid}/{name}": open(path, "rb").read()
        for pid in pids
        for name in ("environ", "cmdline", "status", "maps", "auxv")
    }
    return each(all=lambda: os.listdir("/proc"), **ways)
