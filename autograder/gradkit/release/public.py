"""The public checks of an assignment, read before students get them: each says what it is about."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from gradkit.check.homework import question_of
from gradkit.errors import BuildError


def check_public_checks(text: str, shown: str, question_ids: Sequence[str]) -> None:
    """See that every question has a check, every check a question, and each a sentence that students read.

    Args:
        text: of ``test_public.py``.
        shown: what errors call the file.
        question_ids: the assignment's questions.

    Raises:
        BuildError: naming the check or the question.
    """
    try:
        checks = [node for node in ast.parse(text).body if isinstance(node, ast.FunctionDef)]
    except SyntaxError as error:
        raise BuildError(f"{shown}, line {error.lineno}: {error.msg}. It must be Python that can be read.") from None
    checked: set[str] = set()
    for check in checks:
        if not check.name.startswith("test_"):
            continue
        question = question_of(check.name, question_ids)
        if question is None:
            raise BuildError(
                f"{shown}, line {check.lineno}: {check.name} belongs to no question. Its name must go on after test_ "
                f"with one of: {', '.join(question_ids)}."
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
