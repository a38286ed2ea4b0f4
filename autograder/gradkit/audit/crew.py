"""What runs the code of an audit: forked graders on this machine, or a cluster."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from gradkit.audit.fuzz import Fuzzed, fuzz_tests
from gradkit.audit.public import PublicTrial, try_public
from gradkit.audit.trials import Trial, Tried, try_all
from gradkit.check.results import Report
from gradkit.course import Assignment
from gradkit.diagnosis import Fingerprint
from gradkit.diagnosis.answer_store import AnswerStore, Run
from gradkit.diagnosis.fingerprints import compute_answers
from gradkit.sandbox import Sandbox
from gradkit.suite.session import Suite

Advance = Callable[[], None]


class Crew(Protocol):
    """Runs the code of an audit. Each ``advance`` is called after a trial."""

    def compute(self, store: AnswerStore, runs: Sequence[Run]) -> None:
        """Compute answers; see `gradkit.diagnosis.fingerprints.compute_answers`."""
        ...

    def try_all(
        self,
        suite: Suite,
        assignment: Assignment,
        trials: Sequence[Trial],
        known: Sequence[Fingerprint],
        advance: Advance,
    ) -> list[Tried]:
        """Run trials; see `gradkit.audit.trials.try_all`."""
        ...

    def try_public(
        self,
        assignment: Assignment,
        release: Path,
        reference: Mapping[str, bytes],
        trials: Sequence[PublicTrial],
        advance: Advance,
    ) -> list[Report | None]:
        """Run the public checks; see `gradkit.audit.public.try_public`."""
        ...

    def fuzz(
        self, suite: Suite, assignment: Assignment, source: Path, known: Sequence[Fingerprint], advance: Advance
    ) -> list[Fuzzed]:
        """Fuzz every test; see `gradkit.audit.fuzz.fuzz_tests`."""
        ...


@dataclass(frozen=True)
class LocalCrew:
    """Forked graders on this machine.

    Attributes:
        sandbox: the sandbox to run the code in.
        processes: the number of graders to fork.
    """

    sandbox: Sandbox
    processes: int

    def compute(self, store: AnswerStore, runs: Sequence[Run]) -> None:
        """Compute answers."""
        compute_answers(store, runs, self.sandbox, self.processes)

    def try_all(
        self,
        suite: Suite,
        assignment: Assignment,
        trials: Sequence[Trial],
        known: Sequence[Fingerprint],
        advance: Advance,
    ) -> list[Tried]:
        """Run trials."""
        return try_all(suite, assignment, trials, self.sandbox, self.processes, advance, known)

    def try_public(
        self,
        assignment: Assignment,
        release: Path,
        reference: Mapping[str, bytes],
        trials: Sequence[PublicTrial],
        advance: Advance,
    ) -> list[Report | None]:
        """Run the public checks."""
        del assignment
        return try_public(release, reference, trials, self.processes, advance)

    def fuzz(
        self, suite: Suite, assignment: Assignment, source: Path, known: Sequence[Fingerprint], advance: Advance
    ) -> list[Fuzzed]:
        """Fuzz every test."""
        return fuzz_tests(suite, assignment, source, known, self.processes, range(len(suite.tests)), advance)
