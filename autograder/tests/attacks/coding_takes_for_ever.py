"""Declare an encoding whose decoder takes time by the square of the length.

expect: refuses: UTF-8
"""


def plant(folder, places):
    (folder / "scaling.py").write_bytes(b"# coding: punycode\n#" + b"a" * 20_000 + b"-" + b"9a" * 10_000)
