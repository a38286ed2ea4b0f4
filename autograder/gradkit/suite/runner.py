"""Runners: the student's process and the reference, answering the same calls, and what a run found.

The reference is performed inside the grader, each distinct call once.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Sequence
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any, Protocol
from warnings import warn

import numpy as np
import torch
from numpy.typing import DTypeLike, NDArray
from torch import Tensor

from gradkit.errors import GraderFault
from gradkit.suite.accessors import Reader, said, same, unwrapped
from gradkit.suite.mismatch import Mismatch, explain_failure
from gradkit.suite.said import say
from gradkit.wire.call import Call, call_to_value
from gradkit.wire.frames import Frame, pack
from gradkit.wire.naming import in_words
from gradkit.wire.observation import Failure, Observation
from gradkit.worker.loading import load_module
from gradkit.worker.perform import perform


class Found:
    """An observation and its call, with short ways to the values that a suite looks at itself.

    Args:
        call: what was asked.
        observation: what was answered.
        by_hand: whether these are figures worked by hand, for which attachment and inputs are not compared.

    Attributes:
        read: the observed names that were asked for.
    """

    def __init__(self, call: Call, observation: Observation, *, by_hand: bool = False) -> None:
        self.call = call
        self.observation = observation
        self.by_hand = by_hand
        self.read: set[str] = set()

    @property
    def failure(self) -> Failure | None:
        """Why there is no result, or None."""
        return self.observation.failure

    @property
    def printed(self) -> str:
        """What was printed to standard output during the call.

        Raises:
            Mismatch: the call gave no result.
        """
        self.raise_for_failure()
        return self.observation.printed

    def value(self, name: str = "result") -> Any:
        """One observed value, whatever it is; tensors in it are plain `torch.Tensor`, a numpy.float64 is a float.

        It may be of any type. To compute with it, read it by one of the methods below, which say what it must be.

        Raises:
            Mismatch: the call gave no result.
        """
        return unwrapped(self.observed(name))

    def tensor(
        self,
        name: str = "result",
        shape: Sequence[int] | None = None,
        dtype: torch.dtype | None = None,
        *,
        otherwise: str | None = None,
    ) -> Tensor:
        """An observed tensor, of this shape and dtype where they are given. Its numbers may be any, also NaN.

        Args:
            name: the observed name.
            shape: what its shape must be.
            dtype: what its dtype must be.
            otherwise: what the student reads where it is something else; a sentence that says what was found when None.

        Raises:
            Mismatch: the call gave no result, or another one.
        """
        return self._reader(name, otherwise).tensor(shape, dtype)

    def array(
        self,
        name: str = "result",
        shape: Sequence[int] | None = None,
        dtype: DTypeLike | None = None,
        *,
        otherwise: str | None = None,
    ) -> NDArray[Any]:
        """An observed NumPy array, of this shape and dtype where they are given. Raises like `tensor`."""
        return self._reader(name, otherwise).array(shape, None if dtype is None else np.dtype(dtype))

    def number(self, name: str = "result", *, otherwise: str | None = None) -> float:
        """An observed Python float or int, or numpy.float64, as a float; it may be infinite or NaN.

        Raises like `tensor`.
        """
        return self._reader(name, otherwise).number()

    def numbers(self, name: str = "result", count: int | None = None, *, otherwise: str | None = None) -> list[float]:
        """An observed list of Python floats, ``count`` of them where it is given. Raises like `tensor`."""
        return self._reader(name, otherwise).numbers(count)

    def sequence(
        self, name: str = "result", count: int | None = None, *, otherwise: str | None = None
    ) -> list[Any] | tuple[Any, ...]:
        """An observed list or tuple, of ``count`` entries where it is given. Raises like `tensor`.

        Its entries may be anything; tensors among them are plain.
        """
        return self._reader(name, otherwise).sequence(count)

    def tensors(self, name: str, *, otherwise: str | None = None) -> dict[str, Tensor]:
        """An observed dict from names to tensors, such as ``"model.state"``. Raises like `tensor`."""
        return self._reader(name, otherwise).tensors()

    def gradients(self, name: str, *, otherwise: str | None = None) -> dict[str, Tensor | None]:
        """Each parameter's ``.grad`` or None, observed as ``"model.gradients"``. Raises like `tensor`."""
        return self._reader(name, otherwise).gradients()

    def parameters(self, owner: str) -> dict[str, Tensor]:
        """A module's parameters in their order, from ``<owner>.state`` and ``<owner>.gradients``, both observed.

        Raises:
            Mismatch: the call gave no result, or a state without one of the parameters.
        """
        state, names = self.tensors(f"{owner}.state"), self.gradients(f"{owner}.gradients")
        if not names.keys() <= state.keys():
            lacking = f"The state_dict() of {in_words(owner, self.call)} lacks some of its parameters."
            raise Mismatch("check", say(lacking))
        return {name: state[name] for name in names}

    def equals(self, name: str, expected: Any) -> bool:
        """Whether an observed value is this one: of equal type and contents, at any depth.

        Raises:
            Mismatch: the call gave no result.
        """
        return same(self.value(name), expected)

    def gradient(self, name: str) -> Tensor:
        """The gradient with respect to an input or parameter, of its shape; its numbers may be any, also NaN.

        Raises:
            Mismatch: the call gave no result, or no gradient reaches ``name``.
        """
        self.raise_for_failure()
        gradient = self.observation.gradients.get(name)
        if gradient is None:
            raise Mismatch("detached", say(f"No gradient reaches {name.partition('.')[2] or said(name, self.call)}."))
        owner, _, parameter = name.partition(".")
        leaf = self.call.leaves().get(name, self.call.parameters.get(owner, {}).get(parameter))
        if not gradient.is_floating_point() or (leaf is not None and tuple(gradient.shape) != tuple(leaf.shape)):
            # autograd never gives these: the reply was forged
            leaf_name = parameter or said(name, self.call)
            raise Mismatch("gradient", say(f"The gradient of {leaf_name} has another shape or dtype than {leaf_name}."))
        return gradient

    def observed(self, name: str) -> Any:
        """One observed value as it was reported.

        Raises:
            Mismatch: the call gave no result, or the reply lacks this value.
        """
        self.raise_for_failure()
        self.read.add(name)
        try:
            return self.observation.values[name]
        except KeyError:
            raise Mismatch(*explain_failure(Failure("protocol", "a value that was asked for is missing"))) from None

    def _reader(self, name: str, otherwise: str | None) -> Reader:
        return Reader(said(name, self.call), self.observed(name), otherwise)

    def raise_for_failure(self) -> None:
        """Raise unless there is a result.

        Raises:
            Mismatch: why there is none.
        """
        if self.failure is not None:
            raise Mismatch(*explain_failure(self.failure))

    def require(self) -> None:
        """The old name of `raise_for_failure`, for one version."""
        warn("Found.require() is now Found.raise_for_failure()", DeprecationWarning, stacklevel=2)
        self.raise_for_failure()


class Runner(Protocol):
    """Performs calls: ``student`` with the submission's code, ``reference`` with the course's own."""

    def run(self, call: Call) -> Found:
        """Perform one call."""
        ...


class ReferenceRunner:
    """Performs calls with the course's own solution and remembers the answers.

    Args:
        path: the module's source file.

    Raises:
        GraderFault: the reference cannot be loaded.
    """

    def __init__(self, path: Path) -> None:
        try:
            self._module = load_module(path.name, {path.name: path.read_bytes()})
        except Exception as error:
            raise GraderFault(f"{path}: the reference cannot be loaded: {error!r}") from error
        self._answers: dict[bytes, Found] = {}

    def run(self, call: Call) -> Found:
        """Perform the call, or recall the answer: calls are seeded, so it cannot differ.

        A failure is not remembered: what came in between (a full memory) may be over for the next student.
        """
        key = digest(call)
        if key in self._answers:
            return self._answers[key]
        state = torch.get_rng_state()
        try:
            with redirect_stdout(io.StringIO()):
                found = Found(call, perform(call, self._module))
        finally:
            torch.set_rng_state(state)
        if found.failure is not None and found.failure.type_name == "KeyboardInterrupt":
            raise KeyboardInterrupt  # it was meant for the grader
        if found.failure is None:
            self._answers[key] = found
        return found


def digest(call: Call) -> bytes:
    """A hash of everything the call says."""
    sha = hashlib.sha256()
    for buffer in pack(Frame("call", "", call_to_value(call))):
        sha.update(buffer)
    return sha.digest()
