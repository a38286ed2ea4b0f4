"""Whether a record is what grading would make of the submission now."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from gradkit.course import Course
from gradkit.errors import GradkitError, SubmissionRefused
from gradkit.grading.record import Record
from gradkit.grading.store import read_record, suite_keys, write_record
from gradkit.grading.triage import Task, faulty, outdated, refused, triage
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


def test_what_waits_is_read_again_as_it_was_also_by_a_forked_process(
    course: Course, hand_in: Callable[..., Path]
) -> None:
    tasks = []
    for number in range(5):
        folder = hand_in({"scaling.py": f"x = {number}\n" * 2000}, f"s{number}")
        tasks.append(Task(f"s{number}", folder, course.results / f"s{number}" / f"{HW}.json"))
    waiting = triage(course, HW, tasks, lambda _record: None).waiting
    (tasks[3].folder / "scaling.py").write_text("changed since\n")
    assert [task for task, _ in waiting] == tasks
    assert [submission.sources["scaling.py"][:6] for _, submission in waiting[2:]] == [
        b"x = 2\n",
        b"x = 3\n",
        b"x = 4\n",
    ]
    assert waiting[-1] == waiting[4]
    with pytest.raises(IndexError):
        waiting[5]
    child = os.fork()
    if not child:
        os._exit(waiting[1][1].sources["scaling.py"] != b"x = 1\n" * 2000)
    assert os.waitpid(child, 0)[1] == 0


def test_a_full_disk_is_told_when_submissions_wait(
    course: Course, hand_in: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    task = Task("ada", hand_in({"scaling.py": "x = 1\n"}), course.results / "ada" / f"{HW}.json")
    monkeypatch.setattr(tempfile, "TemporaryFile", lambda buffering, **_dir: Path("/dev/full").open("w+b", buffering))  # noqa: SIM115
    with pytest.raises(GradkitError, match=r"while they wait .*The disk is full"):
        triage(course, HW, [task], lambda _record: None)


def read_problems(course: Course, task: Task) -> tuple[str, ...]:
    """Why the submission cannot be read."""
    try:
        read_submission(task.folder, task.student, course.assignment(HW), course.submission)
    except SubmissionRefused as refusal:
        return (str(refusal),)
    return ()
