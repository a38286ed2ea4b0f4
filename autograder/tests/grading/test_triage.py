"""Whether a record is what grading would make of the submission now."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from gradkit.course import Course
from gradkit.errors import SubmissionRefused
from gradkit.grading.record import Record
from gradkit.grading.store import read_record, suite_keys, write_record
from gradkit.grading.triage import Task, faulty, outdated, refused
from gradkit.intake.submission import read_submission

HW = "hw0_scaling"


def test_a_record_is_out_of_date_for_a_reason_that_is_true(course: Course, hand_in: Callable[..., Path]) -> None:
    assignment, keys = course.assignment(HW), suite_keys(course, HW)
    folder = hand_in({"scaling.py": "x = 1\n"})
    task = Task("ada", folder, course.results / "ada" / f"{HW}.json")

    def why() -> str:
        return outdated(course, assignment, task, suite_keys(course, HW))

    def keep(record: Record) -> str:
        write_record(record, task.record)
        return why()

    submission = read_submission(folder, "ada", assignment, course.submission)
    graded = Record("ada", HW, "Scaling", "graded", 5.0, submitted=submission.submitted)
    graded = replace(graded, key={**keys, "submission": submission.digest})
    assert why() == "not graded yet"
    assert keep(graded) == ""
    assert keep(faulty(assignment, submission, "It broke.")) == ""  # no score goes out, and grading says so
    assert keep(refused(assignment, "ada", "it is a link")) == "refused when it was graded, but readable now"
    assert keep(replace(graded, key={**graded.key, "suite": "another"})).startswith(
        "graded with a different assignment.toml"
    )
    write_record(graded, task.record)
    toml = course.source(HW) / "assignment.toml"
    toml.write_text(toml.read_text().replace("points = 2", "points = 4"))
    assert why().startswith("graded with a different assignment.toml")
    toml.write_text(toml.read_text().replace("points = 4", "points = 2"))
    (folder / "scaling.py").write_text("x = 2\n")
    assert why() == "submitted again since it was graded"
    (folder / "scaling.py").write_bytes(b"\xff")
    assert why() == "submitted again since it was graded"
    (problem,) = read_problems(course, task)
    assert keep(replace(refused(assignment, "ada", problem), versions={"torch": "another"})) == ""
    before = read_record(task.record)
    assert why() == ""
    assert read_record(task.record) == before  # to look changes nothing


def read_problems(course: Course, task: Task) -> tuple[str, ...]:
    """Why the submission cannot be read."""
    try:
        read_submission(task.folder, task.student, course.assignment(HW), course.submission)
    except SubmissionRefused as refusal:
        return (str(refusal),)
    return ()
