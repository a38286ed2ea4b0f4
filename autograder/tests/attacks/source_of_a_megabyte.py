"""Hand in more source than the grader reads.

expect: refuses: a Python file may have 256 KiB
"""

from pathlib import Path


def plant(folder, places):
    right = Path(places["reference"]).read_text()
    (folder / "scaling.py").write_text(right + "# much\n" * 150_000)
