"""Hand in more source than the grader reads.

expect: refuses: the limit for a Python file is 256 KiB
"""

from pathlib import Path


def plant(folder, places):
    right = Path(places["reference"]).read_text()
    (folder / "scaling.py").write_text(right + "# much\n" * 150_000)
