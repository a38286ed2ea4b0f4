"""Compose the message about a submission as a whole, in addition to the tests' messages."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gradkit.conditions.advice import advice, cannot_be_loaded, is_called, overwritten
from gradkit.course import Assignment
from gradkit.grading.reader import Reading
from gradkit.grading.record import TestResult
from gradkit.intake.policy import missing_module, untouched_module
from gradkit.intake.submission import Submission
from gradkit.messages import lines
from gradkit.sandbox.wording import line_of
from gradkit.suite.mismatch import scrub
from gradkit.suite.session import TestOutcome
from gradkit.wire.observation import Failure


def about(
    assignment: Assignment,
    submission: Submission,
    tests: Sequence[TestResult],
    outcomes: Sequence[TestOutcome],
    reading: Reading,
    installed: str,
) -> str:
    """Name the file that holds the work, the reason a module does not load, or a line that overwrites a target; or "".

    Args:
        assignment: the assignment.
        submission: the submitted files.
        tests: the result of each test.
        outcomes: the suite's outcomes.
        reading: what the source reader found.
        installed: the packages installed for grading, in words.
    """
    if assignment.module not in submission.sources:
        return missing_module(assignment.module, submission.others)
    kinds = {test.kind for test in tests}
    if kinds == {"not_started"}:
        return untouched_module(assignment.module, submission.others)
    if kinds == {"import"}:
        return _not_loaded(_failure(outcomes), submission.sources[assignment.module], reading, installed)
    return lines(*_overwritten(assignment, submission, tests, reading))


def _failure(outcomes: Sequence[TestOutcome]) -> Failure | None:
    """The failure to load the module, or None."""
    failures = (found.observation.failure for outcome in outcomes for case in outcome.cases for found in case.found)
    return next((failure for failure in failures if failure is not None and failure.kind == "import"), None)


def _not_loaded(failure: Failure | None, source: bytes, reading: Reading, installed: str) -> str:
    """Why the module could not be loaded, and what to do about it.

    The module had not seen any test input by then, so its whole message may be shown.
    """
    if failure is None:
        return ""
    message = scrub(failure.message)
    what_to_do = advice(failure.type_name, message, failure.source, installed)
    told = [cannot_be_loaded(failure.type_name, message, what_to_do, failure.line, failure.source)]
    if "is not callable" in message:
        told += [
            overwritten(name, line, line_of(source, line))
            for name, line in reading.overwritten.items()
            if is_called(name, failure.source)
        ]
    return lines(*told)


def _overwritten(
    assignment: Assignment, submission: Submission, tests: Sequence[TestResult], reading: Reading
) -> Iterator[str]:
    """Sentences for the lines that overwrite a function or class of a failed question.

    Names that are not targets are mentioned only if a message quotes them: which line failed is the process's claim,
    and the shown part of it is already charged to the budget.
    """
    failed = {test.question for test in tests if test.kind not in (None, "banned")}
    targets = {name for question in assignment.questions if question.id in failed for name in question.targets}
    quoted = " ".join(test.output for test in tests if "is not callable" in test.output)
    for name, line in reading.overwritten.items():
        if name in targets or is_called(name, quoted):
            yield overwritten(name, line, line_of(submission.sources[assignment.module], line))
