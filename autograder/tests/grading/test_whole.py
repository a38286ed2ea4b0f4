"""What concerns the submission as a whole is said once, for all of it, and with what to do about it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from gradkit.course import Course
from gradkit.grading.keys import suite_keys
from gradkit.grading.record import Record

HW = "hw0_scaling"
Grade = Callable[..., list[Record]]
HandIn = Callable[..., Path]


def test_an_import_that_is_not_installed_names_what_is(
    grade: Grade, hand_in: HandIn, course: Course, reference_source: str
) -> None:
    (record,) = grade(hand_in({"scaling.py": f"import no_such_package\n{reference_source}"}))
    assert {test.kind for test in record.tests} == {"import"}
    assert all("No module named 'no_such_package' in line 1" in test.output for test in record.tests)
    assert record.output == f"Grading has {course.environment.in_words}. Take out imports of anything else."


def test_a_change_of_what_is_installed_is_graded_anew(course: Course) -> None:
    other = replace(course, environment=replace(course.environment, packages=("torch", "numpy")))
    assert suite_keys(course, HW) != suite_keys(other, HW)


@pytest.mark.parametrize(
    "line",
    ["while True: pass", "while True: print('epoch ' * 1000)", "import os; os._exit(0)"],
    ids=["trains", "prints", "ends"],
)
def test_work_at_module_level_is_sent_under_the_guard(
    grade: Grade, hand_in: HandIn, reference_source: str, line: str
) -> None:
    folder = hand_in({"scaling.py": f"{reference_source}\n{line}\n"})
    (record,) = grade(folder)
    assert {test.kind for test in record.tests} == {"import"}
    assert 'under if __name__ == "__main__":, which is not run when graded.' in record.output
    (folder / "scaling.py").write_text(f'{reference_source}\nif __name__ == "__main__":\n    {line}\n')
    (record,) = grade(folder)
    assert (record.score, record.output) == (5, "")  # as the message says


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("scale = scale(torch.ones(2))", "scale"),
        ("Shift = Shift(1)", "Shift"),
        ("len = 3", "len"),
    ],
)
def test_a_function_that_the_file_itself_overwrites_is_named_with_the_line(
    grade: Grade, hand_in: HandIn, reference_source: str, line: str, name: str
) -> None:
    source = re.sub(r"(?m)^( +)return ", r"\1len([])\n\1return ", reference_source)
    folder = hand_in({"scaling.py": f"{source}\n{line}\n"})
    (record,) = grade(folder)
    number = f"{source}\n{line}\n".count("\n")
    assert record.score < 5
    assert record.output.startswith(f"{name} is overwritten in line {number}: {line} ")
    assert record.output.count("\n") == 0
    (folder / "scaling.py").write_text(f'{source}\nif __name__ == "__main__":\n    {line}\n')
    (record,) = grade(folder)
    assert (record.score, record.output) == (5, "")  # as the message says


def test_an_overwritten_name_that_no_test_failed_over_is_not_named(
    grade: Grade, hand_in: HandIn, reference_source: str
) -> None:
    (record,) = grade(hand_in({"scaling.py": f"{reference_source}\nmax = 3\n"}))
    assert (record.score, record.output) == (5, "")
