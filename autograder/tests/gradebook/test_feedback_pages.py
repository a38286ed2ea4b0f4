"""Feedback pages."""

from __future__ import annotations

import html
import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from nbgrader.converters import GenerateFeedback
from nbgrader.coursedir import CourseDirectory
from playwright.sync_api import Browser

from gradkit.course import load_course
from gradkit.gradebook.browser_safety import for_people
from gradkit.gradebook.database import open_gradebook
from gradkit.gradebook.feedback_pages import generate_feedback
from gradkit.gradebook.settings import nbgrader_config
from gradkit.grading.record import Record

HW = "hw1_lines"
DATABASES = "room"
DUE = datetime(2030, 1, 10, 12, 0, tzinfo=UTC)


def text(page: Path) -> str:
    """What a reader of the page sees, roughly."""
    body = page.read_text(encoding="utf-8").partition("<body>")[2]
    return html.unescape(re.sub(r"<[^>]*>", "", body))


def test_a_page_shows_scores_and_messages_and_nothing_hidden(room: Any, make_record: Callable[..., Record]) -> None:
    room.put("ada", room.answer("Because **so**."))
    room.file(make_record("ada", slope=1.0, offset=0.5, output="<script>alert(1)</script>"))
    report = generate_feedback(room.course, room.lines, ["ada"])
    assert report.pages == {"ada": room.course.root / "feedback" / "ada" / HW / "lines.html"}
    assert report.failed == {}
    seen = text(report.pages["ada"])
    assert "lines (Score: 1.5 / 7.5)" in seen
    assert "slope: 1 of 3 points" in seen
    assert "failed  The offset is right.  [0.5 of 2.5]" in seen
    assert "Hint: an offset has shape ()" in seen
    assert "Because so." in seen
    source = report.pages["ada"].read_text(encoding="utf-8")
    for hidden in ("test_hidden", "printed-by-the-student", "<script>alert", "stderr"):
        assert hidden not in source
    # nbgrader's own way to read a score is not shown, and there to be read.
    assert "Out[" not in source
    scores = [cell.outputs[-1].data["text/plain"] for cell in room.notebook("ada").cells if cell.get("outputs")]
    assert scores[-2:] == ["1.0", "0.5"]


def test_a_page_of_a_chinese_course_is_in_chinese(room: Any, make_record: Callable[..., Record]) -> None:
    answer = "Score: (Top) Test cell"
    room.put("ada", room.answer(answer))
    toml = room.course.root / "course.toml"
    toml.write_text(f'language = "zh"\n{toml.read_text(encoding="utf-8")}', encoding="utf-8")
    room = replace(room, course=load_course(room.course.root))
    room.file(make_record("ada", slope=1.0, offset=0.5))
    with open_gradebook(room.course) as gradebook:
        gradebook.find_comment("why", "lines", HW, "ada").manual_comment = "很好。"
        gradebook.db.commit()
    seen = text(generate_feedback(room.course, room.lines, ["ada"]).pages["ada"])
    assert "lines (得分：1.5 / 7.5)" in seen
    assert "slope：1 / 3 分" in seen
    assert "未通过  The offset is right.  [0.5 / 2.5]" in seen  # the suite has no catalogue
    assert re.search(r"评语：\s*很好。", seen)
    assert seen.count(answer) == 1
    others = ("Score", "Test cell", "Grade cell", "Written response", "Student", "Comment", "Top")
    assert not [word for word in others if word in seen.replace(answer, "")]


def test_a_page_is_no_wider_than_its_window(room: Any, make_record: Callable[..., Record], browser: Browser) -> None:
    long = "W" * 300
    table = f"| {long} | b |\n|---|---|\n| 1 | {long} |"
    room.put("ada", room.answer(f"# {long}\n\n`{long}` {long}\n\n{table}\n\n```\n{long}\n```\n\n$${long}$$"))
    record = make_record("ada", offset=0.5, output=long)
    tests = tuple(replace(test, title=long, output=f"{long}\n{long}", hint=long) for test in record.tests)
    room.file(replace(record, tests=tests, problems=(long,)))
    file = generate_feedback(room.course, room.lines, ["ada"]).pages["ada"]
    page = browser.new_page(java_script_enabled=False)  # it would fetch MathJax
    page.goto(file.as_uri())
    for width in (320, 375, 768, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        inner, outer = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
        assert (width, inner) == (width, outer)
    assert page.evaluate("document.head.querySelectorAll('meta[name=viewport]').length") == 1


def test_a_persons_comment_is_on_the_page(room: Any, make_record: Callable[..., Record]) -> None:
    room.put("ada", room.answer("Because."))
    room.file(make_record("ada"))
    with open_gradebook(room.course) as gradebook:
        gradebook.find_grade("why", "lines", HW, "ada").manual_score = 2.0
        gradebook.find_comment("why", "lines", HW, "ada").manual_comment = "Well said."
        gradebook.db.commit()
    seen = text(generate_feedback(room.course, room.lines, ["ada"]).pages["ada"])
    assert "Comments: Well said." in " ".join(seen.split())
    assert "lines (Score: 5.0 / 7.5)" in seen


def test_one_bad_student_does_not_stop_the_others(room: Any, make_record: Callable[..., Record]) -> None:
    for student in ("ada", "eve", "zoe"):
        room.put(student)
        room.file(make_record(student))
    bad = room.course.root / "autograded" / "eve" / HW / "lines.ipynb"
    bad.chmod(0o644)
    bad.write_text("no notebook")
    report = generate_feedback(room.course, room.lines, ["zoe", "eve", "ada", "ann"])
    assert list(report.pages) == ["ada", "zoe"]
    assert all(page.is_file() for page in report.pages.values())
    assert set(report.failed) == {"eve", "ann"}
    assert "Notebook does not appear to be JSON" in report.failed["eve"]
    assert "has not been graded yet" in report.failed["ann"]


def test_only_those_asked_for_are_made(room: Any, make_record: Callable[..., Record]) -> None:
    for student in ("ada", "zoe"):
        room.put(student)
        room.file(make_record(student))
    generate_feedback(room.course, room.lines, ["zoe"])
    assert not (room.course.root / "feedback" / "ada").exists()
    assert generate_feedback(room.course, room.lines, []).pages == {}


@pytest.mark.parametrize("student", ["Ada.Lovelace@example.org", "o'brien", "Zoë Müller", "s-1_2"])
def test_every_id_that_is_accepted_gets_a_page(room: Any, make_record: Callable[..., Record], student: str) -> None:
    room.put(student)
    room.file(make_record(student))
    assert generate_feedback(room.course, room.lines, [student]).pages[student].is_file()


def test_what_students_attach_or_leave_out_breaks_no_page(room: Any, make_record: Callable[..., Record]) -> None:
    room.put("eve", room.answer("see ![](attachment:gone.png) <script>alert(2)</script>"))
    room.file(make_record("eve"))
    report = generate_feedback(room.course, room.lines, ["eve"])
    assert report.failed == {}
    assert "<script>alert(2)" not in report.pages["eve"].read_text(encoding="utf-8")


def nbgraders_own(room: Any) -> dict[str, str]:
    """The pages that nbgrader makes, then made ready for people."""
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
