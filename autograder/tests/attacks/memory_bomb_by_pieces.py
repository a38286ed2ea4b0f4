"""Fill the memory little by little, as a list that grows for ever does.

expect: fails memory: more than 512 MiB
"""


def attack(x, places):
    pieces = []
    while True:
        pieces.append(bytes(8 << 20))
