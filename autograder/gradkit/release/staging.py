"""Write the folders of a build: the stripped one for nbgrader, and the complete one."""

from __future__ import annotations

import json
import shutil
from dataclasses import asdict
from pathlib import Path

from gradkit.check.homework import CHECKS, FILE
from gradkit.course import Assignment, Course
from gradkit.course.course import Environment
from gradkit.release.catalogues import languages
from gradkit.release.notebook import complete_notebook, staged_notebook
from gradkit.release.source import README, Source, read_source
from gradkit.release.wheel import student_wheel
from gradkit.worker.absent import PACKAGES, REPEATED

# Path in a repository, as each service expects it -> template in workflows/.
WORKFLOWS = {".github/workflows/check.yml": "github.yml", ".gitlab-ci.yml": "gitlab.yml"}


def stage(course: Course, assignment: Assignment, folder: Path) -> Path:
    """Write ``folder/<hw>``: the assignment for nbgrader's ``generate_assignment``.

    The folder is already stripped, contains nothing hidden, and is reproducible, so a gradebook generated from it has
    exactly the cells that students have: in the course's language, if the assignment has it.

    Returns:
        The staged folder, ``folder/<assignment id>``.

    Raises:
        BuildError: the source cannot be built; the message says what was expected.
    """
    source = read_source(course, assignment, languages(course, assignment.id)[0])
    return write_staged(source, folder)


def write_staged(source: Source, folder: Path) -> Path:
    """Like ``stage``, for a source that was already read."""
    target = _write(source, folder, source.stub, staged_notebook(source.cells, source.assignment))
    _write_tools(source.environment, target)
    return target


def write_complete(source: Source, folder: Path) -> Path:
    """Write ``folder/<hw>`` with solutions and model answers, without markers and outputs."""
    return _write(source, folder, source.complete, complete_notebook(source.cells, source.assignment))


def _write(source: Source, folder: Path, module: str, notebook: str) -> Path:
    target = folder / source.assignment.id
    texts = {
        source.assignment.module: module,
        source.assignment.notebook: notebook,
        CHECKS: source.checks,
        FILE: _homework(source),
        README: source.readme,
    }
    target.mkdir(parents=True)
    for name, text in texts.items():
        (target / name).write_text(text, encoding="utf-8", newline="\n")
    for name, path in source.copied.items():
        (target / name).parent.mkdir(exist_ok=True)
        shutil.copyfile(path, target / name)
    return target


def _write_tools(environment: Environment, target: Path) -> None:
    """Write what students need for checks at home and on each push: the wheel, requirements and workflows."""
    wheel, data = student_wheel()
    (target / wheel).write_bytes(data)
    requirements = "".join(f"{name}\n" for name in (*environment.packages, f"./{wheel}"))
    (target / "requirements.txt").write_text(requirements, encoding="utf-8", newline="\n")
    for name, origin in WORKFLOWS.items():
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        workflow = (Path(__file__).parent / "workflows" / origin).read_text(encoding="utf-8")
        text = workflow.replace("@PYTHON@", environment.python)
        (target / name).write_text(text, encoding="utf-8", newline="\n")


def _homework(source: Source) -> str:
    """The assignment's data for `gradkit check`, as JSON text."""
    assignment, environment = source.assignment, source.environment
    questions = [
        {
            "id": question.id,
            "points": question.points,
            "targets": list(question.targets),
            "banned": list(question.banned),
            "beyond": question.beyond or "",
        }
        for question in assignment.questions
    ]
    graded_with = {
        "python": environment.python,
        "packages": list(environment.packages),
        "withheld": [*PACKAGES, *REPEATED],
    }
    names = {"id": assignment.id, "title": assignment.title, "language": source.language, "module": assignment.module}
    banned = {name: asdict(group) for name, group in assignment.banned.items()}
    data = {**names, "environment": graded_with, "questions": questions, "banned": banned}
    return json.dumps(data, ensure_ascii=False, indent=2) + "\n"
