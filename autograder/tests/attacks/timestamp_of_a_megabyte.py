"""Hand in a timestamp that is a page of escapes and markup.

expect: scores 5
"""

from pathlib import Path


def plant(folder, places):
    (folder / "scaling.py").write_bytes(Path(places["reference"]).read_bytes())
    (folder / "timestamp.txt").write_text("\x1b[2J<script>alert(1)</script>\n::error::owned\n" * 20_000)
