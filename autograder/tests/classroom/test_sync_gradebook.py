"""Keeping the books: each record once, one failure apart from the next, late marks."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from gradkit.classroom.exporting import course_grades
from gradkit.classroom.releasing import release_feedback
from gradkit.classroom.reporting import make_report
from gradkit.classroom.sync_gradebook import open_books
from gradkit.collect.exchange import publish
from gradkit.course import Course
from gradkit.gradebook.database import open_gradebook
from gradkit.gradebook.marks import read_marks
from gradkit.gradebook.up_to_date import class_list
from gradkit.grading.record import QuestionResult, Record
from gradkit.release import build_course

from ..postgresql_server import locked

HW = "hw0_scaling"
DATABASES = "course"
DUE = datetime(2026, 10, 1, 22, 0, tzinfo=UTC)
Keep = Callable[..., Any]
Put = Callable[..., None]
MakeRecord = Callable[..., Record]


def made(course: Course, student: str) -> list[int]:
    """What changes when a student's notebook and page are made again."""
    notebook = course.root / "autograded" / student / HW / "scaling.ipynb"
    page = course.root / "feedback" / student / HW / "scaling.html"
    return [notebook.stat().st_ino, page.stat().st_mtime_ns]


def test_records_are_in_gradebook_notebook_and_page(
    course: Course, keep: Keep, put: Put, make_record: MakeRecord
) -> None:
    put("ada")
    kept = keep(make_record("ada", scale=1.5))
    assert (kept.filed, kept.problems, kept.late) == (1, (), set())
    with open_gradebook(course) as gradebook:
        assert gradebook.find_submission(HW, "ada").score == 3.5
    assert (course.root / "autograded" / "ada" / HW / "scaling.ipynb").is_file()
    page = (course.root / "feedback" / "ada" / HW / "scaling.html").read_text()
    assert "scale: 1.5 of 3 points" in page


def test_a_second_run_files_nothing_again(course: Course, keep: Keep, put: Put, make_record: MakeRecord) -> None:
    for student in ("ada", "bob"):
        put(student)
    records = [make_record("ada"), make_record("bob")]
    assert keep(*records).filed == 2
    before = [made(course, student) for student in ("ada", "bob")]
    assert keep(*records).filed == 0
    assert [made(course, student) for student in ("ada", "bob")] == before


def test_only_what_changed_is_filed_again(course: Course, keep: Keep, put: Put, make_record: MakeRecord) -> None:
    for student in ("ada", "bob"):
        put(student)
    keep(make_record("ada"), make_record("bob"))
    before = made(course, "ada")
    assert keep(make_record("ada"), make_record("bob", scale=0.5)).filed == 1
    assert made(course, "ada") == before
    with open_gradebook(course) as gradebook:
        assert gradebook.find_submission(HW, "bob").score == 2.5


@pytest.mark.parametrize("course", ["SQLite"], indirect=True)
@pytest.mark.parametrize(
    ("lost", "filed"), [("gradebook.db", 1), (f"autograded/ada/{HW}", 1), (f"feedback/ada/{HW}", 0)]
)
def test_what_was_lost_is_made_again(
    course: Course, keep: Keep, put: Put, make_record: MakeRecord, lost: str, filed: int
) -> None:
    put("ada")
    keep(make_record("ada"))
    path: Path = course.root / lost
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink()
    assert keep(make_record("ada")).filed == filed
    assert path.exists()
    made(course, "ada")


def test_a_gradebook_in_use_is_waited_for_once_and_keeps_nothing_from_the_next_run(
    course: Course, keep: Keep, put: Put, make_record: MakeRecord
) -> None:
    students = ("ada", "bob", "cleo")
    for student in students:
        put(student)
    records = [make_record(student) for student in students]
    keep(records[0])
    with locked(course), open_books(course, patience=0.01) as books:
        for record in records:
            books.file(record)
        assert (books.filed, books.waiting, books.problems) == (0, 2, [])  # ada's is filed already
        assert "another program is writing to it" in (books.unavailable or "")
        assert "The records are safe" in (books.unavailable or "")
        assert books.pages_due() == {}
        assert books.late() == set()
    assert keep(*records).filed == 2


def test_pages_wait_too_and_are_made_by_the_next_run(
    course: Course, keep: Keep, put: Put, make_record: MakeRecord
) -> None:
    records = [make_record(student) for student in ("ada", "bob")]
    for record in records:
        put(record.student)
    with open_books(course, patience=0.01) as books:
        for record in records:
            books.file(record)
        due = books.pages_due()
        assert due == {HW: ["ada", "bob"]}
        with locked(course):
            books.make_pages(due, lambda _number: None)
        assert "another program is writing to it" in (books.unavailable or "")
        assert books.problems == []  # said once, not for each student
    kept = keep(*records)
    assert (kept.filed, kept.problems) == (0, ())
    assert made(course, "ada") != made(course, "bob")


@pytest.mark.parametrize("course", ["SQLite"], indirect=True)
@pytest.mark.parametrize("broken", [b"no database", b"SQLite format 3\0 and then nothing"])
def test_a_broken_gradebook_is_told_and_left_as_it_is(
    course: Course, put: Put, make_record: MakeRecord, broken: bytes
) -> None:
    put("ada")
    path = course.root / "gradebook.db"
    path.write_bytes(broken)
    with open_books(course) as books:
        books.file(make_record("ada"))
        assert "nbgrader db upgrade" in (books.unavailable or "")
    assert path.read_bytes() == broken


def test_one_students_failure_stops_nobody(course: Course, keep: Keep, put: Put, make_record: MakeRecord) -> None:
    for student in ("ada", "cleo"):
        put(student)
    kept = keep(make_record("ada"), make_record("bob+2"), make_record("cleo"))
    assert kept.filed == 2
    (problem,) = kept.problems
    assert problem.startswith(f'bob+2, {HW}: not in the gradebook: "bob+2" cannot be a student\'s id')
    assert made(course, "cleo")


def test_an_unreadable_notebook_costs_no_points(course: Course, keep: Keep, put: Put, make_record: MakeRecord) -> None:
    put("ada", notebook="no notebook at all")
    put("bob")
    kept = keep(make_record("ada", problems=("scaling.ipynb cannot be read.",)), make_record("bob"))
    assert (kept.filed, kept.problems) == (2, ())
    with open_gradebook(course) as gradebook:
        assert gradebook.find_submission(HW, "ada").score == 5
    assert "scaling.ipynb cannot be read." in (course.root / "feedback" / "ada" / HW / "scaling.html").read_text()


def test_one_assignments_failure_stops_no_other(second: Course, keep: Keep, put: Put, make_record: MakeRecord) -> None:
    put("ada")
    put("ada", "hw1_scaling")
    shutil.rmtree(second.release(HW))
    kept = keep(make_record("ada"), make_record("bob"), make_record("ada", assignment="hw1_scaling"))
    assert kept.filed == 1
    (problem,) = kept.problems
    assert problem.startswith(f"{HW}: not in the gradebook: ")
    with open_gradebook(second) as gradebook:
        assert gradebook.find_submission("hw1_scaling", "ada").score == 5


@pytest.mark.parametrize("status", ["refused", "error"])
def test_records_without_a_score_change_nothing(
    course: Course, keep: Keep, put: Put, make_record: MakeRecord, status: str
) -> None:
    put("ada")
    keep(make_record("ada", scale=1.0))
    before = made(course, "ada")
    kept = keep(make_record("ada", scale=0.0, status=status), make_record("bob", status=status))
    assert (kept.filed, kept.problems) == (0, ())
    assert made(course, "ada") == before
    with open_gradebook(course) as gradebook:
        assert gradebook.find_submission(HW, "ada").score == 3
        assert [student.id for student in gradebook.students] == ["ada"]


@pytest.mark.parametrize(
    ("after", "late", "penalty"),
    [(-60, False, 0), (3600, False, 0), (3601, True, 0.5), (3600 + 86401, True, 1.0), (30 * 86400, True, 2.5)],
)
def test_late_is_after_the_grace_period(
    course: Course, keep: Keep, put: Put, make_record: MakeRecord, after: int, late: bool, penalty: float
) -> None:
    put("ada")
    kept = keep(make_record("ada", at=DUE + timedelta(seconds=after)))
    assert kept.late == ({("ada", HW)} if late else set())
    with open_gradebook(course) as gradebook:
        assert gradebook.find_submission(HW, "ada").late_submission_penalty == pytest.approx(penalty)


def test_what_has_no_time_is_not_late(keep: Keep, put: Put, make_record: MakeRecord) -> None:
    put("ada")
    put("bob")
    odd = make_record("bob", at=None, submitted="yesterday \x1b[31m")
    kept = keep(make_record("ada", at=None), odd)
    assert (kept.filed, kept.problems, kept.late) == (2, (), set())


def test_a_second_run_still_says_who_was_late(keep: Keep, put: Put, make_record: MakeRecord) -> None:
    put("ada")
    record = make_record("ada", at=DUE + timedelta(days=1))
    assert keep(record).late == keep(record).late == {("ada", HW)}


def test_a_late_stub_is_late_too(course: Course, keep: Keep, put: Put, make_record: MakeRecord) -> None:
    """There is no point to take away, and it is late all the same."""
    put("ada")
    nothing = (QuestionResult("scale", 0.0, 3.0), QuestionResult("Shift", 0.0, 2.0))
    assert keep(make_record("ada", at=DUE + timedelta(days=1), questions=nothing)).late == {("ada", HW)}
    with open_gradebook(course) as gradebook:
        assert gradebook.find_submission(HW, "ada").score == 0


def test_a_late_submission_is_marked_where_lateness_costs_nothing(
    course: Course, keep: Keep, put: Put, make_record: MakeRecord
) -> None:
    path = course.root / "course.toml"
    path.write_text(path.read_text().replace("percent_per_day = 10", "percent_per_day = 0"))
    put("ada")
    assert keep(make_record("ada", at=DUE + timedelta(days=1))).late == {("ada", HW)}


def edit(course: Course, old: str, new: str, *, build: bool = True) -> None:
    path = course.source(HW) / "assignment.toml"
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new))
    if build:
        build_course(course)


def test_a_change_of_the_assignment_reaches_what_was_filed(
    course: Course, keep: Keep, put: Put, make_record: MakeRecord
) -> None:
    records = [make_record("ada"), make_record("bob", scale=1.0)]
    for record in records:
        put(record.student)
    assert keep(*records).filed == 2
    edit(course, "points = 4", "points = 6.5")
    assert keep(*records).filed == 2
    assert {mark.max_score for mark in read_marks(course, HW).values()} == {11.5}
    assert "of 11.5 points" in (course.root / "feedback" / "ada" / f"{HW}.html").read_text()
    edit(course, "2026-10-01T22", "2026-10-01T20")
    assert keep(*records).filed == 2
    with open_gradebook(course) as gradebook:
        assert gradebook.find_assignment(HW).duedate == datetime(2026, 10, 1, 20)
    assert keep(*records).filed == 0


def test_what_hits_the_whole_class_is_one_line(course: Course, keep: Keep, put: Put, make_record: MakeRecord) -> None:
    records = [make_record(student) for student in ("ada", "bob", "cleo")]
    for record in records:
        put(record.student)
    keep(*records)
    edit(course, "points = 4", "points = 6", build=False)
    kept = keep(*records)
    (problem,) = kept.problems
    assert problem.startswith(f"{HW}: not in the gradebook: ")
    assert "why 4 (assignment.toml: 6). Run `make release`, then `make grade`." in problem
    assert problem.endswith("(3 submissions: ada, bob, cleo)")
    build_course(course)
    assert (keep(*records).filed, keep(*records).problems) == (3, ())


@pytest.mark.parametrize("course", ["SQLite"], indirect=True)
def test_who_was_taken_out_of_the_gradebook_is_not_entered_again(
    second: Course, keep: Keep, put: Put, make_record: MakeRecord
) -> None:
    ada, bob = make_record("ada"), make_record("bob")
    for record in (ada, bob):
        put(record.student)
    assert (keep(ada, bob).filed, keep(ada, bob).gone) == (2, set())
    with open_gradebook(second) as gradebook:
        gradebook.remove_student("ada")
    put("ada", "hw1_scaling")
    more = make_record("ada", assignment="hw1_scaling")
    put("new")
    kept = keep(ada, bob, more, make_record("new"), make_record("bob", scale=1.0))
    assert (kept.filed, kept.gone, kept.problems) == (2, {"ada"}, ())
    assert class_list(second) == ["bob", "new"]

    with open_gradebook(second) as gradebook:
        gradebook.add_student("ada")
    kept = keep(ada, more)
    assert (kept.filed, kept.gone) == (2, set())

    (second.root / "gradebook.db").unlink()  # in a new gradebook everybody is new
    kept = keep(ada, bob, make_record("new"))
    assert (kept.filed, kept.gone) == (3, set())


def test_the_last_student_who_was_taken_out_is_not_entered_again(
    course: Course, keep: Keep, put: Put, make_record: MakeRecord
) -> None:
    ada = make_record("ada")
    put("ada")
    assert keep(ada).filed == 1
    with open_gradebook(course) as gradebook:
        gradebook.remove_student("ada")
    assert (keep(ada).filed, keep(ada).gone) == (0, {"ada"})
    assert class_list(course) == []


def test_who_has_left_stops_no_feedback_and_no_report(
    course: Course, keep: Keep, put: Put, make_record: MakeRecord
) -> None:
    for student in ("ada", "bob"):
        put(student)
    keep(make_record("ada"), make_record("bob"))
    shutil.rmtree(course.submitted / "ada")
    with open_gradebook(course) as gradebook:
        gradebook.remove_student("ada")
    publish(course, HW)
    released = release_feedback(course)
    assert (released.released, released.problems, released.left_out) == ((HW,), (), ("ada",))
    made = make_report(course, course.root / "report")
    assert ([line.student for line in made.report.students], made.left_out) == (["bob"], ("ada",))
    counted = course_grades(course, [])
    assert ([grade.student for grade in counted.grades], counted.left_out) == (["bob"], ("ada",))
    shutil.rmtree(course.root / "autograded" / "ada")
    assert course_grades(course, []).left_out == ("ada",)
