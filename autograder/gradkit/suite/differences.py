"""Compare two plain values. The verdict alone is found here; `gradkit.suite.explaining` says how they differ."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor

from gradkit.suite.explaining import Pair, explain_elements, explain_number, explain_shape
from gradkit.suite.mismatch import Details, Mismatch
from gradkit.suite.naming import capital, kind
from gradkit.suite.reading import as_float
from gradkit.wire import ObservedTensor

DETACHED = "no gradient can flow back through it. Avoid .item(), .detach(), .data, .numpy() and torch.no_grad() here."


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
            raise Mismatch("type", f"{capital(name)} is {kind(found)}; it must be {kind(expected)}.")
        elif found != expected:
            raise Mismatch("value", f"{capital(name)} is wrong.")

    def _tensor(self, name: str, found: Any, expected: ObservedTensor) -> None:
        if not isinstance(found, ObservedTensor):
            raise Mismatch("type", f"{capital(name)} is {kind(found)}; it must be a torch.Tensor.")
        one, other = found.data, expected.data
        if one.shape != other.shape:
            words = f"{capital(name)} has shape {tuple(one.shape)}; it must be {tuple(other.shape)}."
            raise Mismatch("shape", words, explain=lambda: explain_shape(words, one, other))
        if one.dtype != other.dtype:
            raise Mismatch("dtype", f"{capital(name)} is {one.dtype}; it must be {other.dtype}.")
        self.elements("value", name, f"{capital(name)} is wrong", one, other)
        if self.graph and expected.attached and not found.attached:
            raise Mismatch("detached", f"{capital(name)} is not attached to the graph: {DETACHED}")

    def elements(self, verdict: str, name: str, words: str, found: Tensor, expected: Tensor) -> None:
        """Fail unless two tensors of one shape and dtype agree within the tolerances.

        Args:
            verdict: what to call the mismatch: "value" or "gradient".
            name: what ``found`` is.
            words: the plain sentence for wrong elements, without its full stop.
            found: the student's tensor.
            expected: the right one.
        """
        if torch.isfinite(expected).all():
            check_finite(name, found)
        wrong = self._wrong(found, expected)
        if not wrong.any():
            return

        def explain() -> Details:
            pair = Pair(found, expected, wrong, gradient=verdict == "gradient")
            return explain_elements(words, pair, self._allowed(), self.sizes)

        raise Mismatch(verdict, f"{words}.", explain=explain)

    def _wrong(self, found: Tensor, expected: Tensor) -> Tensor:
        if found.is_floating_point():
            return ~torch.isclose(found, expected, rtol=self.rtol, atol=self.atol, equal_nan=True)
        return found != expected

    def _number(self, name: str, found: Any, expected: float) -> None:
        if type(found) is not float and type(found) is not int:
            raise Mismatch("type", f"{capital(name)} is {kind(found)}; it must be a Python float.")
        number = as_float(found)
        one, other = torch.tensor(number, dtype=torch.float64), torch.tensor(expected, dtype=torch.float64)
        if math.isfinite(expected):
            check_finite(name, one)
        if self._wrong(one, other):
            words = f"{capital(name)} is wrong"
            raise Mismatch("value", f"{words}.", explain=lambda: explain_number(words, number, expected))

    def _sequence(self, name: str, found: Any, expected: Sequence[Any]) -> None:
        if not isinstance(found, (list, tuple)) or (isinstance(expected, list) and not isinstance(found, list)):
            raise Mismatch("type", f"{capital(name)} is {kind(found)}; it must be {kind(expected)}.")
        if len(found) != len(expected):
            raise Mismatch("shape", f"{capital(name)} has {len(found)} entries; it must have {len(expected)}.")
        for index, (one, other) in enumerate(zip(found, expected, strict=True)):
            self.values(f"entry {index} of {name}", one, other)

    def _dict(self, name: str, found: Any, expected: dict[Any, Any]) -> None:
        if not isinstance(found, dict):
            raise Mismatch("type", f"{capital(name)} is {kind(found)}; it must be a dict.")
        for key, value in expected.items():
            if key not in found:
                raise Mismatch("shape", f"{capital(name)} has no entry {key}.")
            self.values(f"{key} in {name}", found[key], value)

    def _allowed(self) -> str:
        return f"{self.atol:g}" if self.rtol == 0 else f"{self.atol:g} + {self.rtol:g} of the value"


def check_finite(name: str, tensor: Tensor) -> None:
    """Fail if any element is infinite or NaN."""
    bad = ~torch.isfinite(tensor)
    if bad.any():
        what = "NaN" if torch.isnan(tensor).any() else "infinite"
        raise Mismatch("finite", f"{capital(name)} is not finite: {int(bad.sum())} of {tensor.numel()} are {what}.")
