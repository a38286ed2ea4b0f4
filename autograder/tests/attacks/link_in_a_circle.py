"""Hand in links that lead to each other and to themselves.

expect: refuses: is a link
"""


def plant(folder, places):
    (folder / "one").symlink_to(folder / "two")
    (folder / "two").symlink_to(folder / "one")
    (folder / "self").symlink_to(folder, target_is_directory=True)
