"""Empty files outside without writing a byte: truncate, and opening to read with O_TRUNC.

expect: refused EACCES ENOENT EPERM EROFS
"""

import os

import torch
from trying import each


def attack(x, places):
    library = torch.__file__  # this one may be read: would opening it so empty it?
    return each(
        truncate=lambda: os.truncate(places["victim"], 0),
        opened=lambda: os.open(places["victim"], os.O_RDONLY | os.O_TRUNC),
        gradebook=lambda: os.truncate(places["gradebook"], 0),
        created=lambda: os.open(places["victim"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC),
        library=lambda: os.truncate(library + ".no-such-file", 0),
    )
