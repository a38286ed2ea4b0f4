"""Perform calls with the reference, and read what the student's process or the reference answered.

The reference runs inside the grader, once per distinct call.
"""

from __future__ import annotations

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
from gradkit.messages import message
from gradkit.suite.accessors import Reader, said, same, unwrapped
from gradkit.suite.mismatch import Mismatch, explain_failure
from gradkit.suite.said import say
from gradkit.wire.call import Call
from gradkit.wire.naming import in_words
from gradkit.wire.observation import Failure, Observation
from gradkit.wire.packing import pack_call
from gradkit.worker.loading import load_module
from gradkit.worker.perform import perform


class Found:
    """An observation and its call, with typed access to the observed values.

    Args:
        call: the call.
        observation: its answer.
        by_hand: whether the values were computed by hand; attachment and inputs are then not compared.

    Attributes:
        read: the observed names that were read.
    """

    def __init__(self, call: Call, observation: Observation, *, by_hand: bool = False) -> None:
        self.call = call
        self._observation = observation
        self.by_hand = by_hand
        self.read: set[str] = set()

    @property
    def observation(self) -> Observation:
        """The answer."""
        return self._observation

    @property
    def failure(self) -> Failure | None:
        """Why there is no result, or None."""
        return self.observation.failure

    @property
    def printed(self) -> str:
        """The standard output of the call.

        Raises:
            Mismatch: the call gave no result.
        """
        self.raise_for_failure()
        return self.observation.printed

    def value(self, name: str = "result") -> Any:
        """An observed value of any type; tensors in it are plain `torch.Tensor`, a numpy.float64 is a float.

        To compute with a value, read it with one of the methods below, which check its type.

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
        """An observed tensor, of this shape and dtype if given. Its elements may be infinite or NaN.

        Args:
            name: the observed name.
            shape: the required shape.
            dtype: the required dtype.
            otherwise: the message if it is something else; by default a sentence that says what was found.

        Raises:
            Mismatch: the call gave no result, or the value is something else.
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
        """An observed NumPy array, of this shape and dtype if given. Raises like `tensor`."""
        return self._reader(name, otherwise).array(shape, None if dtype is None else np.dtype(dtype))

    def number(self, name: str = "result", *, otherwise: str | None = None) -> float:
        """An observed Python float or int, or numpy.float64, as a float; it may be infinite or NaN.

        Raises like `tensor`.
        """
        return self._reader(name, otherwise).number()

    def numbers(self, name: str = "result", count: int | None = None, *, otherwise: str | None = None) -> list[float]:
        """An observed list of Python floats, of length ``count`` if given. Raises like `tensor`."""
        return self._reader(name, otherwise).numbers(count)

    def sequence(
        self, name: str = "result", count: int | None = None, *, otherwise: str | None = None
    ) -> list[Any] | tuple[Any, ...]:
        """An observed list or tuple, of length ``count`` if given. Raises like `tensor`.

        Entries may be of any type; tensors among them are plain.
        """
        return self._reader(name, otherwise).sequence(count)

    def tensors(self, name: str, *, otherwise: str | None = None) -> dict[str, Tensor]:
        """An observed dict from names to tensors, such as ``"model.state"``. Raises like `tensor`."""
        return self._reader(name, otherwise).tensors()

    def gradients(self, name: str, *, otherwise: str | None = None) -> dict[str, Tensor | None]:
        """Each parameter's ``.grad`` or None, observed as ``"model.gradients"``. Raises like `tensor`."""
        return self._reader(name, otherwise).gradients()

    def parameters(self, owner: str) -> dict[str, Tensor]:
        """A module's parameters in order, from ``<owner>.state`` and ``<owner>.gradients``, both observed.

        Raises:
            Mismatch: the call gave no result, or the state lacks a parameter.
        """
        state, names = self.tensors(f"{owner}.state"), self.gradients(f"{owner}.gradients")
        if not names.keys() <= state.keys():
            whose = in_words(owner, self.call)
            raise Mismatch("check", say("The state_dict() of {name} lacks some of its parameters.", name=whose))
        return {name: state[name] for name in names}

    def equals(self, name: str, expected: Any) -> bool:
        """Whether an observed value equals ``expected`` in types and contents, at any depth.

        Raises:
            Mismatch: the call gave no result.
        """
        return same(self.value(name), expected)

    def gradient(self, name: str) -> Tensor:
        """The gradient with respect to an input or parameter, of its shape; may be infinite or NaN.

        Raises:
            Mismatch: the call gave no result, or no gradient reaches ``name``.
        """
        self.raise_for_failure()
        gradient = self.observation.gradients.get(name)
        if gradient is None:
            leaf_name = name.partition(".")[2] or in_words(name, self.call)
            raise Mismatch("detached", say("No gradient reaches {names}.", names=leaf_name))
        owner, _, parameter = name.partition(".")
        leaf = self.call.leaves().get(name, self.call.parameters.get(owner, {}).get(parameter))
        if not gradient.is_floating_point() or (leaf is not None and tuple(gradient.shape) != tuple(leaf.shape)):
            # autograd never returns these: the reply was forged
            leaf_name = parameter or in_words(name, self.call)
            raise Mismatch(
                "gradient", say("The gradient of {name} differs from {name} in shape or dtype.", name=leaf_name)
            )
        return gradient

    def observed(self, name: str) -> Any:
        """An observed value as reported.

        Raises:
            Mismatch: the call gave no result, or the reply lacks this value.
        """
        self.raise_for_failure()
        self.read.add(name)
        try:
            return self.observation.values[name]
        except KeyError:
            raise Mismatch(*explain_failure(Failure("protocol", message("a requested value is missing")))) from None

    def _reader(self, name: str, otherwise: str | None) -> Reader:
        return Reader(said(name, self.call), self.observed(name), otherwise)

    def raise_for_failure(self) -> None:
        """Raise if the call gave no result.

        Raises:
            Mismatch: the reason.
        """
        if self.failure is not None:
            raise Mismatch(*explain_failure(self.failure))

    def require(self) -> None:
        """The old name of `raise_for_failure`, for one version."""
        warn("Found.require() is now Found.raise_for_failure()", DeprecationWarning, stacklevel=2)
        self.raise_for_failure()


class Runner(Protocol):
    """Performs calls: ``student`` with the submission, ``reference`` with the reference solution."""

    def run(self, call: Call) -> Found:
        """Perform one call."""
        ...


class ReferenceRunner:
    """Performs calls with the reference solution and caches the answers.

    Args:
        path: the module's source file.

    Raises:
        GraderFault: the reference cannot be loaded.
    """

    def __init__(self, path: Path) -> None:
        try:
            self._module = load_module(path.name, {path.name: path.read_bytes()})
        except Exception as error:
            raise GraderFault(
                message("{path}: the reference cannot be loaded: {error}", path=path, error=f"{error!r}")
            ) from error
        self._answers: dict[bytes, Found] = {}

    def run(self, call: Call) -> Found:
        """Perform the call, or return the cached answer: calls are seeded, so it cannot differ.

        Failures are not cached: their cause (out of memory, say) may be gone for the next student.
        """
        key = pack_call(call).digest
        if key in self._answers:
            return self._answers[key]
        state = torch.get_rng_state()
        try:
            with redirect_stdout(io.StringIO()):
                found = Found(call, perform(call, self._module))
        finally:
            torch.set_rng_state(state)
        if found.failure is not None and found.failure.type_name == "KeyboardInterrupt":
            raise KeyboardInterrupt  # Ctrl-C was meant for the grader
        if found.failure is None:
            self._answers[key] = found
        return found
