"""A page from the gradebook that stays open is, byte for byte, what nbgrader makes, then made ready for people."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from nbgrader.converters import GenerateFeedback
from nbgrader.coursedir import CourseDirectory

from gradkit.gradebook.browser_safety import for_people
from gradkit.gradebook.database import open_gradebook
from gradkit.gradebook.feedback_pages import generate_feedback
from gradkit.gradebook.settings import nbgrader_config
from gradkit.grading.record import Record

HW = "hw1_lines"
DUE = datetime(2030, 1, 10, 12, 0, tzinfo=UTC)


def nbgraders_own(room: Any) -> dict[str, str]:
    config = nbgrader_config(room.course)
    config.CourseDirectory.assignment_id = HW
    converter = GenerateFeedback(coursedir=CourseDirectory(config=config), config=config, force=True)
    converter.preprocessors = [*converter.preprocessors, for_people]
    converter.start()
    pages = (room.course.root / "feedback").glob("*/*/lines.html")
    return {page.parts[-3]: page.read_text(encoding="utf-8") for page in pages}


def test_pages_are_nbgraders_own(room: Any, make_record: Callable[..., Record]) -> None:
    for student, late in (("ada", 0), ("bob", 1), ("cleo", 30)):
        room.put(student, room.answer("Because."))
        room.file(make_record(student, slope=1.0, submitted=DUE + timedelta(days=late)))
    with open_gradebook(room.course) as gradebook:
        gradebook.find_grade("why", "lines", HW, "bob").manual_score = 2.0
        gradebook.find_comment("why", "lines", HW, "bob").manual_comment = "Well said."
        gradebook.db.commit()
    report = generate_feedback(room.course, room.lines, ["ada", "bob", "cleo"])
    assert report.failed == {}
    pages = {student: page.read_text(encoding="utf-8") for student, page in report.pages.items()}
    assert "Well said." in pages["bob"]
    assert "Well said." not in pages["cleo"]
    assert pages == nbgraders_own(room)


def test_one_whom_the_gradebook_does_not_know_stops_nobody(room: Any, make_record: Callable[..., Record]) -> None:
    for student in ("ada", "cleo"):
        room.put(student)
        room.file(make_record(student))
    autograded = room.course.root / "autograded"
    shutil.copytree(autograded / "ada", autograded / "bob")
    report = generate_feedback(room.course, room.lines, ["ada", "bob", "cleo"])
    assert list(report.pages) == ["ada", "cleo"]
    assert report.failed == {"bob": f"nbgrader.api.MissingEntry: No such grade: {HW}/lines/slope for bob"}
