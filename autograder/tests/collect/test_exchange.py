"""Out through nbgrader's exchange and in again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from gradkit.collect.exchange import fetch, list_inbound, publish, publish_feedback, submit
from gradkit.errors import GradkitError
from gradkit.gradebook.feedback_pages import generate_feedback
from gradkit.grading.record import Record

HW = "hw1_lines"
DUE = datetime(2030, 1, 10, 12, 0, tzinfo=UTC)


def test_a_student_fetches_what_was_published(room: Any, tmp_path: Path) -> None:
    outbound = publish(room.course, HW)
    assert outbound.is_dir()
    folder = fetch(room.course, "ada", HW, tmp_path)
    assert {path.name for path in folder.iterdir()} == {"lines.ipynb", "lines.py"}
    assert (folder / "lines.py").read_bytes() == (room.course.release(HW) / "lines.py").read_bytes()


def test_publishing_again_replaces_what_was_there(room: Any) -> None:
    publish(room.course, HW)
    (room.course.release(HW) / "lines.py").write_text("# corrected\n")
    assert (publish(room.course, HW) / "lines.py").read_text() == "# corrected\n"


def test_a_submission_carries_the_time_it_is_given(room: Any) -> None:
    publish(room.course, HW)
    submit(room.course, "ada", room.folder(), at=DUE + timedelta(hours=3))
    submit(room.course, "ada", room.folder(), at=DUE + timedelta(hours=3))  # the same second once more
    inbound, strange = list_inbound(room.course)
    assert [(one.student, one.assignment, one.time) for one in inbound] == [("ada", HW, DUE + timedelta(hours=3))] * 2
    assert strange == []


def test_without_a_time_it_is_now(room: Any) -> None:
    publish(room.course, HW)
    before = datetime.now(UTC)
    submit(room.course, "ada", room.folder())
    assert before <= list_inbound(room.course)[0][0].time <= datetime.now(UTC)


def test_feedback_goes_out_under_names_that_only_its_student_knows(
    room: Any, make_record: Callable[..., Record]
) -> None:
    publish(room.course, HW)
    for student in ("ada", "bob"):
        room.put(student)
        room.file(make_record(student))
    pages = generate_feedback(room.course, room.lines, ["ada", "bob"]).pages
    outside = publish_feedback(room.course, HW)
    assert {path.read_bytes() for path in outside.iterdir()} == {page.read_bytes() for page in pages.values()}
    assert all(set(path.stem) <= set("0123456789abcdef") for path in outside.iterdir())  # a digest; "ada" may be in it


def test_what_is_not_published_cannot_be_fetched(room: Any, tmp_path: Path) -> None:
    publish(room.course, HW)
    with pytest.raises(GradkitError, match=r"hw2_losses: nbgrader could not fetch it.*\n.*not found"):
        fetch(room.course, "ada", "hw2_losses", tmp_path)
