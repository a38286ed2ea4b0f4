"""List the folders of the hidden suites, to learn the names of the tests' files.

expect: refused EACCES ENOENT
canary: hidden
"""

import os
import pathlib

from trying import each


def attack(x, places):
    folder = os.path.dirname(places["hidden"])
    return each(
        listdir=lambda: os.listdir(folder),
        scandir=lambda: [entry.name for entry in os.scandir(folder)],
        iterdir=lambda: list(pathlib.Path(folder).iterdir()),
        low=lambda: os.open(folder, os.O_RDONLY | os.O_DIRECTORY),
        root=lambda: os.listdir(places["root"]),
    )
