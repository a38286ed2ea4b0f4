"""Audit on the nodes of a cluster: whatever runs code goes to nodes, everything else stays here."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Generic, TypeVar

from gradkit.audit.crew import Advance
from gradkit.audit.fuzz import Fuzzed
from gradkit.audit.public import PublicTrial
from gradkit.audit.trials import Trial, Tried, from_json
from gradkit.check.results import Report
from gradkit.cluster.grading import Answers
from gradkit.cluster.head import Nodes
from gradkit.cluster.requests import CheckPublicly, Fuzz, RemoteTrial, Request, Try
from gradkit.course import Assignment
from gradkit.diagnosis import Fingerprint
from gradkit.diagnosis.answer_store import AnswerStore, Run
from gradkit.errors import GradkitError
from gradkit.messages import from_data, message
from gradkit.suite.session import Suite

T = TypeVar("T")


@dataclass(frozen=True)
class ClusterCrew:
    """A `gradkit.audit.crew.Crew` on nodes.

    Attributes:
        nodes: nodes that have the assignments.
    """

    nodes: Nodes

    def compute(self, store: AnswerStore, runs: Sequence[Run]) -> None:
        """Compute answers, and keep them."""
        del runs  # the same: those that are missing
        errand = Answers(store, lambda _name, _finished, _needed: None)
        self.nodes.distribute([errand])
        for fault in errand.faults:
            raise fault

    def try_all(
        self,
        suite: Suite,
        assignment: Assignment,
        trials: Sequence[Trial],
        known: Sequence[Fingerprint],
        advance: Advance,
    ) -> list[Tried]:
        """Run trials."""
        del suite

        def request(jobs: Sequence[int]) -> Try:
            chosen = (trials[job] for job in jobs)
            sent = [RemoteTrial([test.id for test in one.tests], one.files, one.limits, one.needed) for one in chosen]
            return Try(assignment.id, sent, bool(known))

        errand = _Trials(len(trials), request, from_json, lambda _job, how: Tried((), (), how), advance)
        return errand.done_on(self.nodes)

    def try_public(
        self,
        assignment: Assignment,
        release: Path,
        reference: Mapping[str, bytes],
        trials: Sequence[PublicTrial],
        advance: Advance,
    ) -> list[Report | None]:
        """Run the public checks."""
        del release, reference  # the nodes have them

        def request(jobs: Sequence[int]) -> CheckPublicly:
            return CheckPublicly(assignment.id, [(trials[job].question, trials[job].files) for job in jobs])

        def read(data: Any) -> Report | None:
            return None if data is None else Report.from_data(data)

        return _Trials(len(trials), request, read, lambda _job, _how: None, advance).done_on(self.nodes)

    def fuzz(
        self, suite: Suite, assignment: Assignment, source: Path, known: Sequence[Fingerprint], advance: Advance
    ) -> list[Fuzzed]:
        """Fuzz every test."""
        del source, known  # the nodes have them

        def lost(job: int, how: str) -> Fuzzed:
            return Fuzzed(0, (message("{test} cannot be fuzzed: {reason}", test=suite.tests[job].name, reason=how),))

        def read(found: Any) -> Fuzzed:
            return Fuzzed(found[0], tuple(map(from_data, found[1])))

        errand = _Trials(len(suite.tests), lambda jobs: Fuzz(assignment.id, [*jobs]), read, lost, advance)
        return errand.done_on(self.nodes)


@dataclass
class _Trials(Generic[T]):
    """Trials of one sort.

    Attributes:
        size: their number.
        request: the request for some of them.
        read: makes a result of what a node replied.
        give_up: makes a result of a trial that ended its node twice.
        advance: called after each.
    """

    size: int
    request: Callable[[Sequence[int]], Request]
    read: Callable[[Any], T]
    give_up: Callable[[int, str], T]
    advance: Advance
    found: dict[int, T] = field(default_factory=dict)
    fault: GradkitError | None = None

    def done_on(self, nodes: Nodes) -> list[T]:
        """Have nodes do them; returns the results in order."""
        nodes.distribute([self])
        if self.fault is not None:
            raise self.fault
        return [self.found[job] for job in range(self.size)]

    def keep(self, results: Mapping[int, Any]) -> None:
        for job, result in results.items():
            self.found[job] = self.read(result)
            self.advance()

    def lost(self, job: int, how: str) -> None:
        self.found[job] = self.give_up(job, how)
        self.advance()

    def failed(self, fault: GradkitError) -> None:
        self.fault = fault
