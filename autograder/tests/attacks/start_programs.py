"""Start other programs, in every way that Python offers.

expect: refused EPERM EACCES EAGAIN ENOENT
control: leaks
canary: home
"""

import multiprocessing
import os
import subprocess

from trying import each


def _system(command):
    if os.system(command):
        raise PermissionError(1, "the shell did not start")
    return "started"


def attack(x, places):
    token = f"{places['home']}/.netrc"
    return each(
        run=lambda: subprocess.run(["/bin/cat", token], capture_output=True, check=True).stdout,
        shell=lambda: subprocess.check_output(f"cat {token}", shell=True),
        system=lambda: _system("true"),
        popen=lambda: os.popen(f"cat {token}").read(),
        spawn=lambda: os.posix_spawn("/bin/true", ["true"], {}),
        process=lambda: multiprocessing.get_context("fork").Process(target=print).start(),
        terminal=lambda: os.open("/dev/ptmx", os.O_RDWR),
    )
