"""The report of a course: what is written, and from where."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable

import pytest
from playwright.sync_api import Browser

from gradkit.classroom.reporting import make_report
from gradkit.classroom.serving import ReportServer
from gradkit.course import Course
from gradkit.errors import UsageError
from gradkit.gradebook.database import open_gradebook
from gradkit.grading.record import Record
from gradkit.term.groups import note_group

HW = "hw0_scaling"


def test_a_class_report(
    course: Course, put: Callable[..., None], keep: Callable[..., object], make_record: Callable[..., Record]
) -> None:
    for student in ("ada", "bob"):
        put(student)
    keep(make_record("ada"), make_record("bob", scale=0.0))
    with open_gradebook(course) as gradebook:
        gradebook.add_student("cyd")
    made = make_report(course, course.root / "report")
    assert made.problems == ()
    (hw,) = made.report.assignments
    assert (hw.scores.number, hw.missing) == (2, ("cyd",))
    page = made.page.read_text(encoding="utf-8")
    assert f'href="../feedback/ada/{HW}.html"' in page
    assert json.loads((made.page.parent / "report.json").read_text(encoding="utf-8"))["assignments"][0]["id"] == HW
    assert (made.page.parent / "students.csv").read_text(encoding="utf-8").startswith("student,hw0_scaling,sum")


def test_copies_are_shown_side_by_side_and_old_pages_go(
    course: Course, put: Callable[..., None], keep: Callable[..., object], make_record: Callable[..., Record]
) -> None:
    answer = "\n".join(f"v{line} = x ** {line} + x / {line + 7} - {line} * x" for line in range(20))
    for student in ("ada", "bob"):
        put(student)
        path = course.submitted / student / HW / "scaling.py"
        path.write_text(path.read_text() + answer)
    keep(make_record("ada"), make_record("bob"))
    target = course.root / "report"
    assert make_report(course, target).report.assignments[0].pairs
    assert f'href="similar/{HW}.html"' in (target / "report.html").read_text(encoding="utf-8")
    path.write_text("x = 1\n")
    assert not make_report(course, target).report.assignments[0].pairs
    assert list((target / "similar").iterdir()) == []


def test_members_of_a_group_are_not_alike_nor_are_those_of_an_earlier_one(
    course: Course, put: Callable[..., None], keep: Callable[..., object], make_record: Callable[..., Record]
) -> None:
    answer = "\n".join(f"v{line} = x ** {line} + x / {line + 7} - {line} * x" for line in range(20))
    for student in ("ada", "bob", "cyd"):
        put(student)
        path = course.submitted / student / HW / "scaling.py"
        path.write_text(path.read_text() + answer)
    keep(make_record("ada"), make_record("bob"), make_record("cyd"))
    note_group(course, ["ada", "bob"], HW)
    (course.root / "groups.csv").write_text("group,student\nred,bob\nred,cyd\n")
    (pair,) = make_report(course, course.root / "report").report.assignments[0].pairs
    assert {pair.one, pair.other} == {"ada", "cyd"}


def test_an_assignment_that_is_broken_now_is_named_and_the_others_are_reported(
    second: Course, put: Callable[..., None], keep: Callable[..., object], make_record: Callable[..., Record]
) -> None:
    for name in (HW, "hw1_scaling"):
        put("ada", name)
    keep(make_record("ada"), make_record("ada", assignment="hw1_scaling"))
    (second.source(HW) / "assignment.toml").write_text("id = 3\n")
    made = make_report(second, second.root / "report")
    assert "assignment.toml" in made.problems[0]
    assert [one.id for one in made.report.assignments] == [HW, "hw1_scaling"]


def test_nothing_was_graded(course: Course) -> None:
    with pytest.raises(UsageError, match="make grade"):
        make_report(course, course.root / "report")


def test_links_of_now_lead_to_pages_from_the_file_and_when_served(
    course: Course,
    put: Callable[..., None],
    keep: Callable[..., object],
    make_record: Callable[..., Record],
    browser: Browser,
) -> None:
    put("李 雷")
    keep(make_record("李 雷", status="refused", questions=(), problems=("There is no scaling.py.",)))
    made = make_report(course, course.report)
    with ReportServer(course) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        for address in (made.page.as_uri(), server.address):
            page = browser.new_page()
            page.goto(address)
            page.click("section:has(#now) >> text=李 雷")
            page.wait_for_url("**/feedback/**")
            assert "There is no scaling.py." in page.inner_text("main")
            page.close()
        server.shutdown()
        thread.join()
