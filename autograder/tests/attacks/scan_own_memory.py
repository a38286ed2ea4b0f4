"""Search the memory that was copied from the worker base for anything of the grader's or of earlier students'.

expect: answers
"""

import ctypes
import re

PAGE, MOST = 4096, 256 << 20


def attack(x, places):
    libc = ctypes.CDLL(None, use_errno=True)
    libc.sbrk.restype, libc.sbrk.argtypes = ctypes.c_void_p, [ctypes.c_ssize_t]
    libc.mincore.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_char_p]
    answer = ctypes.create_string_buffer(1)
    found, scanned = set(), 0
    arenas = {id(thing) >> 20 << 20 for thing in (object(), "text" * 3, [1], places, attack)}
    spans = [range(libc.sbrk(0) // PAGE * PAGE - PAGE, 0, -PAGE)]
    spans += [range(start, start + (4 << 20), PAGE) for start in arenas]
    for span in spans:
        for page in span:
            if libc.mincore(page, PAGE, answer) or scanned > MOST:
                break  # not mapped: the heap ends here
            scanned += PAGE
            found |= set(re.findall(rb"canary-[0-9a-f]{16}|test_secret_nam[e]\w*", ctypes.string_at(page, PAGE)))
    if scanned < 1 << 20:
        raise AssertionError("hardly anything was looked at")
    return sorted(text.decode() for text in found)
