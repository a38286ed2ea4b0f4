"""Use the banned call by way of getattr, in a thread, with torch's modes switched off and the notes' class patched.

expect: scores 2 banned
"""

import threading

import torch


def scale(x, factor=2.0):
    return x / (1 / factor) + 0 * hidden(x, factor).detach()


class Shift(torch.nn.Module):
    def __init__(self, size):
        super().__init__()
        self.offset = torch.nn.Parameter(torch.zeros(size))

    def forward(self, x):
        return x + self.offset


def evade():
    import gradkit.bans.noting as noting

    noting.Notes.note = lambda self, name: None


def hidden(x, factor):
    found = []

    def run():
        with torch._C.DisableTorchFunction(), torch._C._AutoDispatchBelowAutograd():
            found.append(getattr(torch, "mul")(x, factor))

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    return found[0]


evade()
