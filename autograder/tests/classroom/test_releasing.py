"""Giving a class its feedback."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from gradkit.classroom.collecting import collect_class
from gradkit.classroom.releasing import release_feedback
from gradkit.course import Course
from gradkit.errors import UsageError
from gradkit.gradebook.database import open_gradebook
from gradkit.grading.record import Record

HW = "hw0_scaling"
DUE = datetime(2026, 10, 1, 22, 0, tzinfo=UTC)
MakeRecord = Callable[..., Record]


def released(course: Course) -> list[str]:
    """The pages that lie in the exchange."""
    return [path.read_text() for path in sorted((course.exchange / course.id / "feedback").rglob("*.html"))]


def test_pages_have_what_a_person_gave_since_grading(
    course: Course, hand_in: Callable[..., None], keep: Callable[..., Any], make_record: MakeRecord
) -> None:
    late = DUE + timedelta(hours=2)
    hand_in("ada", late)
    collect_class(course)
    keep(make_record("ada", at=late))
    with open_gradebook(course) as gradebook:
        gradebook.find_grade("why", "scaling", HW, "ada").manual_score = 3.0
        gradebook.find_comment("why", "scaling", HW, "ada").manual_comment = "Well put, Ada."
        gradebook.db.commit()

    report = release_feedback(course)
    assert (report.released, report.problems) == ((HW,), ())
    (page,) = released(course)
    assert "Well put, Ada." in page
    assert "Score: 7.2 / 9.0" in page  # eight, and what being late costs
    with open_gradebook(course) as gradebook:  # a tenth of eight, and no longer of five
        assert gradebook.find_submission(HW, "ada").late_submission_penalty == pytest.approx(0.8)


def test_one_page_that_cannot_be_made_stops_no_other(
    course: Course, hand_in: Callable[..., None], keep: Callable[..., Any], make_record: MakeRecord
) -> None:
    for student in ("ada", "bob"):
        hand_in(student)
    collect_class(course)
    keep(make_record("ada"), make_record("bob"))
    (course.root / "autograded" / "ada" / HW / "scaling.ipynb").write_text("{}")
    report = release_feedback(course, [HW])
    assert [problem.partition(":")[0] for problem in report.problems] == [f"ada, {HW}"]
    assert report.released == (HW,)
    assert len(released(course)) == 1


def test_there_must_be_something_to_release(course: Course) -> None:
    with pytest.raises(UsageError, match="There are no graded submissions"):
        release_feedback(course)
    with pytest.raises(UsageError, match='No assignment "hw7"'):
        release_feedback(course, ["hw7"])
