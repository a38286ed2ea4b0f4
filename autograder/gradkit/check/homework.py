"""Read a homework's ``homework.json``, which ``gradkit build`` writes into every release."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gradkit.check.environment import Environment
from gradkit.errors import UsageError
from gradkit.messages import LANGUAGES, message, with_commas

FILE = "homework.json"
CHECKS = "test_public.py"


@dataclass(frozen=True)
class Ban:
    """Calls that a question does not allow.

    Attributes:
        reason: what is not allowed, and why.
        names: dotted names that the source may not use.
        operators: torch operators that may not run.
    """

    reason: str
    names: tuple[str, ...]
    operators: tuple[str, ...]


@dataclass(frozen=True)
class Question:
    """One question.

    Attributes:
        id: its id; the names of its checks begin with it.
        points: its points.
        targets: the functions and classes to implement.
        bans: the calls that it does not allow.
        beyond: what grading tries beyond the public checks, for example "gradients, float64, other sizes".
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
        folder: its folder.
        id: the assignment's id.
        title: its title.
        module: the name of the file that students edit.
        questions: in the order of the handout.
        environment: the grading environment; None if unknown.
        language: the language of its texts; None if unknown.
    """

    folder: Path
    id: str
    title: str
    module: str
    questions: tuple[Question, ...]
    environment: Environment | None = None
    language: str | None = None

    def question(self, name: str) -> Question:
        """The question with that id, or with a target of that name.

        Raises:
            UsageError: there is no such question.
        """
        for question in self.questions:
            if name == question.id or name in question.targets:
                return question
        known = with_commas(question.id for question in self.questions)
        raise UsageError(
            message(
                '{homework} has no question "{name}". Its questions are: {known}.',
                homework=self.id,
                name=name,
                known=known,
            )
        )


def question_of(check: str, ids: Iterable[str]) -> str | None:
    """The id of the question that a check's name begins with after ``test_`` (the longest match), or None."""
    fitting = (question for question in ids if f"{check}_".startswith(f"test_{question}_"))
    return max(fitting, key=len, default=None)


def find_homework(path: Path) -> Homework:
    """The homework in a folder, or in the folder of a file.

    Raises:
        UsageError: there is no homework at ``path``, or its ``homework.json`` cannot be read.
    """
    if not path.exists():
        raise UsageError(
            message(
                "{path}: no such file or folder. Give the path of the homework's folder, or change to that folder.",
                path=path,
            )
        )
    folder = (path if path.is_dir() else path.parent).resolve()
    file = folder / FILE
    try:
        data = json.loads(file.read_text(encoding="utf-8"))
        bans = {name: _ban(ban) for name, ban in data.get("banned", {}).items()}
        questions = tuple(_question(question, bans) for question in data["questions"])
        environment = _environment(data.get("environment"))
        name, title, module = (str(data[key]) for key in ("id", "title", "module"))
        return Homework(folder, name, title, module, questions, environment, _language(data))
    except FileNotFoundError:
        raise UsageError(
            message(
                "{folder}: not the folder of a homework: it has no {file}. Run this in the homework's folder, such as "
                "hw3_losses, or give its path: gradkit check hw3_losses.",
                folder=folder,
                file=FILE,
            )
        ) from None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UsageError(
            message("{file}: cannot be read ({why}). Restore the original file.", file=file, why=repr(error))
        ) from error


def language_of(folder: Path) -> str | None:
    """The language of the homework in a folder; None if it is unknown, or if there is no homework."""
    try:
        return _language(json.loads((folder / FILE).read_text(encoding="utf-8")))
    except (OSError, ValueError, AttributeError):
        return None


def _language(data: Any) -> str | None:
    found = data.get("language")
    return found if isinstance(found, str) and found in LANGUAGES else None


def _question(data: Any, bans: Mapping[str, Ban]) -> Question:
    own = tuple(bans[name] for name in data.get("banned", ()))
    targets = tuple(map(str, data["targets"]))
    return Question(str(data["id"]), float(data["points"]), targets, own, str(data.get("beyond", "")))


def _ban(data: Any) -> Ban:
    return Ban(str(data["reason"]), tuple(map(str, data["names"])), tuple(map(str, data["operators"])))


def _environment(data: Any) -> Environment | None:
    if data is None:  # the release was built by an earlier version
        return None
    major, minor = str(data["python"]).split(".")
    packages, withheld = (tuple(map(str, data[name])) for name in ("packages", "withheld"))
    return Environment((int(major), int(minor)), packages, withheld)
