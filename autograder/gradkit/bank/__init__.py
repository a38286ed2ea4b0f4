"""An assignment's bank: known mistakes and unusual right answers, each written as a replacement for one target.

A bank's files import the two decorators from here. They do nothing: a bank is read, never run, by the grader.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, TypeVar

from gradkit.bank.entries import FILE_NAMES, Bank, Entry, read_bank

T = TypeVar("T")

__all__ = ["FILE_NAMES", "Bank", "Entry", "accepted", "mistake", "read_bank"]


def mistake(target: str) -> Callable[[T], T]:
    """Mark a wrong replacement for ``target``; its docstring is what a student who made the mistake should read."""
    del target
    return lambda entry: entry


def accepted(target: str, *, form: Literal["bom", "crlf", "tabs"] | None = None) -> Callable[[T], T]:
    """Mark a right replacement for ``target``. Its docstring says what is unusual about it.

    Args:
        target: the name in the student's module that it replaces.
        form: how the file is written: with a byte order mark, with CRLF line ends, or indented by tabs.
    """
    del target, form
    return lambda entry: entry
