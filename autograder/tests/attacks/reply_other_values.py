"""Answer with the right nonce and a well-formed claim, which still has to be the right value.

expect: scores 0 value unavailable protocol
"""

import torch
from forging import question, reply


def evil(x):
    wanted = question().value
    observed = [[name, {"$seen": [{"$tensor": number}, True]}] for number, name in enumerate(wanted["observe"])]
    wrt = wanted["vjp"][1] if wanted["vjp"] else []
    gradients = [[name, None] for name in wrt]
    tensors = [["float64", list(x.shape)] for _ in observed]
    reply(tensors, bytes(8 * x.numel() * len(observed)), values={"$dict": observed}, gradients={"$dict": gradients})


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
