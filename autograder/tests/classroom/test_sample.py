"""The sample class: played through the exchange, only into an empty one, and only inside the course."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from gradkit.classroom.sample import play_sample_if_empty
from gradkit.course import Course, load_course
from gradkit.errors import CourseError, UsageError
from gradkit.release.wheel import student_wheel

HW = "hw0_scaling"
TOML = f"""
[[submission]]
student = "ada"
assignment = "{HW}"
at = 2026-09-30T10:00:00Z
folder = "ada/{HW}"
[submission.answers]
why = "Because."

[[submission]]
student = "bob"
assignment = "{HW}"
at = 2026-10-02T08:30:15Z
remove = ["README.md", "scaling.py"]
duplicate = ["scale"]

[[submission]]
student = "ada"
assignment = "{HW}"
at = 2026-09-29T10:00:00Z
"""


@pytest.fixture
def sample(tmp_path: Path) -> Callable[[str], Path]:
    """Write a sample class: ``sample(toml)``; returns its folder."""

    def make(toml: str = TOML) -> Path:
        folder = tmp_path / "sample"
        (folder / "ada" / HW).mkdir(parents=True)
        (folder / "ada" / HW / "scaling.py").write_text("# ada's\n")
        (folder / "class.toml").write_text(toml)
        return folder

    return make


def play(course: Course, folder: Path) -> bool:
    return play_sample_if_empty(course, folder, lambda _done, _total: None)


def everything(folder: Path) -> Mapping[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_students_hand_in_what_the_sample_says(course: Course, sample: Callable[..., Path]) -> None:
    told: list[tuple[int, int]] = []
    assert play_sample_if_empty(course, sample(), lambda done, total: told.append((done, total)))
    assert told == [(0, 3), (1, 3), (2, 3)]

    ada, bob = course.submitted / "ada" / HW, course.submitted / "bob" / HW
    assert (ada / "scaling.py").read_text() == "# ada's\n"  # the later of the two, although it stands first
    assert (ada / "timestamp.txt").read_text().strip() == "2026-09-30 10:00:00.000000 UTC"
    cells = json.loads((ada / "scaling.ipynb").read_text())["cells"]
    assert [cell["source"] for cell in cells if cell["metadata"].get("nbgrader", {}).get("grade_id") == "why"] == [
        "Because."
    ]

    assert sorted(path.name for path in bob.iterdir()) == [
        student_wheel()[0],
        "homework.json",
        "requirements.txt",
        "scaling.ipynb",
        "submission_secret.txt",
        "test_public.py",
        "timestamp.txt",
    ]
    names = [
        cell["metadata"]["nbgrader"]["grade_id"]
        for cell in json.loads((bob / "scaling.ipynb").read_text())["cells"]
        if "nbgrader" in cell["metadata"]
    ]
    assert names == ["scale", "scale", "Shift", "why"]


def test_it_is_played_once(course: Course, sample: Callable[..., Path]) -> None:
    folder = sample()
    assert play(course, folder)
    before = everything(course.root)
    assert not play(course, folder)
    assert everything(course.root) == before


def test_it_is_not_played_where_something_waits_in_the_exchange(
    course: Course, sample: Callable[..., Path], hand_in: Callable[..., None]
) -> None:
    hand_in("zoe")
    before = everything(course.root)
    assert not play(course, sample())
    assert everything(course.root) == before


def test_it_is_not_played_where_something_was_collected(
    course: Course, sample: Callable[..., Path], put: Callable[..., None]
) -> None:
    put("zoe")
    before = everything(course.root)
    assert not play(course, sample())
    assert everything(course.root) == before


def test_it_is_never_played_into_an_exchange_outside_the_course(
    course: Course, sample: Callable[..., Path], tmp_path: Path
) -> None:
    outside = tmp_path / "exchange of the department"
    outside.mkdir()
    path = course.root / "course.toml"
    path.write_text(f'exchange = "{outside}"\n' + path.read_text())
    assert not play(load_course(course.root), sample())
    assert list(outside.iterdir()) == []
    assert not course.submitted.exists()


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('student = "bob"', "", r"class.toml: submission\[2\].student: this key is missing"),
        ("2026-10-02T08:30:15Z", "2026-10-02", r"class.toml: submission\[2\].at: expected .* found"),
        ('"README.md"', '"LIESMICH.md"', r"class.toml: bob: remove: there is no LIESMICH.md in hw0_scaling"),
        ('why = "Because."', 'who = "I."', "class.toml: ada, hw0_scaling: the notebook has no cell who"),
        ('duplicate = ["scale"]', 'duplicate = ["scales"]', "the notebook has no cell scales"),
        ("folder = ", "folders = ", r"class.toml: submission\[1\].folders: unknown key"),
    ],
)
def test_mistakes_in_the_sample_are_named(
    course: Course, sample: Callable[..., Path], old: str, new: str, said: str
) -> None:
    with pytest.raises(CourseError) as error:
        play(course, sample(TOML.replace(old, new)))
    assert re.search(said, str(error.value))


def test_an_unknown_assignment_is_named(course: Course, sample: Callable[..., Path]) -> None:
    with pytest.raises(UsageError, match='No assignment "hw7"'):
        play(course, sample(TOML.replace(f'assignment = "{HW}"', 'assignment = "hw7"')))
