"""Compare two plain values, and say in a beginner's words how they differ."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from gradkit.suite.mismatch import Mismatch, scrub
from gradkit.suite.picture import Picture
from gradkit.suite.relations import relation, same_numbers
from gradkit.wire import ObservedTensor, Opaque

DETACHED = "no gradient can flow back through it. Avoid .item(), .detach(), .data, .numpy() and torch.no_grad() here."


@dataclass(frozen=True)
class Difference:
    """How two tensors of one shape and dtype differ.

    Attributes:
        words: how many elements, where the worst is, how far off, and what relation there is; no value.
        figures: the worst element as found and as expected.
        distance: how far off each element is, negative where it is right.
    """

    words: str
    figures: str
    distance: Tensor


class Comparison:
    """Compares values of any plain type at one pair of tolerances.

    Args:
        rtol: allowed difference relative to the expected value.
        atol: allowed absolute difference.
        graph: whether a tensor must be attached to the graph where the expected one is.
        sizes: the shapes of the inputs, by name.
    """

    def __init__(self, rtol: float, atol: float, *, graph: bool, sizes: Mapping[str, torch.Size]) -> None:
        self.rtol, self.atol, self.graph, self.sizes = rtol, atol, graph, sizes

    def values(self, name: str, found: Any, expected: Any) -> None:
        """Fail unless ``found`` is what is expected; ``name`` says what it is."""
        if isinstance(expected, ObservedTensor):
            self._tensor(name, found, expected)
        elif isinstance(expected, float):
            self._number(name, found, expected)
        elif isinstance(expected, (list, tuple)):
            self._sequence(name, found, expected)
        elif isinstance(expected, dict):
            self._dict(name, found, expected)
        elif type(found) is not type(expected):
            raise Mismatch("type", f"{capital(name)} is {_kind(found)}; it must be {_kind(expected)}.")
        elif found != expected:
            raise Mismatch("value", f"{capital(name)} is wrong.")

    def _tensor(self, name: str, found: Any, expected: ObservedTensor) -> None:
        if not isinstance(found, ObservedTensor):
            raise Mismatch("type", f"{capital(name)} is {_kind(found)}; it must be a torch.Tensor.")
        if found.data.shape != expected.data.shape:
            shapes = f"shape {tuple(found.data.shape)}; it must be {tuple(expected.data.shape)}"
            right = " The numbers in it are right." if same_numbers(found.data, expected.data) else ""
            picture = Picture(found.data, expected.data)
            raise Mismatch("shape", f"{capital(name)} has {shapes}.{right}", picture=picture)
        if found.data.dtype != expected.data.dtype:
            raise Mismatch("dtype", f"{capital(name)} is {found.data.dtype}; it must be {expected.data.dtype}.")
        if torch.isfinite(expected.data).all():
            check_finite(name, found.data)
        difference = self.difference(found.data, expected.data)
        if difference is not None:
            words = f"{capital(name)} is wrong: {difference.words}."
            picture = Picture(found.data, expected.data, difference.distance)
            raise Mismatch("value", words, figures=difference.figures, picture=picture)
        if self.graph and expected.attached and not found.attached:
            raise Mismatch("detached", f"{capital(name)} is not attached to the graph: {DETACHED}")

    def _number(self, name: str, found: Any, expected: float) -> None:
        if type(found) is not float and type(found) is not int:
            raise Mismatch("type", f"{capital(name)} is {_kind(found)}; it must be a Python float.")
        pair = torch.tensor([float(found)], dtype=torch.float64), torch.tensor([expected], dtype=torch.float64)
        if torch.isfinite(pair[1]).all():
            check_finite(name, pair[0])
        if not torch.allclose(*pair, rtol=self.rtol, atol=self.atol, equal_nan=True):
            raise Mismatch(
                "value",
                f"{capital(name)} is wrong: off by {abs(float(found) - expected):.2g}.",
                figures=f"Expected: {expected:.6g}; found: {float(found):.6g}.",
            )

    def _sequence(self, name: str, found: Any, expected: Sequence[Any]) -> None:
        if not isinstance(found, (list, tuple)) or (isinstance(expected, list) and not isinstance(found, list)):
            raise Mismatch("type", f"{capital(name)} is {_kind(found)}; it must be {_kind(expected)}.")
        if len(found) != len(expected):
            raise Mismatch("shape", f"{capital(name)} has {len(found)} entries; it must have {len(expected)}.")
        for index, (one, other) in enumerate(zip(found, expected, strict=True)):
            self.values(f"entry {index} of {name}", one, other)

    def _dict(self, name: str, found: Any, expected: dict[Any, Any]) -> None:
        if not isinstance(found, dict):
            raise Mismatch("type", f"{capital(name)} is {_kind(found)}; it must be a dict.")
        for key, value in expected.items():
            if key not in found:
                raise Mismatch("shape", f"{capital(name)} has no entry {key}.")
            self.values(f"{key} in {name}", found[key], value)

    def difference(self, found: Tensor, expected: Tensor) -> Difference | None:
        """How two tensors of one shape and dtype differ, or None where they agree within the tolerances."""
        if found.is_floating_point():
            wrong = ~torch.isclose(found, expected, rtol=self.rtol, atol=self.atol, equal_nan=True)
        else:
            wrong = found != expected
        count = int(wrong.sum())
        if count == 0:
            return None
        distance = torch.where(wrong, (found.double() - expected.double()).abs().nan_to_num(nan=torch.inf), -1.0)
        worst = tuple(int(index) for index in torch.unravel_index(distance.argmax(), distance.shape))
        words = f"off by {float(distance.max()):.2g} (allowed: {self._allowed()})"
        if found.ndim:
            words = f"{count} of {found.numel()} elements differ; the worst, at {list(worst)}, is {words}"
        related = relation(found, expected, self.sizes)
        where = f" at {list(worst)}" if found.ndim else ""
        figures = f"Expected{where}: {expected[worst].item():.6g}; found: {found[worst].item():.6g}."
        return Difference(f"{words}; {related}" if related else words, figures, distance)

    def _allowed(self) -> str:
        return f"{self.atol:g}" if self.rtol == 0 else f"{self.atol:g} + {self.rtol:g} of the value"


def check_finite(name: str, tensor: Tensor) -> None:
    """Fail if any element is infinite or NaN."""
    bad = ~torch.isfinite(tensor)
    if bad.any():
        what = "NaN" if torch.isnan(tensor).any() else "infinite"
        raise Mismatch("finite", f"{capital(name)} is not finite: {int(bad.sum())} of {tensor.numel()} are {what}.")


def _kind(value: Any) -> str:
    if isinstance(value, ObservedTensor):
        return "a torch.Tensor"
    if isinstance(value, Opaque):
        return f"a {scrub(value.type_name[:80])}"
    return "None" if value is None else f"a {type(value).__name__}"


def capital(text: str) -> str:
    """The text with its first letter in upper case."""
    return text[:1].upper() + text[1:]
