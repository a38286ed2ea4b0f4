"""A student with another id, or with two: all files follow the ledger, however often a run is stopped."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from gradkit.classroom import renaming
from gradkit.classroom.collecting import collect_class
from gradkit.classroom.decisions import Asked, decide, from_csv
from gradkit.classroom.releasing import release_feedback
from gradkit.classroom.renaming import settle
from gradkit.course import Course, load_course
from gradkit.errors import UsageError
from gradkit.gradebook.database import open_gradebook
from gradkit.gradebook.up_to_date import class_list
from gradkit.grading.record import Record
from gradkit.grading.store import read_record
from gradkit.term.attempts import counted, others
from gradkit.term.ledger import Event, append, ledger_path, read_ledger

from ..demo_course import HW
from .conftest import DUE, Kept

DATABASES = "course"
HandIn = Callable[..., None]
Keep = Callable[..., Kept]
MakeRecord = Callable[..., Record]


def hours(number: float) -> datetime:
    return DUE + timedelta(hours=number)


def rename(course: Course, old: str, new: str, kind: Any = "rename", *, withdraw: bool = False) -> list[str]:
    return list(decide(course, kind, [Asked(old, to=new, reason="married")], withdraw=withdraw))


def mark(course: Course, student: str, score: float | None, comment: str | None = None) -> None:
    """Grade the written question by hand, as formgrader does."""
    with open_gradebook(course) as gradebook:
        notebook = gradebook.find_submission_notebook("scaling", HW, student)
        for grade in notebook.grades:
            if grade.name == "why":
                grade.manual_score, grade.needs_manual_grade = score, False
        for note in notebook.comments:
            note.manual_comment = comment
        gradebook.db.commit()


def marks(course: Course, student: str) -> tuple[float | None, bool, str | None]:
    with open_gradebook(course) as gradebook:
        notebook = gradebook.find_submission_notebook("scaling", HW, student)
        (grade,) = [grade for grade in notebook.grades if grade.name == "why"]
        return grade.manual_score, grade.needs_manual_grade, notebook.comments[0].manual_comment


def places(course: Course, student: str) -> list[str]:
    """The files under an id, in all folders of the course."""
    folders = (course.submitted, course.attempts, course.results, course.autograded, course.feedback)
    return sorted(
        str(path.relative_to(course.root)).replace(f"/{student}/", "/*/")
        for folder in folders
        for path in (folder / student).rglob("*")
        if path.is_file()
    )


def work(course: Course, student: str) -> list[str]:
    """The hand-ins, the one that counts last, each as its record sees it."""
    kept = [*others(course, student, HW), counted(course, student, HW)]
    records = [read_record(each.record) for each in kept]
    assert all(record is None or record.student == student for record in records)
    return [(each.folder / "scaling.py").read_text().strip() for each in kept]


@pytest.fixture
def handed_in(course: Course, hand_in: HandIn, keep: Keep, make_record: MakeRecord) -> Course:
    """Ada has handed in twice, with a mark and a comment by hand, and a page in the exchange; bob once."""
    for student, at in (("ada", hours(-9)), ("ada", hours(-5)), ("bob", hours(-7))):
        hand_in(student, at, {"scaling.py": f"# {student} {at:%H}\n"})
        collect_class(course)
    keep(make_record("ada", at=hours(-5)), make_record("bob", at=hours(-7)))
    (kept,) = others(course, "ada", HW)
    kept.record.parent.mkdir(parents=True)
    kept.record.write_text((course.results / "ada" / f"{HW}.json").read_text())
    mark(course, "ada", 3.0, "well put")
    release_feedback(course)
    return course


def test_everything_has_the_new_id_and_the_ledger_only_grew(handed_in: Course, keep: Keep) -> None:
    course, before = handed_in, places(handed_in, "ada")
    append(course, [Event(datetime.now(UTC), "jill", "extend", "ada", HW, days=2)])
    lines = ledger_path(course).read_text()
    pages = {path.name for path in (course.exchange / course.id / "feedback").iterdir()}
    assert rename(course, "ada", "ada.l") == ["ada: is ada.l now. What arrives as ada counts for ada.l."]
    assert (places(course, "ada"), places(course, "ada.l")) == ([], before)
    assert work(course, "ada.l") == ["# ada 13", "# ada 17"]
    assert class_list(course) == ["ada.l", "bob"]
    assert marks(course, "ada.l") == (3.0, False, "well put")
    text = ledger_path(course).read_text()
    assert text.startswith(lines)
    assert {**json.loads(text.splitlines()[-1]), "at": 0, "by": 0} == {
        "at": 0,
        "by": 0,
        "kind": "rename",
        "student": "ada",
        "to": "ada.l",
        "reason": "married",
    }
    assert [event.days for event in read_ledger(course).extensions("ada.l", HW)] == [2]
    record = read_record(course.results / "ada.l" / f"{HW}.json")
    assert record is not None
    assert keep(record).filed == 1
    assert marks(course, "ada.l") == (3.0, False, "well put")  # nothing under the mark has changed
    release_feedback(course)
    assert {path.name for path in (course.exchange / course.id / "feedback").iterdir()} == pages


def test_what_still_comes_under_the_old_id_counts_for_the_new_one(handed_in: Course, hand_in: HandIn) -> None:
    course = handed_in
    rename(course, "ada", "ada.l")
    hand_in("ada", hours(-2), {"scaling.py": "# later\n"})
    assert collect_class(course).collected == 1
    assert work(course, "ada.l") == ["# ada 13", "# ada 17", "# later"]
    assert not (course.submitted / "ada").exists()
    assert collect_class(course).collected == 0


def test_a_second_run_changes_nothing_and_a_rename_can_be_taken_back(handed_in: Course) -> None:
    course, before = handed_in, places(handed_in, "ada")
    rename(course, "ada", "ada.l")
    lines = ledger_path(course).read_text()
    rename(course, "ada", "ada.l")
    assert ledger_path(course).read_text() == lines
    assert rename(course, "ada", "ada.l", withdraw=True) == ["ada: has this id again."]
    assert (places(course, "ada"), places(course, "ada.l")) == (before, [])
    assert class_list(course) == ["ada", "bob"]
    rename(course, "ada", "", withdraw=True)  # once more
    shutil.copytree(course.submitted / "bob", course.submitted / "ada.l")  # another student, from now on
    assert settle(course) == []
    assert places(course, "ada") == before
    assert rename(course, "ada.l", "cyd") == ["ada.l: is cyd now. What arrives as ada.l counts for cyd."]


def test_an_id_may_be_given_back(handed_in: Course) -> None:
    course, before = handed_in, places(handed_in, "ada")
    rename(course, "ada", "ada.l")
    rename(course, "ada.l", "ada")
    assert (places(course, "ada"), places(course, "ada.l")) == (before, [])
    assert read_ledger(course).ids("ada.l") == ("ada", "ada.l")


@pytest.mark.parametrize("course", ["SQLite"], indirect=True)  # two copies of a course, each with its gradebook
@pytest.mark.parametrize(("kind", "new"), [("rename", "ada.l"), ("merge", "bob")])
@pytest.mark.parametrize("step", range(1, 25, 3))
def test_an_interrupted_run_is_finished_by_the_next(
    handed_in: Course, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str, new: str, step: int
) -> None:
    course, left = handed_in, iter(range(step - 1))
    whole = load_course(shutil.copytree(course.root, tmp_path / "whole"))
    rename(whole, "ada", new, kind)

    def interrupted(act: Callable[..., Any]) -> Callable[..., Any]:
        def run(*words: Any, **more: Any) -> Any:
            if next(left, None) is None:
                raise KeyboardInterrupt
            return act(*words, **more)

        return run

    with monkeypatch.context() as patch:
        for owner, name in ((Path, "rename"), (Path, "replace"), (Path, "mkdir"), (renaming, "write_record")):
            patch.setattr(owner, name, interrupted(getattr(owner, name)))
        with pytest.raises(KeyboardInterrupt):
            rename(course, "ada", new, kind)
    if not ledger_path(course).exists():
        rename(course, "ada", new, kind)
    assert collect_class(course).collected == 0
    for found in (places, work, marks):
        assert found(course, new) == found(whole, new)
    assert places(course, "ada") == []
    assert class_list(course) == class_list(whole)


def test_two_ids_become_one_student(handed_in: Course, hand_in: HandIn) -> None:
    course = handed_in
    later = [Event(datetime.now(UTC), "jill", "extend", name, HW, days=days) for name, days in (("ada", 2), ("bob", 5))]
    append(course, later)
    hand_in("ada", hours(-1), {"scaling.py": "# not collected yet\n"})
    rename(course, "ada", "bob", "merge")
    assert places(course, "ada") == []
    assert work(course, "bob") == ["# ada 13", "# ada 17", "# bob 15"]
    assert class_list(course) == ["bob"]
    assert marks(course, "bob") == (3.0, True, "well put")  # given for other work: to be reviewed
    assert len(read_ledger(course).extensions("bob", HW)) == 2
    assert collect_class(course).collected == 1
    assert work(course, "bob") == ["# ada 13", "# bob 15", "# ada 17", "# not collected yet"]
    before = places(course, "bob")
    rename(course, "ada", "bob", "merge")
    assert places(course, "bob") == before


def test_an_older_hand_in_under_the_other_id_is_an_attempt(course: Course, hand_in: HandIn) -> None:
    hand_in("bob", hours(-5), {"scaling.py": "# bob\n"})
    collect_class(course)
    hand_in("ada", hours(-9), {"scaling.py": "# ada\n"})
    rename(course, "ada", "bob", "merge")
    for _ in range(2):
        assert collect_class(course).collected == 0
        assert work(course, "bob") == ["# ada", "# bob"]


def test_marks_that_differ_are_named_and_nothing_is_merged(handed_in: Course) -> None:
    course = handed_in
    mark(course, "bob", 2.0, "too short")
    before = places(course, "ada"), ledger_path(course).exists()
    with pytest.raises(UsageError) as error:
        rename(course, "ada", "bob", "merge")
    assert f"{HW}, why: the manual score is 3.0 under ada, 2.0 under bob" in str(error.value)
    assert "the comment is 'well put' under ada, 'too short' under bob" in str(error.value)
    assert (places(course, "ada"), ledger_path(course).exists()) == before
    append(course, [Event(datetime.now(UTC), "jill", "merge", "ada", to="bob")])  # from another copy of the ledger
    (problem,) = settle(course)
    assert "3.0 under ada, 2.0 under bob" in problem
    assert (places(course, "ada"), marks(course, "bob")[0]) == (before[0], 2.0)
    mark(course, "bob", 3.0, "well put")
    assert settle(course) == []
    assert class_list(course) == ["bob"]


@pytest.mark.parametrize(
    ("kind", "old", "new", "said"),
    [
        ("rename", "ada", "bob", "bob is a student already. If ada is the same person: gradkit merge ada bob"),
        ("rename", "ada", "cyd", "cyd is a student already"),  # only in the exchange
        ("rename", "eve", "ada.l", '"eve": nothing was handed in or decided under this id'),
        ("rename", "ada", "b0b", None),
        ("rename", "ada", "BOB", '"BOB" looks like "bob"'),
        ("rename", "ada", "../x", "cannot be a student's id"),
        ("rename", "ada", "ada", "the same id twice"),
        ("merge", "ada", "ada.l", "To give ada a new id: gradkit rename ada ada.l"),
        ("merge", "dan", "ada", "dan has left the course, ada has not"),
        ("rename", "fay", "fay3", "fay is fay2 now. Give that id: gradkit rename fay2 fay3"),
        ("rename", "ada", "fay", "fay was an id of fay2"),
        ("merge", "ada", "fay", "fay is fay2 now. Give that id: gradkit merge ada fay2"),
    ],
)
def test_what_cannot_be_done_is_said(course: Course, kind: str, old: str, new: str, said: str | None) -> None:
    for name in ("ada", "bob", "dan", "fay2"):
        (course.submitted / name / HW).mkdir(parents=True)
    (course.exchange / course.id / "inbound" / f"cyd+{HW}+2026-10-01 10:00:00 UTC").mkdir(parents=True)
    append(course, [Event(DUE, "jill", "drop", "dan"), Event(DUE, "jill", "rename", "fay", to="fay2")])
    before = ledger_path(course).read_text()
    if said is None:
        rename(course, old, new, kind)
        return
    with pytest.raises(UsageError) as error:
        rename(course, old, new, kind)
    assert said in str(error.value)
    assert ledger_path(course).read_text() == before


def test_a_table_is_entered_whole_or_not_at_all(course: Course, tmp_path: Path) -> None:
    for name in ("ada", "bob"):
        (course.submitted / name / HW).mkdir(parents=True)
    table = tmp_path / "ids.csv"
    table.write_text("student,to,reason\nada,ada.l,\nbob,ada.l,twice\n")
    with pytest.raises(UsageError, match=r"line 3: ada\.l is a student already"):
        list(decide(course, "rename", from_csv(table, "rename")))
    assert not ledger_path(course).exists()
    table.write_text("Student,To\nada,ada.l\nbob,bob.k\n")
    list(decide(course, "rename", from_csv(table, "rename")))
    assert sorted(path.name for path in course.submitted.iterdir()) == ["ada.l", "bob.k"]
    table.write_text("student\nada.l\n")
    with pytest.raises(UsageError, match="expected the columns student, to, reason"):
        from_csv(table, "rename")


def test_a_withdrawal_that_would_take_more_back_is_refused(course: Course) -> None:
    for name in ("ada", "bob"):
        (course.submitted / name / HW).mkdir(parents=True)
    rename(course, "ada", "ada.l")
    rename(course, "bob", "ada.l", "merge")
    for words, said in (
        (("ada", "ada.l", "rename"), "ada.l is also bob by now"),
        (("ada", "x", "rename"), "ada was renamed to ada.l, not to x"),
        (("ada.l", "", "rename"), "ada.l was not renamed"),
    ):
        with pytest.raises(UsageError, match=said):
            rename(course, *words, withdraw=True)
