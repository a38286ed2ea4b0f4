"""Hand in a link to the hidden suite, so that grading or feedback shows it.

expect: refuses: is a link
canary: hidden
"""


def plant(folder, places):
    (folder / "scaling.py").symlink_to(places["hidden"])
