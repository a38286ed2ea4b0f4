"""Summarize a class's records in one report for page, tables and JSON."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass

import numpy as np

from gradkit.course import total
from gradkit.grading.record import Record, TestResult
from gradkit.messages import message
from gradkit.messages import sentences as joined
from gradkit.report.similarity import Pair
from gradkit.report.statistics import Distribution, Item, cronbach_alpha, distribution, items

_SLOWEST = 10


@dataclass(frozen=True)
class QuestionLine:
    """A question of one assignment.

    Attributes:
        id: the question.
        max_score: its points.
        full: the number of submissions with full marks.
        item: difficulty and discrimination.
    """

    id: str
    max_score: float
    full: int
    item: Item


@dataclass(frozen=True)
class TestLine:
    """A test of one assignment.

    Attributes:
        question: its question.
        test: its name in the suite.
        title: its title for students.
        max_score: its points.
        passed: the number of submissions that pass it.
        kinds: the kinds of failure of the others with their counts, the most frequent first.
        item: difficulty and discrimination.
    """

    __test__ = False  # not a test class, despite its name

    question: str
    test: str
    title: str
    max_score: float
    passed: int
    kinds: tuple[tuple[str, int], ...]
    item: Item


@dataclass(frozen=True)
class Misconception:
    """A recognized mistake.

    Attributes:
        question: the question.
        mistake: its id in the bank.
        sentence: its description for students; "" if the bank no longer has it.
        students: the students who made it.
    """

    question: str
    mistake: str
    sentence: str
    students: tuple[str, ...]


@dataclass(frozen=True)
class AssignmentReport:
    """One assignment.

    Attributes:
        id: its id.
        title: its title.
        max_score: the hidden suite's points.
        scores: the distribution of points, before penalties and written questions.
        alpha: Cronbach's alpha over the questions, or None.
        questions: in the assignment's order.
        tests: in the suite's order.
        misconceptions: by question, the most frequent first.
        missing: students of the class without a submission who are not excused.
        refused: (student, reason) of submissions that could not be read, or at which the grader failed.
        look_at: (student, file, line, why) of signs of deception in submissions.
        slowest: (student, seconds), the slowest first.
        pairs: submissions more similar than the assignment explains, the most similar first.
    """

    id: str
    title: str
    max_score: float
    scores: Distribution
    alpha: float | None
    questions: tuple[QuestionLine, ...]
    tests: tuple[TestLine, ...]
    misconceptions: tuple[Misconception, ...]
    missing: tuple[str, ...]
    refused: tuple[tuple[str, str], ...]
    look_at: tuple[tuple[str, str, int, str], ...]
    slowest: tuple[tuple[str, float], ...]
    pairs: tuple[Pair, ...]


@dataclass(frozen=True)
class StudentLine:
    """One student.

    Attributes:
        student: the student's id.
        scores: assignment id -> the hidden suite's points, None without a score.
        total: the sum: the gradebook's, with written questions and penalties and without excused assignments; without
            a gradebook that of ``scores``.
        excused: the assignments that do not count.
    """

    student: str
    scores: Mapping[str, float | None]
    total: float
    excused: tuple[str, ...] = ()


@dataclass(frozen=True)
class ClassReport:
    """A class."""

    title: str
    assignments: tuple[AssignmentReport, ...]
    students: tuple[StudentLine, ...]


def summarize(
    title: str,
    records: Iterable[Record],
    students: Iterable[str] = (),
    *,
    sentences: Mapping[str, Mapping[str, str]] | None = None,
    pairs: Mapping[str, Sequence[Pair]] | None = None,
    totals: Mapping[str, float] | None = None,
    excused: Set[tuple[str, str]] = frozenset(),
) -> ClassReport:
    """Summarize a class.

    Args:
        title: the course's title.
        records: its records, at most one for a student and assignment.
        students: the students of the class; those with a record are always included.
        sentences: assignment id -> mistake -> its description in the bank.
        pairs: assignment id -> the pairs found by `gradkit.report.similarity`.
        totals: student -> the gradebook's sum; None: there is no gradebook.
        excused: (student, assignment) that does not count.
    """
    by_assignment: defaultdict[str, dict[str, Record]] = defaultdict(dict)
    for record in records:
        by_assignment[record.assignment][record.student] = record
    everybody = sorted({*students, *(student for found in by_assignment.values() for student in found)})
    assignments = [
        _assignment(
            list(found.values()),
            [student for student in everybody if (student, name) not in excused],
            (sentences or {}).get(name, {}),
            (pairs or {}).get(name, ()),
        )
        for name, found in sorted(by_assignment.items())
    ]
    lines = []
    for student in everybody:
        scores = {name: found[student].score for name, found in sorted(by_assignment.items()) if student in found}
        free = tuple(name for name in sorted(by_assignment) if (student, name) in excused)
        counted = total(score for name, score in scores.items() if score is not None and name not in free)
        lines.append(StudentLine(student, scores, counted if totals is None else totals.get(student, 0.0), free))
    return ClassReport(title, tuple(assignments), tuple(lines))


def _assignment(
    records: Sequence[Record], everybody: Sequence[str], sentences: Mapping[str, str], pairs: Sequence[Pair]
) -> AssignmentReport:
    newest = records[0]
    graded = [record for record in records if record.status == "graded"]
    questions = _by_question(graded)
    refused = [
        (record.student, joined(*record.problems) or record.output or message("the grader failed"))
        for record in records
        if record.status != "graded"
    ]
    present = {record.student for record in records}
    by_time = sorted(graded, key=lambda record: -record.seconds)[:_SLOWEST]
    return AssignmentReport(
        id=newest.assignment,
        title=newest.title,
        max_score=newest.max_score,
        scores=distribution([record.score for record in graded if record.score is not None], newest.max_score),
        alpha=cronbach_alpha(_points(graded)),
        questions=questions,
        tests=_by_test(graded),
        misconceptions=_misconceptions(graded, sentences),
        missing=tuple(student for student in everybody if student not in present),
        refused=tuple(refused),
        look_at=tuple(
            (record.student, sign.file, sign.line, sign.why)
            for record in sorted(graded, key=lambda record: record.student)
            for sign in record.look_at
        ),
        slowest=tuple((record.student, record.seconds) for record in by_time),
        pairs=tuple(pairs),
    )


def _points(graded: Sequence[Record]) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    """Points by submission and question."""
    names = [question.id for question in graded[0].questions] if graded else []
    scores = [{question.id: question.score for question in record.questions} for record in graded]
    rows = [[found.get(name, 0.0) for name in names] for found in scores]
    return np.array(rows, dtype=np.float64).reshape(len(graded), len(names))


def _by_question(graded: Sequence[Record]) -> tuple[QuestionLine, ...]:
    if not graded:
        return ()
    points = _points(graded)
    questions = graded[0].questions
    found = items(points, [question.max_score for question in questions])
    return tuple(
        QuestionLine(question.id, question.max_score, int((points[:, number] >= question.max_score).sum()), item)
        for number, (question, item) in enumerate(zip(questions, found, strict=True))
    )


def _by_test(graded: Sequence[Record]) -> tuple[TestLine, ...]:
    if not graded:
        return ()
    results: dict[tuple[str, str], list[TestResult]] = {(test.question, test.test): [] for test in graded[0].tests}
    for record in graded:
        for test in record.tests:
            results.get((test.question, test.test), []).append(test)
    # A record from another version of the suite may lack a test or have more.
    whole = {key: found for key, found in results.items() if len(found) == len(graded)}
    points = np.array([[test.score for test in found] for found in whole.values()], dtype=np.float64).T
    found_items = items(points.reshape(len(graded), len(whole)), [found[0].max_score for found in whole.values()])
    return tuple(
        TestLine(
            question=found[0].question,
            test=found[0].test,
            title=found[0].title,
            max_score=found[0].max_score,
            passed=sum(test.passed for test in found),
            kinds=tuple(Counter(test.kind for test in found if test.kind is not None).most_common()),
            item=item,
        )
        for found, item in zip(whole.values(), found_items, strict=True)
    )


def _misconceptions(graded: Sequence[Record], sentences: Mapping[str, str]) -> tuple[Misconception, ...]:
    shared: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    for record in graded:
        for test in record.tests:
            if test.mistake is not None:
                shared[test.question, test.mistake].add(record.student)
    order = [question.id for question in graded[0].questions] if graded else []
    found = [
        Misconception(question, mistake, sentences.get(mistake, ""), tuple(sorted(students)))
        for (question, mistake), students in shared.items()
    ]
    place = {question: number for number, question in enumerate(order)}
    return tuple(
        sorted(
            found,
            key=lambda misconception: (
                place.get(misconception.question, 0),
                -len(misconception.students),
                misconception.mistake,
            ),
        )
    )
