"""The catalogues of an assignment's and a suite's texts: extracted, updated, checked and compiled.

``assignments/<hw>/locale/zh_Hans/LC_MESSAGES/assignment.po`` holds the texts of the assignment, from which the build
writes the release in Chinese. ``autograder/hidden/<hw>/locale/.../suite.po`` holds what pages show of the assignment
and its suite: the titles of hidden tests, their hints and messages, the sentences of known mistakes, the assignment's
title and the reasons of its bans. They are translated where they are shown, from the compiled ``suite.mo``.
"""

from __future__ import annotations

import ast
import io
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from pathlib import Path, PurePath
from typing import TypeAlias

from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import PoFileError, read_po, write_po

from gradkit.bank import FILE_NAMES
from gradkit.check.homework import CHECKS
from gradkit.course import Assignment, Course
from gradkit.errors import BuildError
from gradkit.messages import LOCALES, lines, message
from gradkit.release.translatable import fields, find_texts
from gradkit.temporary import replacing

Id: TypeAlias = "str | tuple[str, ...]"
"""A text in English, or one for a count of 1 and one for any other."""

_PLACE = "locale/{locale}/LC_MESSAGES/{name}"
_SHOWN = 60
_LISTED = 10
_TEMPLATE_FIELD = re.compile(r"%\(\w+\)s")
_SHOWN_ARGUMENTS = ("hint", "otherwise", "message")


@dataclass(frozen=True)
class CatalogueFile:
    """A catalogue and what has to be in it.

    Attributes:
        path: its file.
        shown: the file's name in messages.
        locale: its language, as gettext names it.
        texts: the texts in English -> the files that they are in.
        compiled: whether its ``.mo`` is used.
    """

    path: Path
    shown: str
    locale: str
    texts: Mapping[Id, tuple[str, ...]]
    compiled: bool

    @property
    def mo(self) -> Path:
        """The compiled catalogue."""
        return self.path.with_suffix(".mo")


def translated_into(course: Course, assignment_id: str) -> list[str]:
    """The languages, beside English, that an assignment has a ``locale`` folder for."""
    return [code for code, locale in LOCALES.items() if (course.source(assignment_id) / "locale" / locale).is_dir()]


def languages(course: Course, assignment_id: str) -> list[str]:
    """The languages of an assignment's release: first the one of ``release/<hw>``, the course's if it is there."""
    there = ["en", *translated_into(course, assignment_id)]
    return sorted(there, key=lambda language: language != (course.language or "en"))


def in_language(name: str, language: str) -> str:
    """The name of a file in another language: ``notebook.zh.md``."""
    path = PurePath(name)
    return f"{path.stem}.{language}{path.suffix}"


def catalogues(course: Course, assignment: Assignment, language: str) -> tuple[CatalogueFile, CatalogueFile]:
    """The catalogues of an assignment and of its suite.

    Raises:
        BuildError: a file of the suite is not valid Python, or a text of the public checks cannot be translated.
    """
    source, hidden = course.source(assignment.id), course.hidden(assignment.id)
    found = []
    for folder, name, texts in (
        (source, "assignment.po", _assignment_texts(source, assignment)),
        (hidden, "suite.po", _suite_texts(hidden, assignment)),
    ):
        locale = LOCALES[language]
        path = folder / _PLACE.format(locale=locale, name=name)
        shown = path.relative_to(course.root).as_posix()
        found.append(CatalogueFile(path, shown, locale, with_places(texts), compiled=folder == hidden))
    return found[0], found[1]


def with_places(texts: Iterable[tuple[Id, str]]) -> dict[Id, tuple[str, ...]]:
    """Each text once, with all files that it is in."""
    places: dict[Id, tuple[str, ...]] = {}
    for text, file in texts:
        places[text] = tuple(dict.fromkeys((*places.get(text, ()), file)))
    return places


def read_catalogue(catalogue: CatalogueFile) -> Catalog:
    """The catalogue in its file; an empty one if there is no file.

    Raises:
        BuildError: the file is not a catalogue.
    """
    if not catalogue.path.is_file():
        return Catalog(locale=catalogue.locale, header_comment="# Simplified Chinese.", fuzzy=False)
    try:
        with catalogue.path.open("rb") as file:
            return read_po(file, locale=catalogue.locale, abort_invalid=True)
    except (PoFileError, UnicodeDecodeError) as error:
        raise BuildError(message("{path}: not a catalogue ({reason}).", path=catalogue.shown, reason=error)) from error


def faults(catalogue: CatalogueFile) -> list[str]:
    """What is wrong with a catalogue, a line each: missing, stale and fuzzy entries, fields that differ."""
    catalog = read_catalogue(catalogue)
    found = []
    for text in catalogue.texts:
        entry = catalog.get(text)
        if entry is None or entry.id != text or not all(_forms(entry.string)):
            found.append(message("{path}: not translated: {text}", path=catalogue.shown, text=_short(text)))
        elif entry.fuzzy:
            found.append(message("{path}: fuzzy: {text}", path=catalogue.shown, text=_short(text)))
        elif _all_fields(_forms(text)[-1]) != _all_fields(_forms(entry.string)[-1]):
            found.append(message("{path}: the fields differ: {text}", path=catalogue.shown, text=_short(text)))
    stale = [entry for entry in _entries(catalog) if entry.id not in catalogue.texts]
    unused = (message("{path}: no longer used: {text}", path=catalogue.shown, text=_short(entry.id)) for entry in stale)
    return [*found, *unused]


def translations(catalogue: CatalogueFile) -> Callable[[str], str]:
    """What gives the translation of each of a catalogue's texts.

    Raises:
        BuildError: the catalogue has faults.
    """
    found = faults(catalogue)
    if found:
        more = len(found) - _LISTED
        raise BuildError(
            lines(
                message(
                    "A catalogue is not up to date. `gradkit build --extract` enters new texts into it; then translate "
                    "them:"
                ),
                *(message("  {line}", line=line) for line in found[:_LISTED]),
                message("  and {number} more", number=more) if more > 0 else "",
            )
        )
    catalog = read_catalogue(catalogue)
    return {str(entry.id): str(entry.string) for entry in _entries(catalog)}.__getitem__


def translate_assignment(assignment: Assignment, look_up: Callable[[str], str]) -> Assignment:
    """An assignment with its texts for students translated."""
    return replace(
        assignment,
        title=look_up(assignment.title),
        question=tuple(
            replace(question, beyond=question.beyond and look_up(question.beyond)) for question in assignment.question
        ),
        banned={name: replace(group, reason=look_up(group.reason)) for name, group in assignment.banned.items()},
    )


def update(catalogue: CatalogueFile) -> bool:
    """Enter new texts into a catalogue and drop those that are no longer used; translations stay.

    Returns:
        Whether the file was changed.
    """
    old = read_catalogue(catalogue)
    if catalogue.path.is_file() and [entry.id for entry in _entries(old)] == list(catalogue.texts):
        return False
    new = Catalog(
        locale=catalogue.locale,
        project=catalogue.path.parents[3].name,  # the assignment
        version="1",
        header_comment="# Simplified Chinese.",
        fuzzy=False,
    )
    for text, files in catalogue.texts.items():
        entry = old.get(text)
        string, flags = (_forms(entry.string)[-1], entry.flags) if entry else ("", ())
        forms = string if isinstance(text, str) else (string,) * new.num_plurals
        new.add(text, forms, flags=flags, locations=[(file, 0) for file in files])
    data = io.BytesIO()
    write_po(data, new, width=120, include_lineno=False)
    catalogue.path.parent.mkdir(parents=True, exist_ok=True)
    with replacing(catalogue.path) as new_file:
        new_file.write_bytes(data.getvalue())
    return True


def compiled(catalogue: CatalogueFile, texts: Iterable[Id] = ()) -> bytes:
    """The catalogue as the bytes of its ``.mo``, the same for the same translations; only some texts if given."""
    data = io.BytesIO()
    write_mo(data, _Bare.of(read_catalogue(catalogue), frozenset(texts or catalogue.texts)))
    return data.getvalue()


class _Bare(Catalog):
    """A catalogue whose header has neither times nor versions."""

    @classmethod
    def of(cls, catalog: Catalog, texts: Set[Id]) -> _Bare:
        bare = cls(locale=catalog.locale)
        for entry in (entry for entry in _entries(catalog) if entry.id in texts):
            bare.add(entry.id, entry.string, flags=entry.flags)
        return bare

    def __iter__(self) -> Iterator[Message]:
        header = f"Content-Type: text/plain; charset=utf-8\nPlural-Forms: {self.plural_forms}\n"
        yield Message("", header)
        yield from _entries(self)


def _entries(catalog: Catalog) -> list[Message]:
    return [entry for entry in Catalog.__iter__(catalog) if entry.id]


def _forms(text: str | Sequence[str] | None) -> tuple[str, ...]:
    """A text, or its plural forms."""
    return tuple(text) if isinstance(text, (tuple, list)) else (str(text or ""),)


def _all_fields(text: str) -> list[str]:
    """The fields of a text, also those of templates: ``{name}``, ``%(name)s``."""
    return [*fields(text), *sorted(_TEMPLATE_FIELD.findall(text))]


def _short(text: str | Sequence[str] | None) -> str:
    line = " ".join(_forms(text)[0].split())
    return repr(line if len(line) <= _SHOWN else f"{line[: _SHOWN - 3]}...")


def _assignment_texts(folder: Path, assignment: Assignment) -> Iterator[tuple[str, str]]:
    yield assignment.title, "assignment.toml"
    for question in assignment.questions:
        if question.beyond:
            yield question.beyond, "assignment.toml"
    for group in assignment.banned.values():
        yield group.reason, "assignment.toml"
    for name in (assignment.module, CHECKS):
        text = (folder / name).read_text(encoding="utf-8-sig")
        for found in find_texts(text, f"assignments/{assignment.id}/{name}", strings=name == CHECKS):
            yield found.id, name


def _suite_texts(hidden: Path, assignment: Assignment) -> Iterator[tuple[Id, str]]:
    """What pages show of an assignment, its suite and the sentences of known mistakes."""
    mistakes = FILE_NAMES["mistake"]
    for path in [hidden / f"{mistakes}.py", *sorted((hidden / mistakes).glob("*.py"))]:
        for node in _defined(path):
            if any("mistake" in ast.unparse(decorator) for decorator in node.decorator_list):
                yield " ".join((ast.get_docstring(node) or "").split()), _inside(path, hidden)
    for path in sorted(hidden.glob("test_*.py")):
        for node in _defined(path):
            title = (ast.get_docstring(node) or "").split("\n")[0]
            if node.name.startswith("test_") and title:
                yield title, _inside(path, hidden)
    for path in sorted(hidden.glob("*.py")):
        yield from ((text, _inside(path, hidden)) for text in _messages(_tree(path)))
    yield assignment.title, "assignment.toml"
    for group in assignment.banned.values():
        yield group.reason, "assignment.toml"


def _messages(tree: ast.Module) -> Iterator[Id]:
    """The ids of a suite's messages, and texts that are passed as a hint or the like."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = ast.unparse(node.func).rpartition(".")[2]
            texts = [_literal(argument) for argument in node.args]
            if name == "plural" and len(texts) > 1 and all(texts[:2]):
                yield texts[0], texts[1]
            elif name == "message" and texts and texts[0]:
                yield texts[0]
            elif name == "check" and len(texts) > 1 and texts[1]:
                yield texts[1]
            shown = (_literal(keyword.value) for keyword in node.keywords if keyword.arg in _SHOWN_ARGUMENTS)
            yield from filter(None, shown)


def _literal(node: ast.expr) -> str:
    """A string in the source; "" for anything else."""
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def _defined(path: Path) -> list[ast.FunctionDef | ast.ClassDef]:
    body = _tree(path).body if path.is_file() else []
    return [node for node in body if isinstance(node, ast.FunctionDef | ast.ClassDef)]


def _tree(path: Path) -> ast.Module:
    try:
        return ast.parse(path.read_text(encoding="utf-8-sig"))
    except SyntaxError as error:
        raise BuildError(
            message(
                "{path}, line {number}: not valid Python ({reason}).", path=path, number=error.lineno, reason=error.msg
            )
        ) from error


def _inside(path: Path, folder: Path) -> str:
    return path.relative_to(folder).as_posix()
