"""Declare an encoding whose decoder raises what nobody catches.

expect: refuses: UTF-8
"""


def plant(folder, places):
    (folder / "scaling.py").write_bytes(b"# coding: undefined\n")
