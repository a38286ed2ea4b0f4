"""A queue of hand-ins in the order in which they came."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

from gradkit.classroom.batches import in_batches
from gradkit.gradebook.timestamps import write_time
from gradkit.grading.batch import Plan
from gradkit.grading.triage import Task

NOON = datetime(2026, 10, 1, 12, tzinfo=UTC)


def test_the_first_come_first_in_growing_batches(tmp_path: Path) -> None:
    tasks = []
    for number in range(30):
        folder = tmp_path / f"s{number:02d}"
        folder.mkdir()
        write_time(folder, NOON - timedelta(seconds=number))  # the last by name came first
        tasks.append(Task(folder.name, folder, tmp_path / f"{folder.name}.json"))
    graded, again = tasks[3], tasks[4]
    for task in (graded, again):
        task.record.write_text("{}")
    os.utime(again.record, (0, 0))  # older than its hand-in
    *batches, rest = in_batches(Plan({"hw1": tasks[:20], "hw2": tasks[20:]}, ["no"]))
    order = [[task.student for found in batch.tasks.values() for task in found] for batch in batches]
    assert [len(batch) for batch in order] == [8, 16, 5]
    assert order[0] == [f"s{number}" for number in range(29, 21, -1)]
    assert [student for batch in order for student in sorted(batch, reverse=True)] == [
        task.student for task in reversed(tasks) if task is not graded
    ]
    assert (rest.tasks, rest.refused) == ({"hw1": [graded]}, ["no"])


def test_a_class_without_new_hand_ins_is_one_batch(tmp_path: Path) -> None:
    (tmp_path / "ada").mkdir()
    (tmp_path / "ada.json").write_text("{}")
    plan = Plan({"hw1": [Task("ada", tmp_path / "ada", tmp_path / "ada.json")]}, [])
    assert in_batches(plan) == [plan]
