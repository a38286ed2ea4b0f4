"""Fingerprints: each known mistake's answers to the calls of its question, beside the right answers."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field

from gradkit.bank import Entry
from gradkit.course import Assignment, Course
from gradkit.diagnosis.answer_store import Answers, AnswerStore, CaseAnswers, Run
from gradkit.diagnosis.answers import Answer, CallPrint, call_print
from gradkit.errors import GraderFault
from gradkit.messages import message
from gradkit.sandbox import Sandbox
from gradkit.sandbox.parallel import Jobs, run_jobs
from gradkit.suite.session import Suite

UNREADABLE = message("the answers of known mistakes were written, but cannot be read back. Is the disk full?")


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
        tests: test id -> its cases, for every test of the question, or for those that it fails.
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
    course: Course,
    assignment: Assignment,
    suite: Suite,
    keys: Mapping[str, str],
    compute: Callable[[AnswerStore, Sequence[Run]], None],
) -> tuple[Fingerprint, ...]:
    """The fingerprints of all of an assignment's mistakes, in the bank's order; none if it has no bank.

    Args:
        course: the course.
        assignment: the assignment.
        suite: its hidden suite.
        keys: hashes of reference and engine.
        compute: computes the answers that are not kept yet, as `compute_answers` does.

    Raises:
        CourseError: the bank cannot be read.
        GraderFault: the answers cannot be computed.
        GradkitError: the answers cannot be written.
    """
    store = AnswerStore(course, assignment, keys, suite)
    store.remove_outdated()
    questions = dict.fromkeys(run.question for run in store.runs)
    for _ in ("at first", "after a damaged file was removed"):
        compute(store, store.missing(questions))
        found = [of_question(store, question) for question in questions]
        known = {mistake.id: mistake for mistakes in found if mistakes for mistake in mistakes}
        if None not in found:
            return tuple(known[entry.id] for entry in store.mistakes)
    raise GraderFault(UNREADABLE)


def compute_answers(store: AnswerStore, runs: Sequence[Run], sandbox: Sandbox, processes: int) -> None:
    """Compute answers, in forked graders unless ``processes`` is 0.

    Raises:
        GraderFault: a hidden test raised an error of its own, or a grader died twice on the same mistake.
        GradkitError: the answers cannot be written.
    """
    if not processes:
        with closing(sandbox.connect()) as workers:
            for run in runs:
                store.compute(run, workers.start)
        return

    def prepare() -> Callable[[int], object]:
        workers = sandbox.connect()
        sandbox.let_go()
        return lambda number: store.compute(runs[number], workers.start)

    def give_up(number: int, how: str) -> None:
        raise GraderFault(cannot_be_computed(runs[number], how))

    run_jobs(len(runs), processes, Jobs(prepare, lambda _: None, give_up, sandbox.revive))


def cannot_be_computed(run: Run, why: str) -> str:
    """The fault that a run gives no answers."""
    return message('the mistakes bank: the answers of "{name}" cannot be computed: {reason}', name=run.name, reason=why)


def of_question(store: AnswerStore, question: str, *, only_failed: bool = False) -> tuple[Fingerprint, ...] | None:
    """The fingerprints of a question's mistakes, in the bank's order; None if answers must be computed first.

    Args:
        store: the answers.
        question: the question.
        only_failed: whether to leave out the tests that a mistake passes: a `Matcher` does not look at them.
    """
    reference, *mistakes = (run for run in store.runs if run.question == question)
    right, known, complete = store.read(reference), [], True
    for run in mistakes:
        answers = store.read(run, only_failed=only_failed)
        complete = complete and answers is not None and right is not None
        if run.entry is not None and answers is not None and right is not None:
            known.append(_fingerprint(run.entry, answers, right))
    return tuple(known) if complete else None


def _fingerprint(entry: Entry, answers: Answers, right: Answers) -> Fingerprint:
    tests = {name: tuple(_case_prints(cases, right[name])) for name, cases in answers.items()}
    return Fingerprint(entry.id, entry.question, entry.sentence, tests)


def _case_prints(mistake: Sequence[CaseAnswers], right: Sequence[CaseAnswers]) -> Iterator[CasePrint]:
    for wrong, correct in zip(mistake, right, strict=True):
        # A test stops at the first difference, so a mistake may have received fewer calls than the solution.
        pairs = zip(wrong.observations, correct.observations, strict=False)
        yield CasePrint(wrong.passed, tuple(call_print(Answer(first), Answer(second)) for first, second in pairs))
