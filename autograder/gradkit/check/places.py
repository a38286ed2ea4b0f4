"""Where in the student's file something happened."""

from __future__ import annotations

import ast
import contextlib
import traceback

from gradkit.check.homework import Homework, Question

_LONGEST = 200  # characters of a line that are shown


def raised_at(homework: Homework, error: BaseException) -> int | None:
    """The innermost line of the student's module that an exception came through."""
    path = str(homework.folder / homework.module)
    if isinstance(error, SyntaxError) and error.filename == path:
        return error.lineno
    frames = traceback.extract_tb(error.__traceback__)
    return next((frame.lineno for frame in reversed(frames) if frame.filename == path), None)


def defined_at(homework: Homework, question: Question) -> int | None:
    """The line where what the question asks for is defined."""
    with contextlib.suppress(OSError, SyntaxError, ValueError):
        for node in ast.parse((homework.folder / homework.module).read_bytes()).body:
            if isinstance(node, (ast.FunctionDef, ast.ClassDef)) and node.name in question.targets:
                return node.lineno
    return None


def source_of(homework: Homework, line: int | None) -> str:
    """The text of a line; "" where it cannot be had."""
    with contextlib.suppress(OSError, ValueError, IndexError):
        if line is not None:
            text = (homework.folder / homework.module).read_text(encoding="utf-8-sig")
            return text.splitlines()[line - 1].strip()[:_LONGEST]
    return ""
