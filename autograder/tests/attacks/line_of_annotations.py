"""Hand in a line of many annotations, which each have to be found in it.

expect: scores 5
"""

from pathlib import Path


def plant(folder, places):
    right = Path(places["reference"]).read_text()
    (folder / "scaling.py").write_text(right + "\nif False: " + "a: int = 0; " * 20_000 + "\n")
