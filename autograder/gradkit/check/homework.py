"""What `gradkit check` knows of a homework: ``homework.json``, which ``gradkit build`` writes into every release."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gradkit.check.environment import Environment
from gradkit.errors import UsageError

FILE = "homework.json"
CHECKS = "test_public.py"


@dataclass(frozen=True)
class Ban:
    """Calls that a question does not allow.

    Attributes:
        reason: what is not allowed, and why.
        names: dotted names that the source may not use.
        operators: what may not run.
    """

    reason: str
    names: tuple[str, ...]
    operators: tuple[str, ...]


@dataclass(frozen=True)
class Question:
    """One question.

    Attributes:
        id: its id, which the names of its checks begin with.
        points: what it is worth.
        targets: the functions and classes that it asks for.
        bans: the calls that it does not allow.
        beyond: what the grading tries beyond its public checks, as "gradients, float64, other sizes".
    """

    id: str
    points: float
    targets: tuple[str, ...]
    bans: tuple[Ban, ...] = ()
    beyond: str = ""


@dataclass(frozen=True)
class Homework:
    """A homework in a student's folder.

    Attributes:
        folder: where it lies.
        id: the assignment's id.
        title: its title.
        module: the name of the file that students write in.
        questions: in the order of the handout.
        environment: what it is graded with; None where that is not known.
    """

    folder: Path
    id: str
    title: str
    module: str
    questions: tuple[Question, ...]
    environment: Environment | None = None

    def question(self, name: str) -> Question:
        """The question of that id, or the one that asks for a target of that name.

        Raises:
            UsageError: there is none.
        """
        for question in self.questions:
            if name == question.id or name in question.targets:
                return question
        known = ", ".join(question.id for question in self.questions)
        raise UsageError(f'{self.id} has no question "{name}". Its questions are: {known}.')


def question_of(check: str, ids: Iterable[str]) -> str | None:
    """The question that a check's name, after ``test_``, begins with: the longest that fits, or None."""
    fitting = (one for one in ids if check == f"test_{one}" or check.startswith(f"test_{one}_"))
    return max(fitting, key=len, default=None)


def find_homework(path: Path) -> Homework:
    """The homework in a folder, or that a file belongs to.

    Raises:
        UsageError: there is none at ``path``, or its ``homework.json`` cannot be read.
    """
    if not path.exists():
        raise UsageError(f"{path}: no such file or folder. Give the homework's folder, or go there.")
    folder = (path if path.is_dir() else path.parent).resolve()
    file = folder / FILE
    try:
        data = json.loads(file.read_text(encoding="utf-8"))
        bans = {name: _ban(ban) for name, ban in data.get("banned", {}).items()}
        questions = tuple(_question(one, bans) for one in data["questions"])
        environment = _environment(data.get("environment"))
        return Homework(folder, str(data["id"]), str(data["title"]), str(data["module"]), questions, environment)
    except FileNotFoundError:
        raise UsageError(
            f"{folder}: no homework lies here, for there is no {FILE}. Run this in the folder that you were given, "
            f"such as hw3_losses, or name it: gradkit check hw3_losses."
        ) from None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UsageError(f"{file}: cannot be read ({error!r}). Take the file as you were given it.") from error


def _question(data: Any, bans: Mapping[str, Ban]) -> Question:
    own = tuple(bans[name] for name in data.get("banned", ()))
    targets = tuple(map(str, data["targets"]))
    return Question(str(data["id"]), float(data["points"]), targets, own, str(data.get("beyond", "")))


def _ban(data: Any) -> Ban:
    return Ban(str(data["reason"]), tuple(map(str, data["names"])), tuple(map(str, data["operators"])))


def _environment(data: Any) -> Environment | None:
    if data is None:  # a release of an earlier gradkit
        return None
    major, minor = str(data["python"]).split(".")
    packages, withheld = (tuple(map(str, data[name])) for name in ("packages", "withheld"))
    return Environment((int(major), int(minor)), packages, withheld)
