"""Read the gradebook as a file and as a database.

expect: refused EACCES ENOENT OperationalError
canary: gradebook
control: leaks
"""

import sqlite3

from trying import each


def attack(x, places):
    path = places["gradebook"]

    def query():
        return sqlite3.connect(f"file:{path}?mode=ro", uri=True).execute("select * from grade").fetchall()

    def immutable():
        return sqlite3.connect(f"file:{path}?immutable=1", uri=True).execute("select * from grade").fetchall()

    return each(open=lambda: open(path, "rb").read(), query=query, immutable=immutable)
