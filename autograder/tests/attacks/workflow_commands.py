"""Print and raise what a CI runner would take for its own commands.

expect: scores 0 raised
speaks: yes
"""

import torch


COMMANDS = "\n::error file=grader.py,line=1::owned\n::set-env name=PATH::/tmp\n::add-mask::e\n##[error]owned\n::stop-commands::x\n"


def evil(x):
    print(COMMANDS)
    raise ValueError(COMMANDS)


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
