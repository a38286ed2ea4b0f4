"""Find banned calls as grading does: by name in the source, and when they run.

The checks themselves may use such calls, for comparison or to take gradients. Only calls from the student's own files
count, directly or through other code.
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
    """Make this process record the homework's banned calls; calls that the installed torch lacks are skipped."""
    from gradkit.bans.replacing import replace_calls

    for name in {name for question in homework.questions for ban in question.bans for name in ban.operators}:
        with contextlib.suppress(Exception):  # another torch version; names in the source are still searched for
            replace_calls([name])


class Banned:
    """The banned calls that a question's checks have seen.

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
        """Record what the student's files call inside the block."""
        counts, NOTES.counts = NOTES.counts, self._is_by_student
        try:
            with NOTES.asking(self._operators) as report:
                yield
                self._used |= report()
        finally:
            NOTES.asked, NOTES.counts = frozenset(), counts

    def found(self) -> tuple[BannedUse, int | None] | None:
        """The first use and its line in the student's file, or None."""
        use = first_use(self._question.bans, self._named(), self._used)
        return None if use is None else (use, use.line or self._line)

    def _named(self) -> Use | None:
        """The first use in the source."""
        asked = Asked(self._question.targets, [ban.names for ban in self._question.bans])
        with contextlib.suppress(OSError, SyntaxError, ValueError, RecursionError, MemoryError):
            return find_uses(ast.parse((self._homework.folder / self._homework.module).read_bytes()), [asked])[0]
        return None

    def _is_by_student(self) -> bool:
        """Whether the innermost frame in the homework's folder is in a student's file, not in the checks."""
        frame = sys._getframe()
        while frame := frame.f_back:  # type: ignore[assignment]
            file = Path(frame.f_code.co_filename)
            if file.parent == self._homework.folder:
                if file.name == self._homework.module and self._line is None:
                    self._line = frame.f_lineno
                return file.name != CHECKS
        return False
