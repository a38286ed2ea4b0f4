"""Take back what was given up: user, capabilities, dumpability, the filter itself.

expect: refused EPERM EACCES EINVAL ENOSYS
"""

import os

from trying import each, syscall

PRCTL, CAPSET, SECCOMP, PERSONALITY, SETSID = (157, 167), (126, 91), (317, 277), (135, 92), (112, 157)
SET_DUMPABLE, SET_SECCOMP, SET_PTRACER, SET_PDEATHSIG, CAP_AMBIENT, SET_SECUREBITS = 4, 22, 0x59616D61, 1, 47, 28


def attack(x, places):
    return each(
        dumpable=lambda: syscall(PRCTL, SET_DUMPABLE, 1, 0, 0, 0),
        seccomp_prctl=lambda: syscall(PRCTL, SET_SECCOMP, 0, 0, 0, 0),
        seccomp=lambda: syscall(SECCOMP, 0, 0, 0),
        tracer=lambda: syscall(PRCTL, SET_PTRACER, -1, 0, 0, 0),
        death_signal=lambda: syscall(PRCTL, SET_PDEATHSIG, 0, 0, 0, 0),
        ambient=lambda: syscall(PRCTL, CAP_AMBIENT, 2, 0, 0, 0),
        securebits=lambda: syscall(PRCTL, SET_SECUREBITS, 0, 0, 0, 0),
        capabilities=lambda: syscall(CAPSET, 0, 0),
        personality=lambda: syscall(PERSONALITY, 0x0040000),
        root=lambda: os.setuid(0),
        real_root=lambda: os.setresuid(0, 0, 0),
        groups=lambda: os.setgroups([0]),
        session=lambda: syscall(SETSID),
    )
