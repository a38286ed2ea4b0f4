"""Wait for hand-ins: one watcher a course, which sleeps until something is handed in."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from gradkit.course import Course
from gradkit.errors import UsageError

_QUIET = 1000  # ms without a change: a hand-in is copied file by file
_LONGEST = 30_000  # ms: in a rush of hand-ins it is never quiet


def places_to_watch(course: Course, zips: Path | None, times: Path | None = None) -> list[Path]:
    """The exchange's inbound folder, and the platform's download and its times if there are any.

    A file that is replaced by another is only seen at the end of the waiting time.

    Raises:
        UsageError: there is none of them, or the download or its times are missing.
    """
    inbound = course.exchange / course.id / "inbound"
    places = [inbound] if inbound.is_dir() else []
    for option, place in (("--zip", zips), ("--times", times)):
        if place is not None and not place.exists():
            raise UsageError(f"{option} {place}: no such file{' or folder' * (option == '--zip')}.")
        places += [] if place is None else [place]
    if not places:
        raise UsageError(f"{inbound}: nothing has been published yet. Run `gradkit build --publish` first.")
    return places


def hand_ins(places: Sequence[Path], seconds: float) -> Iterator[None]:
    """Yield at once, then whenever something has changed below ``places``, and after so many seconds without a change.

    Changes while the caller is busy are reported at its next call.
    """
    from watchfiles import watch

    yield
    for _ in watch(
        *places,
        watch_filter=None,
        step=_QUIET,
        debounce=_LONGEST,
        rust_timeout=int(seconds * 1000),
        yield_on_timeout=True,
        raise_interrupt=True,
    ):
        yield


@contextmanager
def only_watcher(course: Course) -> Iterator[None]:
    """Be the course's only watcher; the system gives the place up when the process ends, however it ends.

    Raises:
        UsageError: there is another.
    """
    course.work.mkdir(parents=True, exist_ok=True)
    with (course.work / "watcher").open("a+", encoding="ascii") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            raise UsageError(
                f"`gradkit grade --watch` is running on this course already (process {file.read().strip()})."
            ) from None
        with suppress(OSError):
            file.truncate(0)
            file.write(f"{os.getpid()}\n")
            file.flush()
        yield
