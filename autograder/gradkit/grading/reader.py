"""Read a submission's Python files in a separate process (`gradkit.reader`) and validate its answers.

For some sources Python's parser needs a thousand times their size in memory; others crash it. So the grader parses
none itself. A file that cannot be read counts against its submission alone.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from gradkit.bans.names import MAX_NAME, Use, covers
from gradkit.course import Assignment, BanGroup
from gradkit.errors import GraderFault
from gradkit.messages import Message, message
from gradkit.reader.overwritten import MAX_OVERWRITTEN
from gradkit.reader.signs import MAX_SIGNS
from gradkit.temporary import system_reason

MEMORY_MB = 512  # memory limit of the process for one submission
CPU_SECONDS = 10  # CPU limit for all its files
DEADLINE = 60.0  # seconds of wall-clock time for an answer, however busy the machine is
_MOST_ANSWERS = 4 << 20  # bytes
_MOST_LINES = 1 << 24
_LONGEST = 300  # characters of a sentence
_SLOW = message("reading it takes too long")
_KILLED = message("the process that reads it was killed")
_CRASHED = message("Python's parser crashes on it")
_NOT_REACHED = message("the files before it took too much")


@dataclass(frozen=True)
class Answers:
    """The process's answers about one submission.

    Attributes:
        files: one answer per file, in order, until the process ended; not validated.
        end: how the process ended: 0 or a negative signal number; None if it did not answer in time.
    """

    files: list[Any]
    end: int | None


class SourceReader:
    """A connection to a process that reads sources, started on first use and again after a loss.

    Attributes:
        process: the process, or None.
    """

    def __init__(self) -> None:
        self.process: subprocess.Popen[bytes] | None = None
        self._channel: socket.socket | None = None

    def ask(self, request: Mapping[str, Any], sources: Sequence[bytes]) -> Answers:
        """Have files read, in order.

        Args:
            request: ``names``, the files' names; ``questions``, pairs of targets and ban groups for the first file.
            sources: the bytes of each file.

        Raises:
            GraderFault: the process cannot be started.
        """
        if self._channel is None:
            self._channel = self._start()
        limits = {"memory": MEMORY_MB << 20, "seconds": CPU_SECONDS, "sizes": [len(source) for source in sources]}
        deadline = time.monotonic() + DEADLINE
        files: list[Any] = []
        try:
            self._channel.settimeout(DEADLINE)
            self._channel.sendall(json.dumps({**request, **limits}).encode() + b"\n" + b"".join(sources))
            for line in _lines(self._channel, deadline):
                answer = json.loads(line)
                if isinstance(answer, dict) and "ended" in answer:
                    return Answers(files, int(answer["ended"]))
                files.append(answer)
            end: int | None = -signal.SIGKILL  # it hung up
        except TimeoutError:
            end = None
        except ConnectionError:
            end = -signal.SIGKILL
        except (OSError, ValueError, TypeError, RecursionError):
            end = -signal.SIGABRT
        self.close()
        return Answers(files[: len(sources)], end)

    def close(self) -> None:
        """End the process, even in the middle of a file."""
        if self._channel is not None:
            self._channel.close()
            self._channel = None
        if self.process is not None:
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
            self.process = None

    def _start(self) -> socket.socket:
        ours, theirs = socket.socketpair()
        command = [sys.executable, "-I", "-B", "-m", "gradkit.reader", str(os.getpid())]
        try:
            with theirs:
                self.process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
                    command,
                    stdin=theirs.fileno(),
                    stdout=theirs.fileno(),
                    stderr=subprocess.DEVNULL,
                    cwd="/",
                    env={},
                    start_new_session=True,
                )
        except OSError as error:
            ours.close()
            raise GraderFault(
                message("the process that reads sources cannot be started ({reason})", reason=system_reason(error))
            ) from error
        return ours


def _lines(channel: socket.socket, deadline: float) -> Iterator[bytes]:
    """Yield lines until the process closes the connection.

    Raises:
        TimeoutError: the deadline has passed.
        ValueError: the lines are too long in total.
    """
    data, seen = b"", 0
    while True:
        channel.settimeout(max(deadline - time.monotonic(), 0.001))
        part = channel.recv(1 << 16)
        if not part:
            return
        seen += len(part)
        if seen > _MOST_ANSWERS:
            raise ValueError("the answer is too long")
        *lines, data = (data + part).split(b"\n")
        yield from lines


@dataclass(frozen=True)
class FoundSign:
    """A line of a submission's sources that an instructor should look at.

    Attributes:
        file: the file's name.
        line: the line, from 1.
        why: what the line does.
    """

    file: str
    line: int
    why: str


@dataclass(frozen=True)
class Reading:
    """What the source reader found in one submission.

    Attributes:
        uses: question id -> the first use of a banned name.
        unreadable: file name -> why it could not be read.
        signs: signs of deception in the assignment's module and the files that it imports, the module's first.
        overwritten: name of a function or class -> the line in which the module assigns another value to it.
    """

    uses: Mapping[str, Use] = field(default_factory=lambda: MappingProxyType({}))
    unreadable: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    signs: tuple[FoundSign, ...] = ()
    overwritten: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def problems(self) -> tuple[str, ...]:
        """One sentence for each file that could not be read."""
        return tuple(in_words(name, why) for name, why in self.unreadable.items())


@dataclass(frozen=True)
class _File:
    """The validated answer about one file."""

    uses: tuple[Use | None, ...] = ()
    signs: tuple[FoundSign, ...] = ()
    imports: tuple[str, ...] = ()
    overwritten: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    unreadable: str = ""


def in_words(name: str, why: str) -> Message:
    """The sentence for a file that could not be read, with advice."""
    return message("{name} cannot be read: {why}. Write it in smaller steps.", name=name, why=Message(why))


def read_sources(reader: SourceReader, assignment: Assignment, sources: Mapping[str, bytes]) -> Reading:
    """Read all files of a submission, each once.

    Args:
        reader: the grader's connection to the reading process.
        assignment: its module is searched for banned calls.
        sources: file name -> the file's bytes.

    Raises:
        GraderFault: the process cannot be started.
    """
    names = sorted(sources, key=lambda name: (name != assignment.module, name))
    questions = assignment.questions if assignment.module in sources else ()
    groups = [[assignment.banned[name] for name in question.banned] for question in questions]
    asked = [
        [question.targets, [group.names for group in own]] for question, own in zip(questions, groups, strict=True)
    ]
    data = [sources[name] for name in names]
    answers = reader.ask({"names": names, "questions": asked}, data)
    if answers.end == -signal.SIGKILL:  # possibly from outside, which must not cost the submission anything
        answers = reader.ask({"names": names, "questions": asked}, data)
    files = {name: _checked(name, answers, number, groups if number == 0 else []) for number, name in enumerate(names)}
    module, loaded = files.get(assignment.module, _File()), _loaded(assignment.module, files)
    return Reading(
        uses={question.id: use for question, use in zip(questions, module.uses, strict=False) if use is not None},
        unreadable={name: file.unreadable for name, file in files.items() if file.unreadable},
        signs=tuple(sign for name, file in files.items() if name in loaded for sign in file.signs),
        overwritten=module.overwritten,
    )


def _loaded(module: str, files: Mapping[str, _File]) -> set[str]:
    """The files that importing the module loads; others, such as the public checks, cannot influence an answer.

    If one of those files cannot be read, all files.
    """
    found: set[str] = set()
    waiting = [module]
    while waiting:
        name = waiting.pop()
        if name in files and name not in found:
            if files[name].unreadable:
                return set(files)
            found.add(name)
            waiting += [f"{imported}.py" for imported in files[name].imports]
    return found


def _checked(name: str, answers: Answers, number: int, groups: Sequence[Sequence[BanGroup]]) -> _File:
    """Validate the answer about one file."""
    if number > len(answers.files):
        return _File(unreadable=_NOT_REACHED)
    if number == len(answers.files):
        return _File(
            unreadable={None: _SLOW, -signal.SIGXCPU: _SLOW, -signal.SIGKILL: _KILLED}.get(answers.end, _CRASHED)
        )
    answer = answers.files[number]
    try:
        if "unreadable" in answer:
            return _File(unreadable=_text(answer["unreadable"], _LONGEST))
        uses = tuple(_use(found, own) for found, own in zip(answer["uses"], groups, strict=True))
        signs = tuple(FoundSign(name, *_sign(found)) for found in answer["signs"][:MAX_SIGNS])
        imports = tuple(_text(imported, _LONGEST) for imported in answer["imports"])
        overwritten = {
            _text(found["name"], MAX_NAME): _number(found["line"], _MOST_LINES)
            for found in answer["overwritten"][:MAX_OVERWRITTEN]
        }
        return _File(uses, signs, imports, overwritten)
    except (TypeError, KeyError, ValueError):
        return _File(unreadable=_CRASHED)


def _use(found: Mapping[str, object] | None, groups: Sequence[BanGroup]) -> Use | None:
    if found is None:
        return None
    use = Use(
        _number(found["group"], len(groups) - 1), _text(found["name"], MAX_NAME), _number(found["line"], _MOST_LINES)
    )
    if not any(covers(name, use.name) for name in groups[use.group].names):
        raise ValueError(use.name)
    return use


def _sign(found: Mapping[str, object]) -> tuple[int, str]:
    return _number(found["line"], _MOST_LINES), _text(found["why"], _LONGEST)


def _number(value: object, most: int) -> int:
    if type(value) is not int or not 0 <= value <= most:
        raise ValueError(value)
    return value


def _text(value: object, most: int) -> str:
    if not isinstance(value, str) or not value.isprintable() or not 0 < len(value) <= most:
        raise ValueError(value)
    return value
