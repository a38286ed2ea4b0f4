"""Ask for more memory than there is, all at once.

expect: fails memory: more than 512 MiB
"""

import torch


def attack(x, places):
    return torch.ones(1 << 40)
