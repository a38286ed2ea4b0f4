"""Run many submissions on a question's tests in parallel, and find faults of a bank."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from gradkit.bank import Bank
from gradkit.course import Assignment
from gradkit.course.assignment import Limits
from gradkit.diagnosis import ENOUGH, Fingerprint, Matcher, told
from gradkit.errors import GraderFault
from gradkit.grading.reader import SourceReader, read_sources
from gradkit.grading.score import score_tests
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
        to_the_end: whether to continue after the first failing test.
    """

    tests: Sequence[HiddenTest]
    files: Mapping[str, bytes]
    limits: Limits
    to_the_end: bool = True


@dataclass(frozen=True)
class Tried:
    """The result of a trial.

    Attributes:
        failed: the ids of the failed tests; at most one unless ``to_the_end``.
        messages: the reason for each.
        fault: the error that a hidden test itself raised, or "".
        seconds: the duration of its longest call.
        named: the known mistakes that it was diagnosed with.
    """

    failed: tuple[str, ...]
    messages: tuple[str, ...] = ()
    fault: str = ""
    seconds: float = 0.0
    named: tuple[str, ...] = ()


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
                tried = _try(suite, assignment, trials[number], workers, reader, known)
                _write(folder / str(number), tried)

            return work

        def keep(number: int) -> None:
            found[number] = _read(folder / str(number))
            advance()

        def give_up(number: int, how: str) -> None:
            found[number] = Tried((), (), how)
            advance()

        run_jobs(len(trials), sandbox.at_a_time(processes), Jobs(prepare, keep, give_up, sandbox.revive))
    return found


def _write(path: Path, tried: Tried) -> None:
    path.write_text(json.dumps(tried.__dict__), encoding="utf-8")


def _read(path: Path) -> Tried:
    data = json.loads(path.read_text(encoding="utf-8"))
    failed, messages, named = (tuple(data[name]) for name in ("failed", "messages", "named"))
    return Tried(failed, messages, data["fault"], data["seconds"], named)


def _try(
    suite: Suite,
    assignment: Assignment,
    trial: Trial,
    workers: Workers,
    reader: SourceReader,
    known: Sequence[Fingerprint],
) -> Tried:
    """Run the tests and score them as in grading, including banned calls."""
    submitted = Submitted(assignment.module, trial.files, assignment.banned_operators())
    matcher = Matcher(known)
    runner = SubmissionRunner(submitted, trial.limits, workers.start)
    outcomes: list[TestOutcome] = []
    failed: list[str] = []
    messages: list[str] = []
    try:
        reading = read_sources(reader, assignment, trial.files)
        for test in trial.tests:
            outcomes += suite.run(runner.run, [test], matcher.look)
            results = score_tests(assignment, outcomes, reading)
            pairs = zip(outcomes, results, strict=True)
            wrong = [(outcome.test.id, result) for outcome, result in pairs if not result.passed]
            failed, messages = [name for name, _ in wrong], [result.text for _, result in wrong]
            if wrong and not trial.to_the_end:
                break
    except WorkerBaseEnded:
        raise
    except GraderFault as fault:
        return Tried(tuple(failed), tuple(messages), str(fault))
    finally:
        runner.close()
    seconds = (call.observation.seconds for outcome in outcomes for case in outcome.cases for call in case.found)
    named = tuple(sorted({mistake.id for mistake in matcher.found().values()}))
    return Tried(tuple(failed), tuple(messages), seconds=max(seconds, default=0.0), named=named)


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
        for kind, entries in (("mistakes", bank.mistakes), ("accepted variants", bank.accepted)):
            if not any(entry.question == question.id for entry in entries):
                yield f"{question.id} has no {kind} in its bank."
    by_id = {mistake.id: mistake for mistake in known}
    as_what = told(known)
    for entry in bank.mistakes:
        # A file that cannot be loaded fails every test, and would seem to be caught.
        if reason := _not_loaded(by_id[entry.id]):
            yield f'{entry.place}: "{entry.id}" was never tried, since its file cannot be loaded: {reason}'
        for wrong in sorted(as_what[entry.id] - {entry.id}):
            yield f'{entry.place}: "{entry.id}" is diagnosed as "{wrong}".'
        if not failed[entry.id]:
            yield f'{entry.place}: "{entry.id}" is wrong, but passes every test.'
        elif by_id[entry.id].tells_in(by_id[entry.id].failed) >= ENOUGH and entry.id not in named[entry.id]:
            yield (
                f'{entry.place}: "{entry.id}" is not diagnosed, although its answers differ from the right ones. '
                "Is it a twin, or do its answers vary between processes?"
            )


def _not_loaded(mistake: Fingerprint) -> str:
    """Why the mistake's file could not be loaded, or ""."""
    calls = (call for cases in mistake.tests.values() for case in cases for call in case.calls)
    failures = (call.answer.observation.failure for call in calls)
    reasons = (
        f"{failure.type_name}: {failure.message}" for failure in failures if failure and failure.kind == "import"
    )
    return next(reasons, "")
