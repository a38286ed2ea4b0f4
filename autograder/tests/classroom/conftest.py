"""The demonstration course, published and handed in, and records as the grader would make them."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from gradkit.classroom.sync_gradebook import open_books
from gradkit.collect.exchange import fetch, publish, submit
from gradkit.course import Course, load_course
from gradkit.grading.record import QuestionResult, Record
from gradkit.grading.store import read_record, write_record
from gradkit.release import build_course

from ..demo_course import FILES, HW, complete, write_tree
from ..postgresql_server import put_on_server

DUE = datetime(2026, 10, 1, 22, 0, tzinfo=UTC)
WRITTEN = '\n<!-- #region written="why" -->\nA model answer.\n<!-- #endregion -->\n'


@dataclass(frozen=True)
class Kept:
    """What keeping the books did: how many records were filed, what could not be, who was late, and who has left."""

    filed: int
    problems: tuple[str, ...]
    late: set[tuple[str, str]]
    gone: set[str]


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demonstration course with a written question and a late policy, built once."""
    root = complete(write_tree(tmp_path_factory.mktemp("template"), FILES))
    for name, more in (
        (f"assignments/{HW}/assignment.toml", '\n[[written]]\nid = "why"\npoints = 4\n'),
        (f"assignments/{HW}/notebook.md", WRITTEN),
        ("course.toml", "[late]\ngrace_minutes = 60\npercent_per_day = 10\nfloor_percent = 50\n"),
    ):
        path = root / name
        path.write_text(path.read_text() + more)
    build_course(load_course(root))
    return root


@pytest.fixture
def course(template: Path, tmp_path: Path, request: pytest.FixtureRequest) -> Course:
    """A copy of that course, its gradebook in SQLite's file or, by the parameter, on a server."""
    root = shutil.copytree(template, tmp_path / "course")
    put_on_server(root, request)
    return load_course(root)


@pytest.fixture
def second(course: Course) -> Course:
    """The course with another assignment of the same kind, hw1_scaling, built."""
    for folder in (course.source(HW), course.hidden(HW)):
        copy = folder.with_name("hw1_scaling")
        copy.mkdir()
        for path in folder.iterdir():
            (copy / path.name).write_text(path.read_text().replace(HW, "hw1_scaling"))
    course = load_course(course.root)
    build_course(course)
    return course


@pytest.fixture
def hand_in(course: Course, tmp_path: Path) -> Callable[..., None]:
    """Fetch and submit as a student: ``hand_in("ada", DUE, {"scaling.py": "..."})``."""

    def run(student: str, at: datetime = DUE, files: dict[str, str] | None = None) -> None:
        if not (course.exchange / course.id / "outbound" / HW).exists():
            publish(course, HW)
        home = tmp_path / "homes" / f"{student} {at:%d %H %M}"
        home.mkdir(parents=True)
        folder = fetch(course, student, HW, home)
        for name, text in (files or {}).items():
            (folder / name).write_text(text)
        submit(course, student, folder, at)

    return run


@pytest.fixture
def make_record() -> Callable[..., Record]:
    """Make a record of a graded submission: ``make_record("ada", scale=2.0)``."""

    def make(student: str, scale: float = 3.0, at: datetime | None = DUE, **more: Any) -> Record:
        questions = (QuestionResult("scale", scale, 3.0), QuestionResult("Shift", 2.0, 2.0))
        time = f"{at:%Y-%m-%d %H:%M:%S} UTC" if at else None
        values: dict[str, Any] = {
            "assignment": HW,
            "title": "Scaling",
            "status": "graded",
            "max_score": 5.0,
            "questions": questions,
            "submitted": time,
        }
        return Record(student, **(values | more))

    return make


@pytest.fixture
def put(course: Course) -> Callable[..., None]:
    """Lay the release into ``submitted/`` as a student's: ``put("ada")``."""

    def run(student: str, assignment: str = HW, notebook: str | None = None) -> None:
        folder = course.submitted / student / assignment
        folder.mkdir(parents=True)
        shutil.copytree(course.release(assignment), folder, dirs_exist_ok=True)
        if notebook is not None:
            (folder / "scaling.ipynb").write_text(notebook)

    return run


@pytest.fixture
def keep(course: Course) -> Callable[..., Kept]:
    """Keep the books of some records; what was found: ``keep(record, ...).problems``, ``.filed``, ``.late``."""

    def run(*records: Record) -> Kept:
        with open_books(load_course(course.root)) as books:
            for record in records:
                path = course.results / record.student / f"{record.assignment}.json"
                if read_record(path) != record:  # as grading does: what has not changed is not written again
                    write_record(record, path)
                books.file(record)
            books.make_pages(books.pages_due(), lambda _number: None)
            return Kept(books.filed, tuple(books.problems), books.late(), books.gone)

    return run
