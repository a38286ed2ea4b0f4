"""Search a folder for anything that students must not see.

The build searches each folder before it releases it. Other folders that reach students can be searched as well: the
exchange, the feedback pages.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from gradkit.course import Assignment, Course
from gradkit.messages import Message, message
from gradkit.release.catalogues import languages
from gradkit.release.leak_patterns import KINDS, Needle, PatternKind, needles, normalize
from gradkit.release.source import read_source

_FILE_NAME = message("file name")
_TEXT = message("text")
_LETTER = r"[^\W\u4e00-\u9fff]"
_TOP = {"cells", "metadata", "nbformat", "nbformat_minor"}
_CELL = {"id", "cell_type", "source", "metadata", "outputs", "execution_count", "attachments"}
_NOTEBOOK_METADATA = {
    "kernelspec": {"display_name", "language", "name"},
    # Jupyter adds these when it saves.
    "language_info": {
        *("name", "version", "mimetype", "file_extension", "pygments_lexer", "nbconvert_exporter", "codemirror_mode"),
    },
}
_CELL_METADATA = {
    "deletable": set[str](),
    "editable": set[str](),
    "nbgrader": {
        *("grade", "solution", "locked", "task", "grade_id", "points", "schema_version", "cell_type", "checksum"),
    },
}


@dataclass(frozen=True)
class Leak:
    """Something that students must not see, found in a folder that they get.

    Attributes:
        file: the file, relative to the searched folder.
        place: the location in the file: "file name", "line 12", "cell 3, outputs", ...
        kind: the kind of leak, by which callers may filter.
        what: the leaked string.
        origin: the hidden file or setting that the string comes from.
    """

    file: str
    place: str
    kind: PatternKind
    what: str
    origin: str

    def __str__(self) -> str:
        return str(self.in_words)

    @property
    def in_words(self) -> Message:
        """The leak as a line of text."""
        what = self.what if len(self.what) <= 100 else self.what[:97] + "..."
        return message(
            "{file}, {place}: {kind}: {what} (from {origin})",
            file=self.file,
            place=self.place,
            kind=KINDS[self.kind],
            what=message("the course's secret") if self.kind == "secret" else repr(what),
            origin=self.origin,
        )


def find_leaks(course: Course, assignment: Assignment, folder: Path) -> list[Leak]:
    """Find everything of ``assignment`` in ``folder`` that students must not see.

    Searches file names, text, web pages, and notebooks cell by cell for the strings of ``needles``. A correct
    submission may equal the solution, so ignore the kind "solution" in folders with students' work.

    Raises:
        BuildError: the assignment's source or a hidden file cannot be read.
    """
    sources = [read_source(course, assignment, language) for language in languages(course, assignment.id)]
    looked_for = needles(course, *sources)
    found = [leak for place in places(folder) for leak in _in_place(place, looked_for)]
    found += [
        Leak(file, place, "metadata", key, message("not a key that Jupyter or nbgrader needs"))
        for file, place, key in unknown_metadata(folder)
    ]
    return list(dict.fromkeys(found))


def _in_place(place: Place, looked_for: list[Needle]) -> list[Leak]:
    text = normalize(place.text)
    leaks = []
    for needle in looked_for:
        if needle.file_name:
            hit = place.place == _FILE_NAME and f"/{place.text}".endswith(f"/{needle.text}")
        else:
            hit = needle.text in text and _stands_alone(needle.text, text)
        if hit:
            leaks.append(Leak(place.file, _line(place, needle.text), needle.kind, needle.text, needle.origin))
    return leaks


def _stands_alone(needle: str, text: str) -> bool:
    """Whether ``needle`` occurs between word boundaries: ``x + 1`` is not in ``max + 10``.

    Chinese characters, between which there are no spaces, are a boundary.
    """
    before = rf"(?<!{_LETTER})" if re.match(r"\w", needle) else ""
    after = rf"(?!{_LETTER})" if re.search(r"\w$", needle) else ""
    return re.search(before + re.escape(needle) + after, text) is not None


def _line(place: Place, needle: str) -> str:
    if place.place != _TEXT:
        return place.place
    for number, line in enumerate(place.text.split("\n"), start=1):
        if needle in normalize(line):
            return message("line {number}", number=number)
    return place.place


@dataclass(frozen=True)
class Place:
    """A text and its location.

    Attributes:
        file: the file, relative to the folder.
        place: the location in the file: "file name", "text", "cell 3, outputs", ...
        text: the text.
    """

    file: str
    place: str
    text: str


def places(folder: Path) -> Iterator[Place]:
    """Every text in ``folder``: names of files and folders, and decoded contents."""
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        yield Place(name, _FILE_NAME, name)
        if path.is_symlink():
            yield Place(name, message("link"), str(path.readlink()))
        elif path.is_file():
            yield from _in_file(path, name)


def unknown_metadata(folder: Path) -> Iterator[tuple[str, str, str]]:
    """(file, place, key) of each key in a notebook that neither Jupyter nor nbgrader needs in a release."""
    for path in sorted(folder.rglob("*.ipynb")):
        name = path.relative_to(folder).as_posix()
        notebook = _json(path.read_bytes().decode("utf-8", errors="replace"))
        if not isinstance(notebook, dict):
            continue
        for key in sorted(notebook.keys() - _TOP):
            yield name, message("notebook"), key
        for key in _unknown(notebook.get("metadata"), _NOTEBOOK_METADATA):
            yield name, message("notebook metadata"), key
        for shown, cell in _cells(notebook):
            for key in sorted(cell.keys() - _CELL):
                yield name, shown, key
            for key in _unknown(cell.get("metadata"), _CELL_METADATA):
                yield name, message("{cell}, {key}", cell=shown, key="metadata"), key


def _in_file(path: Path, name: str) -> Iterator[Place]:
    if path.suffix == ".whl":
        with zipfile.ZipFile(path) as archive:
            for entry in archive.namelist():
                yield from _in_data(archive.read(entry), Path(entry), f"{name}/{entry}")
    else:
        yield from _in_data(path.read_bytes(), path, name)


def _in_data(data: bytes, path: Path, name: str) -> Iterator[Place]:
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        text = data.decode("latin-1")  # images and other binary files: every byte is a character
    content = _json(text) if path.suffix in (".ipynb", ".json") else None
    if path.suffix == ".ipynb" and isinstance(content, dict):
        yield from _in_notebook(content, name)
        return
    yield Place(name, _TEXT, text)
    if path.suffix in (".html", ".htm"):
        yield Place(name, message("page as shown"), _visible(text))
    elif content is not None:
        yield Place(name, message("decoded text"), _flat(content))


def _in_notebook(notebook: dict[str, Any], name: str) -> Iterator[Place]:
    yield Place(name, message("notebook metadata"), _flat({key: notebook[key] for key in notebook if key != "cells"}))
    for shown, cell in _cells(notebook):
        for key, value in cell.items():
            yield Place(name, message("{cell}, {key}", cell=shown, key=key), _flat(value))


def _cells(notebook: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    cells = notebook.get("cells")
    for number, cell in enumerate(cells if isinstance(cells, list) else [], start=1):
        if isinstance(cell, dict):
            yield message("cell {number}", number=number), cell


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _flat(value: Any) -> str:
    """Every key and string in a JSON value, one per line; a list of strings is one text, as nbformat splits it."""
    if isinstance(value, Mapping):
        return "\n".join(f"{key}\n{_flat(item)}" for key, item in value.items())
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return _flat("".join(value))
    if isinstance(value, list):
        return "\n".join(map(_flat, value))
    if isinstance(value, str):
        return f"{value}\n{_decoded(value)}"
    return str(value)


def _decoded(text: str) -> str:
    """The content of a base64 string, such as a picture in an output or attachment; "" if ``text`` is not base64."""
    if len(text) < 24:
        return ""  # a word may look like base64
    try:
        return base64.b64decode(text.replace("\n", ""), validate=True).decode("latin-1")
    except (binascii.Error, ValueError):
        return ""


def _unknown(metadata: Any, known: Mapping[str, set[str]]) -> Iterator[str]:
    if not isinstance(metadata, dict):
        return
    for key, value in sorted(metadata.items()):
        if key not in known:
            yield key
        elif isinstance(value, dict):
            yield from (f"{key}.{inner}" for inner in sorted(value.keys() - known[key]))


class _Text(HTMLParser):
    """Collects the visible text of a page, so the tags of highlighted code hide nothing."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []

    def handle_data(self, data: str) -> None:
        self.parts.append(data)


def _visible(page: str) -> str:
    parser = _Text()
    parser.feed(page)
    parser.close()
    return "".join(parser.parts)
