"""Write the folders that a build makes: the stripped one that nbgrader is given, and the complete one."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from gradkit.build.notebook import complete_notebook, staged_notebook
from gradkit.build.source import README, Source, read_source
from gradkit.build.wheel import student_wheel
from gradkit.check.homework import FILE
from gradkit.course import Assignment, Course

# Made from files beside this module. Each stands where its service looks for it at the top of a repository.
WORKFLOWS = {".github/workflows/check.yml": "github.yml", ".gitlab-ci.yml": "gitlab.yml"}

# What the notebooks and public checks of a course import. numpy because torch warns without it, and one warning
# on stderr can cost points elsewhere.
REQUIREMENTS = ("torch", "numpy", "matplotlib", "scikit-learn", "ipykernel")


def stage(course: Course, assignment: Assignment, folder: Path) -> Path:
    """Write ``folder/<hw>``: the assignment as nbgrader's ``generate_assignment`` may see it.

    It is stripped already, holds nothing hidden, and is the same bytes every time, so a gradebook that is given it
    knows the very cells that students have.

    Returns:
        The staged folder, ``folder/<assignment id>``.

    Raises:
        BuildError: the source cannot be built; it is named with what was expected.
    """
    source = read_source(course, assignment)
    return write_staged(source, folder)


def write_staged(source: Source, folder: Path) -> Path:
    """``stage`` for a source that is read already."""
    return _write(source, folder, source.stub, staged_notebook(source.cells, source.assignment))


def write_complete(source: Source, folder: Path) -> Path:
    """Write ``folder/<hw>`` with solutions and model answers, without markers and outputs."""
    return _write(source, folder, source.complete, complete_notebook(source.cells, source.assignment))


def _write(source: Source, folder: Path, module: str, notebook: str) -> Path:
    target = folder / source.assignment.id
    wheel, data = student_wheel()
    texts = {
        source.assignment.module: module,
        source.assignment.notebook: notebook,
        "requirements.txt": "".join(f"{name}\n" for name in (*REQUIREMENTS, f"./{wheel}")),
        FILE: _homework(source.assignment),
        README: source.readme,
    }
    target.mkdir(parents=True)
    for name, text in texts.items():
        (target / name).write_text(text, encoding="utf-8", newline="\n")
    (target / wheel).write_bytes(data)
    for name, origin in WORKFLOWS.items():
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(Path(__file__).parent / "workflows" / origin, target / name)
    for name, path in source.copied.items():
        (target / name).parent.mkdir(exist_ok=True)
        shutil.copyfile(path, target / name)
    return target


def _homework(assignment: Assignment) -> str:
    """What `gradkit check` has to know of the assignment."""
    questions = [
        {"id": question.id, "points": question.points, "targets": list(question.targets)}
        for question in assignment.questions
    ]
    data = {"id": assignment.id, "title": assignment.title, "module": assignment.module, "questions": questions}
    return json.dumps(data, ensure_ascii=False, indent=2) + "\n"
