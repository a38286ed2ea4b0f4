"""Run nbgrader silently: its log is collected, and reported in our own words where it matters."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager

_INSIDE = re.compile(r"^ .*\n", flags=re.MULTILINE)


@contextmanager
def gathered_log(name: str) -> Iterator[tuple[logging.Logger, list[str]]]:
    """A silent log for nbgrader, and the list that collects its warnings and errors.

    tornado's log, to which nbgrader's database layer writes tracebacks, is silenced as well.
    """
    said: list[str] = []

    class Gather(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            text = record.getMessage().strip()
            # Only the end of a traceback says what is wrong.
            said.append(_INSIDE.split(text)[-1] if text.startswith("Traceback") else text)

    log = logging.Logger(name, logging.WARNING)
    log.addHandler(Gather())
    tornado = logging.getLogger("tornado.application")
    before, tornado.disabled = tornado.disabled, True
    try:
        yield log, said
    finally:
        tornado.disabled = before
