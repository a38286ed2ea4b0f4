"""Which ready-made calls a question bans, and which of them were used: by any thread, in any mode of torch's."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from threading import get_ident
from typing import Literal


class Notes:
    """What replaced calls (`gradkit.bans.replacing`) report to.

    Attributes:
        asked: the names whose use is noted; those of the last call, until the next one.
        used: those that were used since the last report.
        counts: asked of each use of such a name whether it counts, in the thread that uses it; all do by default.
    """

    def __init__(self) -> None:
        self.asked: frozenset[str] = frozenset()
        self.used: set[str] = set()
        self.counts: Callable[[], bool] = lambda: True
        self._ours: tuple[int, str] = (0, "")

    def note(self, name: str) -> None:
        """A replaced call was used."""
        if name in self.asked:
            thread, what = self._ours
            # What stands in a module, "torch.autograd.grad", is a function of Python; an operator's name has no dot.
            theirs = thread != get_ident() or (what == "functions" and "." not in name)
            if theirs and self.counts():
                self.used.add(name)

    @contextmanager
    def asking(self, names: Collection[str]) -> Iterator[Callable[[], frozenset[str]]]:
        """Note the use of ``names`` from now on; yields a function that returns those used and forgets them.

        They are noted after the block as well, until others are asked about: a thread that the student's code left
        behind must not find a moment in which nobody looks.
        """
        self.asked = frozenset(names)

        def report() -> frozenset[str]:
            used = frozenset(self.used) & self.asked
            self.used.clear()
            return used

        yield report

    @contextmanager
    def ours(self, what: Literal["everything", "functions"] = "everything") -> Iterator[None]:
        """What this thread uses inside the block is gradkit's own doing. Other threads are noted as ever."""
        before, self._ours = self._ours, (get_ident(), what)
        try:
            yield
        finally:
            self._ours = before


NOTES = Notes()
