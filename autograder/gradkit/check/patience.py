"""Interrupt code that takes too long, in the same process, on every operating system.

The code is interrupted like by Ctrl-C. Code that never returns to the interpreter (``sum(itertools.repeat(1))``) cannot
be interrupted: another process must then end this one.
"""

from __future__ import annotations

import _thread
import signal
import threading
import time
from collections.abc import Callable
from types import FrameType

from gradkit.conditions.clock import Deadline, DeadlineError

_AGAIN = 0.2  # seconds until the next interrupt, if the code caught the first


class StoppedError(BaseException):
    """The code took too long and was interrupted. A BaseException, so a student's ``except Exception`` misses it.

    Attributes:
        computed: whether the time was spent computing; otherwise it was spent sleeping or waiting.
    """

    def __init__(self, *, computed: bool) -> None:
        super().__init__("too much processor time" if computed else "no end in time")
        self.computed = computed


def within(seconds: float, action: Callable[[], object], patience: float) -> None:
    """Call ``action`` with a time limit. Must be called in the main thread.

    Args:
        seconds: the processor time that this process may use.
        action: the function to call.
        patience: the factor by which its wall time may be longer.

    Raises:
        StoppedError: the time limit was exceeded.
        KeyboardInterrupt: Ctrl-C was pressed.
    """
    over, expired = threading.Event(), list[DeadlineError]()
    inside = True

    def interrupted(number: int, frame: FrameType | None) -> None:
        del number, frame
        if not expired:
            raise KeyboardInterrupt
        if inside:  # ignore an interrupt that arrives after the action has returned
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
            signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)  # also interrupts a sleep
        else:
            _thread.interrupt_main()  # Windows
        over.wait(_AGAIN)
