"""A real text file that replaces ``sys.stdout`` and ``sys.stderr`` while a student's code runs."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer


class StandIn(io.TextIOWrapper):
    """A text file that passes on what is written to it, as text or through ``buffer``, and stays open.

    Args:
        take: called with each piece of text written.
        name: its ``name``.
        descriptor: its ``fileno()``.
        flush: called whenever the student's code flushes.
    """

    def __init__(
        self,
        take: Callable[[str], object],
        name: str = "<stdout>",
        descriptor: int = 1,
        flush: Callable[[], object] = lambda: None,
    ) -> None:
        super().__init__(_Bytes(take, name, descriptor, flush), "utf-8", "backslashreplace", write_through=True)
        self.mode = "w"  # type: ignore[misc]  # as Python sets it for its own
        self._take = take

    def write(self, text: str, /) -> int:
        """Pass on the text unchanged, whatever encoding the file was reconfigured to."""
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        if self.buffer is not None:  # raises if it was detached
            self._take(str.__str__(text))
        return str.__len__(text)


class _Bytes(io.BufferedIOBase):
    """The bytes below a `StandIn`. A plain class, since it must accept bytes even after it was closed."""

    mode = "wb"

    def __init__(self, take: Callable[[str], object], name: str, descriptor: int, flush: Callable[[], object]) -> None:
        self.name = name
        self._take = take
        self._descriptor = descriptor
        self._flush = flush

    @property
    def raw(self) -> _Bytes:
        """A real file's layer below the buffer; here there is no buffer."""
        return self

    def detach(self) -> _Bytes:  # type: ignore[override]
        """The same, as for a real file."""
        return self

    def write(self, data: ReadableBuffer, /) -> int:
        text = bytes(data)
        self._take(text.decode("utf-8", "replace"))
        return len(text)

    def flush(self) -> None:
        self._flush()

    def close(self) -> None:
        """Do nothing: a student's ``sys.stdout.close()``, or the end of a wrapper around it, closes nothing."""

    def fileno(self) -> int:
        return self._descriptor

    def writable(self) -> bool:
        return True
