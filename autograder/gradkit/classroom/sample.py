"""Play a sample class through the real exchange, so that a fresh checkout shows the whole pipeline at work.

Every sample student fetches the released assignment with nbgrader, changes it and submits it with nbgrader, at the
time given in the sample. This happens only if nothing has been submitted and the exchange is inside the course's own
folder, never in a real class's exchange.
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
from gradkit.course.toml_files import read_toml
from gradkit.errors import CourseError
from gradkit.messages import message
from gradkit.temporary import TemporaryFolder

_STRICT = ConfigDict(extra="forbid")


@dataclass(frozen=True)
class SampleSubmission:
    """One submission of a sample student.

    Attributes:
        student: the student's id.
        assignment: the assignment's id.
        at: the submission time.
        folder: files copied over the fetched ones, relative to the sample's folder; "": none.
        remove: fetched files to leave out.
        duplicate: graded cells to put into the notebook twice.
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
    """Have the sample class in ``folder`` submit, unless the course has submissions of its own.

    Args:
        course: the course.
        folder: holds ``class.toml`` and the students' files.
        progress: called with the numbers of submissions made and in all.

    Returns:
        Whether the sample was played.

    Raises:
        CourseError: the sample is wrong.
    """
    inside = course.exchange.is_relative_to(course.root)
    if not inside or list_inbound(course)[0] or any(course.submitted.glob("*/*")):
        return False
    submissions = sorted(
        read_toml(folder / "class.toml", _Sample).submission, key=lambda submission: (submission.at, submission.student)
    )
    for name in sorted({submission.assignment for submission in submissions}):
        course.assignment(name)
        publish(course, name)
    with TemporaryFolder("gradkit-sample") as homes:
        for number, submission in enumerate(submissions):
            progress(number, len(submissions))
            _hand_in(course, folder, submission, homes / str(number))
    collect(course)
    return True


def _hand_in(course: Course, sample: Path, submission: SampleSubmission, home: Path) -> None:
    """Fetch, change and submit as the student."""
    home.mkdir()
    fetched = fetch(course, submission.student, submission.assignment, home)
    notebook = fetched / course.assignment(submission.assignment).notebook
    _edit_notebook(notebook, submission)
    for name in submission.remove:
        if not (fetched / name).is_file():
            raise CourseError(
                message(
                    "{path}: {student}: remove: there is no {name} in {assignment}.",
                    path=sample / "class.toml",
                    student=submission.student,
                    name=name,
                    assignment=submission.assignment,
                )
            )
        (fetched / name).unlink()
    if submission.folder:
        shutil.copytree(sample / submission.folder, fetched, dirs_exist_ok=True)
    submit(course, submission.student, fetched, submission.at)


def _edit_notebook(path: Path, submission: SampleSubmission) -> None:
    """Write the student's answers and duplicate cells."""
    notebook = json.loads(path.read_text(encoding="utf-8"))
    cells: list[dict[str, Any]] = []
    for cell in notebook["cells"]:
        name = cell["metadata"].get("nbgrader", {}).get("grade_id")
        if name in submission.answers:
            cell["source"] = submission.answers[name]
        cells.append(cell)
        if name in submission.duplicate:
            cells.append({**copy.deepcopy(cell), "id": f"{cell['id'][:60]}-two"})
    known = {cell["metadata"].get("nbgrader", {}).get("grade_id") for cell in cells}
    for name in (*submission.answers, *submission.duplicate):
        if name not in known:
            raise CourseError(
                message(
                    "class.toml: {student}, {assignment}: the notebook has no cell {name}.",
                    student=submission.student,
                    assignment=submission.assignment,
                    name=name,
                )
            )
    notebook["cells"] = cells
    path.write_text(json.dumps(notebook, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
