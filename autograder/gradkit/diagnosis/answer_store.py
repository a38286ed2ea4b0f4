"""Keep the answers of an assignment's mistakes in files: one for each entry of its bank, named by all it depends on.

So a new mistake costs one run. Every run of ``gradkit grade`` and ``gradkit audit`` shares the files.
"""

from __future__ import annotations

import hashlib
from collections.abc import Container, Iterator, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import Path

from gradkit.bank import FILE_NAMES, Entry, read_bank
from gradkit.course import Assignment, Course
from gradkit.course.hashing import hash_tree
from gradkit.errors import GraderFault, GradkitError, WireError
from gradkit.messages import message
from gradkit.sandbox import StartWorker, SubmissionRunner, Submitted
from gradkit.suite.cases import CaseOutcome
from gradkit.suite.session import Suite
from gradkit.suite.tests import HiddenTest
from gradkit.temporary import advice_on, replacing, system_reason
from gradkit.wire.frames import Frame, pack, parse, read, read_unparsed
from gradkit.wire.observation import Observation, observation_from_value, observation_to_value


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


@dataclass(frozen=True)
class Run:
    """Code to run on a question's tests, and the file for its answers.

    Attributes:
        entry: the mistake; None: the reference.
        question: the question.
        files: the submission, by file name.
        path: where its answers are kept.
    """

    entry: Entry | None
    question: str
    files: Mapping[str, bytes]
    path: Path

    @property
    def name(self) -> str:
        """The mistake's id, or what stands for the reference in a message."""
        return self.entry.id if self.entry else message("the reference")


class AnswerStore:
    """The answers of an assignment's mistakes, and of the reference to the same tests.

    Args:
        course: the course.
        assignment: the assignment.
        keys: hashes of reference and engine.
        suite: its hidden suite; None if answers are neither computed nor read here.

    Attributes:
        assignment: the assignment.
        runs: the runs that give the answers: for each question that has mistakes, the reference's and each mistake's.

    Raises:
        CourseError: the bank cannot be read.
    """

    def __init__(
        self, course: Course, assignment: Assignment, keys: Mapping[str, str], suite: Suite | None = None
    ) -> None:
        source = (course.source(assignment.id) / assignment.module).read_bytes()
        bank = read_bank(course.hidden(assignment.id), assignment, source)
        self.mistakes = bank.mistakes
        self.assignment, self._suite = assignment, suite
        self._folder = course.work / "fingerprints" / assignment.id
        banks = {part for name in FILE_NAMES.values() for part in (name, f"{name}.py")}
        tests = hash_tree(course.hidden(assignment.id), extra=course.secret, unused=banks)
        self._key = [tests, keys["reference"], keys["engine"]]
        self.runs: list[Run] = []
        for question in dict.fromkeys(entry.question for entry in bank.mistakes):
            self.runs.append(self._run(None, question, {assignment.module: source}))
            self.runs += [
                self._run(entry, question, entry.files) for entry in bank.mistakes if entry.question == question
            ]

    @property
    def questions(self) -> set[str]:
        """The questions that have mistakes."""
        return {run.question for run in self.runs}

    def _run(self, entry: Entry | None, question: str, files: Mapping[str, bytes]) -> Run:
        digest = hashlib.sha256(repr([self._key, question, sorted(files.items())]).encode()).hexdigest()
        return Run(entry, question, files, self._folder / digest[:32])

    def remove_outdated(self) -> None:
        """Remove the files that no run of the present bank and suite has."""
        names = {run.path.name for run in self.runs}
        with suppress(OSError):  # another process may remove the same files
            for path in [*self._folder.iterdir()]:
                if path.name not in names and not path.name.startswith("."):  # a file being written has a dot
                    path.unlink(missing_ok=True)

    def missing(self, questions: Container[str]) -> list[Run]:
        """The runs of these questions whose answers are not kept yet."""
        return [run for run in self.runs if run.question in questions and not run.path.exists()]

    def compute(self, run: Run, start: StartWorker) -> None:
        """Run code on its question's tests, and keep the answers.

        Raises:
            GraderFault: a hidden test raised an error of its own.
            GradkitError: the answers cannot be written.
        """
        answers = self._ask(run, start)
        try:
            with replacing(run.path) as new, new.open("wb") as file:
                for frame in _frames(answers):
                    file.writelines(pack(frame))
        except OSError as error:
            advice = advice_on(error) or message("Make the folder writable.")
            raise GradkitError(
                message(
                    "{path}: cannot be written ({reason}). {advice}",
                    path=run.path,
                    reason=system_reason(error),
                    advice=advice,
                )
            ) from error

    def _ask(self, run: Run, start: StartWorker) -> Answers:
        kept: dict[str, list[CaseAnswers]] = {}

        def look(test: HiddenTest, outcome: CaseOutcome) -> None:
            observations = tuple(found.observation for found in outcome.found)
            kept.setdefault(test.id, []).append(CaseAnswers(outcome.mismatch is None, observations))

        assignment = self.assignment
        submitted = Submitted(assignment.module, run.files, assignment.banned_operators())
        with closing(SubmissionRunner(submitted, assignment.limits, start)) as runner:
            self._opened().run(runner, self._tests(run.question), look)
        return kept

    def read(self, run: Run, *, only_failed: bool = False) -> Answers | None:
        """The answers of a run; None if it must be computed. A damaged file is removed.

        Args:
            run: the run.
            only_failed: whether to leave out the tests that it passed, which takes less time.
        """
        try:
            data = run.path.read_bytes()
        except OSError:
            return None
        tests = {test.id: len(test.cases) for test in self._tests(run.question)}
        try:
            return _unpacked(data, tests, only_failed=only_failed)
        except (WireError, KeyError, TypeError, ValueError):
            with suppress(OSError):
                run.path.unlink(missing_ok=True)
            return None

    def _tests(self, question: str) -> list[HiddenTest]:
        return [test for test in self._opened().tests if test.question == question]

    def _opened(self) -> Suite:
        if self._suite is None:
            raise GraderFault(
                message(
                    "{assignment}: its suite is not open, so no answers can be computed or read",
                    assignment=self.assignment.id,
                )
            )
        return self._suite


def _frames(answers: Answers) -> Iterator[Frame]:
    yield Frame("passed", "", {test: [case.passed for case in cases] for test, cases in answers.items()})
    for cases in answers.values():
        yield Frame("answers", "", [[_value(observation) for observation in case.observations] for case in cases])
    yield Frame("end", "", None)


def _unpacked(data: bytes, tests: Mapping[str, int], *, only_failed: bool) -> Answers:
    """The answers in a file.

    Args:
        data: the file's bytes.
        tests: test id -> number of its cases.
        only_failed: whether to leave out the tests whose cases all passed.

    Raises:
        WireError, KeyError, TypeError, ValueError: the file is damaged, or of other tests.
    """
    stream = BytesIO(data)

    def take(size: int) -> bytearray:
        data = bytearray(stream.read(size))
        if len(data) != size:
            raise WireError("the file ends too early")
        return data

    passed = read(take).value
    if {test: len(cases) for test, cases in passed.items()} != tests:
        raise ValueError("the file is of other tests")
    answers: dict[str, Sequence[CaseAnswers]] = {}
    for test, cases in passed.items():
        frame = read_unparsed(take)
        if not (only_failed and all(cases)):
            answers[test] = [
                CaseAnswers(case, [observation_from_value(value) for value in observations])
                for case, observations in zip(cases, parse(*frame).value, strict=True)
            ]
    if read(take).kind != "end":
        raise WireError("the file goes on")
    return answers


def _value(observation: Observation) -> dict[str, object]:
    """An observation as plain data, without the fields that are never compared."""
    return observation_to_value(replace(observation, operators=frozenset(), seconds=0.0))
