"""Read an observed value as the type that a test needs; anything else raises a `Mismatch`.

An observed value is whatever the student's process reported: any type, size or keys. A test must check it before
computing with it: an exception in the test itself would be the suite's fault and leave the submission unscored.
Values and their kinds are named as a student would name them.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any, NoReturn

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from gradkit.messages import Message, message
from gradkit.suite.mismatch import Mismatch, scrub
from gradkit.suite.said import Said, capital, number, say, words
from gradkit.suite.said import shape as said_shape
from gradkit.wire.call import Call
from gradkit.wire.kinds import Kind
from gradkit.wire.naming import in_words
from gradkit.wire.values import ObservedTensor, Opaque

_NUMBERS = (float, int, np.float64)


class Reader:
    """Reads one observed value.

    Args:
        name: the value's name, in words.
        value: the value as reported.
        otherwise: the message if it is something else; by default a sentence that says what was found.
    """

    def __init__(self, name: Said, value: Any, otherwise: str | None) -> None:
        self._name, self._value, self._otherwise = capital(name), value, otherwise

    def tensor(self, shape: Sequence[int] | None, dtype: torch.dtype | None) -> Tensor:
        """A tensor, of this shape and dtype if given."""
        if not isinstance(self._value, ObservedTensor):
            self._fail("type", "{what} must be a tensor; yours is {kind}.", kind=kind(self._value))
        tensor = self._value.data
        if shape is not None and tuple(tensor.shape) != tuple(shape):
            self._fail_shape(shape, tensor.shape)
        if dtype is not None and tensor.dtype != dtype:
            self._fail_dtype(dtype, tensor.dtype)
        return tensor

    def array(self, shape: Sequence[int] | None, dtype: np.dtype[Any] | None) -> NDArray[Any]:
        """A NumPy array, of this shape and dtype if given."""
        if not isinstance(self._value, np.ndarray):
            self._fail("type", "{what} must be a NumPy array; yours is {kind}.", kind=kind(self._value))
        array = self._value
        if shape is not None and array.shape != tuple(shape):
            self._fail_shape(shape, array.shape)
        if dtype is not None and array.dtype != dtype:
            self._fail_dtype(dtype, array.dtype)
        return array

    def number(self) -> float:
        """A Python float or int, but not a bool; infinite if too large for a float."""
        if type(self._value) not in _NUMBERS:
            self._fail("type", "{what} must be a Python number; yours is {kind}.", kind=kind(self._value))
        return as_float(self._value)

    def numbers(self, count: int | None) -> list[float]:
        """A list of Python floats, of length ``count`` if given."""
        values = self.sequence(count)
        if not isinstance(self._value, list) or not all(isinstance(value, float) for value in values):
            self._fail("type", "{what} must be a list of Python floats.")
        return list(values)

    def sequence(self, count: int | None) -> list[Any] | tuple[Any, ...]:
        """A list or tuple, of length ``count`` if given; tensors in it are plain."""
        if not isinstance(self._value, (list, tuple)):
            self._fail("type", "{what} must be a list or tuple; yours is {kind}.", kind=kind(self._value))
        if count is not None and len(self._value) != count:
            yours = number(len(self._value))
            self._fail("shape", "{what} must have {count} entries; yours has {yours}.", count=count, yours=yours)
        return type(self._value)(unwrapped(item) for item in self._value)

    def tensors(self) -> dict[str, Tensor]:
        """A dict from names to tensors."""
        return self._dict(lambda item: isinstance(item, ObservedTensor), message("tensors"))

    def gradients(self) -> dict[str, Tensor | None]:
        """A dict from names to tensors or None."""
        return self._dict(lambda item: item is None or isinstance(item, ObservedTensor), message("tensors or None"))

    def _dict(self, fits: Callable[[Any], bool], values: Message) -> dict[str, Any]:
        if not isinstance(self._value, dict):
            self._fail("type", "{what} must be a dict; yours is {kind}.", kind=kind(self._value))
        if not all(type(key) is str and fits(item) for key, item in self._value.items()):
            self._fail("type", "{what} must be a dict from names to {values}.", values=values)
        return {key: unwrapped(item) for key, item in self._value.items()}

    def _fail_shape(self, due: Sequence[int], found: Sequence[int]) -> NoReturn:
        yours = said_shape(found)
        self._fail("shape", "{what} must have shape {due}; yours is {yours}.", due=tuple(due), yours=yours)

    def _fail_dtype(self, due: object, found: object) -> NoReturn:
        self._fail("dtype", "{what} must have dtype {due}; yours has {yours}.", due=due, yours=found)

    def _fail(self, verdict: Kind, template: str, **fields: object) -> NoReturn:
        if self._otherwise is not None:
            raise Mismatch("check", self._otherwise)
        raise Mismatch(verdict, say(template, what=self._name, **fields))


def as_float(number: float) -> float:
    """A Python number as a float; infinite if an int is too large for one."""
    try:
        return float(number)
    except OverflowError:
        return math.inf if number > 0 else -math.inf


def unwrapped(value: Any) -> Any:
    """The value with plain tensors, at any depth. A numpy.float64, which is a subclass of float, becomes a float."""
    if isinstance(value, ObservedTensor):
        return value.data
    if isinstance(value, np.float64):
        return float(value)
    if isinstance(value, (list, tuple)):
        return type(value)(unwrapped(item) for item in value)
    if isinstance(value, dict):
        return {key: unwrapped(item) for key, item in value.items()}
    return value


def same(found: Any, expected: Any) -> bool:
    """Whether two plain values are equal in types and contents, at any depth; False if they cannot be compared."""
    if type(found) is not type(expected) or isinstance(found, Opaque):
        return False
    if isinstance(found, np.ndarray):
        return found.dtype == expected.dtype and np.array_equal(found, expected)
    if isinstance(found, Tensor):
        return found.dtype == expected.dtype and torch.equal(found, expected)
    if isinstance(found, (list, tuple)):
        return len(found) == len(expected) and all(map(same, found, expected))
    if isinstance(found, dict):
        return found.keys() == expected.keys() and all(same(item, expected[key]) for key, item in found.items())
    return bool(found == expected)


def said(path: str, call: Call, bits: int = 0) -> Said:
    """An observed path in words, of which the student's process chose ``bits`` bits."""
    return Said(in_words(path, call), bits)


def kind(value: Any) -> Said:
    """The kind of an observed value: "a torch.Tensor", "a list", "None"."""
    if isinstance(value, ObservedTensor):
        return say("a {type}", type="torch.Tensor")
    if isinstance(value, np.ndarray):
        return say("a NumPy array ({type})", type="numpy.ndarray")
    if isinstance(value, np.generic):
        return say("a NumPy number ({type})", type=f"numpy.{value.dtype}")
    if isinstance(value, Opaque):
        return say("a {type}", type=words(scrub(value.type_name[:80])))
    if value is None:
        return Said("None")
    if type(value) is int:
        return say("an {type}", type="int")
    return say("a {type}", type=type(value).__name__)
