"""Read one's own and other students' records, with the names and messages of hidden tests.

expect: refused EACCES ENOENT
canary: record
control: leaks
"""

import json

from trying import each


def attack(x, places):
    return each(open=lambda: open(places["record"]).read(), parsed=lambda: json.load(open(places["record"])))
