"""Hand in a link to the folder of the course.

expect: refuses: is a link
"""


def plant(folder, places):
    (folder / "scaling.py").write_bytes(b"")
    (folder / "data").symlink_to(places["root"], target_is_directory=True)
