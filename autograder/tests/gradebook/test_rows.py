"""Records in nbgrader's gradebook."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from nbgrader.api import Gradebook
from nbgrader.preprocessors import AssignLatePenalties

from gradkit.course import load_course
from gradkit.errors import GraderFault, GradkitError
from gradkit.gradebook.database import database_url, open_gradebook
from gradkit.gradebook.filing import file_record
from gradkit.gradebook.late import LatePenalty
from gradkit.gradebook.registration import register
from gradkit.gradebook.rows import refresh_penalties
from gradkit.gradebook.settings import nbgrader_config
from gradkit.grading.record import Record

HW = "hw1_lines"
DATABASES = "room"
DUE = datetime(2030, 1, 10, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)


def mark_by_hand(room: Any, student: str, score: float, comment: str) -> None:
    """What formgrader writes when a person marks the written question."""
    with open_gradebook(room.course) as gradebook:
        grade = gradebook.find_grade("why", "lines", HW, student)
        grade.manual_score, grade.needs_manual_grade = score, False
        gradebook.find_comment("why", "lines", HW, student).manual_comment = comment
        gradebook.db.commit()


def written(gradebook: Gradebook, student: str) -> tuple[Any, ...]:
    grade = gradebook.find_grade("why", "lines", HW, student)
    comment = gradebook.find_comment("why", "lines", HW, student)
    return grade.auto_score, grade.manual_score, grade.needs_manual_grade, comment.comment


def test_the_assignment_is_registered_once(room: Any) -> None:
    with open_gradebook(room.course) as gradebook:
        assert register(gradebook, room.course, room.lines, room.staged)
        assert not register(gradebook, room.course, room.lines, room.staged)
        assignment = gradebook.find_assignment(HW)
        assert assignment.duedate == DUE.replace(tzinfo=None)
        assert assignment.max_score == 7.5
        assert assignment.max_written_score == 2.0


def test_a_new_due_time_is_entered(room: Any) -> None:
    toml = room.course.source(HW) / "assignment.toml"
    with open_gradebook(room.course) as gradebook:
        register(gradebook, room.course, room.lines, room.staged)
        toml.write_text(toml.read_text().replace("2030-01-10T12:00:00Z", "2030-02-01T01:00:00+02:00"))
        assert register(gradebook, room.course, room.lines, room.staged)
        assert gradebook.find_assignment(HW).duedate == datetime(2030, 1, 31, 23)


def test_scores_are_the_records(room: Any, gradebook: Gradebook, make_record: Callable[..., Record]) -> None:
    room.put("ada", room.answer("Because."))
    file_record(gradebook, room.course, room.lines, make_record("ada", slope=1 / 3, offset=0.1 + 0.2))
    grades = {name: gradebook.find_grade(name, "lines", HW, "ada") for name in ("slope", "offset", "why")}
    assert {name: grade.auto_score for name, grade in grades.items()} == {
        "slope": 1 / 3,
        "offset": 0.1 + 0.2,
        "why": None,
    }
    assert {name: grade.needs_manual_grade for name, grade in grades.items()} == {
        "slope": False,
        "offset": False,
        "why": True,
    }
    submission = gradebook.find_submission(HW, "ada")
    assert submission.timestamp == DUE.replace(tzinfo=None)
    assert submission.needs_manual_grade
    assert submission.late_submission_penalty == 0


def test_an_unanswered_question_gets_nothing_and_says_so(
    room: Any, gradebook: Gradebook, make_record: Callable[..., Record]
) -> None:
    room.put("ada")
    file_record(gradebook, room.course, room.lines, make_record("ada"))
    assert written(gradebook, "ada") == (0.0, None, False, "No response.")
    room.put("ada", room.answer("Because."))
    file_record(gradebook, room.course, room.lines, make_record("ada"))
    assert written(gradebook, "ada") == (None, None, True, None)


def test_a_persons_mark_survives_another_grading(
    room: Any, gradebook: Gradebook, make_record: Callable[..., Record]
) -> None:
    room.put("ada", room.answer("Because."))
    file_record(gradebook, room.course, room.lines, make_record("ada"))
    mark_by_hand(room, "ada", 1.5, "Nearly.")
    file_record(gradebook, room.course, room.lines, make_record("ada", slope=1.0))
    assert written(gradebook, "ada") == (None, 1.5, False, "Nearly.")
    assert gradebook.find_submission(HW, "ada").score == 2.5


def test_a_persons_mark_survives_a_resubmission_and_asks_for_review(
    room: Any, gradebook: Gradebook, make_record: Callable[..., Record]
) -> None:
    room.put("ada", room.answer("Because."))
    file_record(gradebook, room.course, room.lines, make_record("ada"))
    mark_by_hand(room, "ada", 1.5, "Nearly.")
    room.put("ada", room.answer("Because of that."))
    file_record(gradebook, room.course, room.lines, make_record("ada", submitted=DUE + timedelta(minutes=1)))
    assert written(gradebook, "ada") == (None, 1.5, True, "Nearly.")


def test_a_changed_answer_asks_for_review_where_no_time_is_known(
    room: Any, gradebook: Gradebook, make_record: Callable[..., Record]
) -> None:
    for answer, review in (("Because.", False), ("Because.", False), ("Because of that.", True)):
        room.put("ada", room.answer(answer))
        file_record(gradebook, room.course, room.lines, make_record("ada", submitted=None))
        if not review:
            mark_by_hand(room, "ada", 1.5, "Nearly.")
    assert written(gradebook, "ada") == (None, 1.5, True, "Nearly.")


def test_an_overridden_code_score_asks_for_review_when_the_hidden_tests_say_otherwise(
    room: Any, gradebook: Gradebook, make_record: Callable[..., Record]
) -> None:
    room.put("ada")
    file_record(gradebook, room.course, room.lines, make_record("ada", slope=1.0))
    gradebook.find_grade("slope", "lines", HW, "ada").manual_score = 2.0
    gradebook.db.commit()
    file_record(gradebook, room.course, room.lines, make_record("ada", slope=3.0))
    grade = gradebook.find_grade("slope", "lines", HW, "ada")
    assert (grade.score, grade.auto_score, grade.needs_manual_grade) == (2.0, 3.0, True)


@pytest.mark.parametrize("status", ["refused", "error"])
def test_a_record_without_a_score_leaves_everything_as_it_was(
    room: Any, gradebook: Gradebook, make_record: Callable[..., Record], status: str
) -> None:
    room.put("ada", room.answer("Because."))
    folder = file_record(gradebook, room.course, room.lines, make_record("ada", offset=1.0))
    before = (folder / "lines.ipynb").read_bytes()
    late = make_record("ada", slope=0.0, submitted=DUE + DAY, status=status)
    assert file_record(gradebook, room.course, room.lines, late) is None
    assert gradebook.find_submission(HW, "ada").score == 4.0
    assert gradebook.find_submission(HW, "ada").timestamp == DUE.replace(tzinfo=None)
    assert (folder / "lines.ipynb").read_bytes() == before


@pytest.mark.parametrize("late", [0.0, 1800.0, 3601.0, 2.5 * 86400, 30 * 86400])
@pytest.mark.parametrize("slope", [3.0, 0.1, 0.0])
def test_the_penalty_is_what_nbgrader_would_assign(
    room: Any, gradebook: Gradebook, make_record: Callable[..., Record], late: float, slope: float
) -> None:
    room.put("ada")
    file_record(gradebook, room.course, room.lines, make_record("ada", slope, 0.3, DUE + timedelta(seconds=late)))
    ours = gradebook.find_submission_notebook("lines", HW, "ada").late_submission_penalty
    real = AssignLatePenalties(config=nbgrader_config(room.course))
    assert real.plugin_class is LatePenalty
    address = database_url(room.course).render_as_string()
    real.preprocess(
        __import__("nbformat").v4.new_notebook(),
        {"nbgrader": {"notebook": "lines", "assignment": HW, "student": "ada", "db_url": address}},
    )
    gradebook.db.expire_all()
    assert gradebook.find_submission_notebook("lines", HW, "ada").late_submission_penalty == ours
    assert (ours is None) == (late <= 3600)


def test_penalties_follow_a_persons_marks(room: Any, gradebook: Gradebook, make_record: Callable[..., Record]) -> None:
    room.put("ada", room.answer("Because."))
    file_record(gradebook, room.course, room.lines, make_record("ada", 3.0, 0.0, DUE + DAY))
    assert gradebook.find_submission(HW, "ada").late_submission_penalty == pytest.approx(0.3)
    mark_by_hand(room, "ada", 2.0, "Yes.")
    assert refresh_penalties(gradebook, room.course, HW) == 1
    assert gradebook.find_submission(HW, "ada").late_submission_penalty == pytest.approx(0.5)


def test_an_extension_counts(room: Any, gradebook: Gradebook, make_record: Callable[..., Record]) -> None:
    room.put("ada")
    file_record(gradebook, room.course, room.lines, make_record("ada", 3.0, 0.0, DUE + DAY))
    gradebook.grant_extension(HW, "ada", days=2)
    assert refresh_penalties(gradebook, room.course, HW) == 0


def test_questions_added_after_grading_are_told_and_nothing_is_lost(
    room: Any, gradebook: Gradebook, make_record: Callable[..., Record]
) -> None:
    room.put("ada")
    file_record(gradebook, room.course, room.lines, make_record("ada", offset=1.0))
    release = room.course.release(HW) / "lines.ipynb"
    release.write_text(release.read_text().replace('"grade_id": "offset"', '"grade_id": "intercept"'))
    with pytest.raises(GradkitError, match=r"added or removed \(intercept, offset\)"):
        register(gradebook, room.course, room.lines, room.staged)
    assert gradebook.find_submission(HW, "ada").score == 4.0


def test_an_unregistered_assignment_is_a_fault(room: Any, make_record: Callable[..., Record]) -> None:
    room.put("ada")
    with open_gradebook(room.course) as gradebook, pytest.raises(GraderFault, match="not in the gradebook"):
        file_record(gradebook, room.course, room.lines, make_record("ada"))
    assert not (room.course.root / "autograded").exists()


@pytest.mark.parametrize("room", ["SQLite"], indirect=True)
def test_a_locked_gradebook_is_told_after_waiting_and_nothing_is_lost(
    room: Any, gradebook: Gradebook, make_record: Callable[..., Record]
) -> None:
    room.put("ada")
    folder = file_record(gradebook, room.course, room.lines, make_record("ada", offset=1.0))
    before = (folder / "lines.ipynb").read_bytes()
    other = sqlite3.connect(room.course.root / "gradebook.db")
    other.execute("BEGIN IMMEDIATE")
    with open_gradebook(room.course, patience=0.1) as impatient:
        with pytest.raises(GradkitError, match=r"gradebook\.db: .*locked.*another program is writing"):
            file_record(impatient, room.course, room.lines, make_record("ada", offset=2.0))
        assert (folder / "lines.ipynb").read_bytes() == before
        other.rollback()
        other.close()
        file_record(impatient, room.course, room.lines, make_record("ada", offset=2.0))
        assert impatient.find_submission(HW, "ada").score == 5.0


@pytest.mark.parametrize("room", ["SQLite"], indirect=True)
def test_a_file_that_is_no_gradebook_is_told(room: Any) -> None:
    (room.course.root / "gradebook.db").write_text("this is no database at all, however long it may be")
    expected = pytest.raises(
        GradkitError, match=r"gradebook\.db: the gradebook cannot be used \(file is not a database"
    )
    with expected, open_gradebook(load_course(room.course.root)):
        pass
