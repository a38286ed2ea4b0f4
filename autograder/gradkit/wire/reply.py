"""Validate replies of a student's process: only names from the call, and kinds of failure that it alone can know.

The replying code has seen the call's inputs, and parts of its reply are shown to its author. So a reply may contain
only what the call names, apart from values, which are compared, and an exception's type, message and line, which
`gradkit.grading.gate` limits.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from gradkit.conditions.switches import NAMES as SWITCHES
from gradkit.errors import WireError
from gradkit.wire.call import Call, references
from gradkit.wire.frames import MAX_DIMENSIONS
from gradkit.wire.kinds import meaning_of
from gradkit.wire.observation import (
    Failure,
    Observation,
    failure_from_value,
    failure_to_value,
    observation_from_value,
)


@dataclass(frozen=True)
class Loading:
    """A student's process's report on loading its module.

    Attributes:
        failure: what the module raised, or None.
        turned: the names of the process-wide switches that it changed.
    """

    failure: Failure | None = None
    turned: tuple[str, ...] = ()


Key = bytes | tuple[object, ...]
"""Equal keys of two replies to the same call: equal observations, times aside."""


class Reply:
    """The answer to a call, read when it is first looked at.

    Args:
        read: reads it; must not fail.
        key: see `Key`; None for an answer that is not compared with others.
        seconds: wall-clock seconds that the grader waited for it.
    """

    def __init__(self, read: Callable[[], Observation], key: Key | None = None, seconds: float = 0.0) -> None:
        self._read, self.key, self.seconds = read, key, seconds

    @cached_property
    def observation(self) -> Observation:
        """The observation."""
        return self._read()


def reply_key(body: bytes, payload: bytes | bytearray, nonce: str) -> bytes | None:
    """The key of an unparsed frame: a hash of all but the nonce. None unless it begins exactly as `pack` writes it."""
    start = f'["observed", "{nonce}", '.encode()
    if not body.startswith(start):
        return None
    sha = hashlib.sha256(b"%d " % (len(body) - len(start)))
    sha.update(memoryview(body)[len(start) :])
    sha.update(payload)
    return sha.digest()


def loading_to_value(loading: Loading) -> list[Any]:
    """The loading report as plain data for a frame."""
    return [failure_to_value(loading.failure), list(loading.turned)]


def loading_from_value(value: Any) -> Loading:
    """Validate and read a student's process's report on loading its module.

    Raises:
        WireError: the report is malformed, or states what loading cannot cause.
    """
    if type(value) is not list or len(value) != 2 or type(value[1]) is not list:
        raise WireError("a loading report must be [failure, switches]")
    failure, turned = failure_from_value(value[0]), value[1]
    if failure is not None:
        _check_facts(failure, meaning_of(failure.kind).while_loading)
    if any(type(name) is not str for name in turned):
        raise WireError("a switch's name must be text")
    _check_switches(turned)
    return Loading(failure, tuple(turned))


def reply_from_value(value: Any, call: Call, seconds: float = 0.0) -> Observation:
    """Validate and read a student's process's reply to ``call``, which the grader waited ``seconds`` for.

    Raises:
        WireError: it is not an observation, or does not match this call.
    """
    observation = observation_from_value(value)
    failure = observation.failure
    names = list(call.observe), [] if call.vjp is None else call.vjp.names
    if (set(observation.values), set(observation.gradients)) != (
        tuple(map(set, names)) if failure is None else (set(), set())
    ):
        raise WireError("a reply whose values are not those requested")
    given = list(dict.fromkeys(call.given()))
    if len(set(observation.mutated)) != len(observation.mutated) or not set(observation.mutated) <= set(given):
        raise WireError("a reply that names unknown inputs")
    if not observation.operators <= set(call.banned):
        raise WireError("a reply with operators that were not requested")
    _check_switches(observation.turned)
    if failure is not None:
        _check_facts(failure, meaning_of(failure.kind).in_a_call)
        _check_names(failure, call)
    if observation.gradient_error and (failure is not None or call.vjp is None):
        raise WireError("a reply with an error for gradients that were not requested")
    return replace(
        observation,
        # In the call's order, which the student's process cannot choose.
        values={name: observation.values[name] for name in names[0] if failure is None},
        gradients={name: observation.gradients[name] for name in names[1] if failure is None},
        mutated=tuple(name for name in given if name in observation.mutated),
        seconds=seconds,
    )


def _check_switches(turned: Sequence[str]) -> None:
    if list(turned) != [name for name in SWITCHES if name in turned]:
        raise WireError("a reply with unknown or unordered switches")


def _check_facts(failure: Failure, allowed: frozenset[str] | None) -> None:
    if allowed is None:
        raise WireError("a reply with a kind of failure that a student's process cannot report")
    if failure != Failure(failure.kind, **{name: getattr(failure, name) for name in allowed}):
        raise WireError("a reply with fields that do not belong to its kind of failure")


def _check_names(failure: Failure, call: Call) -> None:
    if failure.kind == "missing" and failure.name not in set(_names(call)):
        raise WireError("a reply that reports a missing name which the call does not use")
    if failure.kind == "unusable" and failure.name not in set(_ours(call)):
        raise WireError("a reply that reports an unusable step which the call does not have")
    if failure.kind == "parameter":
        owner, _, name = failure.name.partition(".")
        if name not in call.parameters.get(owner, {}):
            raise WireError("a reply that names a parameter which the call does not load")
        if failure.shape is not None and len(failure.shape) > MAX_DIMENSIONS:
            raise WireError("a reply with an impossible shape")


def _names(call: Call) -> Iterator[str]:
    """Every student's name that the call uses, in the form of `Failure.name`."""
    for path in _paths(call):
        place, colon, path_there = path.rpartition(":")
        if place == "student":
            yield path
        elif not colon or place == "object":
            parts = path_there.split(".")
            for end in range(2, len(parts) + 1):
                yield ".".join(parts[:end]).removesuffix("()")


def _ours(call: Call) -> Iterator[str]:
    """What gradkit itself does in a call, in the form of `Failure.name`."""
    yield from call.observe
    yield from (call.vjp.output, *call.vjp.wrt) if call.vjp is not None else ()
    yield from (str(number) for number, step in enumerate(call.steps) if not step.target.startswith("student:"))


def _paths(call: Call) -> Iterator[str]:
    yield from call.observe
    for step in call.steps:
        yield step.target
        yield from references([step.args, step.kwargs])
