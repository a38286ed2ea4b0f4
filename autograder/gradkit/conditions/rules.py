"""What grading does not allow, in words, and how violations are detected.

Python reports every process, socket and file that is opened to audit hooks. In grading the kernel refuses them, and
the hook only selects the message. In `gradkit check`, on a machine that allows them all, it finds the line.
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

from gradkit.messages import message

PROCESSES = message(
    "Grading allows no new processes. Use num_workers=0 in a DataLoader, and no multiprocessing, subprocess or "
    "os.system."
)
NETWORK = message("Grading has no network: no downloads, sockets or servers, and no asyncio, which needs a socket.")
FILES = message(
    "Grading allows reading only Python's own files, and written files are lost or refused. The Python files in the "
    "homework's folder can be imported, but not opened."
)
INPUT = message("Your code waits for input, which grading cannot give. Remove input().")
SHARED = message("Grading allows no memory shared with other processes: do not use share_memory_().")
READING_A_LINE = "EOF when reading a line"  # what Python says of it
RULES = (PROCESSES, NETWORK, FILES, INPUT, SHARED)
# For the handout.
ANNOUNCED = (
    PROCESSES,
    NETWORK,
    FILES,
    message("Grading gives no input, so input() raises an error."),
    message("torch.compile and torch.jit return the plain function, which runs eagerly."),
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
# Modules that try a program or a file and manage without it.
_EXCUSED = frozenset({"platform", "uuid", "ctypes.util", "pdb", "linecache", "tokenize", "tqdm.std"})
_IMPORTING = "<frozen importlib"


class Noted(NamedTuple):
    """An action of the student's code that grading does not allow.

    Attributes:
        rule: the rule, one of `RULES`.
        file: the student's file.
        line: the line in it.
    """

    rule: str
    file: str
    line: int


def listen() -> None:
    """From now on remember the last action of this process that grading does not allow.

    It refuses nothing: that is the kernel's job.
    """

    def hook(event: str, args: tuple[Any, ...]) -> None:
        del args
        if event in _EVENTS:
            _heard.rule = _EVENTS[event]

    sys.addaudithook(hook)


def forget() -> None:
    """Forget what was remembered."""
    _heard.rule = ""


@contextmanager
def noting(folder: str, note: Callable[[Noted], object], trusted: str) -> Iterator[None]:
    """Inside the block, report what code in ``folder`` does that grading does not allow.

    Args:
        folder: the student's folder.
        note: called with each violation.
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
    """An exception's message, followed by the violated rule if one is recognized."""
    rule = _broken(error)
    return f"{message} ({rule})" if rule and rule not in message else message


def with_rule(text: str) -> str:
    """The same text, as a message if it ends with a rule that `explained` put there."""
    for rule in RULES:
        if text.endswith(f" ({rule})"):
            return message("{text} ({rule})", text=text.removesuffix(f" ({rule})"), rule=rule)
    return text


def _broken(error: BaseException) -> str:
    if isinstance(error, EOFError) and READING_A_LINE in error.args:
        return INPUT
    if isinstance(error, RuntimeError) and "shared memory" in str(error):
        return SHARED
    if not isinstance(error, OSError):
        return ""
    # Python reports no events for locks between processes or socket pairs.
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
    """The state of `listen`."""

    rule = ""


_heard = _Heard()


class _Hook:
    """Reports events inside a block of `noting`."""

    current: _Hook | None = None

    def __init__(self, folder: str, note: Callable[[Noted], object], trusted: str) -> None:
        self.folder = folder
        self.note = note
        self.trusted = trusted
        self.allowed = (*_python_folders(), os.path.realpath(tempfile.gettempdir()) + os.sep)

    @classmethod
    @cache
    def install(cls) -> None:
        """Add the audit hook, once: hooks cannot be removed."""
        _report_new_processes()
        sys.addaudithook(lambda event, args: cls.current.hear(event, args) if cls.current is not None else None)

    def hear(self, event: str, args: tuple[Any, ...]) -> None:
        """Handle an event."""
        rule = _EVENTS.get(event)
        if rule is None or (rule is FILES and self._may_be_opened(args)):
            return
        frame, between = self._students_frame()
        if frame is not None:
            # Whatever multiprocessing opens is for processes.
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

        The frame is None if an import or an excused module is between them.
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
    """Report processes started by ``multiprocessing`` and memory shared with them, which Python does not."""
    from multiprocessing.process import BaseProcess

    _report(BaseProcess, "start")
    with suppress(ImportError):  # not on all systems
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
    """The folders of Python, its packages and the system's libraries, with a trailing separator."""
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
