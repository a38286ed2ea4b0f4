"""Name the hidden inputs as inputs that were changed: a list of names that nobody compared with the call's.

expect: scores 0 protocol unavailable
"""

import torch
from forging import question, reply


def evil(x):
    wanted = question().value
    inputs = [f"{name} = {value.tolist()}" for name, value in wanted["inputs"].items()]
    observed = [[name, None] for name in wanted["observe"]]
    wrt = wanted["vjp"][1] if wanted["vjp"] else []
    gradients = [[name, None] for name in wrt]
    reply(values={"$dict": observed}, gradients={"$dict": gradients}, mutated=inputs * 1000)


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
