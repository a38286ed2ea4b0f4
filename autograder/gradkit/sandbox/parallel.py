"""Distribute jobs over forked grader processes, which inherit the collected suite and so cost only a fork.

A job is a number. Its result (a record) is on disk when it is done, so only its number is sent back. A finished job may
lead to further ones. The job of a process that dies is repeated by another: alone, after all others, so that nothing
competes for memory. A job whose process dies twice is given up, and affects no other.
"""

from __future__ import annotations

import gc
import json
import os
import select
import socket
import threading
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import NoReturn

from gradkit.errors import GraderFault, GradkitError
from gradkit.jail.kernel import set_oom_score
from gradkit.messages import as_data, from_data, message, sentences
from gradkit.sandbox import deaths
from gradkit.sandbox.connection import WorkerBaseEnded
from gradkit.sandbox.deaths import Death
from gradkit.temporary import system_reason

_OOM_SCORE = 300  # killed before the main process, 0, and after the worker base


@dataclass(frozen=True)
class Jobs:
    """The work, and the callbacks for its results.

    Attributes:
        prepare: called once in each process; returns the function that does a job there.
        done: called here with each finished job's number; returns the jobs to do next, or None.
        lost: called here with the number of a job whose process died twice, and how, in a sentence or two.
        revive: starts another worker base if the last one ends within the given seconds; returns how it ended, or None.
    """

    prepare: Callable[[], Callable[[int], object]]
    done: Callable[[int], Iterable[int] | None]
    lost: Callable[[int, str], None]
    revive: Callable[[float], Death | None] = lambda _seconds: None


@dataclass
class _Process:
    pid: int
    channel: socket.socket
    kills: Mapping[str, int]
    job: int | None = None


_LONGEST = 1 << 15  # bytes of a message between processes
_BASE_LOST = Death(message("lost its worker base"))


@dataclass
class _Run:
    """The state of a run.

    Attributes:
        jobs: the work.
        processes: the maximum number of processes.
        waiting: the jobs not yet assigned, the next one last.
        running: channel -> process.
        died: job -> how its process died.
        base_end: how the last worker base ended.
        failure: what a job raised.
    """

    jobs: Jobs
    processes: int
    waiting: list[int]
    running: dict[int, _Process] = field(default_factory=dict)
    died: dict[int, Death] = field(default_factory=dict)
    base_end: Death = _BASE_LOST
    failure: GradkitError | None = None


def run_jobs(count: int, processes: int, jobs: Jobs) -> None:
    """Run jobs 0 ... count - 1, and those that they lead to, in up to ``processes`` forked processes.

    Raises:
        GraderFault: no process can be forked.
        GradkitError: a job raised it; jobs in progress are finished first.
    """
    if threading.active_count() != 1:
        raise GraderFault(message("graders can only be forked from a process with one thread"))
    waiting = list(range(count))
    died: dict[int, Death] = {}

    def set_aside(job: int) -> None:
        waiting.extend(jobs.done(job) or ())

    while waiting or died:
        if waiting:
            numbers, waiting[:] = [*waiting], ()
            died |= _run(numbers, processes, jobs)
            continue
        job = min(died)
        first = died.pop(job)
        for second in _run([job], 1, replace(jobs, done=set_aside)).values():
            jobs.lost(job, _obituary(processes, first, second))


def _obituary(processes: int, first: Death, second: Death) -> str:
    killed = first.killed or second.killed
    return sentences(
        message(
            "The grader process {first}; {number} ran at a time. A second attempt, alone, after all others, {second}.",
            first=first.how,
            number=processes,
            second=second.how,
        ),
        message("Free some memory, or use fewer graders (--graders 1), and run again.") if killed else "",
    )


def _run(numbers: list[int], processes: int, jobs: Jobs) -> dict[int, Death]:
    """Run each of these jobs, and those that they lead to, once; returns job -> how its process died."""
    run = _Run(jobs, processes, numbers[::-1])
    try:
        while (run.waiting and run.failure is None) or any(process.job is not None for process in run.running.values()):
            _fill(run)
            for descriptor in select.select(list(run.running), [], [])[0]:
                _attend(run, descriptor)
    finally:
        for process in run.running.values():
            _bury(process)
    if run.failure is not None:
        raise run.failure
    return run.died


def _fill(run: _Run) -> None:
    """Assign waiting jobs to idle processes, and to new ones up to the maximum and the system's limits."""
    for process in run.running.values():
        if run.waiting and run.failure is None and process.job is None:
            _assign(run, process)
    while run.waiting and run.failure is None and len(run.running) < run.processes:
        run.base_end = _without_base(run.jobs.revive(0.0)) or run.base_end
        try:
            process = _fork(run)
        except OSError as error:
            if run.running:
                run.processes = len(run.running)
                return
            raise GraderFault(
                message(
                    "no grader process can be started ({reason}). Check that there is enough memory.",
                    reason=system_reason(error),
                )
            ) from error
        run.running[process.channel.fileno()] = process
        _assign(run, process)


def _attend(run: _Run, descriptor: int) -> None:
    """Handle a process's answer."""
    process = run.running[descriptor]
    kind, text = _hear(process)
    job, process.job = process.job, None
    if kind == b"done" and job is not None:
        run.waiting += [*(run.jobs.done(job) or ())][::-1]
        return
    how = _bury(run.running.pop(descriptor))
    if kind == b"base":
        how = run.base_end = _without_base(run.jobs.revive(1.0)) or run.base_end
    if kind == b"fail":
        run.failure = GradkitError(from_data(json.loads(text)))
    elif job is not None:
        run.died[job] = how


def _without_base(base: Death | None) -> Death | None:
    return base and Death(message("lost its worker base, which {how}", how=base.how), base.killed)


def _fork(run: _Run) -> _Process:
    kills = deaths.kills()
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with theirs:
        try:
            pid = os.fork()
        except OSError:
            ours.close()
            raise
        if pid == 0:
            ours.close()
            for sibling in run.running.values():
                sibling.channel.close()
            _serve(theirs, run.jobs.prepare)
    return _Process(pid, ours, kills)


def _serve(channel: socket.socket, prepare: Callable[[], Callable[[int], object]]) -> NoReturn:
    """In the forked process: do jobs until the channel closes, then end without the parent's clean-up."""
    gc.freeze()  # so that the garbage collector need not traverse torch and pytest for each job
    try:
        set_oom_score(_OOM_SCORE)
        work = prepare()
        while number := channel.recv(16):
            work(int(number))
            channel.send(b"done")
    except WorkerBaseEnded:
        channel.send(b"base")
    except Exception as error:  # noqa: BLE001 - the parent raises it again
        channel.send(b"fail" + _told(error))
    finally:
        os._exit(0)


def _told(error: Exception) -> bytes:
    """What an error says, as JSON."""
    text = error.message if isinstance(error, GradkitError) else str(error) or repr(error)
    data = json.dumps(as_data(text)).encode()
    return data if len(data) < _LONGEST else json.dumps(text[: _LONGEST >> 4]).encode()


def _assign(run: _Run, process: _Process) -> None:
    process.job = run.waiting.pop()
    with suppress(OSError):  # it died, which reading its answer will show
        process.channel.send(b"%d" % process.job)


def _hear(process: _Process) -> tuple[bytes, str]:
    """Its answer: four letters and a text; both empty if it has ended, even before it read its job."""
    try:
        answer = process.channel.recv(1 << 16)
    except ConnectionError:
        answer = b""
    return answer[:4], answer[4:].decode(errors="replace")


def _bury(process: _Process) -> Death:
    """Wait for its end; returns how it ended."""
    process.channel.close()
    _, status, used = os.wait4(process.pid, 0)
    return deaths.death(os.waitstatus_to_exitcode(status), used.ru_maxrss, process.kills)
