"""Say things in messages that a terminal would act on: clear the screen, set the title, type a command.

expect: scores 0 raised
speaks: yes
"""

import torch


def evil(x):
    print("\x1b[2J\x1b]0;owned\x07")
    raise ValueError("\x1b[2J\x1b[H\x1b]0;owned\x07\x1bP\x1b\\\x9b31mall points\r\b\b\u202e txet desrever")


def scale(x, factor=2.0):
    evil(x)
    return x * 0


class Shift(torch.nn.Module):
    def __init__(self, size):
        super().__init__()
        self.offset = torch.nn.Parameter(torch.zeros(size))

    def forward(self, x):
        evil(x)
        return x * 0
