"""A made-up course with two assignments, released by nbgrader itself, and records as the grader would make them."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbgrader.api import Gradebook

from gradkit.collect.exchange import publish, submit
from gradkit.collect.inbound import collect
from gradkit.course import Assignment, Course, load_course
from gradkit.gradebook.database import database_url, ensure_database, open_gradebook
from gradkit.gradebook.filing import file_record
from gradkit.gradebook.generate import generate_assignment
from gradkit.gradebook.registration import register
from gradkit.grading.record import QuestionResult, Record, TestResult

from .demo_course import write_tree
from .postgresql_server import put_on_server

REPOSITORY = Path(__file__).resolve().parents[2]
LINES = "hw1_lines"
LOSSES = "hw2_losses"
DUE = datetime(2030, 1, 10, 12, 0, tzinfo=UTC)

COURSE = """
id = "toy101"
title = "A toy course"

[late]
grace_minutes = 60
percent_per_day = 10
floor_percent = 50

[submission]
files = 12
megabytes = 0.5
file_megabytes = 0.25
"""

ASSIGNMENT = """
id = "{id}"
title = "Toy assignment"
due = 2030-01-10T12:00:00Z
module = "{topic}.py"

[[question]]
id = "slope"
targets = ["slope"]
points = 3

[[question]]
id = "offset"
targets = ["offset"]
points = 2.5

[[written]]
id = "why"
points = 2
"""

STUB = 'def slope(x):\n    # TODO(slope): the slope.\n    raise NotImplementedError("slope")\n'


def graded(cell: Any, grade_id: str, points: float, *, solution: bool) -> Any:
    """Give a cell nbgrader's metadata."""
    cell.metadata = {
        "nbgrader": {
            "grade": True,
            "grade_id": grade_id,
            "locked": not solution,
            "points": points,
            "schema_version": 3,
            "solution": solution,
            "task": False,
        }
    }
    return cell


def staged_notebook(topic: str) -> str:
    """The notebook that nbgrader is given."""
    code, text = nbformat.v4.new_code_cell, nbformat.v4.new_markdown_cell
    check = "!python -m pytest -q --no-header test_public.py -k {}"
    cells = [
        text(f"# {topic}"),
        code(f"import {topic}"),
        graded(code(check.format("slope")), "slope", 3, solution=False),
        text("Some words between."),
        graded(code(check.format("offset")), "offset", 2.5, solution=False),
        text("Why is it so?"),
        graded(text("YOUR ANSWER HERE"), "why", 2, solution=True),
    ]
    for number, cell in enumerate(cells):
        cell.id = f"staged-{number}"
    metadata = {
        "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    return nbformat.writes(nbformat.v4.new_notebook(cells=cells, metadata=metadata, nbformat_minor=5))


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The course, made and released once; each test works on a copy."""
    root = tmp_path_factory.mktemp("template")
    (root / "course.toml").write_text(COURSE)
    shutil.copy(REPOSITORY / "nbgrader_config.py", root)
    course = load_course(root)
    ensure_database(course)
    for name, topic in ((LINES, "lines"), (LOSSES, "losses")):
        source = root / "assignments" / name
        source.mkdir(parents=True)
        (source / "assignment.toml").write_text(ASSIGNMENT.format(id=name, topic=topic))
        (source / f"{topic}.py").write_text("def slope(x):\n    return 'the reference'\n")
        staged = root / ".gradkit" / "staged" / name
        staged.mkdir(parents=True)
        (staged / f"{topic}.py").write_text(STUB)
        (staged / f"{topic}.ipynb").write_text(staged_notebook(topic))
        generate_assignment(
            staged.parent,
            root / "release",
            database_url=database_url(course).render_as_string(),
            course_id="toy101",
            assignment_id=name,
        )
    (root / "gradebook.db").unlink()
    return root


@dataclass(frozen=True)
class Classroom:
    """The toy course and what tests do in it, over and over."""

    course: Course

    @property
    def lines(self) -> Assignment:
        """The first assignment."""
        return self.course.assignment(LINES)

    @property
    def staged(self) -> Path:
        """The staged source folders."""
        return self.course.work / "staged"

    @property
    def inbound(self) -> Path:
        """Where submissions lie in the exchange."""
        return self.course.exchange / "toy101" / "inbound"

    def folder(self, changes: dict[str, str | bytes | None] | None = None, assignment_id: str = LINES) -> Path:
        """A student's working copy: the release with files changed, added, or taken away (None)."""
        folder = self.course.root / "home" / assignment_id
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(self.course.release(assignment_id), folder)
        changes = changes or {}
        for name in (name for name, content in changes.items() if content is None):
            (folder / name).unlink()
        return write_tree(folder, {name: content for name, content in changes.items() if content is not None})

    def hand_in(self, student: str, at: datetime = DUE, changes: dict[str, str | bytes | None] | None = None) -> None:
        """Publish if need be, and submit the first assignment through the exchange."""
        if not self.inbound.exists():
            publish(self.course, LINES)
        submit(self.course, student, self.folder(changes), at)

    def put(self, student: str, changes: dict[str, str | bytes | None] | None = None) -> Path:
        """Lay a submission into ``submitted/`` as collecting would leave it."""
        target = self.course.submitted / student / LINES
        shutil.rmtree(target, ignore_errors=True)
        target.parent.mkdir(parents=True, exist_ok=True)
        self.folder(changes).rename(target)
        return target

    def answer(self, text: str, name: str = "lines.ipynb") -> dict[str, str | bytes | None]:
        """The notebook with the written question answered, for ``changes``."""
        notebook = json.loads((self.course.release(LINES) / name).read_text())
        notebook["cells"][-1]["source"] = text
        return {name: json.dumps(notebook)}

    def file(self, record: Record) -> Path | None:
        """Register the first assignment and file one record."""
        with open_gradebook(self.course) as gradebook:
            register(gradebook, self.course, self.lines, self.staged)
            return file_record(gradebook, self.course, self.lines, record)

    def collect(self) -> None:
        """Collect all."""
        collect(self.course)

    def notebook(self, student: str) -> Any:
        """The autograded notebook, which must be valid."""
        path = self.course.root / "autograded" / student / LINES / "lines.ipynb"
        notebook = nbformat.read(path, as_version=4)
        nbformat.validate(notebook)
        return notebook


@pytest.fixture
def room(template: Path, tmp_path: Path, request: pytest.FixtureRequest) -> Classroom:
    """A toy course of the test's own, its gradebook in SQLite's file or, by the parameter, on a server."""
    root = tmp_path / "course"
    shutil.copytree(template, root)
    put_on_server(root, request)
    return Classroom(load_course(root))


@pytest.fixture
def gradebook(room: Classroom) -> Iterator[Gradebook]:
    """The toy course's gradebook, its first assignment registered."""
    with open_gradebook(room.course) as opened:
        register(opened, room.course, room.lines, room.staged)
        yield opened


@pytest.fixture
def make_record() -> Callable[..., Record]:
    """Make a record of the first assignment: ``make_record("ada", slope=3.0, offset=0.5)``."""

    def make(
        student: str, slope: float = 3.0, offset: float = 0.0, submitted: datetime | None = DUE, **more: Any
    ) -> Record:
        tests = (
            TestResult(
                "slope",
                "test_hidden_slope_name",
                "The slope is right.",
                slope,
                3.0,
                kind=None if slope == 3.0 else "value",
                output="" if slope == 3.0 else "The slope is wrong.",
            ),
            TestResult(
                "offset",
                "test_hidden_offset_name",
                "The offset is right.",
                offset,
                2.5,
                kind="value",
                output="The offset is 7, not what was expected.",
                hint="an offset has shape ()",
            ),
        )
        questions = (QuestionResult("slope", slope, 3.0), QuestionResult("offset", offset, 2.5))
        values: dict[str, Any] = {
            "title": "Toy assignment",
            "status": "graded",
            "max_score": 5.5,
            "questions": questions,
            "tests": tests,
            "submitted": submitted.isoformat() if submitted else None,
            "log": "printed-by-the-student",
        }
        return Record(student=student, assignment=LINES, **(values | more))

    return make
