"""Try code on a question's tests, many pieces at a time, and learn which tests it fails."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from gradkit.course import Assignment
from gradkit.course.assignment import Limits
from gradkit.diagnosis import Fingerprint, Matcher
from gradkit.errors import GraderFault
from gradkit.grading.reader import SourceReader
from gradkit.grading.reading import read_sources
from gradkit.grading.score import score_tests
from gradkit.sandbox import Sandbox, SubmissionRunner, Submitted, WorkerBaseEnded, Workers
from gradkit.sandbox.parallel import Jobs, run_jobs
from gradkit.suite.session import Suite, TestOutcome
from gradkit.suite.tests import HiddenTest
from gradkit.temporary import TemporaryFolder


@dataclass(frozen=True)
class Trial:
    """Code to be tried.

    Attributes:
        tests: the tests to run, in order.
        files: a submission, by file name.
        limits: what it may use.
        to_the_end: whether to go on after the first test that it fails.
    """

    tests: Sequence[HiddenTest]
    files: Mapping[str, bytes]
    limits: Limits
    to_the_end: bool = True


@dataclass(frozen=True)
class Tried:
    """What became of a trial.

    Attributes:
        failed: the ids of the tests that it failed; one at most where the trial was to stop there.
        messages: why, test by test.
        fault: what a hidden test itself failed with, or "".
        seconds: the longest time that one of its calls took.
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
    """Try each, in ``processes`` forked graders or in one where the sandbox allows no more; name the known mistakes.

    A trial at which the grader dies twice is at fault.
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
    """Run the tests and score them as a submission's are: a banned call fails them too."""
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
            wrong = [(one.test.id, result) for one, result in zip(outcomes, results, strict=True) if not result.passed]
            failed, messages = [name for name, _ in wrong], [result.text for _, result in wrong]
            if wrong and not trial.to_the_end:
                break
    except WorkerBaseEnded:
        raise
    except GraderFault as fault:
        return Tried(tuple(failed), tuple(messages), str(fault))
    finally:
        runner.close()
    seconds = (call.observation.seconds for one in outcomes for case in one.cases for call in case.found)
    named = tuple(sorted({mistake.id for mistake in matcher.found().values()}))
    return Tried(tuple(failed), tuple(messages), seconds=max(seconds, default=0.0), named=named)
