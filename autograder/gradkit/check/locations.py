"""Locate exceptions, definitions and assignments in the student's file."""

from __future__ import annotations

import ast
import contextlib
import os
import traceback
from collections.abc import Collection, Mapping
from pathlib import Path

from gradkit.check.homework import Homework, Question
from gradkit.conditions.source_lines import lines_of

_LONGEST = 200  # characters of a line that are shown


def path_from(root: Path, homework: Homework) -> str:
    """The path of the student's module relative to a folder, such as a repository's root."""
    return os.path.relpath(homework.folder / homework.module, root.resolve()).replace(os.sep, "/")


def raised_at(homework: Homework, error: BaseException) -> int | None:
    """The line of the student's module in the innermost frame of a traceback that is in it, or None."""
    path = str(homework.folder / homework.module)
    if isinstance(error, SyntaxError) and error.filename == path:
        return error.lineno
    frames = traceback.extract_tb(error.__traceback__)
    return next((frame.lineno for frame in reversed(frames) if frame.filename == path), None)


def is_todo(homework: Homework, error: BaseException) -> bool:
    """Whether an exception comes from a stub: ``NotImplementedError("<question>")``, raised in the student's module."""
    frames = traceback.extract_tb(error.__traceback__)
    here = bool(frames) and frames[-1].filename == str(homework.folder / homework.module)
    ids = {question.id for question in homework.questions}
    return isinstance(error, NotImplementedError) and here and len(error.args) == 1 and error.args[0] in ids


def defined_at(homework: Homework, question: Question) -> int | None:
    """The line of the first definition of one of the question's targets, or None."""
    with contextlib.suppress(OSError, SyntaxError, ValueError):
        for node in ast.parse((homework.folder / homework.module).read_bytes()).body:
            if isinstance(node, (ast.FunctionDef, ast.ClassDef)) and node.name in question.targets:
                return node.lineno
    return None


def overwritten_at(homework: Homework, targets: Collection[str]) -> Mapping[str, int]:
    """The names of ``targets`` that the module's top level reassigns, each with the last such line."""
    lines: dict[str, int] = {}
    with contextlib.suppress(OSError, SyntaxError, ValueError):
        for node in ast.parse((homework.folder / homework.module).read_bytes()).body:
            bound = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
            names = {part.id for target in bound if target for part in ast.walk(target) if isinstance(part, ast.Name)}
            lines |= dict.fromkeys(names.intersection(targets), node.lineno)
    return lines


def source_of(homework: Homework, line: int | None, file: str = "") -> str:
    """The text of a line of the student's module, or of another file of the folder; "" if not available."""
    with contextlib.suppress(OSError, IndexError):
        if line is not None:
            return lines_of((homework.folder / (file or homework.module)).read_bytes())[line - 1].strip()[:_LONGEST]
    return ""
