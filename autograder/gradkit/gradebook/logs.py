"""Run nbgrader without its voice: what it says is gathered, to be told in our own words where it matters."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager

_INSIDE = re.compile(r"^ .*\n", flags=re.MULTILINE)


@contextmanager
def gathered_log(name: str) -> Iterator[tuple[logging.Logger, list[str]]]:
    """A log for nbgrader that prints nothing, and the list in which its warnings and errors gather.

    What it says elsewhere (its database layer prints tracebacks by way of tornado's log) is not printed either.
    """
    said: list[str] = []

    class Gather(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            text = record.getMessage().strip()
            # Of a traceback only the end says what is wrong; the rest is nbgrader's inside.
            said.append(_INSIDE.split(text)[-1] if text.startswith("Traceback") else text)

    log = logging.Logger(name, logging.WARNING)
    log.addHandler(Gather())
    tornado = logging.getLogger("tornado.application")
    before, tornado.disabled = tornado.disabled, True
    try:
        yield log, said
    finally:
        tornado.disabled = before
