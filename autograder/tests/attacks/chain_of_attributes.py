"""Hand in a right answer behind an attribute of an attribute, a hundred thousand times.

expect: scores 0 import
"""

from pathlib import Path


def plant(folder, places):
    right = Path(places["reference"]).read_text()
    chain = "x = right" + ".a" * 100_000
    (folder / "scaling.py").write_text(f"{right}\n{chain}\n")
