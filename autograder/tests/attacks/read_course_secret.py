"""Read the course's secret, from which every hidden input can be reckoned out.

expect: refused EACCES ENOENT
canary: secret
control: leaks
"""

from trying import each


def attack(x, places):
    return each(secret=lambda: open(places["secret"], "rb").read())
