"""What a run found: the observation together with the call that it answers."""

from __future__ import annotations

from typing import Any, Protocol

from torch import Tensor

from gradkit.suite.mismatch import Mismatch, explain_failure
from gradkit.wire import Call, Failure, Observation, ObservedTensor


class Found:
    """An observation and its call, with short ways to the values that a suite looks at itself.

    Args:
        call: what was asked.
        observation: what was answered.
        by_hand: whether these are figures worked by hand, for which attachment and inputs are not compared.
    """

    def __init__(self, call: Call, observation: Observation, *, by_hand: bool = False) -> None:
        self.call = call
        self.observation = observation
        self.by_hand = by_hand

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
        self.require()
        return self.observation.printed

    def value(self, name: str = "result") -> Any:
        """One observed value: a number, text, list, tuple or dict; tensors as plain `torch.Tensor`.

        Raises:
            Mismatch: the call gave no result.
        """
        return _plain(self.observed(name))

    def observed(self, name: str) -> Any:
        """One observed value as it was reported.

        Raises:
            Mismatch: the call gave no result, or the reply lacks this value.
        """
        self.require()
        try:
            return self.observation.values[name]
        except KeyError:
            raise Mismatch(*explain_failure(Failure("protocol", "a value that was asked for is missing"))) from None

    def gradient(self, name: str) -> Tensor:
        """The gradient with respect to an input or parameter.

        Raises:
            Mismatch: the call gave no result, or no gradient reaches ``name``.
        """
        self.require()
        gradient = self.observation.gradients.get(name)
        if gradient is None:
            raise Mismatch("detached", f"No gradient reaches {name}.")
        return gradient

    def require(self) -> None:
        """Go on only if there is a result.

        Raises:
            Mismatch: saying why there is none.
        """
        if self.failure is not None:
            raise Mismatch(*explain_failure(self.failure))


class Runner(Protocol):
    """Performs calls: ``student`` with the submission's code, ``reference`` with the course's own."""

    def run(self, call: Call) -> Found:
        """Perform one call."""
        ...


def _plain(value: Any) -> Any:
    if isinstance(value, ObservedTensor):
        return value.data
    if isinstance(value, (list, tuple)):
        return type(value)(_plain(item) for item in value)
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    return value
