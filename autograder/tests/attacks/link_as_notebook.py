"""Hand in a link to the gradebook as the notebook that the feedback page shows.

expect: refuses: is a link
canary: gradebook
"""


def plant(folder, places):
    (folder / "scaling.py").write_bytes(b"")
    (folder / "scaling.ipynb").symlink_to(places["gradebook"])
