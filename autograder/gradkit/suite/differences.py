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
from gradkit.suite.said import Said, number, one_of, say, shape
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

    def values(self, name: Said, found: Any, expected: Any) -> None:
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
            raise Mismatch("type", say(capital(name), " is ", kind(found), "; it must be ", kind(expected), "."))
        elif found != expected:
            raise Mismatch("value", say(capital(name), " is wrong."))

    def _tensor(self, name: Said, found: Any, expected: ObservedTensor) -> None:
        if not isinstance(found, ObservedTensor):
            raise Mismatch("type", say(capital(name), " is ", kind(found), "; it must be a torch.Tensor."))
        one, other = found.data, expected.data
        if one.shape != other.shape:
            plain = say(capital(name), " has shape ", shape(one.shape), f"; it must be {tuple(other.shape)}.")
            raise Mismatch("shape", plain, explain=lambda: explain_shape(plain, one, other))
        if one.dtype != other.dtype:
            raise Mismatch("dtype", say(capital(name), f" is {one.dtype}; it must be {other.dtype}."))
        self.elements("value", name, say(capital(name), " is wrong"), one, other)
        if self.graph and expected.attached and not found.attached:
            raise Mismatch("detached", say(capital(name), f" is not attached to the graph: {DETACHED}"))

    def elements(self, verdict: str, name: Said, plain: Said, found: Tensor, expected: Tensor) -> None:
        """Fail unless two tensors of one shape and dtype agree within the tolerances.

        Args:
            verdict: what to call the mismatch: "value" or "gradient".
            name: what ``found`` is.
            plain: the plain sentence for wrong elements, without its full stop.
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
            return explain_elements(plain, pair, self._allowed(), self.sizes)

        raise Mismatch(verdict, say(plain, "."), explain=explain)

    def _wrong(self, found: Tensor, expected: Tensor) -> Tensor:
        if found.is_floating_point():
            return ~torch.isclose(found, expected, rtol=self.rtol, atol=self.atol, equal_nan=True)
        return found != expected

    def _number(self, name: Said, found: Any, expected: float) -> None:
        if type(found) is not float and type(found) is not int:
            raise Mismatch("type", say(capital(name), " is ", kind(found), "; it must be a Python float."))
        value = as_float(found)
        one, other = torch.tensor(value, dtype=torch.float64), torch.tensor(expected, dtype=torch.float64)
        if math.isfinite(expected):
            check_finite(name, one)
        if self._wrong(one, other):
            plain = say(capital(name), " is wrong")
            raise Mismatch(
                "value", say(plain, "."), explain=lambda: explain_number(plain, value, expected, self._allowed())
            )

    def _sequence(self, name: Said, found: Any, expected: Sequence[Any]) -> None:
        if not isinstance(found, (list, tuple)) or (isinstance(expected, list) and not isinstance(found, list)):
            raise Mismatch("type", say(capital(name), " is ", kind(found), "; it must be ", kind(expected), "."))
        if len(found) != len(expected):
            raise Mismatch(
                "shape", say(capital(name), " has ", number(len(found)), f" entries; it must have {len(expected)}.")
            )
        for index, (one, other) in enumerate(zip(found, expected, strict=True)):
            self.values(say("entry ", one_of(str(index), len(expected)), " of ", name), one, other)

    def _dict(self, name: Said, found: Any, expected: dict[Any, Any]) -> None:
        if not isinstance(found, dict):
            raise Mismatch("type", say(capital(name), " is ", kind(found), "; it must be a dict."))
        for key, value in expected.items():
            if key not in found:
                raise Mismatch("shape", say(capital(name), " has no entry ", one_of(str(key), len(expected)), "."))
            self.values(say(one_of(str(key), len(expected)), " in ", name), found[key], value)

    def _allowed(self) -> str:
        return f"{self.atol:g}" if self.rtol == 0 else f"{self.atol:g} + {self.rtol:g} of the value"


def check_finite(name: Said, tensor: Tensor) -> None:
    """Fail if any element is infinite or NaN."""
    bad = ~torch.isfinite(tensor)
    if bad.any():
        what = "NaN" if torch.isnan(tensor).any() else "infinite"
        count = one_of(str(int(bad.sum())), tensor.numel())
        raise Mismatch("finite", say(capital(name), " is not finite: ", count, f" of {tensor.numel()} are {what}."))
