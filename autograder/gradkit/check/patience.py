"""Stop code that does not end, in this very process and on every system.

The code is interrupted as Ctrl-C would interrupt it. What never comes back to Python (``sum(itertools.repeat(1))``)
cannot be: then somebody else has to end the process.
"""

from __future__ import annotations

import _thread
import signal
import threading
from collections.abc import Callable
from types import FrameType

_AGAIN = 0.2  # seconds until the next interrupt, for code that caught one


class StoppedError(BaseException):
    """The code took too long and was interrupted. No ``except Exception`` of a student's should catch it."""


def within(seconds: float, action: Callable[[], object]) -> None:
    """Do something, and interrupt it when it takes longer. To be called in the main thread.

    Raises:
        StoppedError: the time was up.
        KeyboardInterrupt: a person pressed Ctrl-C.
    """
    over, expired = threading.Event(), threading.Event()
    inside = True

    def interrupted(number: int, frame: FrameType | None) -> None:
        del number, frame
        if not expired.is_set():
            raise KeyboardInterrupt
        if inside:  # an interrupt that comes too late is nobody's any more
            raise StoppedError

    before = signal.signal(signal.SIGINT, interrupted)
    watcher = threading.Thread(target=_watch, args=(seconds, over, expired), daemon=True)
    try:
        watcher.start()
        action()
    finally:
        inside = False
        over.set()
        watcher.join()
        signal.signal(signal.SIGINT, before)


def _watch(seconds: float, over: threading.Event, expired: threading.Event) -> None:
    while not over.wait(_AGAIN if expired.is_set() else seconds):
        expired.set()
        if hasattr(signal, "pthread_kill"):
            signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)  # also wakes it from a sleep
        else:
            _thread.interrupt_main()  # Windows
