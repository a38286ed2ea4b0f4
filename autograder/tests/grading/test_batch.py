"""Whose the folders of a class are."""

from __future__ import annotations

from pathlib import Path

from gradkit.course import Course
from gradkit.grading.batch import Plan, plan_class

HW = "hw0_scaling"
CYRILLIC = "\u0430\u0441\u0435"  # looks like "ace"


def planned(course: Course, folder: Path, *students: str) -> Plan:
    for student in students:
        (folder / student / HW).mkdir(parents=True)
    return plan_class(course, folder, course.results)


def test_folders_that_look_alike_are_refused_and_shown_apart(course: Course, tmp_path: Path) -> None:
    plan = planned(course, tmp_path / "in", "ace", CYRILLIC, "bob", "Bob", "cyd", "zo\u00eb", "zoe\u0308")
    assert [task.student for task in plan.tasks[HW]] == ["cyd"]
    assert len(plan.refused) == 6
    text = "\n".join(plan.refused)
    assert '"ace": looks like "\u0430\u0441\u0435" (U+0430 CYRILLIC SMALL LETTER A' in text
    assert '"zo\u00eb" (U+00EB' in text
    assert "U+0308 COMBINING DIAERESIS" in text


def test_names_that_mislead_are_refused(course: Course, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "link").symlink_to(tmp_path)
    plan = planned(course, tmp_path / "in", "\u0430da", "eve\u200b", "M\u00fcller, Anna (12345)")
    assert [task.student for task in plan.tasks[HW]] == ["M\u00fcller, Anna (12345)"]
    assert len(plan.refused) == 3


def test_a_decomposed_name_is_the_students_own(course: Course, tmp_path: Path) -> None:
    [task] = planned(course, tmp_path / "in", "zoe\u0308").tasks[HW]
    assert (task.student, task.record.parent.name) == ("zo\u00eb", "zo\u00eb")
    assert task.folder.is_dir()
    # In submitted/ other parts look for the folder by the student's id.
    plan = planned(course, course.submitted, "zoe\u0308")
    assert not plan.tasks
    assert "rename this folder" in plan.refused[0]
