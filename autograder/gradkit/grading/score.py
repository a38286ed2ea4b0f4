"""Turn test outcomes into points, and into the messages that the feedback policy allows.

Only earned results are credited.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from gradkit.bans.uses import BannedUse
from gradkit.conditions.source_lines import lines_of
from gradkit.conditions.switches import in_words
from gradkit.course import Assignment, Feedback, total
from gradkit.diagnosis import Fingerprint
from gradkit.grading.bans import find_banned
from gradkit.grading.gate import BUDGETS, Gate
from gradkit.grading.held_back import RAISED, WRONG
from gradkit.grading.reader import Reading
from gradkit.grading.record import QuestionResult, TestResult
from gradkit.messages import Message, lines, message, sentences
from gradkit.suite.calls import show_call
from gradkit.suite.cases import CaseOutcome
from gradkit.suite.mismatch import Mismatch
from gradkit.suite.said import Said, one_of
from gradkit.suite.session import TestOutcome
from gradkit.wire.kinds import Kind, meaning_of

_MANY_CALLS = 1 << 16  # more than a suite has calls, times switches


def score_tests(
    assignment: Assignment,
    outcomes: Sequence[TestOutcome],
    reading: Reading,
    mistakes: Mapping[str, Fingerprint] = MappingProxyType({}),
    gate: Gate | None = None,
) -> tuple[TestResult, ...]:
    """One result per test: full points if every case passed and the question uses no banned call.

    Args:
        assignment: points, bans and feedback policy.
        outcomes: the suite's outcomes.
        reading: what the source reader found, for the bans.
        mistakes: test id -> the recognized misconception.
        gate: limits the messages; a new one when None.
    """
    banned = {
        question.id: find_banned(assignment, question, reading, _operators(outcomes, question.id))
        for question in assignment.questions
    }
    reasons = _reasons(outcomes, mistakes)
    passed = gate or open_gate(assignment, outcomes)
    return tuple(
        _score_test(
            assignment,
            outcome,
            banned[outcome.test.question],
            mistakes.get(outcome.test.id),
            reasons.get(outcome.test.id),
            passed,
        )
        for outcome in outcomes
    )


def open_gate(assignment: Assignment, outcomes: Sequence[TestOutcome], source: bytes = b"") -> Gate:
    """The gate for the messages of one submission; quoting the module's ``source`` is cheap."""
    return Gate(BUDGETS[assignment.feedback], [_suite_text(outcomes), "".join(lines_of(source))])


def notes_of_switches(turned: Sequence[str], left_on: Mapping[str, str], gate: Gate) -> tuple[str, ...]:
    """Notes on the process-wide switches that the code changed, as far as the gate allows.

    Args:
        turned: the switches changed while the file was loaded, before it saw an input.
        left_on: the switches that a call changed, with the functions that it called.
        gate: limits the notes on calls.
    """
    sentences = [
        sentence
        for name, what in left_on.items()
        for sentence in in_words([name], message("Calling {what}", what=what))
    ]
    return (*in_words(turned), *(text for text in sentences if gate.lets("switch", one_of(text, _MANY_CALLS))))


def score_questions(assignment: Assignment, tests: Sequence[TestResult]) -> tuple[QuestionResult, ...]:
    """The points of each question: the sum of its tests' points."""
    earned: Mapping[str, float] = {
        question.id: total(test.score for test in tests if test.question == question.id)
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


def _suite_text(outcomes: Sequence[TestOutcome]) -> str:
    """The source of the suite's test files, which contains most of their messages."""
    paths = {case.path for outcome in outcomes for case in outcome.test.cases}
    return "\n".join(path.read_text("utf-8") for path in sorted(paths))


def _reasons(outcomes: Sequence[TestOutcome], mistakes: Mapping[str, Fingerprint]) -> dict[str, str]:
    """The recognized misconceptions in words; each is explained once, and referred to afterwards."""
    told: dict[str, str] = {}
    reasons: dict[str, str] = {}
    for test in (outcome.test for outcome in outcomes):
        mistake = mistakes.get(test.id)
        if mistake is None:
            continue
        if mistake.id in told:
            reasons[test.id] = message('the same as in "{title}"', title=Message(told[mistake.id]))
        else:
            told[mistake.id] = test.title
            reasons[test.id] = Message(mistake.sentence)
    return reasons


def _score_test(
    assignment: Assignment,
    outcome: TestOutcome,
    banned: BannedUse | None,
    mistake: Fingerprint | None,
    reason: str | None,
    gate: Gate,
) -> TestResult:
    why = None
    failed = any(case.mismatch is not None for case in outcome.cases)
    if failed:
        why = explain(assignment.feedback, outcome.cases, gate)
    elif banned is not None:
        lets = gate.lets("banned", Said(banned.message))
        why = Explanation("banned", banned.message if lets else meaning_of("banned").bare)
    return TestResult(
        question=outcome.test.question,
        test=outcome.test.name,
        title=outcome.test.title,
        score=0.0 if why else outcome.test.points,
        max_score=outcome.test.points,
        output=why.message if why else "",
        reason=reason if failed and assignment.feedback != "verdict" else None,
        smallest_case=why.smallest_case if why else None,
        kind=why.kind if why else None,
        hint=why.hint if why else None,
        mistake=None if mistake is None else mistake.id,
        picture=why.picture if why else None,
        seconds=round(sum(found.reply.seconds for case in outcome.cases for found in case.found), 6),
        calls=tuple(_calls(outcome)),
    )


def _calls(outcome: TestOutcome) -> Iterator[dict[str, Any]]:
    """Every call, in order. A test ends at the first difference, so the last call of a failed case failed."""
    for number, case in enumerate(outcome.cases):
        for found in case.found:
            kind = case.mismatch.kind if case.mismatch is not None and found is case.found[-1] else None
            yield {"case": number, "kind": kind, "seconds": round(found.reply.seconds, 6)}


@dataclass(frozen=True)
class Explanation:
    """Why a test failed.

    Attributes:
        kind: the kind of failure.
        message: the student's message.
        hint: the suite's hint, or None.
        picture: the picture as plain data, or None.
        smallest_case: the smallest failing case in full if the student may see it, or None.
    """

    kind: Kind
    message: str
    hint: str | None = None
    picture: Mapping[str, Any] | None = None
    smallest_case: str | None = None


def explain(policy: Feedback, cases: Sequence[CaseOutcome], gate: Gate) -> Explanation:
    """Explain why a test failed, as far as the policy and the submission's budget allow.

    Args:
        policy: the assignment's feedback policy.
        cases: all cases of the test, at least one of which failed.
        gate: limits what the student's process chose.
    """
    failed = [case for case in cases if case.mismatch is not None]
    smallest = min(failed, key=_size)
    mismatch = smallest.mismatch or Mismatch("check", "")
    kind, meaning = mismatch.kind, meaning_of(mismatch.kind)
    if policy == "verdict" and meaning.of_answer:
        return Explanation(kind, RAISED if kind == "raised" else WRONG)
    hint = mismatch.hint if meaning.hinted else None
    picture = _drawn(policy, mismatch)
    if picture is not None and not gate.lets(kind, mismatch.said, hint, picture):
        picture = None
    if gate.lets(kind, mismatch.said, hint, picture):
        told = [mismatch.message]
    else:
        told, hint = [meaning.bare], None
    if meaning.hinted and smallest.found and smallest.found[-1].call.leaves():
        told.append(message("Smallest case: {inputs}.", inputs=smallest.found[-1].call.describe()))
    if len(cases) > 1 and meaning.counted:
        told.append(message("({number} of {all} cases fail.)", number=len(failed), all=len(cases)))
    shown = _in_full(smallest, mismatch) if policy == "inputs" and meaning.of_answer and smallest.found else None
    return Explanation(kind, sentences(*told), hint, picture, shown)


def _in_full(case: CaseOutcome, mismatch: Mismatch) -> str:
    """The worst found and expected value, then the case's last call with its inputs."""
    return lines(mismatch.figures, message("The smallest case that fails:"), show_call(case.found[-1].call))


def _drawn(policy: Feedback, mismatch: Mismatch) -> Mapping[str, Any] | None:
    """The picture that the policy allows; None if there is none or it cannot be made."""
    try:
        return None if mismatch.picture is None else mismatch.picture.as_data(values=policy == "inputs")
    except Exception:  # noqa: BLE001 - no picture is worth a verdict
        return None


def _size(case: CaseOutcome) -> tuple[int, int]:
    return (sum(found.call.size() for found in case.found), len(case.found))
