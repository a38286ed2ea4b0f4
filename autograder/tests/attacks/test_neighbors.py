"""What one submission takes, the others beside it still have: at every level, with two graders."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from gradkit.grading.grade import grade_waiting
from gradkit.grading.record import Record
from gradkit.grading.triage import Task, triage
from gradkit.sandbox import Sandbox

HW = "hw0_scaling"
# Takes every thread that it can get for as long as an answer may take.
HOG = """
import threading, time
threading.stack_size(32 << 10)
_end, _until = threading.Event(), time.monotonic() + 1.2


def scale(x, factor=2.0):
    while time.monotonic() < _until:
        try:
            threading.Thread(target=_end.wait, daemon=True).start()
        except RuntimeError:
            time.sleep(0.005)
        if threading.active_count() > 300:
            time.sleep(0.05)
    raise ValueError(str(threading.active_count()))
"""
# The reference, with each answer computed by threads that all live at once.
HONEST = """

import threading

threading.stack_size(2 << 20)  # torch itself needs some
_scale = scale


def scale(x, factor=2.0):
    everybody, answers = threading.Barrier(5), []

    def answer():
        everybody.wait(5.0)
        answers.append(_scale(x, factor))

    threads = [threading.Thread(target=answer) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers[0]
"""


def grade_class_of_four(level: Sandbox, arena: Any, folder: Path, processes: int = 2) -> dict[str, Record]:
    """A hog and three honest submissions; the hog comes first."""
    reference = Path(arena.places["reference"]).read_text()
    tasks = []
    for name in ("a-hog", "b", "c", "d"):
        place = folder / name / HW
        place.mkdir(parents=True)
        (place / "scaling.py").write_text(HOG if name == "a-hog" else reference + HONEST)
        tasks.append(Task(name, place, folder / f"{name}.json"))
    waiting = triage(arena.course, HW, tasks, lambda _record: None)
    return {one.student: one for one in grade_waiting(arena.course, waiting, lambda _record: None, level, processes)}


def test_who_takes_all_threads_takes_them_from_nobody_else(level: Sandbox, arena: Any, tmp_path: Path) -> None:
    found = grade_class_of_four(level, arena, tmp_path)
    assert [found[name].score for name in "bcd"] == [5.0, 5.0, 5.0], [
        test.output for name in "bcd" for test in found[name].tests
    ]
    assert found["a-hog"].score == 0.0


def test_several_run_at_a_time_only_where_each_has_its_own_count(level: Sandbox) -> None:
    one_count = level.level.name == "flat" or level.layers["rlimits"] != "yes"
    assert level.at_a_time(2) == (1 if one_count else 2)
    assert level.at_a_time(1) == 1
    assert level.level.name in level.why_one()
