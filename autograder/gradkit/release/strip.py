"""Find solution regions, and replace them by TODOs or by their solutions.

    ### BEGIN SOLUTION bce_loss: write the formula above.
    ###   nn.BCELoss and its relatives are not allowed here.
    return ...
    ### END SOLUTION

The markers are nbgrader's; gradkit adds the question's id and the text of the TODO. Modules and notebook cells are
stripped by the same code.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from gradkit.errors import BuildError
from gradkit.messages import message

_BEGIN = re.compile(r"^(?P<indent>[ \t]*)### BEGIN SOLUTION (?P<question>\w+): (?P<todo>\S.*)$")
_END = re.compile(r"^[ \t]*### END SOLUTION$")
_CONTINUED = re.compile(r"^[ \t]*###[ \t]+(?P<todo>\S.*)$")
# Matches more than valid markers: a misspelled marker must be an error, not a solution that stays in the release.
_LIKE_A_MARKER = re.compile(r"\b(begin|end)[ _-]*solutions?\b", re.IGNORECASE)


@dataclass(frozen=True)
class Region:
    """One solution region.

    Attributes:
        question: the id of the question it answers.
        todo: the text of the TODO, line by line.
        indent: the marker's indentation.
        body: the solution's lines.
        first: the line number of the BEGIN marker, from 1.
        last: the line number of the END marker.
    """

    question: str
    todo: tuple[str, ...]
    indent: str
    body: tuple[str, ...]
    first: int
    last: int

    @property
    def stub(self) -> list[str]:
        """The lines that replace it in the release."""
        head, *more = self.todo
        lines = [f"# TODO({self.question}): {head}", *(f"# {line}" for line in more)]
        return [self.indent + line for line in (*lines, f'raise NotImplementedError("{self.question}")')]


def find_regions(text: str, where: str, questions: Collection[str]) -> list[Region]:
    """Find every solution region of ``text``.

    Args:
        text: a module's or a cell's source.
        where: its name in error messages: a path, or a path and a cell.
        questions: the ids that a region may name.

    Raises:
        BuildError: a marker is nested, unmatched, misspelled or names no question of the assignment.
    """
    regions: list[Region] = []
    lines = text.split("\n")
    begin: re.Match[str] | None = None
    first = 0
    for number, line in enumerate(lines, start=1):
        found = _BEGIN.match(line.rstrip())
        if found and begin is None:
            if found["question"] not in questions:
                raise BuildError(
                    message(
                        '{where}, line {number}: there is no question "{question}" in assignment.toml (it has: '
                        "{questions}).",
                        where=where,
                        number=number,
                        question=found["question"],
                        questions=", ".join(questions),
                    )
                )
            begin, first = found, number
        elif found:
            raise BuildError(
                message(
                    "{where}, line {number}: BEGIN SOLUTION inside the region that begins in line {first}; "
                    "expected ### END SOLUTION before it.",
                    where=where,
                    number=number,
                    first=first,
                )
            )
        elif _END.match(line.rstrip()):
            if begin is None:
                raise BuildError(
                    message(
                        "{where}, line {number}: END SOLUTION without a BEGIN SOLUTION before it.",
                        where=where,
                        number=number,
                    )
                )
            regions.append(_region(begin, lines[first : number - 1], first, number, where))
            begin = None
        elif _LIKE_A_MARKER.search(line):
            raise BuildError(
                message(
                    '{where}, line {number}: found {line}; expected "### BEGIN SOLUTION <question>: <what to '
                    'do>" or "### END SOLUTION", alone on its line.',
                    where=where,
                    number=number,
                    line=f"{line.strip()!r}",
                )
            )
    if begin is not None:
        raise BuildError(
            message(
                "{where}, line {number}: BEGIN SOLUTION {question} has no end; expected ### END SOLUTION before "
                "the end of the text.",
                where=where,
                number=first,
                question=begin["question"],
            )
        )
    return regions


def strip_solutions(text: str, where: str, questions: Collection[str]) -> str:
    """Replace each region by its TODO and ``raise NotImplementedError``."""
    regions = find_regions(text, where, questions)
    return "\n".join(_replaced(text.split("\n"), [(region, region.stub) for region in regions]))


def complete_solutions(text: str, where: str, questions: Collection[str]) -> str:
    """Remove the markers and keep the solutions."""
    regions = find_regions(text, where, questions)
    return "\n".join(_replaced(text.split("\n"), [(region, region.body) for region in regions]))


def _region(begin: re.Match[str], inside: list[str], first: int, last: int, where: str) -> Region:
    todo = [begin["todo"].rstrip()]
    for line in inside:
        more = _CONTINUED.match(line.rstrip())
        if more is None:
            break
        todo.append(more["todo"])
    body = tuple(inside[len(todo) - 1 :])
    if not any(line.strip() for line in body):
        raise BuildError(
            message(
                "{where}, line {number}: the region of {question} is empty; expected its solution.",
                where=where,
                number=first,
                question=begin["question"],
            )
        )
    return Region(begin["question"], tuple(todo), begin["indent"], body, first, last)


def _replaced(lines: Sequence[str], regions: Sequence[tuple[Region, Sequence[str]]]) -> Iterator[str]:
    done = 0
    for region, instead in regions:
        yield from lines[done : region.first - 1]
        yield from instead
        done = region.last
    yield from lines[done:]
