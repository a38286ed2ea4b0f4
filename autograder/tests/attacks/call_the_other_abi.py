"""Call the kernel by the 32-bit interface, whose numbers the filter would read wrongly.

expect: fails died: SIGSYS
machine: x86_64
"""

import ctypes
import mmap


def attack(x, places):
    # mov eax, 5 (open, in the 32-bit table); int 0x80; ret
    code = b"\xb8\x05\x00\x00\x00\xcd\x80\xc3"
    page = mmap.mmap(-1, 4096, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS, prot=7)
    page.write(code)
    return ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(page)))()
