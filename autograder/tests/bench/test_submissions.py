"""The mixed set: always the same, all kinds in it, no two files identical."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from bench.submissions import draw, hand_in, repeated
from gradkit.course import Course

from ..demo_course import HW


def kinds(students: list[str]) -> Counter[str]:
    return Counter(student.partition("-")[0] for student in students)


def test_the_set_is_mixed_and_reproducible(course: Course) -> None:
    drawn = draw(course, HW, 40)
    students = [submission.student for submission in drawn]
    assert students[:2] == ["reference-1", "stub-1"]
    assert kinds(students) == {"reference": 8, "stub": 1, "accepted": 10, "mistake": 21}
    assert set(kinds(students[-5:])) == {"reference", "accepted", "mistake"}
    assert drawn == draw(course, HW, 40)
    modules = [submission.files["scaling.py"] for submission in drawn]
    assert len(set(modules)) == 40
    assert modules[0].startswith((course.source(HW) / "scaling.py").read_bytes())
    assert modules[0].endswith(b"\n# reference-1\n")


def test_entries_can_be_left_out(course: Course) -> None:
    students = [submission.student for submission in draw(course, HW, 40, {"mistake-ended-1"})]
    counted = Counter(student.split("-")[1] for student in students if student.startswith("mistake"))
    assert counted == {"doubled": 7, "divided": 7, "NoShift": 7}


def test_a_large_class_repeats_the_set(course: Course) -> None:
    large = list(repeated(draw(course, HW, 10), "scaling.py", 25))
    assert large[10].student == "reference-1-10"
    assert len({submission.student for submission in large}) == 25
    assert len({submission.files["scaling.py"] for submission in large}) == 25


def test_the_released_folder_is_handed_in_without_its_wheel(course: Course, tmp_path: Path) -> None:
    drawn = draw(course, HW, 10)
    hand_in(tmp_path / "submitted", course.release(HW), drawn)
    folder = tmp_path / "submitted" / "stub-1" / HW
    names = {path.name for path in folder.iterdir()}
    assert {"scaling.py", "scaling.ipynb", "timestamp.txt"} <= names
    assert not any(name.endswith(".whl") for name in names)
    assert (folder / "scaling.py").read_bytes() == drawn[1].files["scaling.py"]
