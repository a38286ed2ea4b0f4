"""Records which banned calls were used, in any thread and any torch mode."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from threading import get_ident
from typing import Literal


class Notes:
    """Records the use of replaced calls (`gradkit.bans.replacing`).

    Attributes:
        asked: the names whose use is recorded; those of the last call, until the next one.
        used: those used since the last report.
        counts: called for each use, in its thread; whether it counts. By default all do.
    """

    def __init__(self) -> None:
        self.asked: frozenset[str] = frozenset()
        self.used: set[str] = set()
        self.counts: Callable[[], bool] = lambda: True
        self._ours: tuple[int, str] = (0, "")

    def note(self, name: str) -> None:
        """Record the use of a replaced call."""
        if name in self.asked:
            thread, what = self._ours
            # A dotted name, "torch.autograd.grad", is a Python function; operators have names without a dot.
            theirs = thread != get_ident() or (what == "functions" and "." not in name)
            if theirs and self.counts():
                self.used.add(name)

    @contextmanager
    def asking(self, names: Collection[str]) -> Iterator[Callable[[], frozenset[str]]]:
        """Record the use of ``names`` from now on; yields a function that returns those used and forgets them.

        Recording continues after the block, until other names are given, so that a thread left behind by the student's
        code finds no unwatched moment.
        """
        self.asked = frozenset(names)

        def report() -> frozenset[str]:
            used = frozenset(self.used) & self.asked
            self.used.clear()
            return used

        yield report

    @contextmanager
    def ours(self, what: Literal["everything", "functions"] = "everything") -> Iterator[None]:
        """Ignore what this thread uses inside the block, as gradkit's own. Other threads are still recorded."""
        before, self._ours = self._ours, (get_ident(), what)
        try:
            yield
        finally:
            self._ours = before


NOTES = Notes()
