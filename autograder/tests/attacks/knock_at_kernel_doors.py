"""Use the kernel's rarer interfaces, where most of its holes have been.

expect: refused EPERM EACCES ENOSYS
"""

from trying import each, syscall

DOORS = {
    "io_uring": (425, 425),
    "bpf": (321, 280),
    "userfaultfd": (323, 282),
    "perf_event": (298, 241),
    "keyctl": (250, 219),
    "add_key": (248, 217),
    "request_key": (249, 218),
    "memfd_secret": (447, 447),
    "open_by_handle": (304, 265),
    "name_to_handle": (303, 264),
    "module": (175, 105),
    "kexec": (246, 104),
    "reboot": (169, 142),
    "swapon": (167, 224),
    "quotactl": (179, 60),
    "acct": (163, 89),
    "syslog": (103, 116),
    "fanotify": (300, 262),
    "inotify": (294, 26),
    "messages": (240, 180),
    "semaphores": (64, 190),
    "hostname": (170, 161),
    "clock": (227, 112),
    "kcmp": (312, 272),
    "vmsplice": (278, 75),
    "landlock": (444, 444),
    "unknown": (499, 499),
}


def attack(x, places):
    return each(**{name: lambda numbers=numbers: syscall(numbers, 0, 0, 0, 0, 0) for name, numbers in DOORS.items()})
