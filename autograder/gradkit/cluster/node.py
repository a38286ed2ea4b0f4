"""``gradkit node``: a process of one thread that opens suites and forks graders, and does chunks of work from a pipe.

A Dask worker starts it, because graders can only be forked from a process with one thread. It ends when its pipe
closes, and everything that it started ends with it.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, BinaryIO

import torch

import gradkit
from gradkit.audit.fuzz import fuzz_tests
from gradkit.audit.public import PublicTrial, try_public
from gradkit.audit.trials import Trial, as_json, try_all
from gradkit.cluster.requests import (
    CheckPublicly,
    ComputeAnswers,
    Describe,
    Description,
    Fuzz,
    Grade,
    Request,
    Try,
    pack_reply,
    read_frame,
    read_request,
    write_frame,
)
from gradkit.course import Course, load_course
from gradkit.diagnosis import Fingerprint
from gradkit.diagnosis.fingerprints import compute_answers
from gradkit.errors import GradkitError
from gradkit.grading.grade import Desk, at_desk
from gradkit.grading.store import engine_key, suite_keys, versions
from gradkit.grading.triage import Task
from gradkit.messages import as_data
from gradkit.sandbox import Sandbox, open_sandbox
from gradkit.temporary import TemporaryFolder

Reply = dict[str, Any]


def serve(folder: Path, policy: str, processes: int) -> None:
    """Do what arrives on standard input until it closes.

    Args:
        folder: a folder with the files of the course that a node gets.
        policy: how to confine students' code.
        processes: how many graders to fork.
    """
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})  # a worker may have it blocked; students' code may not
    incoming, outgoing = _private_pipes()
    pipe = _Pipe(incoming, outgoing)
    try:
        course = load_course(folder)
        with open_sandbox(policy) as sandbox:
            node = _Node(course, sandbox, processes, pipe)
            while pipe.receive():
                node.work()
    except GradkitError as error:
        while pipe.receive():
            pipe.send(_fault(error))


def _private_pipes() -> tuple[BinaryIO, BinaryIO]:
    """Standard input and output, for the head alone: whatever else reads or writes them meets the null device."""
    incoming, outgoing = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1):
        os.dup2(nothing, descriptor)
    os.close(nothing)
    return incoming, outgoing


class _Pipe:
    """The requests and replies.

    Attributes:
        request: the request that waits for its reply; None if there is none.
    """

    def __init__(self, incoming: BinaryIO, outgoing: BinaryIO) -> None:
        self._incoming, self._outgoing = incoming, outgoing
        self.request: Request | None = None

    def receive(self) -> bool:
        """Read the next request, if the last one was replied to; False at the end."""
        if self.request is None:
            data = read_frame(self._incoming)
            self.request = None if data is None else read_request(data)
        return self.request is not None

    def send(self, reply: Reply) -> None:
        """Reply to the request."""
        write_frame(self._outgoing, pack_reply(reply))
        self.request = None


class _Node:
    def __init__(self, course: Course, sandbox: Sandbox, processes: int, pipe: _Pipe) -> None:
        self._course, self._sandbox, self._processes, self._pipe = course, sandbox, processes, pipe

    def work(self) -> None:
        """Reply to the waiting request, and to all that follow for the same assignment."""
        request = self._pipe.request
        if isinstance(request, Describe):
            self._pipe.send({"description": asdict(_description(self._sandbox))})
            return
        try:
            assert request is not None  # noqa: S101 - for mypy
            assignment = self._course.assignment(request.assignment)
            keys = suite_keys(self._course, assignment.id)
            at_desk(self._course, assignment, keys, self._sandbox, self._processes, self._serve_at)
        except GradkitError as error:
            self._pipe.send(_fault(error))

    def _serve_at(self, desk: Desk) -> None:
        while self._pipe.receive():
            request = self._pipe.request
            if request is None or request.assignment != desk.assignment.id:
                return
            start = time.perf_counter()
            try:
                self._sandbox.revive(0.0)
                results = _do(desk, request)
            except GradkitError as error:
                self._pipe.send(_fault(error))
            else:
                reply = {"results": results, "seconds": time.perf_counter() - start, "keys": dict(desk.keys)}
                self._pipe.send({**reply, "description": asdict(_description(self._sandbox))})


def _do(desk: Desk, request: Request) -> list[Any]:
    """One result for each job of a request, in order."""
    if isinstance(request, Grade):
        return _grade(desk, request)
    if isinstance(request, ComputeAnswers):
        return _compute(desk, request)
    if isinstance(request, Try):
        return _try(desk, request)
    if isinstance(request, CheckPublicly):
        return _check(desk, request)
    if isinstance(request, Fuzz):
        return _fuzz(desk, request)
    raise TypeError(type(request).__name__)


def _grade(desk: Desk, request: Grade) -> list[Any]:
    with TemporaryFolder("gradkit-records") as folder:
        tasks = [
            (Task(submission.student, submission.folder, folder / f"{number}.json"), submission)
            for number, submission in enumerate(request.submissions)
        ]
        desk.grade(tasks, lambda _record: None)
        return [task.record.read_text(encoding="utf-8") for task, _ in tasks]


def _compute(desk: Desk, request: ComputeAnswers) -> list[Any]:
    runs = [desk.store.runs[number] for number in request.runs]
    compute_answers(desk.store, runs, desk.sandbox, desk.processes)
    return [run.path.read_bytes() for run in runs]


def _try(desk: Desk, request: Try) -> list[Any]:
    tests = {test.id: test for test in desk.suite.tests}
    trials = [
        Trial([tests[name] for name in trial.tests], trial.files, trial.limits, trial.needed)
        for trial in request.trials
    ]
    known = _all_mistakes(desk) if request.diagnose else ()
    found = try_all(desk.suite, desk.assignment, trials, desk.sandbox, desk.processes, known=known)
    return [as_json(tried) for tried in found]


def _check(desk: Desk, request: CheckPublicly) -> list[Any]:
    path = desk.course.reference(desk.assignment)
    trials = [PublicTrial(question, files) for question, files in request.trials]
    release = desk.course.release(desk.assignment.id)
    reports = try_public(release, {path.name: path.read_bytes()}, trials, desk.processes)
    return [None if report is None else report.packed() for report in reports]


def _fuzz(desk: Desk, request: Fuzz) -> list[Any]:
    source = desk.course.reference(desk.assignment)
    known = _all_mistakes(desk)
    found = fuzz_tests(desk.suite, desk.assignment, source, known, desk.processes, request.tests)
    return [[fuzzed.answers, list(map(as_data, fuzzed.faults))] for fuzzed in found]


def _all_mistakes(desk: Desk) -> Sequence[Fingerprint]:
    """The fingerprints of all mistakes; answers that the head did not send are computed."""
    compute_answers(desk.store, desk.store.missing(desk.store.questions), desk.sandbox, desk.processes)
    desk.learn(desk.store.questions - desk.known.keys())
    return desk.mistakes


def _description(sandbox: Sandbox) -> Description:
    cpu = torch.backends.cpu.get_cpu_capability()
    known = versions()
    return Description(known["python"], known["torch"], gradkit.__version__, engine_key(), cpu, sandbox.describe())


def _fault(error: GradkitError) -> Reply:
    return {"fault": as_data(error.message), "kind": type(error).__name__}
