"""The checks from a notebook's cell."""

from __future__ import annotations

from pathlib import Path

from gradkit.check.homework import find_homework
from gradkit.check.report import Report
from gradkit.check.running import run_checks


def check(question: str | None = None) -> Report:
    """Run the public checks of the homework in the working folder; Jupyter shows the result as a table.

    The files are read as they were last saved. What the notebook has imported stays as it is.

    Args:
        question: the question, by its id or the name of a function or class that it asks for; all when None.

    Raises:
        UsageError: the working folder holds no homework, or it has no such question.
    """
    homework = find_homework(Path.cwd())
    return run_checks(homework, None if question is None else homework.question(question))
