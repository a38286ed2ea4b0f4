"""Hand in as many names as a file may hold, in one line.

expect: scores 5
"""

from pathlib import Path


def plant(folder, places):
    right = Path(places["reference"]).read_text()
    (folder / "scaling.py").write_text(right + "\nnames = 0\nif False: " + "names;" * 40_000 + "\n")
