"""Read mistakes and accepted variants as syntax trees, and compose a submission from each entry.

Each kind is one file, ``mistakes.py``, or a folder of files, ``mistakes/<question>.py``. The entries of a file share
what it imports and defines, and nothing of other files.

No code of a bank runs in the grader: an entry becomes a submission, and runs where a student's does.
"""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Literal

from gradkit.course import Assignment
from gradkit.errors import CourseError
from gradkit.messages import Message, message

EntryKind = Literal["mistake", "accepted"]
FILE_NAMES: Mapping[EntryKind, str] = MappingProxyType({"mistake": "mistakes", "accepted": "accepted"})
FORMS: Mapping[str, Callable[[str], bytes]] = MappingProxyType(
    {
        "bom": lambda text: b"\xef\xbb\xbf" + text.encode(),
        "crlf": lambda text: text.replace("\n", "\r\n").encode(),
        "tabs": lambda text: re.sub(
            r"^(?: {4})+", lambda found: "\t" * (len(found[0]) // 4), text, flags=re.M
        ).encode(),
    }
)


@dataclass(frozen=True)
class Entry:
    """One entry of a bank.

    Attributes:
        id: its name in the file.
        kind: whether it is wrong or right.
        target: the name in the student's module that it replaces.
        question: the question that the target belongs to.
        sentence: its docstring: the message for the student, or what is unusual about it.
        place: its file and line, as in ``mistakes.py:12``.
        files: the composed submission, by file name.
    """

    id: str
    kind: EntryKind
    target: str
    question: str
    sentence: str
    place: str
    files: Mapping[str, bytes]


@dataclass(frozen=True)
class Bank:
    """The entries of one assignment, each kind in the order of files and lines."""

    mistakes: tuple[Entry, ...]
    accepted: tuple[Entry, ...]


def read_bank(folder: Path, assignment: Assignment, solution: bytes) -> Bank:
    """Read the bank in ``autograder/hidden/<hw>``; empty if it has no files.

    Args:
        folder: the assignment's hidden folder.
        assignment: the assignment, whose targets the entries replace.
        solution: the source of the reference.

    Raises:
        CourseError: an entry is invalid; the message has its file and line.
    """
    mistakes = tuple(_read_kind(folder, "mistake", assignment, solution))
    return Bank(mistakes, tuple(_read_kind(folder, "accepted", assignment, solution)))


def bank_files(folder: Path, kind: EntryKind) -> list[Path]:
    """The files of one kind: ``mistakes.py``, or those of ``mistakes/`` sorted by name; none if there is neither.

    Raises:
        CourseError: both exist.
    """
    single, several = folder / f"{FILE_NAMES[kind]}.py", folder / FILE_NAMES[kind]
    if single.exists() and several.is_dir():
        raise CourseError(
            message(
                "{folder}: {name} also exists. Move its entries into the folder, or delete one.",
                folder=several,
                name=single.name,
            )
        )
    return sorted(several.glob("*.py")) if several.is_dir() else [single] if single.exists() else []


def _read_kind(folder: Path, kind: EntryKind, assignment: Assignment, solution: bytes) -> Iterator[Entry]:
    places: dict[str, str] = {}
    for path in bank_files(folder, kind):
        for entry in _read(path, path.relative_to(folder).as_posix(), kind, assignment, solution):
            if entry.id in places:
                raise CourseError(
                    message(
                        '{place}: "{name}" is already defined in {other}: choose another name.',
                        place=folder / entry.place,
                        name=entry.id,
                        other=places[entry.id],
                    )
                )
            places[entry.id] = entry.place
            yield entry


def _read(path: Path, name: str, kind: EntryKind, assignment: Assignment, solution: bytes) -> Iterator[Entry]:
    try:
        text = path.read_text(encoding="utf-8-sig")
        tree = ast.parse(text, path.name)
    except (OSError, SyntaxError, ValueError) as error:
        raise CourseError(message("{path}: cannot be read: {reason}", path=path, reason=error)) from error
    definitions, shared = _sort_out(path, kind, tree)
    taken = _names_taken(path, shared, ast.parse(solution))
    shared_source = "\n".join(ast.get_source_segment(text, node, padded=True) or "" for node in shared)
    for node, marker in definitions:
        target, form = _arguments(path, kind, marker)
        question = next((question.id for question in assignment.questions if target in question.targets), None)
        if question is None:
            known = ", ".join(name for question in assignment.questions for name in question.targets)
            raise _wrong(
                path,
                marker,
                message(
                    '"{target}" is not a target of {assignment}. Its targets are: {known}',
                    target=target,
                    assignment=assignment.id,
                    known=known,
                ),
            )
        if node.name in taken:
            raise _wrong(
                path,
                node,
                message(
                    '"{name}" is already defined in this file or in the solution: choose another name', name=node.name
                ),
            )
        taken.add(node.name)
        docstring = inspect.cleandoc(ast.get_docstring(node) or "")
        if not docstring:
            raise _wrong(
                path,
                node,
                message("{name} has no docstring. Write the message for the student", name=node.name)
                if kind == "mistake"
                else message("{name} has no docstring. Write what is unusual about it", name=node.name),
            )
        definition = Definition(text, node, marker)
        if not _is_python(definition.source()):
            raise _wrong(
                path,
                node,
                message(
                    "{name}: put its marker, its first line and its docstring on lines of their own", name=node.name
                ),
            )
        files = compose(assignment.module, solution, shared_source, definition, target, form)
        sentence = " ".join(docstring.split())
        yield Entry(node.name, kind, target, question, sentence, f"{name}:{node.lineno}", files)


def _sort_out(
    path: Path, kind: EntryKind, tree: ast.Module
) -> tuple[list[tuple[ast.FunctionDef | ast.ClassDef, ast.Call]], list[ast.stmt]]:
    """The entries with their markers, and the statements that all entries share."""
    entries: list[tuple[ast.FunctionDef | ast.ClassDef, ast.Call]] = []
    shared: list[ast.stmt] = []
    for number, node in enumerate(tree.body):
        if number == 0 and isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            continue  # the file's docstring
        if isinstance(node, ast.ImportFrom) and node.module in ("gradkit.bank", "__future__"):
            continue
        markers = list(_markers(node))
        if not markers:
            shared.append(node)
        elif isinstance(node, (ast.FunctionDef, ast.ClassDef)) and len(markers) == 1 and _called(markers[0]) == kind:
            entries.append((node, markers[0]))
        else:
            raise _wrong(
                path,
                node,
                message("an entry of this file is a function or class under one {marker}", marker=f"@{kind}(...)"),
            )
    return entries, shared


def _markers(node: ast.stmt) -> Iterator[ast.Call]:
    for decorator in getattr(node, "decorator_list", ()):
        if isinstance(decorator, ast.Call) and _called(decorator) in FILE_NAMES:
            yield decorator


def _called(call: ast.Call) -> str:
    return call.func.id if isinstance(call.func, ast.Name) else ""


def _arguments(path: Path, kind: EntryKind, marker: ast.Call) -> tuple[str, str | None]:
    """The target and the form that a marker names."""
    values = [node.value if isinstance(node, ast.Constant) else None for node in marker.args]
    options = {keyword.arg: keyword.value for keyword in marker.keywords}
    if (
        len(values) != 1
        or not isinstance(values[0], str)
        or not options.keys() <= ({"form"} if kind == "accepted" else set())
    ):
        more = ", form=..." if kind == "accepted" else ""
        raise _wrong(path, marker, message("write {form}", form=f'@{kind}("<target>"{more})'))
    if not options:
        return values[0], None
    form = options["form"].value if isinstance(options["form"], ast.Constant) else None
    if form not in FORMS:
        raise _wrong(path, marker, message("form must be one of {forms}", forms=", ".join(FORMS)))
    return values[0], str(form)


def _is_python(source: str) -> bool:
    try:
        ast.parse(source)
    except SyntaxError:
        return False
    return True


def _names_taken(path: Path, shared: Sequence[ast.stmt], solution: ast.Module) -> set[str]:
    """The names that no entry may have. Shared definitions must not redefine names of the solution."""
    own = {name for node in solution.body for name in _names_of(node)}
    imported = {name for node in solution.body for name in _imported_by(node)}
    taken = own | imported
    for node in shared:
        # Both may have the same import, which binds the same object.
        for name in [*_names_of(node), *_imported_by(node)]:
            if name in own or (name in imported and not _imported_by(node)):
                raise _wrong(
                    path, node, message('"{name}" is already defined in the solution: choose another name', name=name)
                )
            taken.add(name)
    return taken


def _imported_by(node: ast.stmt) -> Sequence[str]:
    if isinstance(node, (ast.Import, ast.ImportFrom)):
        return [alias.asname or alias.name.partition(".")[0] for alias in node.names]
    return []


def _names_of(node: ast.stmt) -> Sequence[str]:
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        return [node.name]
    if isinstance(node, (ast.Assign, ast.AnnAssign)):
        return [part.id for part in ast.walk(node) if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store)]
    return []


def _wrong(path: Path, node: ast.stmt | ast.expr, what: Message) -> CourseError:
    return CourseError(message("{place}: {what}.", place=f"{path}:{node.lineno}", what=what))


@dataclass(frozen=True)
class Definition:
    """The definition of an entry.

    Attributes:
        text: the whole file.
        node: the function or class.
        marker: the decorator that makes it an entry.
    """

    text: str
    node: ast.FunctionDef | ast.ClassDef
    marker: ast.Call

    def source(self) -> str:
        """Its source without marker and docstring, which no student's file would have."""
        lines = self.text.splitlines()
        docstring = self.node.body[0]
        left_out = set(range(docstring.lineno, (docstring.end_lineno or 0) + 1))
        left_out |= set(range(self.marker.lineno, (self.marker.end_lineno or 0) + 1))
        first = min(decorator.lineno for decorator in self.node.decorator_list)
        kept = [lines[number - 1] for number in range(first, (self.node.end_lineno or 0) + 1) if number not in left_out]
        if len(self.node.body) == 1:
            kept.append("    pass")  # a class that only inherits
        return "\n".join(kept)


def compose(
    module: str, solution: bytes, shared: str, definition: Definition, target: str, form: str | None
) -> dict[str, bytes]:
    """Compose the files of the submission.

    Args:
        module: the file name of the student's module.
        solution: the reference's source.
        shared: the source of the definitions that the file's entries share.
        definition: the entry.
        target: the name that it replaces.
        form: one of `FORMS`, or None for a plain file.
    """
    parts = [solution.decode(), shared, definition.source(), f"{target} = {definition.node.name}\n"]
    text = "\n\n".join(parts)
    return {module: FORMS[form](text) if form else text.encode(), "reference.py": solution}
