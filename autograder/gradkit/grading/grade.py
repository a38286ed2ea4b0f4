"""Grade submissions of one assignment: collect the suite once, then run, compare, score and record one by one."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import torch

from gradkit.course import Assignment, Course
from gradkit.errors import GraderFault, GradkitError, SubmissionRefused
from gradkit.grading.keys import suite_keys, versions
from gradkit.grading.record import QuestionResult, Record
from gradkit.grading.score import score_questions, score_tests
from gradkit.grading.store import is_current, read_record, write_record
from gradkit.grading.submission import Submission, read_submission
from gradkit.sandbox import Sandbox, SubmissionRunner, Submitted
from gradkit.suite.session import Suite, open_suite
from gradkit.wire import Call, Failure, Observation

Report = Callable[[Record, bool], None]


@dataclass(frozen=True)
class Task:
    """One folder to grade, and where its record goes."""

    student: str
    folder: Path
    record: Path


def grade_assignment(
    course: Course, assignment_id: str, tasks: Sequence[Task], report: Report, sandbox: Sandbox
) -> list[Record]:
    """Grade every task of one assignment and write its record.

    A submission that cannot be read gets a record with status "refused"; a fault of suite or grader gives "error".
    Neither stops the others.

    Args:
        course: the course.
        assignment_id: the assignment that all tasks belong to.
        tasks: what to grade.
        report: told each record as it is there, and whether it was made anew.
        sandbox: where the students' code runs.

    Returns:
        The records, in the order of ``tasks``.

    Raises:
        CourseError: the assignment or its suite is wrong, so that none of them can be graded.
    """
    assignment = course.assignment(assignment_id)
    keys = suite_keys(course, assignment_id)
    records: dict[Task, Record] = {}
    waiting: list[tuple[Task, Submission]] = []
    for task in tasks:
        try:
            submission = read_submission(task.folder, task.student, assignment, course.submission)
        except SubmissionRefused as refusal:
            records[task] = _unscored(assignment, task.student, "refused", str(refusal))
            write_record(records[task], task.record)
            report(records[task], True)
            continue
        old = read_record(task.record)
        if old is not None and is_current(old, {**keys, "submission": submission.digest}):
            # The same files handed in again later: the points stand, the time does not.
            records[task] = replace(old, submitted=submission.submitted)
            if records[task] != old:
                write_record(records[task], task.record)
            report(records[task], False)
        else:
            waiting.append((task, submission))

    def grade_waiting(suite: Suite) -> None:
        for task, submission in waiting:
            records[task] = grade_submission(suite, assignment, submission, keys, sandbox)
            write_record(records[task], task.record)
            report(records[task], True)

    if waiting:
        torch.set_num_threads(1)
        source = course.source(assignment_id) / assignment.module
        open_suite(course.hidden(assignment_id), assignment, source, course.secret, grade_waiting)
    return [records[task] for task in tasks]


def grade_submission(
    suite: Suite, assignment: Assignment, submission: Submission, keys: dict[str, str], sandbox: Sandbox
) -> Record:
    """Grade one submission; a fault of the grader is a record with status "error"."""
    started = time.perf_counter()
    source = submission.sources.get(assignment.module)
    runner = SubmissionRunner(Submitted(assignment.module, submission.sources), assignment.limits, sandbox.start)
    try:
        outcomes = suite.run(runner.run if source is not None else _missing(assignment, submission))
        tests = score_tests(assignment, outcomes, source)
    except (GraderFault, GradkitError) as fault:
        return _unscored(assignment, submission.student, "error", str(fault), submission.submitted)
    finally:
        runner.close()
    return Record(
        student=submission.student,
        assignment=assignment.id,
        title=assignment.title,
        status="graded",
        max_score=assignment.max_score,
        output="" if source is not None else _missing_text(assignment, submission),
        problems=submission.problems,
        questions=score_questions(assignment, tests),
        tests=tests,
        submitted=submission.submitted,
        log=runner.log,
        key={**keys, "submission": submission.digest},
        versions=versions(),
        sandbox=sandbox.as_record(),
        seconds=round(time.perf_counter() - started, 3),
    )


def _missing_text(assignment: Assignment, submission: Submission) -> str:
    found = ", ".join(sorted(submission.sources)) or "no Python file"
    return f"{assignment.module} is not among the files handed in (found: {found}). Did you hand in the right folder?"


def _missing(assignment: Assignment, submission: Submission) -> Callable[[Call], Observation]:
    """What answers the calls where there is no module to ask."""
    message = _missing_text(assignment, submission).partition(" (")[0]
    return lambda _call: Observation(failure=Failure("missing", message))


def _unscored(assignment: Assignment, student: str, status: str, text: str, submitted: str | None = None) -> Record:
    """A record without a score, because nothing could be graded."""
    base = Record(student, assignment.id, assignment.title, "refused", assignment.max_score, submitted=submitted)
    if status == "refused":
        return replace(base, output=f"This submission was not graded: {text}", problems=(text,), versions=versions())
    # What went wrong in the grader may tell of the hidden suite: it goes into the log, which students do not see.
    told = "The grader failed on this submission, which is not your fault. It has no score yet; your instructor knows."
    return replace(base, status="error", output=told, log=text, versions=versions())


__all__ = ["QuestionResult", "Record", "Report", "Task", "grade_assignment", "grade_submission"]
