"""Have a file refused whose name, in the message, is a CI runner's command.

expect: refuses: link or refuses: name
"""


def plant(folder, places):
    (folder / "a\n::error file=grader.py::owned\n\x1b[2J").symlink_to("/etc/passwd")
