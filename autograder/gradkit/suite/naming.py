"""Names of observed values and of their kinds, as a student would say them."""

from __future__ import annotations

from typing import Any

from gradkit.suite.mismatch import scrub
from gradkit.wire import ObservedTensor, Opaque


def said(name: str) -> str:
    """An observed name in words: "model.state" is "the model afterwards"."""
    owner, _, attribute = name.partition(".")
    if name == "result":
        return "the result"
    if attribute == "state":
        return f"the {owner} afterwards"
    if attribute == "gradients":
        return f"the .grad of the {owner}'s parameters"
    return name


def kind(value: Any) -> str:
    """What an observed value is: "a torch.Tensor", "a list", "None"."""
    if isinstance(value, ObservedTensor):
        return "a torch.Tensor"
    if isinstance(value, Opaque):
        return f"a {scrub(value.type_name[:80])}"
    return "None" if value is None else f"a {type(value).__name__}"


def capital(text: str) -> str:
    """The text with its first letter in upper case."""
    return text[:1].upper() + text[1:]
