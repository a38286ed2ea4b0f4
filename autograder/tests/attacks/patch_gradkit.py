"""Replace the engine's own comparison, scoring and observation.

expect: scores 0 type value protocol unavailable died
"""

import gradkit.suite
import gradkit.suite.compare
import gradkit.wire.observation
import gradkit.worker.perform
import torch


gradkit.suite.compare.assert_matches = lambda *_, **__: None
gradkit.suite.assert_matches = lambda *_, **__: None
gradkit.worker.perform.observe = lambda value, depth=0: True
gradkit.wire.observation.observation_to_value = lambda observation: {"passed": True}


def evil(x):
    pass


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
