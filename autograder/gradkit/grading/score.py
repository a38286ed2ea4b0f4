"""From what the tests found to points and sentences. No result is ever credited that was not earned."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from gradkit.course import Assignment
from gradkit.grading.bans import BannedUse, find_banned
from gradkit.grading.record import QuestionResult, TestResult
from gradkit.suite.mismatch import Mismatch
from gradkit.suite.session import CaseOutcome, TestOutcome


def score_tests(
    assignment: Assignment, outcomes: Sequence[TestOutcome], source: bytes | None
) -> tuple[TestResult, ...]:
    """One result for each test: full points where every case passed and the question uses no banned call.

    Args:
        assignment: points and bans.
        outcomes: what the suite found.
        source: the student's module, for the bans.
    """
    banned = {
        question.id: find_banned(assignment, question, source, _operators(outcomes, question.id))
        for question in assignment.questions
    }
    return tuple(_score_test(outcome, banned[outcome.test.question]) for outcome in outcomes)


def score_questions(assignment: Assignment, tests: Sequence[TestResult]) -> tuple[QuestionResult, ...]:
    """The points of each question: the sum of its tests' points."""
    earned: Mapping[str, float] = {
        question.id: sum(test.score for test in tests if test.question == question.id)
        for question in assignment.questions
    }
    return tuple(QuestionResult(question.id, earned[question.id], question.points) for question in assignment.questions)


def _operators(outcomes: Sequence[TestOutcome], question: str) -> frozenset[str]:
    names: set[str] = set()
    for outcome in outcomes:
        if outcome.test.question == question:
            for case in outcome.cases:
                for found in case.found:
                    names |= found.observation.operators
    return frozenset(names)


def _score_test(outcome: TestOutcome, banned: BannedUse | None) -> TestResult:
    failed = [case for case in outcome.cases if case.mismatch is not None]
    kind, message, hint = None, "", None
    if failed:
        case = min(failed, key=_size)
        mismatch = case.mismatch or Mismatch("check", "")
        kind, hint = mismatch.kind, mismatch.hint
        message = mismatch.message + _circumstances(mismatch.kind, case, len(failed), len(outcome.cases))
    elif banned is not None:
        kind, message = "banned", banned.message
    calls = [found for case in outcome.cases for found in case.found]
    return TestResult(
        question=outcome.test.question,
        test=outcome.test.name,
        title=outcome.test.title,
        score=0.0 if kind else outcome.test.points,
        max_score=outcome.test.points,
        output=message,
        kind=kind,
        hint=hint if kind in _HINTED else None,
        seconds=round(sum(found.observation.seconds for found in calls), 6),
        calls=tuple(
            {
                "failure": None if found.failure is None else found.failure.kind,
                "seconds": round(found.observation.seconds, 6),
            }
            for found in calls
        ),
    )


# A hint on shapes helps against a wrong result; where there was no result it would only be noise.
_HINTED = frozenset({"type", "shape", "dtype", "finite", "value", "detached", "gradient", "mutated", "raised"})


def _size(case: CaseOutcome) -> tuple[int, int]:
    return (sum(found.call.size() for found in case.found), len(case.found))


def _circumstances(kind: str, case: CaseOutcome, failed: int, cases: int) -> str:
    """The sizes of the smallest failing case, and how many cases failed: never the values that went in."""
    text = ""
    if kind in _HINTED and case.found and case.found[-1].call.inputs:
        text += f" Smallest case: {case.found[-1].call.describe()}."
    if cases > 1 and kind not in ("not_started", "import", "missing", "unavailable"):
        text += f" ({failed} of {cases} cases fail.)"
    return text
