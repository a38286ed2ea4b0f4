"""Hand in files whose names, in a message, are terminal escapes and a CI runner's commands.

expect: refuses: name or scores 0
"""


def plant(folder, places):
    (folder / "a\n::error file=grader.py::owned\n\x1b[2J\x1b]0;owned\x07.py").write_text("")
    (folder / "<img src=x onerror=alert(1)>.py").write_text("")
    (folder / "[bold red]rich.py").write_text("")
