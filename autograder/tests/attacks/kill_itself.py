"""Kill oneself, so that the end looks as if the machine had done it and the call deserved another chance.

expect: scores 0 died unavailable
"""

import os
import signal

import torch


def scale(x, factor=2.0):
    os.kill(os.getpid(), signal.SIGKILL)
    os.kill(os.getpid(), signal.SIGSEGV)
    os._exit(-9)


class Shift(torch.nn.Module):
    def __init__(self, size):
        super().__init__()
        os.abort()
