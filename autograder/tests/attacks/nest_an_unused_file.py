"""Hand in a second file over which the parser that reads it gives up.

expect: scores 5
"""

from pathlib import Path


def plant(folder, places):
    right = Path(places["reference"]).read_text()
    (folder / "scaling.py").write_text(right)
    (folder / "helper.py").write_text("x = " + "-" * 100_000 + "1\n")
