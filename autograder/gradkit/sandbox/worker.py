"""Start a worker process, ask it things, and end it with everything it started."""

from __future__ import annotations

import os
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, Protocol

import torch

from gradkit.course.assignment import Limits
from gradkit.errors import GraderFault, WireError
from gradkit.sandbox.channel import Channel, ChannelClosedError, DeadlineError, FloodError
from gradkit.wire.call import Call, call_to_value
from gradkit.wire.frames import Frame
from gradkit.wire.observation import Failure, Observation, observation_from_value

START_SECONDS = 120.0


class WorkerFailedError(Exception):
    """The worker gave no answer and has been ended; ``failure`` says why."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.message)
        self.failure = failure


class StartWorker(Protocol):
    """Starts a worker that is ready for a submission. `start_worker` is one."""

    def __call__(self, limits: Limits) -> Worker:
        """Start one worker held to ``limits``."""
        ...


class Worker:
    """A running worker process. Any fault of its own ends it: `WorkerFailedError`."""

    def __init__(self, process: subprocess.Popen[bytes], channel: Channel, limits: Limits, folder: Any) -> None:
        self.process = process
        self.channel = channel
        self.limits = limits
        self._folder = folder

    def load(self, module: str, sources: Mapping[str, bytes], seconds: float) -> Failure | None:
        """Have the student's module loaded; what its body raised, or None.

        Raises:
            WorkerFailedError: the worker hung, ended or broke the protocol.
        """
        files = {
            name: torch.frombuffer(bytearray(source or b"\n"), dtype=torch.uint8) for name, source in sources.items()
        }
        value = self._ask("load", {"module": module, "sources": files}, "loaded", seconds)
        if value is None:
            return None
        empty = {"values": {}, "gradients": {}, "gradient_error": "", "mutated": [], "operators": [], "printed": ""}
        return self._checked({"failure": value, "seconds": 0, **empty}).failure

    def call(self, call: Call, seconds: float) -> Observation:
        """Have one call performed.

        Raises:
            WorkerFailedError: the worker hung, ended or broke the protocol.
        """
        observation = self._checked(self._ask("call", call_to_value(call), "observed", seconds))
        asked = set(call.observe), set() if call.vjp is None else set(call.vjp.wrt)
        if observation.failure is None and (set(observation.values), set(observation.gradients)) != asked:
            raise WorkerFailedError(Failure("protocol", "a reply with other values than were asked for"))
        return observation

    def close(self) -> str:
        """End the process and all of its group; returns what it printed, cut to the limit."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self.channel.close()
        self._folder.cleanup()
        return self.channel.kept.decode("utf-8", errors="replace")

    def wait_until_ready(self) -> None:
        """Wait until torch is imported there; no student code has run by then, so a failure is the grader's."""
        try:
            frame = self.channel.receive(time.monotonic() + START_SECONDS)
        except (ChannelClosedError, DeadlineError, FloodError, WireError) as error:
            text = self.close()
            raise GraderFault(f"a worker process did not start ({error!r}). It printed:\n{text}") from error
        if frame.kind != "ready":
            raise GraderFault(f"a worker process began with {frame.kind!r}, not with 'ready'")

    def _ask(self, kind: str, value: Any, answer: str, seconds: float) -> Any:
        nonce = secrets.token_hex(8)
        deadline = time.monotonic() + seconds
        try:
            self.channel.send(Frame(kind, nonce, value), deadline)
            frame = self.channel.receive(deadline)
            if frame.nonce != nonce or frame.kind != answer:
                raise WireError("a reply to a question that was not asked")
        except ChannelClosedError:
            raise WorkerFailedError(self._died()) from None
        except DeadlineError:
            message = f"it did not finish within {seconds:g} seconds"
            raise WorkerFailedError(Failure("timeout", message)) from None
        except FloodError:
            message = f"it printed more than {64 * self.limits.output_kb} KiB"
            raise WorkerFailedError(Failure("output", message)) from None
        except WireError as error:
            raise WorkerFailedError(Failure("protocol", str(error))) from None
        return frame.value

    def _checked(self, value: Any) -> Observation:
        try:
            return observation_from_value(value)
        except WireError as error:
            raise WorkerFailedError(Failure("protocol", str(error))) from None

    def _died(self) -> Failure:
        """How the process ended. It closed its channel, so it gets a moment to end of its own cause."""
        try:
            status = self.process.wait(timeout=1.0)
        except subprocess.TimeoutExpired:
            return Failure("died", "it closed its channel to the grader")
        if status < 0:
            return Failure("died", f"the process was ended by signal {signal.Signals(-status).name}")
        return Failure("died", f"the process ended by itself with exit status {status}")


def start_worker(limits: Limits) -> Worker:
    """Start a fresh Python as a worker.

    Raises:
        GraderFault: it did not come up.
    """
    ours, theirs = socket.socketpair()
    output, output_end = os.pipe()
    folder = tempfile.TemporaryDirectory(prefix="gradkit-", ignore_cleanup_errors=True)
    command = [sys.executable, "-I", "-B", "-m", "gradkit.worker", str(theirs.fileno()), str(limits.memory_mb)]
    environment = {"PATH": "/usr/bin:/bin", "HOME": folder.name, "TMPDIR": folder.name, "LC_ALL": "C.UTF-8"}
    # Compiled code would run operators where they are not seen.
    environment |= {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "PYTORCH_JIT": "0"}
    try:
        process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
            command,
            stdin=subprocess.DEVNULL,
            stdout=output_end,
            stderr=output_end,
            cwd=folder.name,
            env=environment,
            pass_fds=[theirs.fileno()],
            start_new_session=True,
        )
    finally:
        theirs.close()
        os.close(output_end)
    worker = Worker(process, Channel(ours, output, limits.output_kb << 10), limits, folder)
    worker.wait_until_ready()
    return worker
