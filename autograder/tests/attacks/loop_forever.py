"""Never come back.

expect: fails timeout
"""


def attack(x, places):
    while True:
        pass
