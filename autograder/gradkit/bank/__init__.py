"""An assignment's bank: known mistakes and accepted variants, each a replacement for one target.

A bank's files import the two decorators from here. They do nothing: the grader parses a bank, and never runs it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, TypeVar

from gradkit.bank.entries import FILE_NAMES, Bank, Entry, read_bank

T = TypeVar("T")

__all__ = ["FILE_NAMES", "Bank", "Entry", "accepted", "mistake", "read_bank"]


def mistake(target: str) -> Callable[[T], T]:
    """Mark a wrong replacement for ``target``. Its docstring is the message for students who make this mistake."""
    del target
    return lambda entry: entry


def accepted(target: str, *, form: Literal["bom", "crlf", "tabs"] | None = None) -> Callable[[T], T]:
    """Mark a right replacement for ``target``. Its docstring says what is unusual about it.

    Args:
        target: the name in the student's module that it replaces.
        form: write the file with a byte order mark, with CRLF line endings, or indented with tabs.
    """
    del target, form
    return lambda entry: entry
