"""Hand in thousands of files.

expect: refuses: files
"""


def plant(folder, places):
    for number in range(2000):
        (folder / f"{number}.py").touch()
