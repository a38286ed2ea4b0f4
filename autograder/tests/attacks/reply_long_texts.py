"""Answer with texts of a megabyte where a message would repeat them: the name of a type, the complaint of autograd.

expect: scores 0 type detached protocol unavailable
"""

import torch
from forging import question, reply


def evil(x):
    wanted = question().value
    observed = [[name, {"$opaque": "A" * 1_000_000}] for name in wanted["observe"]]
    wrt = wanted["vjp"][1] if wanted["vjp"] else []
    gradients = [[name, None] for name in wrt]
    reply(values={"$dict": observed}, gradients={"$dict": gradients}, gradient_error="B" * 1_000_000)


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
