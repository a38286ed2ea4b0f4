"""The checks from a notebook's cell."""

from __future__ import annotations

import atexit
from functools import cache
from pathlib import Path

from gradkit.check.homework import Homework, find_homework
from gradkit.check.process import Apart
from gradkit.check.report import Report
from gradkit.check.runner import SECONDS


def check(question: str | None = None) -> Report:
    """Run the public checks of the homework in the working folder; Jupyter shows the result as a table.

    The files are read as they were last saved, in another process, which the first call starts. What the notebook has
    imported stays as it is.

    Args:
        question: the question, by its id or the name of a function or class that it asks for; all when None.

    Raises:
        UsageError: the working folder holds no homework, or it has no such question.
    """
    homework = find_homework(Path.cwd())
    return _process(homework).run(None if question is None else homework.question(question))


@cache
def _process(homework: Homework) -> Apart:
    """The process that runs a homework's checks, as long as the notebook's lives."""
    process = Apart(homework, SECONDS)
    atexit.register(process.close)
    return process
