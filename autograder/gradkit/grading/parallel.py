"""Spread jobs over forked grader processes: the collected suite is inherited, so each costs a fork and nothing more.

A job is a number. What a job makes is on disk when it is done (a record), so nothing but its number travels back. A
process that dies loses its job, which another does again, once.
"""

from __future__ import annotations

import os
import select
import socket
import threading
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import NoReturn

from gradkit.errors import GraderFault, GradkitError

_TRIES = 2


@dataclass
class _Process:
    pid: int
    channel: socket.socket
    job: int | None = None


def run_jobs(
    count: int, processes: int, prepare: Callable[[], Callable[[int], object]], done: Callable[[int], None]
) -> None:
    """Run jobs 0 ... count - 1, each in one of some forked processes.

    Args:
        count: how many jobs there are.
        processes: how many processes to fork.
        prepare: called once in each process; returns what does a job there.
        done: called here with each finished job's number.

    Raises:
        GraderFault: a job's process died twice.
        GradkitError: what a job raised; jobs that were under way are finished first.
    """
    if threading.active_count() != 1:
        raise GraderFault("graders can only be forked from a process with one thread")
    waiting = list(reversed(range(count)))
    tries: Counter[int] = Counter()
    running: dict[int, _Process] = {}
    failure: GradkitError | None = None
    try:
        while (waiting and failure is None) or any(process.job is not None for process in running.values()):
            while waiting and failure is None and len(running) < processes:
                process = _fork(prepare, running)
                running[process.channel.fileno()] = process
                _assign(process, waiting, tries)
            for descriptor in select.select(list(running), [], [])[0]:
                process = running[descriptor]
                answer = _hear(process)
                if answer == b"done":
                    done(_take(process))
                    if waiting and failure is None:
                        _assign(process, waiting, tries)
                    continue
                job = _take(process)
                _bury(running.pop(descriptor))
                if answer:
                    failure = GradkitError(answer.decode())
                elif tries[job] < _TRIES:
                    waiting.append(job)
                else:
                    failure = GraderFault("a grader process was killed twice at the same submission")
    finally:
        for process in running.values():
            _bury(process)
    if failure is not None:
        raise failure


def _fork(prepare: Callable[[], Callable[[int], object]], siblings: dict[int, _Process]) -> _Process:
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    pid = os.fork()
    if pid == 0:
        ours.close()
        for sibling in siblings.values():
            sibling.channel.close()
        _serve(theirs, prepare)
    theirs.close()
    return _Process(pid, ours)


def _serve(channel: socket.socket, prepare: Callable[[], Callable[[int], object]]) -> NoReturn:
    """In the forked process: do jobs until the channel closes, then end without any clean-up of the parent's."""
    try:
        work = prepare()
        while number := channel.recv(16):
            work(int(number))
            channel.send(b"done")
    except Exception as error:  # noqa: BLE001 - the parent raises it again
        channel.send((str(error) or repr(error)).encode()[: 1 << 15])
    finally:
        os._exit(0)


def _assign(process: _Process, waiting: list[int], tries: Counter[int]) -> None:
    process.job = waiting.pop()
    tries[process.job] += 1
    with suppress(OSError):  # it died: the answer will be its end
        process.channel.send(b"%d" % process.job)


def _hear(process: _Process) -> bytes:
    """What it says; nothing when it has ended, also before it read its job."""
    try:
        return process.channel.recv(1 << 16)
    except ConnectionError:
        return b""


def _take(process: _Process) -> int:
    job, process.job = process.job, None
    if job is None:
        raise GraderFault("a grader process answered without a job")
    return job


def _bury(process: _Process) -> None:
    process.channel.close()
    os.waitpid(process.pid, 0)
