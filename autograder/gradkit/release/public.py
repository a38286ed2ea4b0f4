"""Validate an assignment's public checks before they are released."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from gradkit.check.homework import question_of
from gradkit.errors import BuildError


def check_public_checks(text: str, shown: str, question_ids: Sequence[str]) -> None:
    """Check that every question has a check, and that every check has a question and a docstring.

    Args:
        text: the text of ``test_public.py``.
        shown: the file's name in error messages.
        question_ids: the ids of the assignment's questions.

    Raises:
        BuildError: a check or a question violates this.
    """
    try:
        checks = [node for node in ast.parse(text).body if isinstance(node, ast.FunctionDef)]
    except SyntaxError as error:
        raise BuildError(f"{shown}, line {error.lineno}: not valid Python ({error.msg}).") from None
    checked: set[str] = set()
    for check in checks:
        if not check.name.startswith("test_"):
            continue
        question = question_of(check.name, question_ids)
        if question is None:
            raise BuildError(
                f"{shown}, line {check.lineno}: {check.name} does not belong to a question. Its name must continue "
                f"after test_ with one of: {', '.join(question_ids)}."
            )
        checked.add(question)
        if not ast.get_docstring(check):
            raise BuildError(
                f"{shown}, line {check.lineno}: {check.name} has no docstring. Its first line tells students what is "
                "checked."
            )
    for question in question_ids:
        if question not in checked:
            raise BuildError(f"{shown}: question {question} has no check. Expected a function test_{question}_...")
