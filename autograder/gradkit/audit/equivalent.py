"""``equivalent.toml``: mutants that no suite can or should notice, each with the reason why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, ClassVar

from pydantic import ConfigDict, Field

from gradkit.audit.mutants import Mutant
from gradkit.course.reading import read_toml

_STRICT = ConfigDict(extra="forbid")
_Text = Annotated[str, Field(min_length=1)]


@dataclass(frozen=True)
class Equivalent:
    """A mutant that is no mistake.

    Attributes:
        question: the question that it was tried on.
        before: the line in the reference, each run of white space as one blank.
        after: the same line in the mutant, likewise.
        reason: why the suite need not notice.
    """

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT

    question: _Text
    before: _Text
    after: str
    reason: _Text

    def is_of(self, mutant: Mutant) -> bool:
        """Whether this mutant is meant."""
        return self.question in mutant.questions and (self.before, self.after) == (mutant.before, mutant.after)


@dataclass(frozen=True)
class _File:
    __pydantic_config__: ClassVar[ConfigDict] = _STRICT

    equivalent: tuple[Equivalent, ...] = ()


def read_equivalent(folder: Path) -> Sequence[Equivalent]:
    """What stands in ``<folder>/equivalent.toml``; nothing where there is no such file.

    Raises:
        CourseError: naming the file, the key, what was found and what was expected.
    """
    path = folder / "equivalent.toml"
    return read_toml(path, _File).equivalent if path.is_file() else ()
