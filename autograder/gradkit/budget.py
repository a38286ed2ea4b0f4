"""A limit of processor time for third-party libraries at work on a student's text.

Lexers and converters consist of regular expressions, some of which take quadratic time. They can be interrupted, since
Python checks for signals in them. An exception raised inside a garbage collector's callback or a ``__del__`` goes no
further, so the block is interrupted again and again until it ends.
"""

from __future__ import annotations

import gc
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

_AGAIN = 0.05  # seconds


class OutOfTimeError(BaseException):
    """The time limit was reached. Not an ``Exception``, so that no ``except Exception`` catches it."""


@contextmanager
def at_most(seconds: float) -> Iterator[None]:
    """Interrupt the block once it has used this much processor time. Outside the main thread it is not limited.

    Raises:
        OutOfTimeError: it was interrupted.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def interrupt(_number: int, frame: FrameType | None) -> None:
        if frame is not None and frame.f_code in {getattr(callback, "__code__", None) for callback in gc.callbacks}:
            return  # the exception would be printed, and ignored
        raise OutOfTimeError(f"more than {seconds:g} seconds")

    before = signal.signal(signal.SIGPROF, interrupt)
    signal.setitimer(signal.ITIMER_PROF, seconds, _AGAIN)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
