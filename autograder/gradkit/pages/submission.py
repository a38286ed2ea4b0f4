"""The feedback page of one submission."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from gradkit.course import rounded
from gradkit.grading.record import QuestionResult, Record, TestResult, first_told
from gradkit.pages.rendering import ENGLISH, Edition, render
from gradkit.text import strip_controls
from gradkit.wire.kinds import meaning_of


@dataclass(frozen=True)
class Standing:
    """The gradebook's additions to a record, in points.

    Attributes:
        by_person: the points that manual grading adds to the hidden suite's; negative if it deducts.
        penalty: the late penalty.
        score: the total: hidden suite and manual grading, less the penalty.
        max_score: the maximum, including written questions.
        waits_for_person: whether some answers are still to be graded by hand.
    """

    by_person: float
    penalty: float
    score: float
    max_score: float
    waits_for_person: bool


@dataclass(frozen=True)
class Remark:
    """What an instructor gave for a cell by hand.

    Attributes:
        cell: the cell's name, which for a question is the question's id.
        score: the points; None if only a comment was written.
        max_score: the points possible; None if there are none.
        comment: the comment, or "".
    """

    cell: str
    score: float | None
    max_score: float | None
    comment: str


@dataclass(frozen=True)
class _Test:
    """A test as shown on the page.

    Attributes:
        number: its number on the page, from 1.
        title: its title.
        result: its result.
        lines: its message and, if the student may see it, the smallest failing case.
        reason: a recognized misconception in words, or "".
        told: an earlier test with the same text, or None.
    """

    number: int
    title: str
    result: TestResult
    lines: Sequence[str]
    reason: str
    told: _Test | None = None


@dataclass(frozen=True)
class _Question:
    result: QuestionResult
    tests: Sequence[_Test]


def feedback_page(
    record: Record,
    course_title: str,
    submitted: datetime | None = None,
    standing: Standing | None = None,
    hand_ins: Sequence[str] = (),
    remarks: Sequence[Remark] = (),
    *,
    silent: bool = False,
    edition: Edition = ENGLISH,
) -> str:
    """A submission's feedback as one HTML file, for its student.

    The page shows scores and the tests' titles, messages, hints and pictures, as far as the assignment's feedback
    policy allows; never a hidden test's name or the output of the student's code.

    Args:
        record: the submission's record.
        course_title: the course's title.
        submitted: the time of submission, if known.
        standing: the gradebook's additions, or None.
        hand_ins: what to say about hand-ins, extension and slip days, a sentence each.
        remarks: manual marks and comments.
        silent: whether there is no feedback for now; then no points are shown either.
        edition: the page's language.
    """
    shown = list(_shown(record, edition))
    questions = [
        _Question(question, [test for test in shown if test.result.question == question.id])
        for question in (() if silent else record.questions)
    ]
    alike = len(shown) > 1 and len({test.result.text for test in shown}) == 1
    return render(
        "submission.html",
        edition,
        record=record,
        common=shown[0].lines if alike else [],
        # The message on the whole submission says more.
        common_is_told=alike and _of_whole(shown[0].result) and bool(record.output.strip()),
        course=course_title,
        standing=None if silent else standing,
        silent=silent,
        hand_ins=hand_ins,
        remarks=() if silent else remarks,
        questions=questions,
        submitted=submitted,
        written=None if standing is None else max(0.0, rounded(standing.max_score - record.max_score)),
        hash=record.key.get("submission", "")[:12],
    )


def _of_whole(test: TestResult) -> bool:
    return test.kind is not None and meaning_of(test.kind).of_whole


def _shown(record: Record, edition: Edition) -> Iterator[_Test]:
    """Every test; a message that an earlier test shows in full is not repeated."""
    shown: dict[int, _Test] = {}

    def said(text: str | None) -> str:
        return strip_controls(edition.say(text, record.assignment)) if text else ""

    for number, (test, earlier) in enumerate(zip(record.tests, first_told(record.tests), strict=True), start=1):
        text = f"{said(test.output)}\n{said(test.smallest_case)}"
        lines = [line for line in text.splitlines() if line.strip()]
        told = None if earlier is None else shown[earlier]
        shown[number - 1] = _Test(number, said(test.title), test, lines, said(test.reason), told)
        yield shown[number - 1]
