"""Raise one's own limits and priority, and everybody else's.

expect: refused EPERM EACCES ValueError ESRCH
"""

import os
import resource

from trying import each

EVERYTHING = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)


def attack(x, places):
    return each(
        memory=lambda: resource.setrlimit(resource.RLIMIT_AS, EVERYTHING),
        time=lambda: resource.prlimit(0, resource.RLIMIT_CPU, EVERYTHING),
        parent=lambda: resource.prlimit(os.getppid() or 1, resource.RLIMIT_NOFILE, (1, 1)),
        grader=lambda: resource.prlimit(places["grader"], resource.RLIMIT_NOFILE, (1, 1)),
        nice=lambda: os.setpriority(os.PRIO_PROCESS, 0, -20),
        real_time=lambda: os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(50)),
        processors=lambda: os.sched_setaffinity(places["grader"], {0}),
    )
