"""Run one submission's calls, starting its process when it is needed and again after it was lost."""

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

    A process that hangs, ends, floods its output or breaks the protocol loses the call it did not answer. The next
    call gets a fresh one, ``limits.restarts`` times; after that, and after ``limits.seconds`` in all, calls are
    answered with a failure at once.

    Attributes:
        log: what the code printed, cut to the limit.
        turned: the switches of its process that loading the file turned, by name.
        left_on: the switches that a call turned and left so, by name, with the functions of the first such call.
    """

    def __init__(self, submitted: Submitted, limits: Limits, start: StartWorker) -> None:
        self.submitted = submitted
        self.limits = limits
        self.log = ""
        self.turned: tuple[str, ...] = ()
        self.left_on: dict[str, str] = {}
        self._start = start
        self._starts = 0
        self._asked = False  # from the first call on the code may have seen inputs, and could tell of them
        self._worker: Worker | None = None
        self._refusal: Failure | None = None
        self._kills = deaths.kills()
        self._spent_before = Seconds()  # by processes that were replaced

    @property
    def spent(self) -> Seconds:
        """What the code's answers have taken so far, the loading of the file included."""
        return self._spent_before if self._worker is None else self._spent_before.plus(self._worker.spent)

    def run(self, call: Call) -> Observation:
        """Perform one call; every fault of the student's process is an observation with a failure.

        A process that was killed is given the call a second time: the kill may have come from outside, and code that
        kills itself will do so again.

        Raises:
            GraderFault: it was killed twice, and the kernel has killed for lack of memory meanwhile.
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
        if self._refusal is None:
            self._refusal = self._out_of_time()
        if self._refusal is not None:
            return self._refusal
        if self._worker is not None:
            return self._worker
        if self._starts > self.limits.restarts:
            self._refusal = Failure("unavailable", f"the code had to be stopped {self._starts} times before")
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
            # A module that cannot be loaded once will not be loaded better a second time.
            self._refusal = Failure("import", error.failure.message)
        if self._refusal is not None and self._asked:
            self._refusal = Failure("unavailable", "the file was loaded once, but not again after the code was stopped")
        if self._refusal is not None:
            self._close_worker()
            return self._refusal
        return self._worker

    def _out_of_time(self) -> Failure | None:
        """That there is no time left for another call, where it is so."""
        spent, limits = self.spent, self.limits
        if spent.computing >= limits.seconds:
            return Failure("unavailable", f"the submission used up its {limits.seconds:g} seconds of computing")
        if spent.waiting >= limits.seconds * limits.patience:
            return Failure("unavailable", f"the submission took more than {limits.seconds * limits.patience:g} seconds")
        return None

    def _seconds_left(self) -> Seconds:
        spent, limits = self.spent, self.limits
        left = limits.seconds - spent.computing, limits.seconds * limits.patience - spent.waiting
        one = limits.seconds_per_call, limits.seconds_per_call * limits.patience
        return Seconds(*(max(0.1, min(pair)) for pair in zip(left, one, strict=True)))

    def _close_worker(self) -> None:
        if self._worker is not None:
            self._spent_before = self.spent
            text = self._worker.close()
            self._worker = None
            self.log = (self.log + text)[: self.limits.output_kb << 10]


def _called(call: Call) -> str:
    """The functions and classes of the student's that a call uses, in words."""
    targets = [step.target.partition(":")[2] for step in call.steps if step.target.startswith("student:")]
    return " and ".join(dict.fromkeys(targets))
