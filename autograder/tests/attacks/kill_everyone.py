"""Kill the grader, the parent, one's process group, and every process that may be signaled.

expect: refused EPERM ESRCH ENOSYS EACCES
"""

import os
import signal

from trying import each, syscall

TKILL, TGKILL, RT_SIGQUEUEINFO, PIDFD_SEND_SIGNAL = (200, 130), (234, 131), (129, 138), (424, 424)


def attack(x, places):
    grader, parent = places["grader"], os.getppid()
    return each(
        everyone=lambda: os.kill(-1, signal.SIGKILL),
        group=lambda: os.kill(0, signal.SIGKILL),
        own_group=lambda: os.killpg(os.getpgid(0), signal.SIGKILL),
        parent=lambda: os.kill(parent or 2, signal.SIGKILL),
        grader=lambda: os.kill(grader, signal.SIGKILL),
        neighbor=lambda: os.kill(places["neighbor"], signal.SIGTERM),
        probe=lambda: os.kill(grader, 0),
        tkill=lambda: syscall(TKILL, grader, 9),
        tgkill=lambda: syscall(TGKILL, grader, grader, 9),
        queued=lambda: syscall(RT_SIGQUEUEINFO, grader, 9, 0),
        pidfd=lambda: syscall(PIDFD_SEND_SIGNAL, 3, 9, 0, 0),
    )
