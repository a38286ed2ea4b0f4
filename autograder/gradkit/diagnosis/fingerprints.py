"""Fingerprints: each known mistake's answers to a suite's calls, computed once, cached as wire frames."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field, replace
from io import BytesIO
from pathlib import Path

from gradkit.bank import Bank, Entry, read_bank
from gradkit.course import Assignment, Course
from gradkit.diagnosis.answers import Answer, CallPrint, call_print
from gradkit.errors import GraderFault, WireError
from gradkit.sandbox import Sandbox, StartWorker, SubmissionRunner, Submitted, Workers
from gradkit.sandbox.parallel import Jobs, run_jobs
from gradkit.suite.session import CaseOutcome, Suite
from gradkit.suite.tests import HiddenTest
from gradkit.temporary import TemporaryFolder, replacing
from gradkit.wire.frames import Frame, pack, read
from gradkit.wire.observation import Observation, observation_from_value, observation_to_value

_RIGHT = ""  # the solution's own answers are stored with the mistakes', under a name that no mistake can have


@dataclass(frozen=True)
class CasePrint:
    """A mistake's answers in one case of a test.

    Attributes:
        passed: whether it passes the case.
        calls: its answers, in order.
    """

    passed: bool
    calls: tuple[CallPrint, ...]

    @property
    def tells(self) -> int:
        """The number of calls that distinguish the mistake from the correct answer."""
        return sum(call.tells for call in self.calls)


@dataclass(frozen=True)
class Fingerprint:
    """One mistake of the bank, recognized by its answers.

    Attributes:
        id: the mistake's name.
        question: the question that it answers incorrectly.
        sentence: what the student reads.
        tests: test id -> its cases, for every test of the question.
        failed: the ids of the tests that it fails.
    """

    id: str
    question: str
    sentence: str
    tests: Mapping[str, tuple[CasePrint, ...]]
    failed: frozenset[str] = field(init=False)

    def tells_in(self, tests: Collection[str]) -> int:
        """The number of calls of these tests that distinguish the mistake from the correct answer."""
        return sum(case.tells for test in tests for case in self.tests[test])

    def __post_init__(self) -> None:
        failed = (name for name, cases in self.tests.items() if not all(case.passed for case in cases))
        object.__setattr__(self, "failed", frozenset(failed))


def fingerprints(
    course: Course, assignment: Assignment, suite: Suite, keys: Mapping[str, str], sandbox: Sandbox, processes: int = 0
) -> tuple[Fingerprint, ...]:
    """The fingerprints of an assignment's mistakes; none if it has no bank.

    Args:
        course: the course.
        assignment: the assignment.
        suite: its hidden suite.
        keys: the hashes that the fingerprints depend on: suite (with its bank), reference and engine.
        sandbox: runs the mistakes if the fingerprints must be computed.
        processes: the number of graders to fork for it; 0 computes them in this process.

    Raises:
        CourseError: the bank cannot be read.
        GraderFault: a hidden test raised an error of its own, or a grader died twice on the same mistake.
    """
    source = (course.source(assignment.id) / assignment.module).read_bytes()
    bank = read_bank(course.hidden(assignment.id), assignment, source)
    if not bank.mistakes:
        return ()
    digest = hashlib.sha256(repr(sorted(keys.items())).encode()).hexdigest()
    path = course.work / "fingerprints" / f"{assignment.id}-{digest[:16]}"
    answers = load(path)
    if answers is None:
        answers = _collect(assignment, suite, bank, source, sandbox, processes)
        with suppress(OSError):  # a cache only
            save(path, answers)
    return tuple(_fingerprint(entry, answers) for entry in bank.mistakes)


def run_entry(
    suite: Suite, assignment: Assignment, question: str, files: Mapping[str, bytes], start: StartWorker
) -> Answers:
    """Run a question's tests on the code of a bank entry, and return every answer."""
    kept: dict[str, list[CaseAnswers]] = {}

    def look(test: HiddenTest, outcome: CaseOutcome) -> None:
        observations = tuple(found.observation for found in outcome.found)
        kept.setdefault(test.id, []).append(CaseAnswers(outcome.mismatch is None, observations))

    runner = SubmissionRunner(
        Submitted(assignment.module, files, assignment.banned_operators()), assignment.limits, start
    )
    try:
        suite.run(runner.run, [test for test in suite.tests if test.question == question], look)
    finally:
        runner.close()
    return {name: tuple(cases) for name, cases in kept.items()}


def _collect(
    assignment: Assignment, suite: Suite, bank: Bank, source: bytes, sandbox: Sandbox, processes: int
) -> dict[str, Answers]:
    """The answers of the solution and of each mistake, by name, in the bank's order."""
    questions = list(dict.fromkeys(entry.question for entry in bank.mistakes))
    files: Mapping[str, bytes] = {assignment.module: source}
    runs = [(_RIGHT, question, files) for question in questions]
    runs += [(entry.id, entry.question, entry.files) for entry in bank.mistakes]

    def run(number: int, workers: Workers) -> dict[str, Answers]:
        name, question, files = runs[number]
        return {name: run_entry(suite, assignment, question, files, workers.start)}

    if processes:
        found = _collect_apart(run, [name for name, _, _ in runs], sandbox, processes)
    else:
        with closing(sandbox.connect()) as workers:
            found = [run(number, workers) for number in range(len(runs))]
    answers: dict[str, Answers] = {}
    for part in found:
        for name, tests in part.items():
            answers[name] = {**answers.get(name, {}), **tests}
    return answers


def _collect_apart(
    run: Callable[[int, Workers], dict[str, Answers]], names: Sequence[str], sandbox: Sandbox, processes: int
) -> list[dict[str, Answers]]:
    """Collect the answers in forked graders."""
    with TemporaryFolder("gradkit-fingerprints") as folder:

        def prepare() -> Callable[[int], object]:
            workers = sandbox.connect()
            sandbox.let_go()
            return lambda number: save(folder / str(number), run(number, workers))

        def give_up(number: int, how: str) -> None:
            raise GraderFault(f'the mistakes bank: the answers of "{names[number]}" cannot be computed: {how}')

        run_jobs(len(names), processes, Jobs(prepare, lambda _: None, give_up, sandbox.revive))
        found = [load(folder / str(number)) for number in range(len(names))]
    complete = [answers for answers in found if answers is not None]
    if len(complete) < len(names):
        raise GraderFault("the answers of known mistakes were written, but cannot be read back. Is the disk full?")
    return complete


def _fingerprint(entry: Entry, answers: Mapping[str, Answers]) -> Fingerprint:
    right = answers[_RIGHT]
    tests = {name: tuple(_case_prints(cases, right[name])) for name, cases in answers[entry.id].items()}
    return Fingerprint(entry.id, entry.question, entry.sentence, tests)


def _case_prints(mistake: Sequence[CaseAnswers], right: Sequence[CaseAnswers]) -> Iterator[CasePrint]:
    for wrong, correct in zip(mistake, right, strict=True):
        # A test stops at the first difference, so a mistake may have received fewer calls than the solution.
        pairs = zip(wrong.observations, correct.observations, strict=False)
        yield CasePrint(wrong.passed, tuple(call_print(Answer(first), Answer(second)) for first, second in pairs))


@dataclass(frozen=True, eq=False)
class CaseAnswers:
    """The answers of a submission to one case of a test.

    Attributes:
        passed: whether it passed the case.
        observations: its answers, in order.
    """

    passed: bool
    observations: Sequence[Observation]


Answers = Mapping[str, Sequence[CaseAnswers]]
"""Test id -> the answers to its cases."""


def save(path: Path, answers: Mapping[str, Answers]) -> None:
    """Write answers (name -> tests) to ``path``, and remove outdated files of the same assignment.

    Raises:
        OSError: ``path`` cannot be written.
    """
    for old in path.parent.glob(f"{path.name.rpartition('-')[0]}-*"):
        old.unlink(missing_ok=True)
    with replacing(path) as new, new.open("wb") as file:
        for frame in _frames(answers):
            file.writelines(pack(frame))


def load(path: Path) -> dict[str, Answers] | None:
    """Read what `save` wrote; None if the file is missing or incomplete."""
    try:
        stream = BytesIO(path.read_bytes())
    except OSError:
        return None

    def take(size: int) -> bytearray:
        data = bytearray(stream.read(size))
        if len(data) != size:
            raise WireError("the file ends too early")
        return data

    answers: dict[str, dict[str, Sequence[CaseAnswers]]] = {}
    try:
        while (frame := read(take)).kind == "answers":
            answers.setdefault(frame.nonce, {})[frame.value["test"]] = [
                CaseAnswers(passed, [observation_from_value(value) for value in observations])
                for passed, observations in frame.value["cases"]
            ]
    except (WireError, KeyError, TypeError, ValueError):
        return None
    return dict(answers)


def _frames(answers: Mapping[str, Answers]) -> Iterator[Frame]:
    for name, tests in answers.items():
        for test, cases in tests.items():
            values = [[case.passed, [_value(observation) for observation in case.observations]] for case in cases]
            yield Frame("answers", name, {"test": test, "cases": values})
    yield Frame("end", "", {})


def _value(observation: Observation) -> dict[str, object]:
    """An observation as plain data, without the fields that are never compared."""
    return observation_to_value(replace(observation, operators=frozenset(), seconds=0.0))
