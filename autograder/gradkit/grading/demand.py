"""Decide which answers of known mistakes are computed, and which submissions wait for them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

from gradkit.diagnosis import ENOUGH
from gradkit.diagnosis.answer_store import AnswerStore
from gradkit.diagnosis.fingerprints import UNREADABLE, cannot_be_computed
from gradkit.grading.record import Record
from gradkit.wire.kinds import FAILURE_KINDS

_UNANSWERED = FAILURE_KINDS | {"not_started"}


def to_diagnose(record: Record) -> set[str]:
    """The questions that a diagnosis is possible for: their failed tests have enough calls with an answer."""
    answers: Counter[str] = Counter()
    for test in record.tests:
        if test.kind not in (None, "banned"):
            answers[test.question] += sum(call["kind"] not in _UNANSWERED for call in test.calls)
    return {question for question, number in answers.items() if number >= ENOUGH}


class Demand:
    """The runs of known mistakes that submissions wait for, as jobs with numbers.

    Args:
        store: the answers.
        first: the number of the store's first run.
        give_up: called with each submission that waits in vain, and why.

    Attributes:
        needed: how many runs were needed so far.
        finished: how many of them have ended.
    """

    def __init__(self, store: AnswerStore, first: int, give_up: Callable[[int, str], None]) -> None:
        self.needed = self.finished = 0
        self._store, self._first, self._give_up = store, first, give_up
        self._running: dict[str, set[int]] = {}  # by question
        self._waiting: dict[int, Sequence[str]] = {}  # submission -> questions
        self._faults: dict[str, str] = {}  # by question

    def wait(self, submission: int, questions: Sequence[str]) -> list[int]:
        """Have a submission wait for the answers of these questions' mistakes; returns the jobs to do next."""
        self._waiting[submission] = questions
        return [job for question in questions for job in self._start(question)] + self._ready()

    def ended(self, job: int, fault: str = "") -> list[int]:
        """Note the end of a run; returns the submissions that have waited only for it."""
        run = self._store.runs[job - self._first]
        self.finished += 1
        self._running[run.question].discard(job)
        if fault:
            self._faults.setdefault(run.question, cannot_be_computed(run, fault))
        return self._ready()

    def _start(self, question: str) -> list[int]:
        """The runs that a question needs, once: answers that are still missing afterwards are a fault."""
        missing = self._store.missing([question])
        if question in self._running:
            if missing and not self._running[question]:
                self._faults.setdefault(question, UNREADABLE)
            return []
        jobs = [self._first + number for number, run in enumerate(self._store.runs) if run in missing]
        self._running[question] = {*jobs}
        self.needed += len(jobs)
        return jobs

    def _ready(self) -> list[int]:
        """The submissions whose questions have all answers; those of a question with a fault are given up."""
        over = [number for number, questions in self._waiting.items() if not any(map(self._running.get, questions))]
        ready = []
        for number in over:
            faults = [self._faults[question] for question in self._waiting.pop(number) if question in self._faults]
            if faults:
                self._give_up(number, faults[0])
            else:
                ready.append(number)
        return ready
