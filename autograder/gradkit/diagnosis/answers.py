"""Two observations of one call beside each other: do they show the same behaviour?

An observation is taken apart into facts, which must be the same (types, shapes, what failed, what was changed), and
numbers, which must be near each other.
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

from gradkit.wire import Observation, ObservedTensor
from gradkit.wire.observation import observation_to_value
from gradkit.wire.values import as_tensor, sendable

# How near, relative to the largest number of a tensor: what the order of a sum, or a permitted epsilon, can change.
_ROUNDING = {torch.float64: 1e-6, torch.float32: 1e-4, torch.float16: 1e-2, torch.bfloat16: 1e-1}
# How near, relative to what a mistake changes: an answer must be the mistake's, not merely wrong in a like way.
_OF_THE_CHANGE = 1e-3

Numbers = NDArray[np.float64]


class Answer:
    """An observation, taken apart when it is first looked at."""

    def __init__(self, observation: Observation) -> None:
        self.observation = observation

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
        """What must be the same: structure, types, shapes, whole numbers, text, and what failed."""
        return self._parts[0]

    @property
    def tensors(self) -> list[Tensor]:
        """Every tensor and fractional number in the observation, in order."""
        return self._parts[1]

    @cached_property
    def numbers(self) -> Numbers:
        """All numbers of all tensors, one after the other."""
        parts = [tensor.detach().to(torch.float64).reshape(-1).numpy() for tensor in self.tensors]
        return np.concatenate(parts) if parts else np.empty(0)


@dataclass(frozen=True, eq=False)
class CallPrint:
    """How a mistake answers one call, and how near another answer must come to count as the same.

    Attributes:
        answer: the mistake's answer.
        allowed: by number, the distance that is allowed.
        tells: whether the right answer differs from the mistake's.
        printed: what the mistake printed, where only that tells it from the right answer; else None.
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
    """Hold a mistake's answer against the right one."""
    comparable = mistake.facts == right.facts
    allowed = [
        np.full(tensor.numel(), _allowed(tensor, right.tensors[index] if comparable else None))
        for index, tensor in enumerate(mistake.tensors)
    ]
    found = CallPrint(mistake, np.concatenate(allowed) if allowed else np.empty(0), tells=True, printed=None)
    # That code failed tells nothing: two quite different mistakes may raise the same.
    if mistake.observation.failure is not None:
        return CallPrint(mistake, found.allowed, tells=False, printed=None)
    if not found.agrees(right):
        return found
    printed = mistake.observation.printed
    if _prints_alike(printed, right.observation.printed):
        return CallPrint(mistake, found.allowed, tells=False, printed=None)
    return CallPrint(mistake, found.allowed, tells=True, printed=printed)


def _allowed(mistake: Tensor, right: Tensor | None) -> float:
    """The distance from one of the mistake's tensors that is allowed."""
    if not mistake.is_floating_point():
        return 0.0
    scale = _largest(mistake)
    change = 0.0 if right is None else _largest(mistake.double() - right.double())
    return max(_ROUNDING[mistake.dtype] * scale, _OF_THE_CHANGE * change)


def _largest(tensor: Tensor) -> float:
    finite = tensor[torch.isfinite(tensor)]
    return float(finite.abs().max()) if finite.numel() else 0.0


def _near(one: Numbers, other: Numbers, allowed: Numbers) -> bool:
    with np.errstate(invalid="ignore"):
        same = (np.abs(one - other) <= allowed) | (one == other) | (np.isnan(one) & np.isnan(other))
    return bool(same.all())


def _facts(value: Any, tensors: list[Tensor]) -> Iterator[Any]:
    """Everything about a value but its fractional numbers, which go to ``tensors``."""
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


def _prints_alike(one: str, other: str) -> bool:
    """Whether two texts say the same, however numbers, blanks and capitals are written."""
    texts = ["".join(_NUMBER.sub("#", text).split()).casefold() for text in (one, other)]
    if texts[0] != texts[1]:
        return False
    first, second = (np.array([float(number) for number in _NUMBER.findall(text)]) for text in (one, other))
    return bool(np.allclose(first, second, rtol=1e-2, atol=1e-2))
