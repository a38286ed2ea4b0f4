"""The cases of a suite: what each was seen to do, so that equal answers are not judged twice.

A case is a function of its answers: inputs are seeded, so with the same answers it makes the same calls and comes to
the same verdict. So its calls are packed once, an answer seen before leads to the next call or the verdict without
running the test, and a first call, which depends on no answer, is sent ahead. That holds for cases with no fixtures but
gradkit's; others run in pytest every time.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol, runtime_checkable

import pytest

from gradkit.errors import GraderFault
from gradkit.messages import message
from gradkit.suite.mismatch import Mismatch
from gradkit.suite.runner import Found
from gradkit.wire.call import Call
from gradkit.wire.observation import Observation
from gradkit.wire.packing import pack_call
from gradkit.wire.reply import Key, Reply

_MOST = 12  # answers remembered after one call
_NOT_READ = Observation()


@runtime_checkable
class Replies(Protocol):
    """Answers calls for one submission."""

    def announce(self, calls: Iterable[Call], /) -> None:
        """Say which calls will be asked for next, whatever the answers, in order."""
        ...

    def ask(self, call: Call, known: Container[Key] = (), /) -> Reply:
        """The reply to a call; one whose key is ``known`` need not be read."""
        ...


class Performing:
    """Answers calls by a function."""

    def __init__(self, perform: Callable[[Call], Observation]) -> None:
        self._perform = perform

    def announce(self, calls: Iterable[Call], /) -> None:
        """Do nothing."""

    def ask(self, call: Call, known: Container[Key] = (), /) -> Reply:
        """Perform the call."""
        del known
        observation = self._perform(call)
        return Reply(lambda: observation, seconds=observation.seconds)


class Asked(Found):
    """A call of the student's code and its reply, which is read when it is looked at.

    Args:
        call: the call.
        reply: the reply.

    Attributes:
        known: what `without_values` keeps of an observation like it, if that is known; the reply need not be read then.
    """

    def __init__(self, call: Call, reply: Reply) -> None:
        super().__init__(call, _NOT_READ)
        self.reply = reply
        self.known: Observation | None = None

    @property
    def observation(self) -> Observation:
        """The answer."""
        return self.reply.observation

    def without_values(self) -> Asked:
        """The same with only the failure, the operators and the time of the answer."""
        rest = self.known or Observation(failure=self.observation.failure, operators=self.observation.operators)
        return Asked(self.call, Reply(lambda: rest, seconds=self.reply.seconds))


@dataclass(frozen=True)
class CaseOutcome:
    """The outcome of one case of a test.

    Attributes:
        mismatch: what was wrong, or None if the case passed.
        found: every call of the student's code with its answer, in order.
    """

    mismatch: Mismatch | None
    found: tuple[Asked, ...]

    def without_values(self) -> CaseOutcome:
        """The same, but of each answer only the failure, the operators and the time: what is needed afterwards."""
        return CaseOutcome(self.mismatch, tuple(found.without_values() for found in self.found))


@dataclass(eq=False)
class _Step:
    """What a case does next, after certain answers.

    Attributes:
        call: the call that it makes, or None if it ends.
        outcome: the outcome if it ends, without values.
        after: the next step, by the key of the answer to the call.
    """

    call: Call | None = None
    outcome: CaseOutcome | None = None
    after: dict[Key, _Step] = field(default_factory=dict)


Ask = Callable[[Call], Found]


class Case:
    """One case of a test.

    Args:
        item: the collected case.
        banned: the banned operators whose use its calls report.

    Attributes:
        arguments: what the test function receives besides gradkit's fixtures; None if it must run in pytest.
        alone: whether the reference needs only one call.
    """

    def __init__(self, item: pytest.Function, banned: Sequence[str]) -> None:
        self.item = item
        self.arguments: Mapping[str, Any] | None = None
        self.alone = False
        self._banned = banned
        self._first: _Step | None = None

    @property
    def first_call(self) -> Call | None:
        """Its first call, if known."""
        return None if self._first is None else self._first.call

    def run(self, replies: Replies, run_test: Callable[[Ask], Mismatch | None]) -> CaseOutcome:
        """Follow the steps known for these answers, and run the test where they end.

        Args:
            replies: answers calls.
            run_test: runs the test function, which asks for its calls through its argument.

        Raises:
            GraderFault: the test made another call than before with the same answers.
        """
        step, replied = self._first, list[Asked]()
        while step is not None and step.call is not None:
            reply = replies.ask(step.call, step.after)
            replied.append(Asked(step.call, reply))
            step = None if reply.key is None else step.after.get(reply.key)
        if step is not None and step.outcome is not None:
            for found, before in zip(replied, step.outcome.found, strict=True):
                found.known = before.observation
            return CaseOutcome(step.outcome.mismatch, tuple(replied))
        made = list[Asked]()

        def ask(call: Call) -> Asked:
            call = replace(call, banned=self._banned)
            if len(made) < len(replied):
                found = self._repeated(call, replied[len(made)])
            else:
                found = Asked(call, replies.ask(call))
            made.append(found)
            return found

        outcome = CaseOutcome(run_test(ask), tuple(made))
        if self.arguments is not None:
            self._learn(outcome)
        return outcome

    def _repeated(self, call: Call, before: Asked) -> Asked:
        if pack_call(call).digest != pack_call(before.call).digest:
            raise GraderFault(
                message(
                    "{test}: the test made another call than on its last run. Draw its inputs with the rng "
                    "fixture, and change nothing that outlasts the test",
                    test=self.item.nodeid,
                )
            )
        return Asked(call, before.reply)

    def _learn(self, outcome: CaseOutcome) -> None:
        """Remember the steps that led to an outcome."""
        calls = [*(found.call for found in outcome.found), None]
        self._first = step = self._first or _Step(calls[0])
        for found, call in zip(outcome.found, calls[1:], strict=True):
            key = found.reply.key
            if key is None or (key not in step.after and len(step.after) >= _MOST):
                return
            step = step.after.setdefault(key, _Step(call))
        if outcome.mismatch is not None:
            outcome.mismatch.__traceback__ = None  # it would keep the test's variables
        step.outcome = outcome.without_values()


def first_calls(cases: Iterable[Case]) -> Iterator[Call]:
    """The first calls of the cases from the next one on that can be sent at once.

    They end with a case that may make further calls: the order of calls must not depend on the answers.
    """
    for case in cases:
        if case.first_call is not None:
            yield case.first_call
        if not case.alone:
            return
