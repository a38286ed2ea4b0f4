"""Names of observed values and of their kinds, as a student would say them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from gradkit.suite.mismatch import scrub
from gradkit.suite.said import Said, say, words
from gradkit.wire import ObservedTensor, Opaque


def said(name: str) -> Said:
    """An observed name in words: "model.state" is "the model afterwards"."""
    owner, _, attribute = name.partition(".")
    if name == "result":
        return say("the result")
    if attribute == "state":
        return say(f"the {owner} afterwards")
    if attribute == "gradients":
        return say(f"the .grad of the {owner}'s parameters")
    return say(name)


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
    return say("None" if value is None else f"a {type(value).__name__}")


def capital(name: Said) -> Said:
    """The text with its first letter in upper case."""
    return replace(name, text=name.text[:1].upper() + name.text[1:])
