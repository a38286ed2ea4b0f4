"""Hand in files named like installed modules, which the worker or the grader would import instead.

expect: scores 5
"""

from pathlib import Path


BOMB = 'open("/tmp/planted-by-an-attack", "w").close()\nraise SystemExit("the wrong module was imported")\n'
NAMES = (
    "torch", "numpy", "json", "pytest", "gradkit", "os", "sys", "struct", "encodings", "site", "random", "typing",
    "collections", "_pytest", "torch_", "nbgrader", "traitlets", "rich", "typer", "sqlite3", "select",
)  # fmt: skip


def plant(folder, places):
    for name in NAMES:
        (folder / f"{name}.py").write_text(BOMB)
    (folder / "scaling.py").write_bytes(Path(places["reference"]).read_bytes())
