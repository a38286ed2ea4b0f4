"""Bind each name to an attribute of the one before, so that the dotted names grow and grow.

expect: scores 5
"""

from pathlib import Path


def plant(folder, places):
    right = Path(places["reference"]).read_text()
    aliases = "".join(f"    a{n} = a{n - 1}.a\n" for n in range(1, 10_000))
    (folder / "scaling.py").write_text(f"{right}\nif False:\n    a0 = torch\n{aliases}")
