"""A student's notebook, rebuilt on the released one.

Only text and attached pictures of the submitted notebook are kept (`gradkit.check.cells`). Everything else is the
released notebook's or left out, because nbgrader stops the whole class's run at one copied cell or unexpected key.
Text outside the answer cells (`gradkit.intake.written`) is also shown in them, where it will be graded.
"""

from __future__ import annotations

import copy
import json
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from gradkit.check.cells import MAX_SOURCE, Cell, as_text, claimed, make_cell
from gradkit.errors import BuildError, SubmissionRefused
from gradkit.intake.policy import ignored
from gradkit.intake.written import choose, find_elsewhere, is_students, missing_text, others_text, read_notebook
from gradkit.messages import message
from gradkit.temporary import system_reason
from gradkit.text import strip_controls

_MISSING = message("*The cell below was missing from the submitted notebook and has been added back.*")
_TICKS = re.compile("`+")
_NO_ROOM = message(
    "[There is no room for all of it here. The cells that were found are also on this page, in their own places.]"
)


def read_released(path: Path) -> dict[str, Any]:
    """The released notebook, which every autograded one follows.

    Raises:
        BuildError: it is missing or not a notebook.
    """
    try:
        notebook: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        cells = notebook["cells"]
        graded = [cell["metadata"]["nbgrader"]["grade_id"] for cell in cells if "nbgrader" in cell["metadata"]]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BuildError(
            message("{path}: not a released notebook ({reason}). Run `make release`.", path=path, reason=f"{error!r}")
        ) from error
    if len(graded) != len(set(graded)):
        raise BuildError(message("{path}: two cells have the same grade_id. Run `make release`.", path=path))
    for cell in cells:
        cell["source"] = strip_controls(as_text(cell["source"]))
        if cell["cell_type"] == "code":
            cell["outputs"], cell["execution_count"] = [], None
    return notebook


def read_submitted(path: Path, max_bytes: int) -> list[Cell]:
    """The cells of a student's notebook, with nothing but their text and the ``grade_id`` they claim.

    Raises:
        SubmissionRefused: there is no such file, or it cannot be read as a notebook.
    """
    try:
        if path.is_symlink() or not path.is_file():
            others = other_notebooks(path)
            none = message("there is no notebook {name} in the submission.", name=path.name)
            raise SubmissionRefused(missing_text(path.name, others) if others else none)
        with path.open("rb") as file:
            content = file.read(max_bytes + 1)
    except OSError as error:
        raise SubmissionRefused(
            message("the submitted {name} cannot be read ({reason}).", name=path.name, reason=system_reason(error))
        ) from error
    if len(content) > max_bytes:
        raise SubmissionRefused(message("the submitted {name} is too large.", name=path.name))
    return read_notebook(content, message("the submitted {name}", name=path.name))


def other_notebooks(path: Path) -> list[str]:
    """The names of the other notebooks in the notebook's folder and below."""
    files = (file for file in path.parent.rglob("*.ipynb") if file.is_file() and not file.is_symlink())
    found = (file.relative_to(path.parent) for file in files if file != path)
    return sorted(name.as_posix() for name in found if not any(map(ignored, name.parts)))


def merge(
    submitted: Iterable[Cell],
    released: Mapping[str, Any],
    others: Sequence[str] = (),
    translated: Callable[[str], str] = str,
) -> dict[str, Any]:
    """Merge a student's cells into the released notebook.

    A cell that nbgrader knows has its type, points and metadata restored, and its source unless students write it. Of
    copies the first counts; of a written answer's copies, the first that is answered. Missing graded cells are added
    back. The student's own cells stay as text; possible answers in them are also shown in the answer cell.

    Args:
        submitted: from `read_submitted`.
        released: from `read_released`.
        others: the names of other notebooks, which are not read: a missing answer must be looked for by hand.
        translated: what translates a remark.
    """
    known = {grade_id: cell for cell in released["cells"] if (grade_id := claimed(cell))}
    cells = [copy.deepcopy(cell) for cell in submitted]
    elsewhere: defaultdict[str, list[str]] = defaultdict(list)
    pictures: defaultdict[str, dict[str, Any]] = defaultdict(dict)
    for match in find_elsewhere(cells, released["cells"]):
        text, attached = _as_found(cells[match.position], match.position + 1, translated)
        elsewhere[match.question].append(text)
        pictures[match.question].update(attached)
    chosen = choose(cells, known)
    for position, cell in enumerate(cells):
        grade_id = claimed(cell)
        cells[position] = _restored(cell, known[grade_id]) if chosen.get(grade_id) == position else _stripped(cell)
    index = 0
    for grade_id, original in known.items():
        found = next((n for n, cell in enumerate(cells) if claimed(cell) == grade_id), None)
        if found is None:
            cells[index:index] = [make_cell("markdown", translated(_MISSING)), copy.deepcopy(original)]
            found = index + 1
        if is_students(original):
            _add_found(cells[found], original, elsewhere, pictures[grade_id], others, translated)
        index = found + 1
    return assemble(cells, released)


def as_handed_out(
    released: Mapping[str, Any], reason: str, waits: bool, translated: Callable[[str], str] = str
) -> dict[str, Any]:
    """The released notebook, in place of a submitted one that cannot be read.

    Args:
        released: the released notebook.
        reason: why, in a sentence.
        waits: whether there may be unread answers, to be graded by hand.
        translated: what translates a remark.
    """
    reason = reason[:1].upper() + reason[1:]
    text = message("*{reason} Below is the notebook as it was handed out. The code was graded.*", reason=reason)
    note = make_cell("markdown", translated(text))
    cells = copy.deepcopy(released["cells"])
    for cell in cells if waits else ():
        if is_students(cell):
            cell["source"] += f"\n\n**{reason}**"
    return assemble([note, *cells], released)


def assemble(cells: Iterable[Cell], released: Mapping[str, Any]) -> dict[str, Any]:
    """A notebook of these cells with the released one's metadata and new cell ids, because pages show the ids."""
    cells = list(cells)
    for number, cell in enumerate(cells):
        cell["id"] = f"cell-{number}"
    return {"cells": cells, "metadata": copy.deepcopy(released["metadata"]), "nbformat": 4, "nbformat_minor": 5}


def _as_found(cell: Cell, number: int, translated: Callable[[str], str]) -> tuple[str, dict[str, Any]]:
    """A cell's text for display in an answer cell, and its pictures under unique names."""
    source, prefix = cell["source"], f"cell-{number}-"
    if cell["cell_type"] == "markdown":
        source = source.replace("attachment:", f"attachment:{prefix}")
    else:
        fence = "`" * max(3, 1 + max(map(len, _TICKS.findall(source)), default=0))
        source = f"{fence}\n{source}\n{fence}"
    place = message("**Found in cell {number} of the submitted notebook, outside the answer cell:**", number=number)
    text = f"\n\n---\n\n{translated(place)}\n\n{source}"
    return text, {f"{prefix}{name}": bundle for name, bundle in cell.get("attachments", {}).items()}


def _add_found(
    cell: Cell,
    original: Cell,
    elsewhere: Mapping[str, Sequence[str]],
    pictures: Mapping[str, Any],
    others: Sequence[str],
    translated: Callable[[str], str],
) -> None:
    """Show in an answer cell what was found elsewhere, so that it is graded by hand."""
    more = "".join(elsewhere.get(claimed(original), ()))
    if not more and cell["source"].strip() == original["source"].strip():
        if elsewhere:
            text = message(
                "**No answer is written here, but there is text outside the answer cells. It is shown with: "
                "{questions}.**",
                questions=", ".join(elsewhere),
            )
            more = f"\n\n{translated(text)}"
        elif others:
            text = message("**No answer is written here. {reason}**", reason=others_text(others))
            more = f"\n\n{translated(text)}"
    room = max(MAX_SOURCE - len(cell["source"]), 0)
    cell["source"] += more if len(more) <= room else f"{more[:room]}\n\n{translated(_NO_ROOM)}"
    if pictures:
        cell["attachments"] = {**cell.get("attachments", {}), **pictures}


def _restored(cell: Cell, original: Cell) -> Cell:
    """The released cell, with the student's text if students write it."""
    restored = copy.deepcopy(original)
    if is_students(original):
        restored["source"] = cell["source"]
        if original["cell_type"] == "markdown" and "attachments" in cell:
            restored["attachments"] = cell["attachments"]
    return restored


def _stripped(cell: Cell) -> Cell:
    return {**cell, "metadata": {}}
