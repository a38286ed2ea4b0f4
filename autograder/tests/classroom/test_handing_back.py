"""Pages for students outside the exchange: a platform's zip file, and messages."""

from __future__ import annotations

import email
import zipfile
from email.policy import SMTP
from pathlib import Path

import pytest

from gradkit.classroom.handing_back import pack, write_messages
from gradkit.collect.collected import note_path, write_note
from gradkit.course import Course
from gradkit.course.roster import Person
from gradkit.errors import UsageError

from ..demo_course import HW


@pytest.fixture
def pages(course: Course) -> Course:
    """Ada's work came from Moodle, bob's from Canvas, cyd's from the exchange, 李雷's from an old Moodle."""
    for student, upload in (
        ("ada", '"Ada L_17_assignsubmission_file"'),
        ("bob", '"bobbob_LATE_23_4711_hw0.zip"'),
        ("cyd", None),
        ("李雷", '"李 雷_18_assignsubmission_file_"'),
    ):
        page = course.feedback_page(student, HW)
        page.parent.mkdir(parents=True)
        page.write_text(f"<p>for {student}</p>", encoding="utf-8")
        if upload is not None:
            write_note(note_path(course, student, HW), {"upload": upload})
    return course


@pytest.mark.parametrize(
    ("platform", "packed", "left_out"),
    [
        (
            "moodle",
            {
                "Ada L_17_assignsubmission_file_/feedback.html": "ada",
                "李 雷_18_assignsubmission_file_/feedback.html": "李雷",
            },
            ["bob", "cyd"],
        ),
        ("canvas", {"bobbob_LATE_23_4711_feedback.html": "bob"}, ["ada", "cyd", "李雷"]),
    ],
)
def test_pages_are_packed_under_the_names_of_the_download(
    pages: Course, tmp_path: Path, platform: str, packed: dict[str, str], left_out: list[str]
) -> None:
    target = tmp_path / "feedback.zip"
    assert pack(pages, HW, platform, target) == left_out
    with zipfile.ZipFile(target) as archive:
        found = {name: archive.read(name).decode() for name in archive.namelist()}
    assert found == {name: f"<p>for {student}</p>" for name, student in packed.items()}
    before = target.read_bytes()
    pack(pages, HW, platform, target)
    assert target.read_bytes() == before


def test_where_nothing_came_from_the_platform_it_is_said(pages: Course, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match='--zip "blackboard": expected moodle or canvas'):
        pack(pages, HW, "blackboard", tmp_path / "feedback.zip")
    note_path(pages, "bob", HW).unlink()
    with pytest.raises(UsageError, match="no work with a page was collected from a download of Canvas"):
        pack(pages, HW, "canvas", tmp_path / "feedback.zip")
    assert not (tmp_path / "feedback.zip").exists()


def test_a_message_is_a_draft_with_the_page(pages: Course, tmp_path: Path) -> None:
    people = {"ada": Person("ada", email="ada@example.org"), "李雷": Person("李雷", email="lei@example.org")}
    assert write_messages(pages, HW, people, tmp_path / "mail") == ["bob", "cyd"]
    assert sorted(path.name for path in (tmp_path / "mail").iterdir()) == ["ada.eml", "李雷.eml"]
    message = email.message_from_bytes((tmp_path / "mail" / "李雷.eml").read_bytes(), policy=SMTP)
    (page,) = message.iter_attachments()
    assert (message["To"], message["X-Unsent"], page.get_filename()) == ("lei@example.org", "1", "feedback.html")
    assert page.get_content().strip() == "<p>for 李雷</p>"
