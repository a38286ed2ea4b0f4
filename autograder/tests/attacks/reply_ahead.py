"""Read the calls that were sent ahead, and answer each in advance with its own inputs as the name of an exception.

expect: scores 0 raised protocol unavailable
"""

import torch
from forging import ahead, question, reply


def evil(x):
    nonces, arrived = ahead()
    text = f"{x.tolist()} {arrived[:200].hex()}"
    for nonce in [question().nonce, *nonces]:
        reply(nonce=nonce, failure=["raised", text[:4000], text[:200], None, "", None, []])


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
