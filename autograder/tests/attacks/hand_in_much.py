"""Hand in a file of a gigabyte that takes no room on the student's disk.

expect: refuses: MiB
"""


def plant(folder, places):
    with open(folder / "scaling.py", "wb") as file:
        file.truncate(1 << 30)
