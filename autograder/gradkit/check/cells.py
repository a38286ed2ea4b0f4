"""Read submitted notebooks, with the same rules for `gradkit check`, grading and the gradebook.

Only each cell's type and source and the pictures attached to text cells are kept. Everything else (metadata, outputs,
ids) is dropped.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from gradkit.check.results import Warned
from gradkit.errors import SubmissionRefused
from gradkit.messages import Message, message, sentences

Cell = dict[str, Any]  # plain dictionaries: nbformat's constructors validate each cell, which is slow

MAX_CELLS = 1000
MAX_SOURCE = 20_000  # characters of one cell: nbconvert takes quadratic time over some Markdown
MAX_ALL = 400_000  # characters of all cells
_FORMAT = 4
_OLD = (1, 2, 3)
_SAVE = message("Copy your answers into a fresh copy of the notebook and submit that.")
_REST = "\n\n[The rest of this cell was left out: it is longer than 20,000 characters.]"
_PICTURE = "[A picture was left out here: this cell is longer than 20,000 characters.]"
_ATTACHED = "\n\n[An attached file was left out: only PNG, JPEG and GIF pictures are shown.]"
_PICTURES = ("image/png", "image/jpeg", "image/gif")
_BASE64 = re.compile(r"[A-Za-z0-9+/=\s]*")
# A data URL in the text; base64 may continue on further lines.
_DATA = re.compile(
    r"data:[\w.+-]{1,40}/[\w.+-]{1,80}(?:;[^\s,;)>\"']{1,80}){0,3},[^\s)>\"']{40,}(?:\r?\n[A-Za-z0-9+/=]{40,})*"
)


def read_cells(content: bytes, name: str) -> list[Cell]:
    """The cells of a notebook: their text and claimed ``grade_id`` only.

    Args:
        content: the file's bytes: JSON in UTF-8, with or without a byte order mark.
        name: the file's name, for messages.

    Returns:
        Each cell's ``cell_type``, ``source``, ``attachments`` if it has pictures, and in ``metadata`` the claim, the
        cell's ``id`` as in the file, and as ``cut`` what was omitted from a cell that is too long.

    Raises:
        SubmissionRefused: the file is not a notebook in Jupyter's format 4, or is too large.
    """
    raw = _raw_cells(content, name)
    cells = [_cell(item) for item in raw]
    characters = sum(len(cell["source"]) for cell in cells)
    if characters > MAX_ALL:
        raise _unreadable(
            name,
            message("Its cells have {found} characters; at most {most} are read.", **_counts(characters, MAX_ALL)),
            message("Delete the cells that you do not need, and submit it again."),
        )
    return cells


def unreadable(folder: Path, module: str) -> tuple[Warned, ...]:
    """A warning if grading cannot read the notebook of the module ``folder/module``."""
    path = (folder / module).with_suffix(".ipynb")
    if not path.is_file():
        return ()
    try:
        read_cells(path.read_bytes(), path.name)
    except SubmissionRefused as reason:
        return (Warned(reason.message, path.name),)
    except OSError as error:
        text = message(
            "{name} cannot be read ({why}): its written answers are not graded.",
            name=path.name,
            why=Message(error.strerror or ""),
        )
        return (Warned(text, path.name),)
    return ()


def make_cell(kind: str, source: str) -> Cell:
    """Make a cell of type "code", "markdown" or "raw"."""
    cell: Cell = {"cell_type": kind, "metadata": {}, "source": source}
    return {**cell, "outputs": [], "execution_count": None} if kind == "code" else cell


def claimed(cell: Mapping[str, Any]) -> str:
    """The ``grade_id`` that a cell claims, or ""."""
    metadata = cell.get("metadata")
    settings = metadata.get("nbgrader") if isinstance(metadata, Mapping) else None
    grade_id = settings.get("grade_id") if isinstance(settings, Mapping) else None
    return grade_id if isinstance(grade_id, str) else ""


def as_text(source: object) -> str:
    """A cell's source as a string; in the file it may be a list of lines."""
    if isinstance(source, list):
        return "".join(part for part in source if isinstance(part, str))
    return source if isinstance(source, str) else ""


def _unreadable(name: str, *reasons: Message) -> SubmissionRefused:
    refused = message("{name} cannot be read as a notebook: its written answers are not graded.", name=name)
    return SubmissionRefused(sentences(refused, *reasons))


def _counts(found: int, most: int) -> dict[str, str]:
    return {"found": f"{found:,}", "most": f"{most:,}"}


def _raw_cells(content: bytes, name: str) -> list[object]:
    """The list of cells as in the file."""
    if not content.strip():
        raise _unreadable(name, message("The file is empty."), _SAVE)
    if content.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in content[:4]:
        raise _unreadable(
            name, message("It is saved as UTF-16 or UTF-32."), message("Save it as UTF-8 and submit it again.")
        )
    try:
        data = json.loads(content.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise _unreadable(name, message("It is not UTF-8 text."), _SAVE) from None
    except json.JSONDecodeError as error:
        why = message("It is not JSON ({why}, line {line}).", why=error.msg, line=error.lineno)
        raise _unreadable(name, why, _SAVE) from None
    except (ValueError, RecursionError):  # a number with too many digits; lists nested too deeply
        raise _unreadable(name, message("Its JSON cannot be read."), _SAVE) from None
    version = data.get("nbformat") if isinstance(data, dict) else None
    if not isinstance(data, dict) or version is None:
        raise _unreadable(name, message('It has no "nbformat", which every notebook has.'), _SAVE)
    if version in _OLD:
        raise _unreadable(
            name,
            message("It is in the old format {version}.", version=version),
            message("Save it in Jupyter and submit it again."),
        )
    if version != _FORMAT:
        found = repr(version)[:20] if isinstance(version, (int, float, str)) else message("not a number")
        why = message('Its "nbformat" is {found}; only {expected} is read.', found=found, expected=_FORMAT)
        raise _unreadable(name, why, _SAVE)
    cells = data.get("cells")
    if not isinstance(cells, list):
        raise _unreadable(name, message("It has no list of cells."), _SAVE)
    if len(cells) > MAX_CELLS:
        raise _unreadable(
            name,
            message("It has {found} cells; at most {most} are read.", **_counts(len(cells), MAX_CELLS)),
            message("Delete those that you do not need, and submit it again."),
        )
    return cells


def _cell(item: object) -> Cell:
    if not isinstance(item, dict):
        return make_cell("raw", "")
    source, cut = _shortened(as_text(item.get("source")))
    kind = item.get("cell_type")
    attachments, dropped = _attachments(item.get("attachments")) if kind == "markdown" else ({}, False)
    cell = make_cell(kind if kind in ("code", "markdown") else "raw", source + _ATTACHED * dropped)
    cell["metadata"] = {"nbgrader": {"grade_id": claimed(item)}, "id": item.get("id"), "cut": cut}
    if attachments:
        cell["attachments"] = attachments
    return cell


def _shortened(source: str) -> tuple[str, str]:
    """The source, shortened if too long (pictures first), and what was omitted, in words."""
    if len(source) <= MAX_SOURCE:
        return source, ""
    words = _DATA.sub(_PICTURE, source)
    if len(words) <= MAX_SOURCE:
        return words, message("its pictures were")
    cut = message("its end was") if words == source else message("its pictures and its end were")
    return words[:MAX_SOURCE] + _REST, cut


def _attachments(found: object) -> tuple[dict[str, dict[str, str]], bool]:
    """The pictures among a cell's attachments, and whether anything else was attached."""
    kept = {}
    bundles = found if isinstance(found, dict) else {}
    for name, bundle in bundles.items():
        for kind in _PICTURES:
            content = bundle.get(kind) if isinstance(bundle, dict) else None
            if isinstance(content, str) and _BASE64.fullmatch(content):
                kept[name] = {kind: content}
    return kept, len(kept) < len(bundles)
