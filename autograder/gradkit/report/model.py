"""The report's data, shown by page, tables and JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from gradkit.course import total
from gradkit.report.similarity import Pair
from gradkit.report.statistics import Distribution, Item


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
    """A recognised mistake.

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
        missing: students of the class without a submission.
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
    """One student: assignment id -> points, None without a score."""

    student: str
    scores: Mapping[str, float | None]

    @property
    def total(self) -> float:
        """The sum of all points."""
        return total(score for score in self.scores.values() if score is not None)


@dataclass(frozen=True)
class ClassReport:
    """A class."""

    title: str
    assignments: tuple[AssignmentReport, ...]
    students: tuple[StudentLine, ...]
