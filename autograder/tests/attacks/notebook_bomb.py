"""Hand in a notebook that is nested so deeply that reading it fails.

expect: scores 5
"""

from pathlib import Path


def plant(folder, places):
    (folder / "scaling.py").write_bytes(Path(places["reference"]).read_bytes())
    (folder / "scaling.ipynb").write_text('{"cells":' + "[" * 200_000 + "]" * 200_000 + "}")
