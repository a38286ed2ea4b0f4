"""``assignment.toml``: one assignment's questions, points, bans and limits.

Points are added as people add them: 0.1 + 0.2 is 0.3, and three thirds are 1.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, ClassVar

from pydantic import AfterValidator, AwareDatetime, ConfigDict, Field

from gradkit.conditions.clock import PATIENCE
from gradkit.course.hand_in_policy import Feedback, OwnPolicy
from gradkit.course.toml_files import Title, read_toml
from gradkit.errors import CourseError
from gradkit.messages import message

DIGITS = 9  # decimal places that count; the rest is binary rounding error


def rounded(points: float) -> float:
    """Points without binary rounding error: 0.7 instead of 0.7000000000000001."""
    return round(float(points), DIGITS) + 0.0  # no -0.0


Identifier = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_]*$")]
Points = Annotated[float, AfterValidator(rounded), Field(gt=0, le=1000)]
_STRICT = ConfigDict(extra="forbid")


@dataclass(frozen=True)
class Limits:
    """The resource limits of one submission. Generous: speed is never graded.

    Attributes:
        seconds_per_call: processor seconds for one call of the student's code, summed over threads.
        seconds: processor seconds for all calls of one submission.
        patience: wall-clock limit as a multiple of either, for code that sleeps or a busy machine.
        memory_mb: mebibytes of memory for the student's process.
        output_kb: kibibytes of printed output that are kept; a process that prints 64 times as much is stopped.
        restarts: how often the student's process is restarted after it died or hung.
    """

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT

    seconds_per_call: Annotated[float, Field(gt=0, le=3600)] = 10.0
    seconds: Annotated[float, Field(gt=0, le=86400)] = 60.0
    patience: Annotated[float, Field(ge=1, le=1000)] = PATIENCE
    memory_mb: Annotated[int, Field(ge=256)] = 2048
    output_kb: Annotated[int, Field(ge=1, le=65536)] = 64
    restarts: Annotated[int, Field(ge=0, le=100)] = 2


@dataclass(frozen=True)
class BanGroup:
    """Calls that would do a question's work for the student.

    Attributes:
        names: public torch names searched for in the syntax tree, through imports and aliases: ``torch.nn.BCELoss``;
            ``torch.optim.*`` means everything in it.
        operators: calls recorded at run time, in any thread and under any name: ATen operators (``mse_loss``), and
            Python functions and classes by their path in torch (``torch.autograd.grad``).
        reason: one sentence for the student: what is not allowed here, and why.
    """

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT

    reason: Annotated[str, Field(min_length=1)]
    names: tuple[str, ...] = ()
    operators: tuple[str, ...] = ()


@dataclass(frozen=True)
class Question:
    """One question that the hidden suite grades.

    Attributes:
        id: the name used in TODO markers, gradebook and feedback.
        targets: names in the student's module that belong to it.
        points: the sum of its tests' points.
        banned: names of ``[banned.<name>]`` groups.
        beyond: what grading tests beyond the public checks, for students: "gradients, float64, other sizes".
    """

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT

    id: Identifier
    targets: Annotated[tuple[Identifier, ...], Field(min_length=1)]
    points: Points
    banned: tuple[Identifier, ...] = ()
    beyond: Title | None = None


@dataclass(frozen=True)
class WrittenQuestion:
    """A short answer in the notebook, graded by hand."""

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT

    id: Identifier
    points: Points


@dataclass(frozen=True)
class Assignment:
    """One assignment, as ``assignment.toml`` describes it.

    Attributes:
        id: the name of its folder.
        title: its title on pages.
        due: when it is due.
        module: the file that students fill in.
        question: the questions that the hidden suite grades.
        written: the questions graded by hand.
        feedback: what students see of a failed test: "verdict" (that it failed), "hint" (what was wrong, the sizes and
            a recognized misconception, but no value) or "inputs" (the inputs, and a value as found and as expected).
        banned: name -> calls that are not allowed.
        limits: the resource limits of a submission.
        policy: its own rules for hand-ins, where they differ from the course's.
    """

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT

    id: Identifier
    title: Title
    due: Annotated[datetime, AwareDatetime]
    module: Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*\.py$")]
    question: Annotated[tuple[Question, ...], Field(min_length=1)]
    written: tuple[WrittenQuestion, ...] = ()
    feedback: Feedback = "hint"
    banned: Mapping[Identifier, BanGroup] = field(default_factory=lambda: MappingProxyType({}))
    limits: Limits = field(default_factory=Limits)
    policy: OwnPolicy = field(default_factory=OwnPolicy)

    @property
    def questions(self) -> tuple[Question, ...]:
        """The questions that the hidden suite grades, in order."""
        return self.question

    @property
    def topic(self) -> str:
        """The module's name without its extension, also the notebook's: ``losses``."""
        return self.module.removesuffix(".py")

    @property
    def notebook(self) -> str:
        """The notebook's file name: ``losses.ipynb``."""
        return f"{self.topic}.ipynb"

    @property
    def max_score(self) -> float:
        """The hidden suite's points, without written questions."""
        return total(question.points for question in self.questions)

    def banned_operators(self, question: Question | None = None) -> tuple[str, ...]:
        """The operators banned by a question; None: by any question."""
        questions = [question] if question else self.questions
        groups = [name for question in questions for name in question.banned]
        return tuple(sorted({operator for name in groups for operator in self.banned[name].operators}))

    def find_question(self, question_id: str) -> Question | None:
        """The question with this id, or None."""
        return next((question for question in self.questions if question.id == question_id), None)


def load_assignment(folder: Path) -> Assignment:
    """Read ``<folder>/assignment.toml``.

    Raises:
        CourseError: it is wrong; names file, key, what was found and what was expected.
    """
    path = folder / "assignment.toml"
    assignment = read_toml(path, Assignment)
    if assignment.id != folder.name:
        raise CourseError(
            message(
                '{path}: id: expected "{folder}", the folder\'s name, found "{id}".',
                path=path,
                folder=folder.name,
                id=assignment.id,
            )
        )
    cells = Counter([q.id for q in assignment.questions] + [w.id for w in assignment.written])
    for name, count in cells.items():
        if count > 1:
            raise CourseError(
                message(
                    '{path}: question.id: "{name}" is used {count} times; ids must be unique.',
                    path=path,
                    name=name,
                    count=count,
                )
            )
    for number, question in enumerate(assignment.questions, start=1):
        for name in question.banned:
            if name not in assignment.banned:
                known = ", ".join(sorted(assignment.banned)) or message("none")
                raise CourseError(
                    message(
                        "{path}: question[{number}].banned: no [banned.{name}] in this file (it has: {known}).",
                        path=path,
                        number=number,
                        name=name,
                        known=known,
                    )
                )
    return assignment


def total(points: Iterable[float]) -> float:
    """The sum of points, in points."""
    return rounded(math.fsum(points))
