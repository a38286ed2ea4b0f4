"""Run a student's code under the conditions of grading, as far as possible on any machine, and warn of differences.

Nothing is refused here: what grading refuses is recorded where it happens, and reported with the results.
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from gradkit.check.homework import CHECKS, Homework
from gradkit.check.locations import source_of
from gradkit.check.results import Warned, excerpt
from gradkit.conditions.rules import Noted, noting
from gradkit.messages import Message, message, sentences, with_commas

_MOST = 10  # warnings per run


class Warnings:
    """The warnings of one run of the checks.

    Args:
        homework: the homework whose files are run.
    """

    def __init__(self, homework: Homework) -> None:
        self._homework = homework
        self._noted: dict[Noted, None] = {}
        self._turned: dict[tuple[bool, str], str] = {}  # by whether a call changed it, and its name

    def note(self, noted: Noted) -> None:
        """Record something that grading refuses, without duplicates."""
        if len(self._noted) < _MOST:
            self._noted.setdefault(noted)

    @contextmanager
    def as_when_graded(self) -> Iterator[None]:
        """Inside the block, ``sys.argv`` and warnings are as when graded, and what grading refuses is recorded."""
        argv = sys.argv
        sys.argv = [str(self._homework.folder / self._homework.module)]
        try:
            with warnings.catch_warnings(), noting(str(self._homework.folder), self.note, CHECKS):
                warnings.simplefilter("ignore")
                yield
        finally:
            sys.argv = argv

    def note_switches(self, names: Sequence[str], what: str, by_call: bool) -> None:
        """Record settings of this process that ``what`` changed; each is reported once."""
        from gradkit.conditions.switches import in_words

        for name in names:
            self._turned.setdefault((by_call, name), *in_words([name], what))

    def found(self) -> tuple[Warned, ...]:
        """The warnings: about settings first, then in the order of occurrence."""
        homework = self._homework
        switched = [Warned(sentence, homework.module) for sentence in self._turned.values()]
        return (*switched, *(self._refused(noted) for noted in self._noted))

    def beside_stub(self) -> tuple[Warned, ...]:
        """A warning if nothing is started, but other Python files are in the folder."""
        module = self._homework.module
        others = sorted({path.name for path in self._homework.folder.glob("*.py")} - {module, CHECKS})
        if not others:
            return ()
        text = sentences(
            message("Nothing is started in {file}.", file=module),
            self._also(others),
            message("If your work is there, put it into {file}.", file=module),
        )
        return (Warned(text, module),)

    def _also(self, others: Sequence[str]) -> Message:
        names, more = excerpt(with_commas(others[:_MOST])), len(others) - _MOST
        if more > 0:
            return message("There is also {names} and {n} more, which is not graded.", names=names, n=more)
        return message("There is also {names}, which is not graded.", names=names)

    def _refused(self, noted: Noted) -> Warned:
        file = Path(noted.file).name
        source = excerpt(source_of(self._homework, noted.line, file))
        return Warned(message("Different when graded: {rule}", rule=noted.rule), file, noted.line, source)
