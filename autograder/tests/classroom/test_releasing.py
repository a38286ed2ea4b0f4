"""Giving a class its feedback."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from gradkit.classroom.collecting import collect_class
from gradkit.classroom.releasing import put_into_exchange, release_feedback
from gradkit.collect.exchange import publish
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


def nbgrader(course: Course, home: Path, student: str, *words: str) -> str:
    """Run nbgrader as a student does, in the student's own folder and with the student's own cache."""
    settings = {
        "Exchange.root": course.exchange,
        "Exchange.cache": home / "cache",
        "CourseDirectory.course_id": course.id,
        "CourseDirectory.student_id": student,
    }
    home.mkdir(exist_ok=True)
    command = [sys.executable, "-m", "nbgrader", *words, *(f"--{name}={value}" for name, value in settings.items())]
    env = {**os.environ, "HOME": str(home), "JUPYTER_CONFIG_DIR": str(home), "JUPYTER_NO_CONFIG": "1"}
    done = subprocess.run(command, cwd=home, env=env, capture_output=True, text=True, check=False)  # noqa: S603
    assert done.returncode == 0, done.stderr
    return done.stderr


def grade_by_hand(course: Course, student: str, score: float, comment: str) -> None:
    with open_gradebook(course) as gradebook:
        gradebook.find_grade("why", "scaling", HW, student).manual_score = score
        gradebook.find_comment("why", "scaling", HW, student).manual_comment = comment
        gradebook.db.commit()


def page_of(home: Path) -> Path:
    (page,) = (home / HW / "feedback").rglob("*.html")
    return page


def test_students_fetch_our_page_with_what_a_person_gave(
    course: Course, keep: Callable[..., Any], make_record: MakeRecord, tmp_path: Path, browser: Browser
) -> None:
    publish(course, HW)
    homes = {student: tmp_path / student for student in ("ada", "bob")}
    for student, home in homes.items():
        for command in ("fetch_assignment", "submit"):
            nbgrader(course, home, student, command, HW)
    collect_class(course)
    records = [make_record("ada", problems=("Only Ada reads this.",)), make_record("bob", scale=0.0)]
    keep(*records)
    put_into_exchange(course)
    for student, home in homes.items():
        nbgrader(course, home, student, "fetch_feedback", HW)
    first = {student: page_of(home).read_text() for student, home in homes.items()}
    assert "Only Ada reads this." in first["ada"]
    assert "Only Ada reads this." not in first["bob"]
    assert "Graded by hand" not in first["ada"]

    grade_by_hand(course, "ada", 3.0, "Well put.\n<script>document.title = 'taken'</script>")
    untouched = course.feedback_page("bob", HW).stat().st_mtime_ns
    keep(*records)
    put_into_exchange(course)
    for student, home in homes.items():
        nbgrader(course, home, student, "fetch_feedback", HW)
    assert page_of(homes["bob"]).read_text() == first["bob"]
    assert course.feedback_page("bob", HW).stat().st_mtime_ns == untouched
    page = browser.new_page(viewport={"width": 375, "height": 800})
    page.route("http*://**", lambda route: route.abort())  # MathJax
    page.goto(page_of(homes["ada"]).as_uri())
    frame = page.frame_locator("#gradkit")
    assert frame.locator("section:has(#by-hand) article").inner_text().split("\n")[0].startswith("why")
    assert "3 of 4 points" in frame.locator("section:has(#by-hand)").inner_text()
    assert "<script>document.title = 'taken'</script>" in frame.locator("section:has(#by-hand)").inner_text()
    assert page.title() == "scaling"
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    inside = page.evaluate("document.querySelector('#gradkit').contentDocument.documentElement.scrollHeight")
    assert page.locator("#gradkit").bounding_box()["height"] >= inside  # type: ignore[index]
    frame.locator("a[href='#scale']").click()  # the link stays within our page
    assert frame.locator("h2#scale").count() == 1
    page.close()


def test_pages_are_made_again_only_for_what_a_person_changed(
    course: Course, put: Callable[..., None], keep: Callable[..., Any], make_record: MakeRecord
) -> None:
    records = [make_record(student) for student in ("ada", "bob")]
    for student in ("ada", "bob"):
        put(student)
    keep(*records)

    def made() -> list[int]:
        return [course.feedback_page(student, HW).stat().st_mtime_ns for student in ("ada", "bob")]

    before = made()
    keep(*records)
    assert made() == before
    for score, comment in ((1.0, "a"), (1.0, "b"), (2.0, "b"), (None, "")):
        grade_by_hand(course, "ada", score, comment)  # type: ignore[arg-type]
        ada, bob = before
        keep(*records)
        before = made()
        assert (before[0] > ada, before[1] == bob) == (True, True)
        keep(*records)
        assert made() == before
    assert "Graded by hand" not in course.feedback_page("ada", HW).read_text()


def test_nbgraders_own_release_has_the_present_marks(
    course: Course, hand_in: Callable[..., None], keep: Callable[..., Any], make_record: MakeRecord
) -> None:
    hand_in("ada")
    collect_class(course)
    keep(make_record("ada"))
    grade_by_hand(course, "ada", 3.0, "Well put, Ada.")
    command = [sys.executable, "-m", "nbgrader", "release_feedback", HW]
    done = subprocess.run(command, cwd=course.root, capture_output=True, text=True, check=False)  # noqa: S603
    assert done.returncode == 0, done.stderr
    (page,) = released(course)
    assert page.count("Well put, Ada.") == 3  # ours in both languages, and nbgrader's
