"""Misplaced written answers: a student's text outside the cells for manual grading.

Jupyter makes it easy to write beside the cell: in a new one, in one that lost its metadata, in half of a split one.
Such text is found by comparison with the released notebook, and is passed on to manual grading.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from gradkit.check.cells import Cell, as_text, claimed, read_cells
from gradkit.errors import SubmissionRefused
from gradkit.intake.policy import listed
from gradkit.messages import message, plural, sentences
from gradkit.text import strip_controls

_PROSE_WORDS = 5  # words from which a line of a code cell is taken for a sentence
_IDEOGRAPHS = 0x2FFF  # scripts above this code point write sentences without spaces
_NAMED = 5  # cells listed in a message


@dataclass(frozen=True)
class Elsewhere:
    """A cell with the student's own text that is not an answer cell.

    Attributes:
        position: its position in the submitted notebook, from 0.
        question: the written question that it most likely answers.
    """

    position: int
    question: str


def read_notebook(content: bytes, name: str) -> list[Cell]:
    """A submitted notebook's cells, as `gradkit.check.cells.read_cells` reads them, without control characters.

    Raises:
        SubmissionRefused: it cannot be read.
    """
    cells = read_cells(content, name)
    for cell in cells:
        cell["source"] = strip_controls(cell["source"])
        if "attachments" in cell:
            cell["attachments"] = {strip_controls(file): bundle for file, bundle in cell["attachments"].items()}
    return cells


def handed_out(path: Path) -> list[Cell]:
    """The released notebook's cells; none if it cannot be read, and then nothing is compared."""
    try:
        cells: list[Cell] = json.loads(path.read_text(encoding="utf-8"))["cells"]
        return [{**cell, "source": as_text(cell["source"])} for cell in cells]
    except (OSError, ValueError, KeyError, TypeError):
        return []


def choose(cells: Sequence[Cell], known: Mapping[str, Cell]) -> dict[str, int]:
    """Map each released cell that nbgrader knows to the position of the submitted cell that counts.

    Of copies that is the first; of a written answer's copies, the first that is answered.
    """
    copies: defaultdict[str, list[int]] = defaultdict(list)
    for position, cell in enumerate(cells):
        if claimed(cell) in known:
            copies[claimed(cell)].append(position)
    return {
        grade_id: next((n for n in positions if cells[n]["source"] != known[grade_id]["source"]), positions[0])
        if is_students(known[grade_id])
        else positions[0]
        for grade_id, positions in copies.items()
    }


def is_students(original: Cell) -> bool:
    """Whether students write a released cell's text."""
    settings = original["metadata"].get("nbgrader")
    return isinstance(settings, Mapping) and bool(settings.get("solution"))


def find_elsewhere(cells: Sequence[Cell], released: Sequence[Cell]) -> list[Elsewhere]:
    """The cells with the student's own text outside the answer cells, each with the question it belongs to.

    A text cell counts if it has a line that neither the released notebook nor an answer has. If no answer is missing,
    released cells do not count, since they may be from an earlier edition of the handout. Code counts only if an
    answer is missing and the code is in its place, beside it, or reads as sentences.

    Args:
        cells: from `read_notebook`.
        released: the released notebook's.
    """
    written = {number: claimed(cell) for number, cell in enumerate(released) if is_students(cell)}
    if not written:
        return []
    chosen = _chosen(cells, released)
    blank = unanswered(cells, released)
    missing = {number for number, name in written.items() if name in blank}
    seen = {line for cell in released for line in _lines(cell)}
    seen.update(line for name in written.values() if name in chosen for line in _lines(cells[chosen[name]]))
    before, after = _neighbors(cells, released, chosen)
    given = [cell["id"] for cell in released if isinstance(cell.get("id"), str) and not is_students(cell)]
    found = []
    for position, cell in enumerate(cells):
        if not missing and cell["metadata"].get("id") in given and position not in chosen.values():
            continue
        own = _own(cell, seen)
        if not any(map(str.isalnum, "".join(own))):
            continue
        beside = {n for n in written if before[position] <= n <= after[position]}
        if cell["cell_type"] == "code" and not (beside & missing or (missing and all(map(_prose, own)))):
            continue
        candidates = beside & missing or beside or missing or written.keys()
        nearest = min(candidates, key=lambda number: (abs(number - before[position]), number))
        found.append(Elsewhere(position, written[nearest]))
        seen.update(own)
    return found


def unanswered(cells: Sequence[Cell], released: Sequence[Cell]) -> list[str]:
    """The written questions whose answer cell is missing or unchanged."""
    chosen, given = _chosen(cells, released), {line for cell in released for line in _lines(cell)}
    names = [claimed(cell) for cell in released if is_students(cell)]
    return [name for name in names if name not in chosen or not _own(cells[chosen[name]], given)]


def notebook_problems(
    files: Mapping[str, bytes], others: Iterable[str], name: str, released: Sequence[Cell]
) -> Iterator[str]:
    """Problems with a submission's notebook, in sentences for student and instructor.

    Args:
        files: the submission's files, by name.
        others: the names of all its notebooks, those in sub-folders included.
        name: the notebook's name.
        released: the released notebook's cells; if empty, nothing is compared.
    """
    others = sorted(notebook for notebook in others if notebook != name)
    if name not in files:
        if others and (not released or any(map(is_students, released))):
            yield missing_text(name, others)
        return
    try:
        cells = read_notebook(files[name], name)
    except SubmissionRefused as reason:
        yield reason.message
        return
    by_question: defaultdict[str, list[int]] = defaultdict(list)
    for found in find_elsewhere(cells, released):
        by_question[found.question].append(found.position + 1)
    for question, numbers in by_question.items():
        yield (
            message(
                "{name} has text of your own outside the cells for written answers ({cells}). It will be "
                'seen when {question} is graded. Write in the cell that says "YOUR ANSWER HERE".',
                name=name,
                cells=_cells(numbers),
                question=question,
            )
        )
    if others and not by_question and (blank := unanswered(cells, released)):
        yield message(
            "{name} has no answer to {blank}. {others}",
            name=name,
            blank=", ".join(blank),
            others=others_text(others),
        )
    for number, cell in enumerate(cells, start=1):
        if cell["metadata"].get("cut") and cell["cell_type"] != "code":
            yield message(
                "{name}, cell {number}, is longer than 20,000 characters: {left_out} left out.",
                name=name,
                number=number,
                left_out=cell["metadata"]["cut"],
            )


def missing_text(name: str, others: Sequence[str]) -> str:
    """The message on a missing notebook, with the others found."""
    return sentences(
        message("{name} is not among the submitted files: its written answers are not graded.", name=name),
        others_text(others),
    )


def others_text(others: Sequence[str]) -> str:
    """The message on other notebooks, which are not read."""
    return message(
        "Other notebooks are not read ({names}). Submit your answers in the notebook that was handed out.",
        names=listed(others),
    )


def _chosen(cells: Sequence[Cell], released: Sequence[Cell]) -> dict[str, int]:
    return choose(cells, {grade_id: cell for cell in released if (grade_id := claimed(cell))})


def _neighbors(
    cells: Sequence[Cell], released: Sequence[Cell], chosen: Mapping[str, int]
) -> tuple[list[int], list[int]]:
    """For each submitted cell, the positions of the nearest known released cells before and after it."""
    numbers: defaultdict[str, list[int]] = defaultdict(list)  # by text, for unchanged cells
    for number, cell in reversed(list(enumerate(released))):
        numbers[cell["source"].strip()].append(number)
    graded = {chosen[name]: n for n, cell in enumerate(released) if (name := claimed(cell)) in chosen}
    matches: list[int | None] = []
    for position, cell in enumerate(cells):
        same = numbers.get(cell["source"].strip())
        matches.append(graded.get(position, same.pop() if same and position not in graded else None))
    before, last = [], -1
    for match in matches:
        last = last if match is None else match
        before.append(last)
    after, following = [], len(released)
    for match in reversed(matches):
        following = following if match is None else match
        after.append(following)
    return before, after[::-1]


def _lines(cell: Cell) -> list[str]:
    return [line for raw in cell["source"].splitlines() if (line := raw.strip())]


def _own(cell: Cell, seen: set[str]) -> list[str]:
    return [line for line in _lines(cell) if line not in seen]


def _prose(line: str) -> bool:
    """Whether a line of a code cell is a sentence, a comment, or without letters (such as quotes around a text)."""
    words = [word.strip(".,;:!?()\"'").replace("'", "") for word in line.split()]
    return (
        line.startswith("#")
        or not any(map(str.isalnum, line))
        or any(ord(letter) > _IDEOGRAPHS for letter in line)
        or sum(map(str.isalpha, words)) >= _PROSE_WORDS
    )


def _cells(numbers: Sequence[int]) -> str:
    names = ", ".join(map(str, numbers[:_NAMED]))
    if len(numbers) > _NAMED:
        return message("cells {names} and {number} more", names=names, number=len(numbers) - _NAMED)
    return plural("cell {names}", "cells {names}", len(numbers), names=names)
