"""A budget of processor time for what other people's libraries do with a student's text.

Lexers and converters are made of regular expressions, some of which take time by the square of a text's length. They
can be interrupted, since Python looks for signals in them.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


class OutOfTimeError(BaseException):
    """The budget is used up. No ``except Exception`` on the way out stops it."""


@contextmanager
def at_most(seconds: float) -> Iterator[None]:
    """Interrupt the block once it has used so many seconds of processor time. Outside the main thread it is let run.

    Raises:
        OutOfTimeError: it was interrupted.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        raise OutOfTimeError(f"more than {seconds:g} seconds")

    before = signal.signal(signal.SIGPROF, interrupt)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
