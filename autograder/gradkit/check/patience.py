"""Stop code that does not end, in this very process and on every system."""

from __future__ import annotations

import _thread
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_AGAIN = 0.2  # seconds until the next interrupt, for code that caught one


class StoppedError(Exception):
    """The block took too long and was interrupted."""


@contextmanager
def patience(seconds: float) -> Iterator[None]:
    """Interrupt the block, as Ctrl-C would, when it takes longer than ``seconds``. Works in the main thread only.

    Raises:
        StoppedError: the time was up.
        KeyboardInterrupt: a person pressed Ctrl-C.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    # A process that was started in the background ignores Ctrl-C.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    over, expired = threading.Event(), threading.Event()
    watcher = threading.Thread(target=_watch, args=(seconds, over, expired), daemon=True)
    watcher.start()
    try:
        yield
    except KeyboardInterrupt:
        if expired.is_set():
            raise StoppedError from None
        raise
    finally:
        over.set()
        _outlast(watcher, expired)
        signal.signal(signal.SIGINT, before)


def _watch(seconds: float, over: threading.Event, expired: threading.Event) -> None:
    while not over.wait(_AGAIN if expired.is_set() else seconds):
        expired.set()
        if hasattr(signal, "pthread_kill"):
            signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)  # also wakes it from a sleep
        else:
            _thread.interrupt_main()  # Windows


def _outlast(watcher: threading.Thread, expired: threading.Event) -> None:
    """Wait for the watcher's end; an interrupt of its that comes too late is nobody's any more."""
    while True:
        try:
            watcher.join()
        except KeyboardInterrupt:
            if not expired.is_set():
                raise
        else:
            return
