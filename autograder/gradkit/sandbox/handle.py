"""The grader's handle on a worker process: sends it requests, and gives it up at its first fault."""

from __future__ import annotations

import secrets
import signal
import time
from collections import deque
from collections.abc import Callable, Container, Sequence
from dataclasses import replace
from typing import Any, NamedTuple, Protocol, TypeVar

import torch

from gradkit.conditions.clock import Clock, Deadline, DeadlineError, ProcessorClock, too_long
from gradkit.course.assignment import Limits
from gradkit.errors import GraderFault, WireError
from gradkit.jail.levels import SandboxError
from gradkit.messages import message
from gradkit.sandbox.channel import Channel, ChannelClosedError, FloodError
from gradkit.sandbox.wording import Submitted, complete
from gradkit.wire.call import Call
from gradkit.wire.frames import Frame, pack, parse
from gradkit.wire.observation import Failure, Observation
from gradkit.wire.packing import NONCE, pack_call
from gradkit.wire.reply import Key, Loading, Reply, loading_from_value, reply_from_value, reply_key

T = TypeVar("T")

START_SECONDS = 120.0
# Like -I, but with an environment, which is ours: it fixes the hash seed, so that sets always have the same order.
ISOLATED = ("-P", "-s", "-B")


class Seconds(NamedTuple):
    """The time available for an answer, or taken by one.

    Attributes:
        computing: processor time, summed over threads.
        waiting: wall-clock time.
    """

    computing: float = 0.0
    waiting: float = 0.0

    def plus(self, other: Seconds) -> Seconds:
        """The sum of both."""
        return Seconds(self.computing + other.computing, self.waiting + other.waiting)


class WorkerFailedError(Exception):
    """The worker gave no answer and must be ended.

    Attributes:
        failure: why.
        killed: whether it died of SIGKILL, which may have come from outside, such as from the kernel out of memory.
    """

    def __init__(self, failure: Failure, *, killed: bool = False) -> None:
        super().__init__(failure.message)
        self.failure = failure
        self.killed = killed


class StartWorker(Protocol):
    """Starts a worker that is confined and ready for a submission."""

    def __call__(self, limits: Limits, banned: Sequence[str] = (), /) -> Worker:
        """Start a worker with these limits that can record the use of the calls in ``banned``."""
        ...


class Process(Protocol):
    """The process behind a worker."""

    def wait(self, seconds: float) -> tuple[int, float] | None:
        """The exit code, negative for a signal, and CPU seconds; None if it has not ended within ``seconds``."""
        ...

    def end(self) -> None:
        """Kill it and everything it started, and wait until it has ended."""
        ...


class Worker:
    """A running worker process. After a `WorkerFailedError` it must be closed.

    Args:
        process: the process.
        channel: its socket and output.
        limits: its limits.
        clock: its processor time; None: that of the process that reports that it is ready.

    Attributes:
        confinement: its layers of confinement, once it is ready.
        spent: the time taken by its answers so far, including missing ones.
    """

    def __init__(self, process: Process, channel: Channel, limits: Limits, clock: Clock | None = None) -> None:
        self.process = process
        self.channel = channel
        self.limits = limits
        self.confinement: dict[str, str] = {}
        self.spent = Seconds()
        self._clock = clock
        self._began = 0.0  # what the clock said when it was ready
        self._nonces: deque[str] = deque()  # of the calls not yet answered
        self.submitted = Submitted("", {"": b""})

    def load(self, submitted: Submitted, seconds: Seconds) -> Loading:
        """Load the student's module; returns what its body raised, and the switches that it changed.

        Raises:
            WorkerFailedError: the worker hung, ended or broke the protocol.
        """
        files = {
            name: torch.frombuffer(bytearray(source or b"\n"), dtype=torch.uint8)
            for name, source in submitted.sources.items()
        }
        self.submitted = submitted
        question = {"module": submitted.module, "sources": files, "banned": list(submitted.banned)}
        nonce = secrets.token_hex(NONCE // 2)
        self.channel.send(b"".join(pack(Frame("load", nonce, question))))
        body, payload = self._receive(seconds)
        loading = self._checked(lambda: loading_from_value(_value(body, payload, nonce, "loaded")))
        if loading.failure is None:
            return loading
        return replace(loading, failure=complete(loading.failure, submitted, self.limits, None))

    def send(self, calls: Sequence[Call]) -> None:
        """Send calls, to be performed in order after those sent before."""
        drawn = secrets.token_hex(NONCE // 2 * len(calls))
        nonces = [drawn[start : start + NONCE] for start in range(0, len(drawn), NONCE)]
        self._nonces.extend(nonces)
        self.channel.send(b"".join(pack_call(call).frame(nonce) for call, nonce in zip(calls, nonces, strict=True)))

    def receive(self, call: Call, seconds: Callable[[], Seconds], known: Container[Key] = ()) -> Reply:
        """The answer to the oldest call sent and not yet answered.

        Args:
            call: that call.
            seconds: computes the time available; called only if the answer has not arrived yet.
            known: keys of good answers to this call; such an answer is read only when it is looked at.

        Raises:
            WorkerFailedError: the worker hung, ended or broke the protocol.
        """
        nonce, waited = self._nonces.popleft(), self.spent.waiting
        body, payload = self._checked(self.channel.arrived) or self._receive(seconds())
        took = self.spent.waiting - waited

        def read() -> Observation:
            return reply_from_value(_value(body, payload, nonce, "observed"), call, took)

        key = reply_key(body, payload, nonce)
        if key in known:
            return Reply(read, key, took)
        observation = self._checked(read)
        if observation.failure is not None:
            failure = complete(observation.failure, self.submitted, self.limits, call)
            observation = replace(observation, failure=failure)
        if key is not None and (observation.failure is not None or observation.turned):
            # Each such reply is read: for its line of the submitted file, or to note the switches.
            return Reply(lambda: observation, (key, repr(observation.failure)), took)
        return Reply(lambda: observation, key, took)

    def close(self) -> str:
        """End the process and everything it started; returns its output, cut to the limit."""
        self._spend(0.0)
        self.process.end()
        self.channel.close()
        return self.channel.kept.decode("utf-8", errors="replace")

    def wait_until_ready(self) -> None:
        """Wait until it is confined. No student code has run by then, so a failure is not the student's.

        Raises:
            SandboxError: a layer of confinement is not available.
            GraderFault: it did not start for another reason.
        """
        deadline = Deadline(time.monotonic() + START_SECONDS)
        try:
            sender = self.channel.sender(deadline)
            frame = parse(*self.channel.receive(deadline))
        except (ChannelClosedError, DeadlineError, FloodError, WireError) as error:
            text = self.close()
            raise GraderFault(
                message("a worker process did not start ({error}). It printed:\n{text}", error=f"{error!r}", text=text)
            ) from error
        if frame.kind == "refused":
            self.close()
            raise SandboxError(str(frame.value))
        self._clock = self._clock or ProcessorClock(sender)
        self._began = self._clock()
        self.confinement = frame.value

    def _receive(self, seconds: Seconds) -> tuple[bytes, bytearray]:
        clock = self._clock or time.monotonic
        before = Seconds(clock(), time.monotonic())
        deadline = Deadline(before.waiting + seconds.waiting, clock, before.computing + seconds.computing)
        try:
            return self.channel.receive(deadline)
        except ChannelClosedError:
            raise self._died() from None
        except DeadlineError as error:
            raise WorkerFailedError(Failure("timeout", self._too_long(seconds, computed=error.computed))) from None
        except FloodError:
            printed = message("it printed more than {number} KiB", number=64 * self.limits.output_kb)
            raise WorkerFailedError(Failure("output", printed)) from None
        except WireError as error:
            raise WorkerFailedError(Failure("protocol", str(error))) from None
        finally:
            self._spend(time.monotonic() - before.waiting)

    def _spend(self, waited: float) -> None:
        """Add to the time spent waiting, and read the clock."""
        if self._clock is not None:
            self.spent = Seconds(self._clock() - self._began, self.spent.waiting + waited)

    def _too_long(self, seconds: Seconds, *, computed: bool) -> str:
        """Which limit was reached, in the course's figures, since the process chooses how much was left of it."""
        limits = self.limits
        per_call, left = limits.seconds_per_call, seconds.computing if computed else seconds.waiting / limits.patience
        if left >= per_call:
            return too_long(per_call, computed=computed, patience=limits.patience)
        if computed:
            return message(
                "it did not finish before the {seconds} seconds of computing for the whole submission were over",
                seconds=f"{limits.seconds:g}",
            )
        return message(
            "it did not finish before the {seconds} seconds for the whole submission were over",
            seconds=f"{limits.seconds * limits.patience:g}",
        )

    def _checked(self, read: Callable[[], T]) -> T:
        try:
            return read()
        except WireError as error:
            raise WorkerFailedError(Failure("protocol", str(error))) from None

    def _died(self) -> WorkerFailedError:
        """How the process ended. It has closed its channel, so it is given a moment to end on its own."""
        end = self.process.wait(1.0)
        if end is None:
            return WorkerFailedError(Failure("died", message("it closed its channel to the grader")))
        code, cpu = end
        if code >= 0:
            on_its_own = message("the process ended on its own with exit status {status}", status=code)
            return WorkerFailedError(Failure("died", on_its_own))
        if code == -signal.SIGKILL and cpu >= self.limits.seconds:
            used = message("it used more than {seconds} seconds of processor time", seconds=f"{self.limits.seconds:g}")
            return WorkerFailedError(Failure("timeout", used))
        name = signal.Signals(-code).name if -code in set(signal.Signals) else str(-code)
        by_signal = message("the process was ended by signal {name}", name=name)
        return WorkerFailedError(Failure("died", by_signal), killed=code == -signal.SIGKILL)


def _value(body: bytes, payload: bytearray, nonce: str, kind: str) -> Any:
    """The value of a frame that must answer the request with this nonce."""
    frame = parse(body, payload)
    if (frame.nonce, frame.kind) != (nonce, kind):
        raise WireError("a reply without a request")
    return frame.value
