"""Wait for hand-ins: one watcher a course, which sleeps until something is handed in."""

from __future__ import annotations

import fcntl
import subprocess
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from gradkit.course import Course
from gradkit.errors import UsageError
from gradkit.intake.policy import SECRET_FILE
from gradkit.messages import message
from gradkit.term.runs import owner, sign

_QUIET = 0.3  # s without a change that end a burst
_LONGEST = 2.0  # s: in a rush of hand-ins it is never quiet
_WRITTEN = 1.0  # s after which a file that does not change is whole
_UNFINISHED = 10.0  # s to wait at most for the end of a hand-in
_LOOK = 15.0  # s between looks whether a folder was removed or has come back
_GRACE = 10.0  # s for a round to end when the watcher is stopped


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
            raise UsageError(
                message("--zip {path}: no such file or folder.", path=place)
                if option == "--zip"
                else message("--times {path}: no such file.", path=place)
            )
        places += [] if place is None else [place]
    if not places:
        raise UsageError(
            message("{path}: nothing has been published yet. Run `gradkit build --publish` first.", path=inbound)
        )
    return places


def hand_ins(places: Sequence[Path], seconds: float, look: float = _LOOK) -> Iterator[None]:
    """Yield at once, then whenever something has changed below ``places``, and after so many seconds without a change.

    Changes while the caller is busy are reported at its next call. A folder that is removed is watched again when it
    comes back.

    Args:
        places: the folders.
        seconds: yield after so long in any case.
        look: seconds between looks whether the folders are still the same.
    """
    seen = _contents(places)  # as the caller finds them
    yield
    while (now := _contents(places)) - seen:  # it changed meanwhile, when nothing was watched yet
        seen = now
        yield
    last = time.monotonic()
    while True:
        watched = _identities(places)
        for changed in _changes(list(watched), min(seconds, look)):
            if changed:
                _wait_until_whole(places, changed)
            now = _contents(places)
            if changed or now - seen or time.monotonic() >= last + seconds:
                seen = now
                yield
                last = time.monotonic()
            if _identities(places) != watched:
                break


def _changes(places: Sequence[Path], seconds: float) -> Iterator[set[Path]]:
    """The paths that have changed, or none after so many seconds; without places, only the latter."""
    from watchfiles import watch

    if not places:
        time.sleep(seconds)
        yield set()
        return
    with suppress(FileNotFoundError):  # removed just now: the caller looks again
        for changes in watch(
            *places,
            watch_filter=None,
            step=int(_QUIET * 1000),
            debounce=int(_LONGEST * 1000),
            rust_timeout=max(1, int(seconds * 1000)),
            yield_on_timeout=True,
            raise_interrupt=True,
        ):
            yield {Path(path) for _, path in changes}
    yield set()


def _identities(places: Sequence[Path]) -> Mapping[Path, tuple[int, int]]:
    """The folders that exist, and which ones they are."""
    found = {}
    for place in places:
        with suppress(OSError):
            status = place.stat()
            found[place] = (status.st_dev, status.st_ino)
    return found


def _contents(places: Sequence[Path]) -> set[tuple[str, int, int]]:
    """The folders and what is directly in them, with numbers that change when they do."""
    found = set()
    for place in places:
        with suppress(OSError):  # removed meanwhile
            for path in (place, *(place.iterdir() if place.is_dir() else ())):
                status = path.stat()
                found.add((str(path), status.st_ino, status.st_mtime_ns))
    return found


def _wait_until_whole(places: Sequence[Path], changed: Iterable[Path]) -> None:
    """Wait while a hand-in among the changes is still being copied, but not for ever."""
    tops = {place / path.relative_to(place).parts[0] for path in changed for place in places if place in path.parents}
    end = time.monotonic() + _UNFINISHED
    while any(map(_being_copied, tops)) and time.monotonic() < end:
        time.sleep(_QUIET / 3)


def _being_copied(top: Path) -> bool:
    """Whether a hand-in may not be complete: nbgrader writes its secret last."""
    try:
        if top.is_dir():
            return not (top / SECRET_FILE).exists()
        return time.time() < top.stat().st_mtime + _WRITTEN
    except OSError:
        return False


class Rounds:
    """Runs a command again and again, each time in a process of its own that is ready before it is needed.

    Nothing of one round is left for the next, and whatever ends a round ends nothing else. The process loads its
    modules, then reads a line from its standard input; if the watcher ends, there is none.

    Args:
        command: the command.
    """

    def __init__(self, command: Sequence[str]) -> None:
        self._command = command
        self._process: subprocess.Popen[bytes] | None = None

    def prepare(self) -> None:
        """Start the next round's process, which waits."""
        self._process = subprocess.Popen(self._command, stdin=subprocess.PIPE)  # noqa: S603 - our own command

    def run(self) -> None:
        """Do a round."""
        if self._process is None or self._process.poll() is not None:  # killed while it waited
            self.prepare()
        process = self._process
        assert process is not None  # noqa: S101 - for mypy
        _close_input(process, b"\n")
        process.wait()
        self._process = None

    def close(self) -> None:
        """End the process; a round that has begun gets some seconds to end."""
        if self._process is None:
            return
        _close_input(self._process)
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(_GRACE)
        with suppress(ProcessLookupError):
            self._process.kill()
        self._process.wait()


def _close_input(process: subprocess.Popen[bytes], last: bytes = b"") -> None:
    """Close a process's standard input, if it is open, after some last bytes."""
    assert process.stdin is not None  # noqa: S101 - for mypy
    with suppress(BrokenPipeError, ValueError):  # it has ended; it is closed already
        process.stdin.write(last)
    with suppress(BrokenPipeError):
        process.stdin.close()


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
            raise UsageError(
                message(
                    "`gradkit grade --watch` is running on this course already (process {process}).",
                    process=owner(file),
                )
            ) from None
        sign(file)
        yield
