"""The report's data: what a page, a table and a JSON file show of a class."""

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
        full: how many submissions have all of them.
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
        title: what students are told is tested.
        max_score: its points.
        passed: how many submissions pass it.
        kinds: how the others failed, and how often, the most frequent first.
        item: difficulty and discrimination.
    """

    __test__ = False  # not a test class, whatever pytest thinks of its name

    question: str
    test: str
    title: str
    max_score: float
    passed: int
    kinds: tuple[tuple[str, int], ...]
    item: Item


@dataclass(frozen=True)
class Misconception:
    """A mistake that was recognised.

    Attributes:
        question: the question.
        mistake: its id in the bank.
        sentence: what students are told of it; "" where the bank has it no more.
        students: who shares it.
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
        max_score: points that the hidden suite can give.
        scores: the distribution of points, before penalties and written questions.
        alpha: Cronbach's alpha over the questions, or None.
        questions: in the assignment's order.
        tests: in the suite's order.
        misconceptions: by question, the most frequent first.
        missing: students of the class who handed in nothing.
        refused: (student, reason) of what could not be read, and of what the grader failed at.
        look_at: (student, file, line, why) of the signs of deception in what they handed in.
        slowest: (student, seconds), the slowest first.
        pairs: submissions that are closer than the assignment explains, the closest first.
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
    """One student: the points of each assignment, None where there is no score."""

    student: str
    scores: Mapping[str, float | None]

    @property
    def total(self) -> float:
        """All points together."""
        return total(score for score in self.scores.values() if score is not None)


@dataclass(frozen=True)
class ClassReport:
    """A class."""

    title: str
    assignments: tuple[AssignmentReport, ...]
    students: tuple[StudentLine, ...]
