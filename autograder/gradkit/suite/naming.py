"""Names of observed values and of their kinds, as a student would say them."""

from __future__ import annotations

from typing import Any

import numpy as np

from gradkit.suite.mismatch import scrub
from gradkit.suite.said import Said, say, words
from gradkit.wire.call import Call
from gradkit.wire.naming import in_words
from gradkit.wire.values import ObservedTensor, Opaque


def said(path: str, call: Call, bits: int = 0) -> Said:
    """An observed name, or what is found below it, in words; ``bits`` of which the student's process chose."""
    return Said(in_words(path, call), bits)


def kind(value: Any) -> Said:
    """What an observed value is: "a torch.Tensor", "a list", "None"."""
    if isinstance(value, ObservedTensor):
        return say("a torch.Tensor")
    if isinstance(value, np.ndarray):
        return say("a NumPy array (numpy.ndarray)")
    if isinstance(value, np.generic):
        return say(f"a NumPy number (numpy.{value.dtype})")
    if isinstance(value, Opaque):
        return say("a ", words(scrub(value.type_name[:80])))
    if value is None:
        return say("None")
    return say("an int" if type(value) is int else f"a {type(value).__name__}")
