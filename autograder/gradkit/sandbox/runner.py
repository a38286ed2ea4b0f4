"""Run one submission's calls, starting its process when it is needed and again after it was lost."""

from __future__ import annotations

import time

from gradkit.course.assignment import Limits
from gradkit.errors import GraderFault
from gradkit.sandbox import deaths
from gradkit.sandbox.wording import Submitted
from gradkit.sandbox.worker import StartWorker, Worker, WorkerFailedError
from gradkit.wire.call import Call
from gradkit.wire.observation import Failure, Observation


class SubmissionRunner:
    """Answers calls with the submission's code, in a process that is replaced when it is lost.

    A process that hangs, ends, floods its output or breaks the protocol loses the call it did not answer. The next
    call gets a fresh one, ``limits.restarts`` times; after that, and after ``limits.seconds`` in all, calls are
    answered with a failure at once.

    Attributes:
        log: what the code printed, cut to the limit.
        seconds: how long it took.
        turned: the switches of its process that loading the file turned, by name.
    """

    def __init__(self, submitted: Submitted, limits: Limits, start: StartWorker) -> None:
        self.submitted = submitted
        self.limits = limits
        self.log = ""
        self.seconds = 0.0
        self.turned: tuple[str, ...] = ()
        self._start = start
        self._starts = 0
        self._worker: Worker | None = None
        self._refusal: Failure | None = None
        self._kills = deaths.kills()

    def run(self, call: Call) -> Observation:
        """Perform one call; every fault of the student's process is an observation with a failure.

        A process that was killed is given the call a second time: the kill may have come from outside, and code that
        kills itself will do so again.

        Raises:
            GraderFault: it was killed twice, and the kernel has killed for lack of memory meanwhile.
        """
        started = time.monotonic()
        failure = None
        try:
            for last in (False, True):
                try:
                    worker = self._ready_worker()
                    if isinstance(worker, Failure):
                        return Observation(failure=failure or worker)
                    return worker.call(call, self._seconds_left())
                except WorkerFailedError as error:
                    self._close_worker()
                    failure = error.failure
                    if not error.killed:
                        break
                    self._look_for_memory(last)
            return Observation(failure=failure, seconds=time.monotonic() - started)
        finally:
            self.seconds += time.monotonic() - started

    def close(self) -> None:
        """End the process, if there is one."""
        self._close_worker()

    def _look_for_memory(self, last: bool) -> None:
        """After a kill: where it was the kernel's, to get memory back, the code has not lost a process by it."""
        if not deaths.ran_out(self._kills):
            return
        self._kills = deaths.kills()
        self._starts -= 1
        if last:
            raise GraderFault(
                "the kernel killed the submission's process twice, because memory ran out on this machine, within "
                f"the {self.limits.memory_mb} MiB that it may have. Take fewer graders (--workers 1) and run again."
            )

    def _ready_worker(self) -> Worker | Failure:
        """A worker with the module loaded, or why there is none."""
        if self._refusal is None and self.seconds >= self.limits.seconds:
            self._refusal = Failure("unavailable", f"the submission used up its {self.limits.seconds:g} seconds")
        if self._refusal is not None:
            return self._refusal
        if self._worker is not None:
            return self._worker
        if self._starts > self.limits.restarts:
            self._refusal = Failure("unavailable", f"the code had to be stopped {self._starts} times before")
            return self._refusal
        self._starts += 1
        submitted = self.submitted
        before = time.monotonic()
        self._worker = self._start(self.limits, submitted.banned)
        self.seconds -= time.monotonic() - before  # starting Python and torch is not the student's time
        try:
            loading = self._worker.load(submitted, self._seconds_left())
            if self._starts == 1:  # later on the code may have seen inputs, and could tell of them so
                self.turned = loading.turned
            self._refusal = loading.failure
        except WorkerFailedError as error:
            if error.killed and (self._starts == 1 or deaths.ran_out(self._kills)):
                raise
            # A module that cannot be loaded once will not be loaded better a second time.
            self._refusal = Failure("import", f"while the file was loaded, {error.failure.message}")
        if self._refusal is not None:
            self._close_worker()
            return self._refusal
        return self._worker

    def _seconds_left(self) -> float:
        return max(0.1, min(self.limits.seconds_per_call, self.limits.seconds - self.seconds))

    def _close_worker(self) -> None:
        if self._worker is not None:
            text = self._worker.close()
            self._worker = None
            self.log = (self.log + text)[: self.limits.output_kb << 10]
