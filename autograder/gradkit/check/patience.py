"""Stop code that does not end, in this very process and on every system.

The code is interrupted as Ctrl-C would interrupt it. What never comes back to Python (``sum(itertools.repeat(1))``)
cannot be: then somebody else has to end the process.
"""

from __future__ import annotations

import _thread
import signal
import threading
import time
from collections.abc import Callable
from types import FrameType

from gradkit.conditions.clock import Deadline, DeadlineError

_AGAIN = 0.2  # seconds until the next interrupt, for code that caught one


class StoppedError(BaseException):
    """The code took too long and was interrupted. No ``except Exception`` of a student's should catch it.

    Attributes:
        computed: whether it computed too long; otherwise it slept or waited.
    """

    def __init__(self, *, computed: bool) -> None:
        super().__init__("too much processor time" if computed else "no end in time")
        self.computed = computed


def within(seconds: float, action: Callable[[], object], patience: float) -> None:
    """Do something, and interrupt it when it takes longer. To be called in the main thread.

    Args:
        seconds: how long this process may compute meanwhile.
        action: what to do.
        patience: how many times as long it may take by the clock on the wall.

    Raises:
        StoppedError: the time was up.
        KeyboardInterrupt: a person pressed Ctrl-C.
    """
    over, expired = threading.Event(), list[DeadlineError]()
    inside = True

    def interrupted(number: int, frame: FrameType | None) -> None:
        del number, frame
        if not expired:
            raise KeyboardInterrupt
        if inside:  # an interrupt that comes too late is nobody's any more
            raise StoppedError(computed=expired[0].computed)

    before = signal.signal(signal.SIGINT, interrupted)
    deadline = Deadline.after(seconds, time.process_time, patience)
    watcher = threading.Thread(target=_watch, args=(deadline, over, expired), daemon=True)
    try:
        watcher.start()
        action()
    finally:
        inside = False
        over.set()
        watcher.join()
        signal.signal(signal.SIGINT, before)


def _watch(deadline: Deadline, over: threading.Event, expired: list[DeadlineError]) -> None:
    try:
        while not over.wait(deadline.next_look()):
            pass
        return
    except DeadlineError as error:
        expired.append(error)
    while not over.is_set():
        if hasattr(signal, "pthread_kill"):
            signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)  # also wakes it from a sleep
        else:
            _thread.interrupt_main()  # Windows
        over.wait(_AGAIN)
