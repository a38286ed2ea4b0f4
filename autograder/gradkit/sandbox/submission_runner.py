"""Run one submission's calls, starting its process when needed and again after it was lost."""

from __future__ import annotations

import time
from dataclasses import replace

from gradkit.course.assignment import Limits
from gradkit.errors import GraderFault
from gradkit.sandbox import deaths
from gradkit.sandbox.handle import Seconds, StartWorker, Worker, WorkerFailedError
from gradkit.sandbox.wording import Submitted
from gradkit.wire.call import Call
from gradkit.wire.observation import Failure, Observation


class SubmissionRunner:
    """Answers calls with the submission's code, in a process that is replaced when it is lost.

    If a process hangs, ends, floods its output or breaks the protocol, its current call fails. The next call gets a
    fresh process, up to ``limits.restarts`` times; after that, and after ``limits.seconds`` in total, calls fail at
    once.

    Attributes:
        log: the code's output, cut to the limit.
        turned: the names of the process's switches that loading the file changed.
        left_on: name of a switch that a call changed and did not restore -> functions of the first such call.
    """

    def __init__(self, submitted: Submitted, limits: Limits, start: StartWorker) -> None:
        self.submitted = submitted
        self.limits = limits
        self.log = ""
        self.turned: tuple[str, ...] = ()
        self.left_on: dict[str, str] = {}
        self._start = start
        self._starts = 0
        self._asked = False  # from the first call on the code may have seen inputs, and could leak them
        self._worker: Worker | None = None
        self._refusal: Failure | None = None
        self._kills = deaths.kills()
        self._spent_before = Seconds()  # by processes that were replaced

    @property
    def spent(self) -> Seconds:
        """The time taken by the code's answers so far, including loading the file."""
        return self._spent_before if self._worker is None else self._spent_before.plus(self._worker.spent)

    def run(self, call: Call) -> Observation:
        """Perform one call; every fault of the student's process becomes an observation with a failure.

        If the process was killed, the call is repeated: the kill may have come from outside, and code that kills
        itself will do so again.

        Raises:
            GraderFault: it was killed twice, and the kernel has killed processes for memory in the meantime.
        """
        started = time.monotonic()
        failure = None
        for last in (False, True):
            try:
                worker = self._ready_worker()
                if isinstance(worker, Failure):
                    return Observation(failure=failure or worker)
                self._asked = True
                observation = worker.call(call, self._seconds_left())
                for name in observation.turned:
                    self.left_on.setdefault(name, _called(call))
                return observation
            except WorkerFailedError as error:
                self._close_worker()
                failure = error.failure
                if not error.killed:
                    break
                self._look_for_memory(last)
        return Observation(failure=failure, seconds=time.monotonic() - started)

    def close(self) -> None:
        """End the process, if there is one."""
        self._close_worker()

    def _look_for_memory(self, last: bool) -> None:
        """After a kill: if it was the kernel's, for memory, do not count it against the code."""
        if not deaths.ran_out(self._kills):
            return
        self._kills = deaths.kills()
        self._starts -= 1
        if last:
            raise GraderFault(
                "the kernel killed the submission's process twice because this machine ran out of memory, within the "
                f"{self.limits.memory_mb} MiB allowed. Use fewer graders (--graders 1) and run again."
            )

    def _ready_worker(self) -> Worker | Failure:
        """A worker with the module loaded, or why there is none."""
        if self._refusal is None:
            self._refusal = self._out_of_time()
        if self._refusal is not None:
            return self._refusal
        if self._worker is not None:
            return self._worker
        if self._starts > self.limits.restarts:
            self._refusal = Failure("unavailable", f"your code was already stopped {self._starts} times")
            return self._refusal
        self._starts += 1
        submitted = self.submitted
        self._worker = self._start(self.limits, submitted.banned)
        try:
            loading = self._worker.load(submitted, self._seconds_left())
            if not self._asked:
                self.turned = loading.turned
            self._refusal = loading.failure and replace(loading.failure, kind="import")
        except WorkerFailedError as error:
            if error.killed and (self._starts == 1 or deaths.ran_out(self._kills)):
                raise
            # A module that cannot be loaded once cannot be loaded a second time.
            self._refusal = Failure("import", error.failure.message)
        if self._refusal is not None and self._asked:
            self._refusal = Failure("unavailable", "the file was loaded once, but not again after the code was stopped")
        if self._refusal is not None:
            self._close_worker()
            return self._refusal
        return self._worker

    def _out_of_time(self) -> Failure | None:
        """The failure if no time is left for another call, or None."""
        spent, limits = self.spent, self.limits
        if spent.computing >= limits.seconds:
            return Failure("unavailable", f"the submission used up its {limits.seconds:g} seconds of computing")
        if spent.waiting >= limits.seconds * limits.patience:
            return Failure("unavailable", f"the submission took more than {limits.seconds * limits.patience:g} seconds")
        return None

    def _seconds_left(self) -> Seconds:
        spent, limits = self.spent, self.limits
        left = limits.seconds - spent.computing, limits.seconds * limits.patience - spent.waiting
        per_call = limits.seconds_per_call, limits.seconds_per_call * limits.patience
        return Seconds(*(max(0.1, min(pair)) for pair in zip(left, per_call, strict=True)))

    def _close_worker(self) -> None:
        if self._worker is not None:
            self._spent_before = self.spent
            text = self._worker.close()
            self._worker = None
            self.log = (self.log + text)[: self.limits.output_kb << 10]


def _called(call: Call) -> str:
    """The student's functions and classes that a call uses, in words."""
    targets = [step.target.partition(":")[2] for step in call.steps if step.target.startswith("student:")]
    return " and ".join(dict.fromkeys(targets))
