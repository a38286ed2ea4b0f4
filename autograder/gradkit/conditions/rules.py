"""What grading does not allow, in words, and who notices it.

Python reports each process, socket and file that is opened to audit hooks. When graded, the kernel refuses them, and
the hook only finds the sentence that says so. In `gradkit check`, on a machine that has them all, it finds the line.
"""

from __future__ import annotations

import os
import sys
import sysconfig
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import cache, wraps
from types import FrameType, MappingProxyType, TracebackType
from typing import Any, NamedTuple

PROCESSES = (
    "No process may be started when grading. Use num_workers=0 in a DataLoader, and no multiprocessing, subprocess or "
    "os.system."
)
NETWORK = "There is no network when grading: no downloads, sockets or servers, and no asyncio, which needs a socket."
FILES = (
    "No file but Python's own can be read when grading, and what is written is lost or refused. The Python files in "
    "the homework's folder can be imported, not opened."
)
INPUT = "Your code waits for input, and nobody is there to type it. Take out input()."
SHARED = "No memory can be shared with another process when grading: do without share_memory_()."
READING_A_LINE = "EOF when reading a line"  # what Python says of it
RULES = (PROCESSES, NETWORK, FILES, INPUT, SHARED)
# For the handout.
ANNOUNCED = (
    PROCESSES,
    NETWORK,
    FILES,
    "Nobody types anything when grading, so input() raises an error.",
    "torch.compile and torch.jit give back the plain function, which runs step by step.",
)

_EVENTS = MappingProxyType(
    {
        **dict.fromkeys(("subprocess.Popen", "os.system", "os.fork", "os.forkpty", "os.exec", "os.spawn"), PROCESSES),
        **dict.fromkeys(("os.posix_spawn", "os.startfile", "os.startfile/2", "pty.spawn"), PROCESSES),
        **dict.fromkeys(("_winapi.CreateProcess", "gradkit.process"), PROCESSES),
        "gradkit.share": SHARED,
        **dict.fromkeys(("socket.__new__", "socket.getaddrinfo", "socket.gethostbyname", "urllib.Request"), NETWORK),
        **dict.fromkeys(("open", "os.listdir", "os.scandir", "os.mkdir", "os.remove", "os.rename", "os.rmdir"), FILES),
    }
)
# Standard modules that try a program or a file and do without it where they may not.
_EXCUSED = frozenset({"platform", "uuid", "ctypes.util", "pdb", "linecache", "tokenize", "tqdm.std"})
_IMPORTING = "<frozen importlib"


class Noted(NamedTuple):
    """Something that the student's code did and grading does not allow.

    Attributes:
        rule: the sentence that says so, one of `RULES`.
        file: the student's file that did it.
        line: its line there.
    """

    rule: str
    file: str
    line: int


def listen() -> None:
    """From now on remember the last thing that this Python process tried and grading does not allow.

    It refuses nothing: that is the kernel's part.
    """

    def hook(event: str, args: tuple[Any, ...]) -> None:
        del args
        if event in _EVENTS:
            _heard.rule = _EVENTS[event]

    sys.addaudithook(hook)


def forget() -> None:
    """Nothing has been tried so far."""
    _heard.rule = ""


@contextmanager
def noting(folder: str, note: Callable[[Noted], object], trusted: str) -> Iterator[None]:
    """Inside the block, note what code of the Python files in ``folder`` does and grading does not allow.

    Args:
        folder: the student's folder.
        note: told each thing.
        trusted: the name of the one file in the folder that is not the student's.
    """
    before = _Hook.current
    _Hook.install()
    _Hook.current = _Hook(folder, note, trusted)
    try:
        yield
    finally:
        _Hook.current = before


def explained(error: BaseException, message: str) -> str:
    """An exception's message, with the rule that was broken where it is to be seen that one was."""
    rule = _broken(error)
    return f"{message} ({rule})" if rule and rule not in message else message


def _broken(error: BaseException) -> str:
    if isinstance(error, EOFError) and READING_A_LINE in error.args:
        return INPUT
    if isinstance(error, RuntimeError) and "shared memory" in str(error):
        return SHARED
    if not isinstance(error, OSError):
        return ""
    # Python reports no event of the locks between processes, or of pairs of sockets.
    modules = [_module(frame) for frame in _frames(error)]
    if any(module.startswith(("multiprocessing.", "concurrent.futures.process")) for module in modules):
        return PROCESSES
    if _heard.rule in (PROCESSES, NETWORK):
        return _heard.rule
    if any(module == "socket" or module.startswith("asyncio.") for module in modules):
        return NETWORK
    if isinstance(error, (FileNotFoundError, PermissionError)) and isinstance(error.filename, (str, bytes)):
        return FILES
    return ""


class _Heard:
    """What `listen` remembers."""

    rule = ""


_heard = _Heard()


class _Hook:
    """Notes events while a block of `noting` is under way."""

    current: _Hook | None = None

    def __init__(self, folder: str, note: Callable[[Noted], object], trusted: str) -> None:
        self.folder = folder
        self.note = note
        self.trusted = trusted
        self.allowed = (*_python_folders(), os.path.realpath(tempfile.gettempdir()) + os.sep)

    @classmethod
    @cache
    def install(cls) -> None:
        """Add the audit hook, once: none can be taken away again."""
        _report_new_processes()
        sys.addaudithook(lambda event, args: cls.current.hear(event, args) if cls.current is not None else None)

    def hear(self, event: str, args: tuple[Any, ...]) -> None:
        """An event was reported."""
        rule = _EVENTS.get(event)
        if rule is None or (rule is FILES and self._may_be_opened(args)):
            return
        frame, between = self._students_frame()
        if frame is not None:
            # Those of multiprocessing are for processes.
            rule = PROCESSES if any(name.startswith("multiprocessing.") for name in between) else rule
            self.note(Noted(rule, frame.f_code.co_filename, frame.f_lineno))

    def _may_be_opened(self, args: tuple[Any, ...]) -> bool:
        path = args[0] if args else None
        if isinstance(path, bytes):
            path = os.fsdecode(path)
        if path is not None and not isinstance(path, str):  # a descriptor
            return True
        place = os.path.realpath(path or ".") + os.sep
        return not place.startswith(self.folder + os.sep) and place.startswith(self.allowed)

    def _students_frame(self) -> tuple[FrameType | None, Sequence[str]]:
        """The student's innermost frame, and the modules between it and the event.

        None where an import or an excused module is between them.
        """
        between: list[str] = []
        frame: FrameType | None = sys._getframe(2)
        while frame is not None:
            file = frame.f_code.co_filename
            folder, _, name = file.rpartition(os.sep)
            if folder == self.folder:
                return None if name == self.trusted else frame, between
            between.append(_module(frame))
            if file.startswith(_IMPORTING) or between[-1] in _EXCUSED:
                break
            frame = frame.f_back
        return None, between


@cache
def _report_new_processes() -> None:
    """Have each process that ``multiprocessing`` starts reported, and what is shared between them; Python does not."""
    from multiprocessing.process import BaseProcess

    _report(BaseProcess, "start")
    with suppress(ImportError):  # some systems have no such locks
        from multiprocessing.synchronize import SemLock

        _report(SemLock, "__init__")
    if "torch" in sys.modules:
        _report(sys.modules["torch"].Tensor, "share_memory_", "gradkit.share")


def _report(owner: type, name: str, event: str = "gradkit.process") -> None:
    original = getattr(owner, name)

    @wraps(original)
    def reported(*args: Any, **kwargs: Any) -> Any:
        sys.audit(event)
        return original(*args, **kwargs)

    setattr(owner, name, reported)


@cache
def _python_folders() -> tuple[str, ...]:
    """Where Python, its packages and the system's libraries are; with a separator at the end."""
    paths = {sys.prefix, sys.base_prefix, *sysconfig.get_paths().values(), "/usr/lib", os.devnull, "/dev/urandom"}
    return tuple(os.path.realpath(path) + os.sep for path in sorted(paths) if path)


def _frames(error: BaseException) -> Iterator[FrameType]:
    trace: TracebackType | None = error.__traceback__
    while trace is not None:
        yield trace.tb_frame
        trace = trace.tb_next


def _module(frame: FrameType) -> str:
    name = frame.f_globals.get("__name__")
    return name if type(name) is str else ""
