"""Calls that a question does not allow, looked for as in grading: by their names in the source, and where they run.

The checks themselves may use such calls, to compare with or to take gradients: what counts is what the student's own
files call, however deep below them it runs.
"""

from __future__ import annotations

import ast
import contextlib
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from gradkit.bans.names import Asked, Use, find_uses
from gradkit.bans.noting import NOTES
from gradkit.bans.uses import BannedUse, first_use
from gradkit.check.homework import CHECKS, Homework, Question


def replace_banned(homework: Homework) -> None:
    """Have this process note what the homework does not allow; a call that this torch does not have is passed over."""
    from gradkit.bans.replacing import replace_calls

    for name in {name for question in homework.questions for ban in question.bans for name in ban.operators}:
        with contextlib.suppress(Exception):  # another torch: the names in the source are looked for all the same
            replace_calls([name])


class Banned:
    """What of the calls that a question does not allow its checks have seen.

    Args:
        homework: the homework.
        question: the question.
    """

    def __init__(self, homework: Homework, question: Question) -> None:
        self._homework = homework
        self._question = question
        self._operators = frozenset(name for ban in question.bans for name in ban.operators)
        self._used: set[str] = set()
        self._line: int | None = None

    @contextmanager
    def looking(self) -> Iterator[None]:
        """Note what the student's files use inside the block."""
        counts, NOTES.counts = NOTES.counts, self._is_by_student
        try:
            with NOTES.asking(self._operators) as report:
                yield
                self._used |= report()
        finally:
            NOTES.asked, NOTES.counts = frozenset(), counts

    def found(self) -> tuple[BannedUse, int | None] | None:
        """The first use, and the student's line that it is about; or None."""
        use = first_use(self._question.bans, self._named(), self._used)
        return None if use is None else (use, use.line or self._line)

    def _named(self) -> Use | None:
        """The first use in the source."""
        asked = Asked(self._question.targets, [ban.names for ban in self._question.bans])
        with contextlib.suppress(OSError, SyntaxError, ValueError, RecursionError, MemoryError):
            return find_uses(ast.parse((self._homework.folder / self._homework.module).read_bytes()), [asked])[0]
        return None

    def _is_by_student(self) -> bool:
        """Whether the innermost file of the homework that is at work is the student's, not the checks'."""
        frame = sys._getframe()
        while frame := frame.f_back:  # type: ignore[assignment]
            file = Path(frame.f_code.co_filename)
            if file.parent == self._homework.folder:
                if file.name == self._homework.module and self._line is None:
                    self._line = frame.f_lineno
                return file.name != CHECKS
        return False
