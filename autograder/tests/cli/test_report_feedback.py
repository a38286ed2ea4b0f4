"""Releasing feedback from the command line."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from gradkit.collect.exchange import fetch, publish, submit
from gradkit.course import Course
from gradkit.gradebook.database import open_gradebook
from gradkit.gradebook.filing import file_record
from gradkit.gradebook.registration import register
from gradkit.grading.record import QuestionResult, Record
from gradkit.release import stage

Gradkit = Callable[..., Any]
HW = "hw0_scaling"


def test_feedback_before_grading_is_a_wrong_use(gradkit: Gradkit) -> None:
    ran = gradkit("feedback")
    assert (ran.status, ran.out) == (2, "")
    assert "There are no graded submissions" in ran.err


def test_feedback_goes_into_the_exchange(gradkit: Gradkit, built: Course, tmp_path: Path) -> None:
    publish(built, HW)
    submit(built, "ada", fetch(built, "ada", HW, tmp_path), datetime(2026, 9, 30, 12, 0, tzinfo=UTC))
    assert gradkit("collect").status == 0
    assignment = built.assignment(HW)
    questions = (QuestionResult("scale", 1.0, 3.0), QuestionResult("Shift", 2.0, 2.0))
    time = (built.submitted / "ada" / HW / "timestamp.txt").read_text().strip()
    record = Record("ada", HW, "Scaling", "graded", 5.0, questions=questions, submitted=time)
    stage(built, assignment, tmp_path / "staged")
    with open_gradebook(built) as gradebook:
        register(gradebook, built, assignment, tmp_path / "staged")
        file_record(gradebook, built, assignment, record)

    ran = gradkit("feedback", HW)  # there is no record of what the gradebook has
    assert (ran.status, ran.out) == (1, "")
    ran = gradkit("feedback", HW, "--stale")
    assert (ran.status, ran.out, ran.err) == (0, f"{HW}: feedback released\n", "")
    (page,) = (built.exchange / built.id / "feedback").rglob("*.html")
    assert "scale: 1 of 3 points" in page.read_text()

    shutil.rmtree(built.root / "feedback")
    (built.root / "autograded" / "ada" / HW / "scaling.ipynb").write_text("no notebook")
    ran = gradkit("feedback", "--stale")
    assert ran.status == 1
    assert f"ada, {HW}: no feedback page: " in ran.err
