"""Play a sample class through the real exchange, so that a fresh checkout shows the whole line at work.

Every sample student fetches the released assignment with nbgrader, changes it and submits it with nbgrader, at the time
that the sample says. Only where nothing has been submitted, and only into an exchange inside the course's own folder: a
real class's exchange is never played into.
"""

from __future__ import annotations

import copy
import json
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, ClassVar

from pydantic import AwareDatetime, ConfigDict

from gradkit.collect.exchange import fetch, list_inbound, publish, submit
from gradkit.collect.inbound import collect
from gradkit.course import Course
from gradkit.course.reading import read_toml
from gradkit.errors import CourseError
from gradkit.temporary import TemporaryFolder

_STRICT = ConfigDict(extra="forbid")


@dataclass(frozen=True)
class SampleSubmission:
    """One submission of a sample student.

    Attributes:
        student: who hands in.
        assignment: what for.
        at: when.
        folder: files laid over the fetched ones, relative to the sample's folder; none when "".
        remove: fetched files that are not handed in.
        duplicate: graded cells that stand twice in the notebook.
        answers: written answers, by question.
    """

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT

    student: str
    assignment: str
    at: Annotated[datetime, AwareDatetime]
    folder: str = ""
    remove: tuple[str, ...] = ()
    duplicate: tuple[str, ...] = ()
    answers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class _Sample:
    __pydantic_config__: ClassVar[ConfigDict] = _STRICT

    submission: tuple[SampleSubmission, ...]


def play_sample_if_empty(course: Course, folder: Path, progress: Callable[[int, int], None]) -> bool:
    """Have the sample class in ``folder`` hand in, unless the course has submissions of its own.

    Args:
        course: the course.
        folder: holds ``class.toml`` and the students' files.
        progress: told how many of how many submissions have been handed in.

    Returns:
        Whether the sample was played.

    Raises:
        CourseError: the sample is wrong.
    """
    inside = course.exchange.is_relative_to(course.root)
    if not inside or list_inbound(course)[0] or any(course.submitted.glob("*/*")):
        return False
    submissions = sorted(read_toml(folder / "class.toml", _Sample).submission, key=lambda one: (one.at, one.student))
    for name in sorted({one.assignment for one in submissions}):
        course.assignment(name)
        publish(course, name)
    with TemporaryFolder("gradkit-sample") as homes:
        for number, one in enumerate(submissions):
            progress(number, len(submissions))
            _hand_in(course, folder, one, homes / str(number))
    collect(course)
    return True


def _hand_in(course: Course, sample: Path, one: SampleSubmission, home: Path) -> None:
    """Fetch, change and submit, as one student."""
    home.mkdir()
    fetched = fetch(course, one.student, one.assignment, home)
    notebook = fetched / course.assignment(one.assignment).notebook
    _edit_notebook(notebook, one)
    for name in one.remove:
        if not (fetched / name).is_file():
            raise CourseError(
                f"{sample / 'class.toml'}: {one.student}: remove: there is no {name} in {one.assignment}."
            )
        (fetched / name).unlink()
    if one.folder:
        shutil.copytree(sample / one.folder, fetched, dirs_exist_ok=True)
    submit(course, one.student, fetched, one.at)


def _edit_notebook(path: Path, one: SampleSubmission) -> None:
    """Write the student's answers, and put cells there twice."""
    notebook = json.loads(path.read_text(encoding="utf-8"))
    cells: list[dict[str, Any]] = []
    for cell in notebook["cells"]:
        name = cell["metadata"].get("nbgrader", {}).get("grade_id")
        if name in one.answers:
            cell["source"] = one.answers[name]
        cells.append(cell)
        if name in one.duplicate:
            cells.append({**copy.deepcopy(cell), "id": f"{cell['id'][:60]}-two"})
    known = {cell["metadata"].get("nbgrader", {}).get("grade_id") for cell in cells}
    for name in (*one.answers, *one.duplicate):
        if name not in known:
            raise CourseError(f"class.toml: {one.student}, {one.assignment}: the notebook has no cell {name}.")
    notebook["cells"] = cells
    path.write_text(json.dumps(notebook, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
