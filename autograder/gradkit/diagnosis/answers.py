"""Decide whether two observations of one call show the same behavior.

An observation splits into facts, which must be equal (types, shapes, failures, changed inputs), and numbers, which
must be close.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from gradkit.wire.observation import Observation, observation_to_value
from gradkit.wire.reply import Reply
from gradkit.wire.values import ObservedTensor, as_tensor, sendable

# Tolerance relative to a tensor's largest entry: what the order of a sum, or a permitted epsilon, can change.
_ROUNDING = {torch.float64: 1e-6, torch.float32: 1e-4, torch.float16: 1e-2, torch.bfloat16: 1e-1}
# Tolerance relative to what a mistake changes: an answer must be the mistake's, not just wrong in a similar way.
_OF_THE_CHANGE = 1e-3

Numbers = NDArray[np.float64]


class Answer:
    """An observation, split into facts and numbers on first use."""

    def __init__(self, given: Observation | Reply) -> None:
        self._given = given

    @property
    def observation(self) -> Observation:
        """The observation, which a reply is read for."""
        return self._given.observation if isinstance(self._given, Reply) else self._given

    @cached_property
    def _parts(self) -> tuple[tuple[Any, ...], list[Tensor]]:
        tensors: list[Tensor] = []
        failure = self.observation.failure
        value = observation_to_value(self.observation)
        shown = {name: value[name] for name in ("values", "gradients", "mutated")}
        raised = None if failure is None else (failure.kind, failure.type_name)
        return (raised, bool(self.observation.gradient_error), *_facts(shown, tensors)), tensors

    @property
    def facts(self) -> tuple[Any, ...]:
        """What must be equal: structure, types, shapes, integers, text, and failures."""
        return self._parts[0]

    @property
    def tensors(self) -> list[Tensor]:
        """All tensors and floats of the observation, in order."""
        return self._parts[1]

    @cached_property
    def numbers(self) -> Numbers:
        """The entries of all tensors, concatenated; shape (n,)."""
        parts = [tensor.detach().to(torch.float64).reshape(-1).numpy() for tensor in self.tensors]
        return np.concatenate(parts) if parts else np.empty(0)


@dataclass(frozen=True, eq=False)
class CallPrint:
    """A mistake's answer to one call, and the tolerance within which another answer counts as the same.

    Attributes:
        answer: the mistake's answer.
        allowed: the tolerance for each number.
        tells: whether the correct answer differs from the mistake's.
        printed: the mistake's output, where that alone differs from the correct answer; else None.
    """

    answer: Answer
    allowed: Numbers
    tells: bool
    printed: str | None

    def agrees(self, other: Answer) -> bool:
        """Whether ``other`` is the same answer."""
        return (
            self.answer.facts == other.facts
            and _near(self.answer.numbers, other.numbers, self.allowed)
            and (self.printed is None or _prints_alike(self.printed, other.observation.printed))
        )


def call_print(mistake: Answer, right: Answer) -> CallPrint:
    """Compare a mistake's answer with the correct one."""
    comparable = mistake.facts == right.facts
    allowed = [
        np.full(tensor.numel(), _allowed(tensor, right.tensors[index] if comparable else None))
        for index, tensor in enumerate(mistake.tensors)
    ]
    found = CallPrint(mistake, np.concatenate(allowed) if allowed else np.empty(0), tells=True, printed=None)
    # A failure identifies no mistake: two different mistakes may raise the same error.
    if mistake.observation.failure is not None:
        return CallPrint(mistake, found.allowed, tells=False, printed=None)
    if not found.agrees(right):
        return found
    printed = mistake.observation.printed
    if _prints_alike(printed, right.observation.printed):
        return CallPrint(mistake, found.allowed, tells=False, printed=None)
    return CallPrint(mistake, found.allowed, tells=True, printed=printed)


def _allowed(mistake: Tensor, right: Tensor | None) -> float:
    """The tolerance for one of the mistake's tensors."""
    if not mistake.is_floating_point():
        return 0.0
    scale = _largest(mistake)
    change = 0.0 if right is None else _largest(mistake.double() - right.double())
    return max(_ROUNDING[mistake.dtype] * scale, _OF_THE_CHANGE * change)


def _largest(tensor: Tensor) -> float:
    finite = tensor[torch.isfinite(tensor)]
    return float(finite.abs().max()) if finite.numel() else 0.0


def _near(first: Numbers, second: Numbers, allowed: Numbers) -> bool:
    with np.errstate(invalid="ignore"):
        same = (np.abs(first - second) <= allowed) | (first == second) | (np.isnan(first) & np.isnan(second))
    return bool(same.all())


def _facts(value: Any, tensors: list[Tensor]) -> Iterator[Any]:
    """Everything about a value except its floats, which are appended to ``tensors``."""
    if isinstance(value, ObservedTensor):
        yield value.attached
        value = value.data
    if isinstance(value, Tensor):
        tensors.append(value)
        yield value.dtype
        yield tuple(value.shape)
    elif isinstance(value, float):  # a numpy.float64 is one
        tensors.append(torch.tensor(value, dtype=torch.float64))
        yield float
    elif sendable(value):
        tensors.append(as_tensor(value))
        yield from (np.ndarray, value.dtype, value.shape)
    elif isinstance(value, dict):
        yield from (dict, len(value))
        for key in sorted(value, key=repr):
            yield key
            yield from _facts(value[key], tensors)
    elif isinstance(value, (list, tuple)):
        yield from (type(value), len(value))
        for item in value:
            yield from _facts(item, tensors)
    else:
        yield type(value)
        yield value


_NUMBER = re.compile(r"[-+]?\d+(?:\.\d*)?(?:[eE][-+]?\d+)?")


def _prints_alike(mistake: str, answer: str) -> bool:
    """Whether two texts are equal up to whitespace, case and the format of numbers."""
    first, second = ("".join(_NUMBER.sub("#", text).split()).casefold() for text in (mistake, answer))
    if first != second:
        return False
    a, b = (np.array([float(number) for number in _NUMBER.findall(text)]) for text in (mistake, answer))
    return bool(np.allclose(a, b, rtol=1e-2, atol=1e-2))
