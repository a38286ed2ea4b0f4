"""Run many submissions on a question's tests in parallel, and find faults of a bank."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace

from gradkit.bank import Bank
from gradkit.course import Assignment
from gradkit.course.assignment import Limits
from gradkit.diagnosis import ENOUGH, Fingerprint, Matcher, told
from gradkit.errors import GraderFault
from gradkit.grading.reader import Reading, SourceReader, read_sources
from gradkit.grading.score import score_tests
from gradkit.messages import as_data, from_data, message
from gradkit.sandbox import Sandbox, SubmissionRunner, Submitted, WorkerBaseEnded, Workers
from gradkit.sandbox.parallel import Jobs, run_jobs
from gradkit.suite.session import Suite, TestOutcome
from gradkit.suite.tests import HiddenTest
from gradkit.temporary import TemporaryFolder


@dataclass(frozen=True)
class Trial:
    """A submission to try.

    Attributes:
        tests: the tests to run, in order.
        files: the submission, by file name.
        limits: its limits.
        needed: of a mutant, the tests that need no further proof that they catch what no other test catches; None if
            all tests are to be run. A mutant is tried up to its first failing case. If that is not of a needed test, a
            fresh process tries the later tests of the question in the same way.
    """

    tests: Sequence[HiddenTest]
    files: Mapping[str, bytes]
    limits: Limits
    needed: frozenset[str] | None = None


@dataclass(frozen=True)
class Tried:
    """The result of a trial.

    Attributes:
        failed: the ids of the failed tests; of a mutant, of those that were run.
        messages: the reason for each; none for a mutant.
        fault: the error that a hidden test itself raised, or "".
        seconds: the duration of its longest call.
        named: the known mistakes that it was diagnosed with.
        runs: the number of times that it was run.
    """

    failed: tuple[str, ...]
    messages: tuple[str, ...] = ()
    fault: str = ""
    seconds: float = 0.0
    named: tuple[str, ...] = ()
    runs: int = 1


def try_all(
    suite: Suite,
    assignment: Assignment,
    trials: Sequence[Trial],
    sandbox: Sandbox,
    processes: int,
    advance: Callable[[], None] = lambda: None,
    known: Sequence[Fingerprint] = (),
) -> list[Tried]:
    """Run all trials, in ``processes`` forked graders, or in one if the sandbox allows no more.

    A trial on which the grader dies twice counts as a fault. Known mistakes are diagnosed as in grading.
    """
    found: list[Tried] = [Tried(())] * len(trials)
    with TemporaryFolder("gradkit-audit") as folder:

        def prepare() -> Callable[[int], object]:
            workers = sandbox.connect()
            sandbox.let_go()
            reader = SourceReader()

            def work(number: int) -> None:
                bench = _Bench(suite, assignment, trials[number], workers, reader)
                (folder / str(number)).write_text(as_json(bench.run(known)), encoding="utf-8")

            return work

        def keep(number: int) -> None:
            found[number] = from_json((folder / str(number)).read_text(encoding="utf-8"))
            advance()

        def give_up(number: int, how: str) -> None:
            found[number] = Tried((), (), how)
            advance()

        run_jobs(len(trials), sandbox.at_a_time(processes), Jobs(prepare, keep, give_up, sandbox.revive))
    return found


def as_json(tried: Tried) -> str:
    """A result as JSON."""
    return json.dumps({**vars(tried), "messages": list(map(as_data, tried.messages)), "fault": as_data(tried.fault)})


def from_json(text: str) -> Tried:
    """The result that `as_json` wrote."""
    data = json.loads(text)
    failed, named = tuple(data["failed"]), tuple(data["named"])
    messages = tuple(map(from_data, data["messages"]))
    return Tried(failed, messages, from_data(data["fault"]), data["seconds"], named, data["runs"])


@dataclass
class _Bench:
    """One trial in a grader."""

    suite: Suite
    assignment: Assignment
    trial: Trial
    workers: Workers
    reader: SourceReader

    def run(self, known: Sequence[Fingerprint]) -> Tried:
        """Run the tests and score them as in grading, including banned calls."""
        try:
            reading = read_sources(self.reader, self.assignment, self.trial.files)
            if self.trial.needed is None:
                return self._run_all(reading, Matcher(known))
            return self._run_mutant(reading, self.trial.needed)
        except WorkerBaseEnded:
            raise
        except GraderFault as fault:
            return Tried((), fault=fault.message)

    def _run_all(self, reading: Reading, matcher: Matcher) -> Tried:
        with closing(self._runner()) as runner:
            outcomes = self.suite.run(runner, self.trial.tests, matcher.look)
        wrong = self._wrong(outcomes, reading)
        seconds = (call.reply.seconds for outcome in outcomes for case in outcome.cases for call in case.found)
        named = tuple(sorted({mistake.id for mistake in matcher.found().values()}))
        return Tried(tuple(wrong), tuple(wrong.values()), seconds=max(seconds, default=0.0), named=named)

    def _run_mutant(self, reading: Reading, needed: frozenset[str]) -> Tried:
        failed = self._first_failed(self.trial.tests, reading)
        if len(failed) != 1 or failed[0] in needed:
            return Tried(failed)
        tests = list(self.trial.tests)
        place = next(number for number, test in enumerate(tests) if test.id == failed[0])
        later = [test for test in tests[place + 1 :] if test.question == tests[place].question]
        return Tried((*failed, *self._first_failed(later, reading)), runs=2)

    def _first_failed(self, tests: Sequence[HiddenTest], reading: Reading) -> tuple[str, ...]:
        """The test of the first failing case; several if a banned call fails earlier ones too; none if all pass."""
        outcomes: list[TestOutcome] = []
        with closing(self._runner()) as runner:
            for test in tests:
                for case in test.cases:
                    outcomes += self.suite.run(runner, [replace(test, cases=(case,))])
                    if outcomes[-1].cases[0].mismatch is not None:
                        break
                if wrong := self._wrong(outcomes, reading):
                    return tuple(wrong)
        return ()

    def _runner(self) -> SubmissionRunner:
        trial = self.trial
        submitted = Submitted(self.assignment.module, trial.files, self.assignment.banned_operators())
        return SubmissionRunner(submitted, trial.limits, self.workers.start)

    def _wrong(self, outcomes: Sequence[TestOutcome], reading: Reading) -> dict[str, str]:
        """The messages of failed tests, by test id."""
        results = score_tests(self.assignment, outcomes, reading)
        pairs = zip(outcomes, results, strict=True)
        return {outcome.test.id: result.text for outcome, result in pairs if not result.passed}


def bank_faults(
    assignment: Assignment,
    bank: Bank,
    known: Sequence[Fingerprint],
    failed: Mapping[str, frozenset[str]],
    named: Mapping[str, frozenset[str]],
) -> Iterator[str]:
    """One sentence for each fault of a bank.

    Args:
        assignment: the assignment.
        bank: its mistakes and accepted variants.
        known: the fingerprint of each mistake.
        failed: mistake id -> the tests that it fails, including by bans.
        named: mistake id -> the mistakes that its own submission is diagnosed with.
    """
    for question in assignment.questions:
        if not any(entry.question == question.id for entry in bank.mistakes):
            yield message("{question} has no mistakes in its bank.", question=question.id)
        if not any(entry.question == question.id for entry in bank.accepted):
            yield message("{question} has no accepted variants in its bank.", question=question.id)
    by_id = {mistake.id: mistake for mistake in known}
    as_what = told(known)
    for entry in bank.mistakes:
        # A file that cannot be loaded fails every test, and would seem to be caught.
        if reason := _not_loaded(by_id[entry.id]):
            yield message(
                '{place}: "{name}" was never tried, since its file cannot be loaded: {reason}',
                place=entry.place,
                name=entry.id,
                reason=reason,
            )
        for wrong in sorted(as_what[entry.id] - {entry.id}):
            yield message('{place}: "{name}" is diagnosed as "{other}".', place=entry.place, name=entry.id, other=wrong)
        if not failed[entry.id]:
            yield message('{place}: "{name}" is wrong, but passes every test.', place=entry.place, name=entry.id)
        elif by_id[entry.id].tells_in(by_id[entry.id].failed) >= ENOUGH and entry.id not in named[entry.id]:
            yield message(
                '{place}: "{name}" is not diagnosed, although its answers differ from the right ones. Is it a twin, or '
                "do its answers vary between processes?",
                place=entry.place,
                name=entry.id,
            )


def _not_loaded(mistake: Fingerprint) -> str:
    """Why the mistake's file could not be loaded, or ""."""
    calls = (call for cases in mistake.tests.values() for case in cases for call in case.calls)
    failures = (call.answer.observation.failure for call in calls)
    reasons = (
        message("{type}: {text}", type=failure.type_name, text=failure.message)
        for failure in failures
        if failure and failure.kind == "import"
    )
    return next(reasons, "")
