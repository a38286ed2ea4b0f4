"""Hand in the files that pytest, Python, pip and nbgrader read of themselves when they start in a folder.

expect: scores 5
stands: in the way
"""

from pathlib import Path


BOMB = 'open("/tmp/planted-by-an-attack", "w").close()\n'
FILES = {
    "conftest.py": BOMB,
    "sitecustomize.py": BOMB,
    "usercustomize.py": BOMB,
    "test_planted.py": BOMB,
    "setup.py": BOMB,
    "noxfile.py": BOMB,
    "nbgrader_config.py": BOMB,
    "jupyter_config.py": BOMB,
    "ipython_config.py": BOMB,
    "__init__.py": BOMB,
    "__main__.py": BOMB,
    "evil.pth": "import os; " + BOMB,
    "pytest.ini": "[pytest]\naddopts = -p test_planted --collect-only\npython_files = *.py\n",
    "tox.ini": "[pytest]\naddopts = -p test_planted\n",
    "setup.cfg": "[tool:pytest]\naddopts = -p test_planted\n",
    "pyproject.toml": '[tool.pytest.ini_options]\naddopts = "-p test_planted"\n',
    "course.toml": 'id = "mine"\ntitle = "My own course"\n',
    "assignment.toml": 'id = "hw0_scaling"\npoints = 1000\n',
    ".env": "PYTHONPATH=.\n",
    "pyvenv.cfg": "home = .\n",
}


def plant(folder, places):
    for name, text in FILES.items():
        (folder / name).write_text(text)
    (folder / "scaling.py").write_bytes(Path(places["reference"]).read_bytes())
