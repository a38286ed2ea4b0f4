"""Run one submission's calls, starting its process when needed and again after it was lost."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Container, Iterable
from dataclasses import replace
from itertools import islice

from gradkit.course.assignment import Limits
from gradkit.errors import GraderFault
from gradkit.messages import listed, message
from gradkit.sandbox import deaths
from gradkit.sandbox.handle import Seconds, StartWorker, Worker, WorkerFailedError
from gradkit.sandbox.wording import Submitted
from gradkit.wire.call import Call
from gradkit.wire.observation import Failure, Observation
from gradkit.wire.reply import Key, Reply


class SubmissionRunner:
    """Answers calls with the submission's code, in a process that is replaced when it is lost.

    Calls that are announced are sent ahead, so that the process need not wait while an answer is compared.

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
        self._calls: deque[Call] = deque()  # announced and not answered
        self._sent = 0  # how many of these the process has
        self._early: dict[Call, Reply] = {}
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

        Raises:
            GraderFault: see `ask`.
        """
        return self.ask(call).observation

    def announce(self, calls: Iterable[Call]) -> None:
        """Say which calls will be asked for next, whatever the answers, in order."""
        self._calls.extend(calls)

    def ask(self, call: Call, known: Container[Key] = ()) -> Reply:
        """The reply to one call, which is performed after those announced before it.

        If the process was killed, the call is repeated: the kill may have come from outside, and code that kills
        itself will do so again.

        Args:
            call: the call.
            known: keys of good answers to it.

        Raises:
            GraderFault: it was killed twice, and the kernel has killed processes for memory in the meantime.
        """
        if call in self._early:
            return self._early.pop(call)
        if call not in self._calls:
            self._calls.append(call)
        while self._calls[0] is not call:
            first = self._calls[0]
            self._early[first] = self._answer(first, ())
        return self._answer(call, known)

    def _answer(self, call: Call, known: Container[Key]) -> Reply:
        """The reply to the first of the calls."""
        started = time.monotonic()
        try:
            failure = self._try_twice(call, known)
        finally:
            self._calls.popleft()
        if isinstance(failure, Reply):
            return failure
        failed = Observation(failure=failure, seconds=time.monotonic() - started)
        return Reply(lambda: failed, seconds=failed.seconds)

    def _try_twice(self, call: Call, known: Container[Key]) -> Reply | Failure:
        failure = Failure("unavailable")
        for last in (False, True):
            try:
                worker = self._ready_worker()
                if isinstance(worker, Failure):
                    return failure if last else worker
                return self._exchange(worker, call, known)
            except WorkerFailedError as error:
                self._close_worker()
                failure = error.failure
                if not error.killed:
                    break
                self._look_for_memory(last)
        return failure

    def _exchange(self, worker: Worker, call: Call, known: Container[Key]) -> Reply:
        """Send the calls that were not sent, and receive the reply to the first."""
        self._asked = True
        if self._sent < len(self._calls):
            worker.send(list(islice(self._calls, self._sent, None)))
        self._sent = len(self._calls) - 1
        reply = worker.receive(call, self._seconds_left, known)
        if not isinstance(reply.key, bytes):  # others left no switch changed
            for name in reply.observation.turned:
                self.left_on.setdefault(name, _called(call))
        return reply

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
                message(
                    "the kernel killed the submission's process twice because this machine ran out of memory, "
                    "within the {megabytes} MiB allowed. Use fewer graders (--graders 1) and run again.",
                    megabytes=self.limits.memory_mb,
                )
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
            self._refusal = Failure(
                "unavailable", message("your code was already stopped {number} times", number=self._starts)
            )
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
            once = message("the file was loaded once, but not again after the code was stopped")
            self._refusal = Failure("unavailable", once)
        if self._refusal is not None:
            self._close_worker()
            return self._refusal
        return self._worker

    def _out_of_time(self) -> Failure | None:
        """The failure if no time is left for another call, or None."""
        spent, limits = self.spent, self.limits
        if spent.computing >= limits.seconds:
            used = message("the submission used up its {seconds} seconds of computing", seconds=f"{limits.seconds:g}")
            return Failure("unavailable", used)
        if spent.waiting >= limits.seconds * limits.patience:
            seconds = f"{limits.seconds * limits.patience:g}"
            return Failure("unavailable", message("the submission took more than {seconds} seconds", seconds=seconds))
        return None

    def _seconds_left(self) -> Seconds:
        spent, limits = self.spent, self.limits
        computing = min(limits.seconds - spent.computing, limits.seconds_per_call)
        waiting = min(limits.seconds * limits.patience - spent.waiting, limits.seconds_per_call * limits.patience)
        return Seconds(max(0.1, computing), max(0.1, waiting))

    def _close_worker(self) -> None:
        if self._worker is not None:
            text = self._worker.close()
            self._spent_before = self.spent
            self._worker, self._sent = None, 0
            self.log = (self.log + text)[: self.limits.output_kb << 10]


def _called(call: Call) -> str:
    """The student's functions and classes that a call uses, in words."""
    targets = [step.target.partition(":")[2] for step in call.steps if step.target.startswith("student:")]
    return listed(dict.fromkeys(targets))
