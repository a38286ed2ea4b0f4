"""The time from a hand-in to its feedback, in a copy of a course."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench import hand_ins
from gradkit.course import Course
from gradkit.release import build_course

from ..demo_course import HW, complete


def test_hand_ins_are_timed_in_an_exchange_of_their_own(
    course: Course, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    complete(course.root)
    build_course(course)
    monkeypatch.setattr(hand_ins, "_READY", 0.0)
    found = hand_ins.measure_hand_ins(tmp_path / "work", course, HW, 1, lambda _step: None)
    assert len(found.waits) == 1
    assert 0.3 < found.median == found.slowest < 60
    assert not course.exchange.exists()
