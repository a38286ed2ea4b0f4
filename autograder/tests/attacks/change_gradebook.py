"""Give oneself points in the gradebook.

expect: refused EACCES ENOENT OperationalError
"""

import sqlite3

from trying import each


def attack(x, places):
    path = places["gradebook"]

    def update():
        connection = sqlite3.connect(path)
        connection.execute("update grade set score = 100")
        connection.commit()

    return each(append=lambda: open(path, "ab").write(b"x"), write=lambda: open(path, "r+b").write(b"x"), update=update)
