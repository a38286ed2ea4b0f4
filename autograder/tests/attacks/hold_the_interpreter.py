"""Stay inside one C call, where no Python signal handler ever runs.

expect: fails timeout
"""


def attack(x, places):
    return len(str(7 ** (10**8)))
