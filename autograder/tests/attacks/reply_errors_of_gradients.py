"""Let autograd complain in a call that takes no gradient, and beside a failure.

expect: scores 0 type detached raised protocol unavailable
"""

import torch
from forging import question, reply


def evil(x):
    failure = ["raised", "m", "ValueError", None, "", None, []] if len(x) > 2 else None
    observed = [] if failure else [[name, None] for name in question().value["observe"]]
    reply(failure=failure, values={"$dict": observed}, gradient_error=str(x.tolist()))


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
