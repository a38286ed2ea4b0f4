"""Compare two plain values. Only the verdict is computed here; `gradkit.suite.explaining` says how they differ."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Literal, NoReturn

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from gradkit.errors import GraderFault
from gradkit.messages import message
from gradkit.suite.accessors import as_float, kind, said
from gradkit.suite.explaining import Pair, explain_elements, explain_number, explain_shape
from gradkit.suite.mismatch import Details, Mismatch
from gradkit.suite.said import Said, capital, number, one_of, say, shape
from gradkit.wire.call import Call
from gradkit.wire.naming import in_words
from gradkit.wire.values import DTYPE_NAMES, ObservedTensor, as_tensor, sendable

DETACHED = message(
    "no gradient can flow back through it. Avoid .item(), .detach(), .data, .numpy() and torch.no_grad() here."
)

# Types for which an equal value of another type is accepted, unless types are strict.
_LOOSE = (bool, int, float, list, tuple, np.generic, np.ndarray)


class Comparison:
    """Compares values of any plain type with fixed tolerances.

    Args:
        rtol: allowed difference relative to the expected value.
        atol: allowed absolute difference.
        graph: whether a tensor must be attached to the graph if the expected one is.
        call: the call that produced the values.
        strict_types: whether lists, tuples and numbers must have exactly the expected types.
    """

    def __init__(self, rtol: float, atol: float, *, graph: bool, call: Call, strict_types: bool = False) -> None:
        self.rtol, self.atol, self.graph, self.call = rtol, atol, graph, call
        self.strict_types = strict_types
        self.sizes = {in_words(name, call): size for name, size in call.sizes().items()}

    def values(self, path: str, found: Any, expected: Any, bits: int = 0) -> None:
        """Fail unless ``found`` equals ``expected``.

        Args:
            path: the position in the call's observation.
            found: the student's value.
            expected: the expected value.
            bits: the bits of the path that the student's process chose.

        Raises:
            Mismatch: the values differ.
            GraderFault: the expected value is of a type that cannot be compared.
        """
        name = said(path, self.call, bits)
        if self.strict_types and isinstance(expected, _LOOSE) and type(found) is not type(expected):
            _fail_type(name, found, expected)
        if isinstance(expected, ObservedTensor):
            self._tensor(name, found, expected)
        elif sendable(expected) and not isinstance(expected, np.float64):
            self._array(name, found, expected)
        elif isinstance(expected, float):
            self._number(name, found, expected)
        elif isinstance(expected, (list, tuple)):
            self._sequence(path, name, found, expected)
        elif isinstance(expected, dict):
            self._dict(path, name, found, expected)
        elif expected is None or isinstance(expected, (bool, int, str, torch.dtype)):
            self._exact(name, found, expected)
        else:
            raise GraderFault(
                message(
                    "{name} of the reference is {kind}, which cannot be compared. Return tensors, arrays, "
                    "numbers, text, lists, tuples or dicts of them, or observe a part of it.",
                    name=name,
                    kind=kind(expected),
                )
            )

    def _exact(self, name: Said, found: Any, expected: bool | int | str | torch.dtype | None) -> None:
        if (isinstance(expected, bool) and isinstance(found, np.bool_)) or (
            type(expected) is int and isinstance(found, np.integer)
        ):
            found = found.item()
        if type(found) is not type(expected):
            _fail_type(name, found, expected)
        if found != expected:
            raise Mismatch("value", say("{what} is wrong.", what=capital(name)))

    def _tensor(self, name: Said, found: Any, expected: ObservedTensor) -> None:
        if not isinstance(found, ObservedTensor):
            _fail_type(name, found, expected)
        self._numbers(name, found.data, expected.data)
        if self.graph and expected.attached and not found.attached:
            raise Mismatch(
                "detached", say("{what} is not attached to the graph: {why}", what=capital(name), why=DETACHED)
            )

    def _array(self, name: Said, found: Any, expected: NDArray[Any] | np.generic) -> None:
        """An array; or a NumPy scalar, for which a zero-dimensional array or a like Python number is accepted."""
        if expected.ndim == 0:
            found = _as_scalar(found, expected.dtype)
        if not sendable(found) or (isinstance(found, np.generic) and expected.ndim):
            _fail_type(name, found, expected)
        self._numbers(name, as_tensor(found), as_tensor(expected), prefix="")

    def _numbers(self, name: Said, found: Tensor, expected: Tensor, prefix: str = "torch.") -> None:
        """Two tensors: shape, dtype, elements; ``prefix`` precedes the names of dtypes."""
        if found.shape != expected.shape:
            plain = say(
                "{what} has shape {found}; it must be {due}.",
                what=capital(name),
                found=shape(found.shape),
                due=tuple(expected.shape),
            )
            raise Mismatch("shape", plain, explain=lambda: explain_shape(plain, found, expected))
        if found.dtype != expected.dtype:
            yours, right = (f"{prefix}{DTYPE_NAMES[tensor.dtype]}" for tensor in (found, expected))
            raise Mismatch(
                "dtype", say("{what} is {yours}; it must be {right}.", what=capital(name), yours=yours, right=right)
            )
        self.elements("value", name, say("{what} is wrong", what=capital(name)), found, expected)

    def elements(
        self, verdict: Literal["value", "gradient"], name: Said, plain: Said, found: Tensor, expected: Tensor
    ) -> None:
        """Fail unless two tensors of the same shape and dtype agree within the tolerances.

        Args:
            verdict: the kind of mismatch: "value" or "gradient".
            name: the name of ``found``.
            plain: the plain sentence for wrong elements, without its period.
            found: the student's tensor.
            expected: the expected tensor.
        """
        if torch.isfinite(expected).all():
            check_finite(name, found)
        wrong = self._wrong(found, expected)
        if not wrong.any():
            return

        def explain() -> Details:
            pair = Pair(found, expected, wrong, gradient=verdict == "gradient")
            return explain_elements(plain, pair, self._allowed(), self.sizes)

        raise Mismatch(verdict, say("{wrong}.", wrong=plain), explain=explain)

    def _wrong(self, found: Tensor, expected: Tensor) -> Tensor:
        if found.is_floating_point():
            return ~torch.isclose(found, expected, rtol=self.rtol, atol=self.atol, equal_nan=True)
        return found != expected

    def _number(self, name: Said, found: Any, expected: float) -> None:
        array = isinstance(expected, np.float64) and isinstance(found, np.ndarray) and found.dtype == np.float64
        if array and found.ndim == 0:
            found = found.item()
        if type(found) not in (float, int, np.float64):
            raise Mismatch(
                "type", say("{what} is {yours}; it must be a Python float.", what=capital(name), yours=kind(found))
            )
        value = as_float(found)
        yours, right = (torch.tensor(number, dtype=torch.float64) for number in (value, expected))
        if math.isfinite(expected):
            check_finite(name, yours)
        if self._wrong(yours, right):
            plain = say("{what} is wrong", what=capital(name))
            raise Mismatch(
                "value",
                say("{wrong}.", wrong=plain),
                explain=lambda: explain_number(plain, value, expected, self._allowed()),
            )

    def _sequence(self, path: str, name: Said, found: Any, expected: Sequence[Any]) -> None:
        if not isinstance(found, (list, tuple)):
            _fail_type(name, found, expected)
        if len(found) != len(expected):
            raise Mismatch(
                "shape",
                say(
                    "{what} has {count} entries; it must have {due}.",
                    what=capital(name),
                    count=number(len(found)),
                    due=len(expected),
                ),
            )
        for index, (yours, right) in enumerate(zip(found, expected, strict=True)):
            self.values(f"{path}[{index}]", yours, right, name.bits + one_of("", len(expected)).bits)

    def _dict(self, path: str, name: Said, found: Any, expected: dict[Any, Any]) -> None:
        if not isinstance(found, dict):
            raise Mismatch("type", say("{what} is {yours}; it must be a dict.", what=capital(name), yours=kind(found)))
        for key, value in expected.items():
            if key not in found:
                entry = one_of(str(key), len(expected))
                raise Mismatch("shape", say("{what} has no entry {entry}.", what=capital(name), entry=entry))
            below = f"{path}.{key}" if type(key) is str else f"{path}[{key}]"
            self.values(below, found[key], value, name.bits + one_of("", len(expected)).bits)

    def _allowed(self) -> str:
        if self.rtol == 0:
            return f"{self.atol:g}"
        return message("{absolute} + {relative} of the value", absolute=f"{self.atol:g}", relative=f"{self.rtol:g}")


def _as_scalar(found: Any, dtype: np.dtype[Any]) -> Any:
    """Convert a Python number to a NumPy scalar of a matching dtype; return anything else unchanged."""
    if type(found) is int and dtype.kind in "iu" and np.iinfo(dtype).min <= found <= np.iinfo(dtype).max:
        return dtype.type(found)
    alike = (type(found) is bool and dtype == np.bool_) or (type(found) is float and dtype == np.float64)
    return dtype.type(found) if alike else found


def _fail_type(name: Said, found: Any, expected: Any) -> NoReturn:
    # The dtype is named because arrays of objects or of complex numbers are arrays as well.
    array = isinstance(expected, np.ndarray)
    right = (
        say("a NumPy array ({type}) of {dtype}", type="numpy.ndarray", dtype=expected.dtype)
        if array
        else kind(expected)
    )
    raise Mismatch(
        "type", say("{what} is {yours}; it must be {right}.", what=capital(name), yours=kind(found), right=right)
    )


def check_finite(name: Said, tensor: Tensor) -> None:
    """Fail if any element is infinite or NaN."""
    bad = ~torch.isfinite(tensor)
    if bad.any():
        fields = {"what": capital(name), "count": one_of(str(int(bad.sum())), tensor.numel()), "all": tensor.numel()}
        if torch.isnan(tensor).any():
            raise Mismatch("finite", say("{what} is not finite: {count} of {all} are NaN.", **fields))
        raise Mismatch("finite", say("{what} is not finite: {count} of {all} are infinite.", **fields))
