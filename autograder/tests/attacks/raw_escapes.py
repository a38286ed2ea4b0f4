"""Write escapes that the parser warns of, and say that a number is another.

expect: scores 5
"""

from pathlib import Path


def plant(folder, places):
    right = Path(places["reference"]).read_text()
    (folder / "scaling.py").write_text(
        right
        + r"""
x = ("\d" is 1, 1 is 1)
"""
        * 1000
    )
