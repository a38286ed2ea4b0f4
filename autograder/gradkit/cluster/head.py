"""The head's part: cut jobs into chunks, send them to nodes, keep each result once, and find what takes nodes down.

A chunk whose node ended is done again by another, in halves; so the job that ends its nodes is soon alone. Alone, it is
given up when that happens twice, and costs no other.
"""

from __future__ import annotations

import hashlib
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from queue import Empty, SimpleQueue
from typing import Any, Protocol

from distributed import Client, Future, KilledWorker
from distributed.client import FutureCancelledError
from distributed.comm import CommClosedError

from gradkit.cluster.carrier import Addition, NodeEnded, ask
from gradkit.cluster.requests import Describe, Description, Request, Sealed, pack_request, read_reply
from gradkit.errors import CourseError, GraderFault, GradkitError, UsageError
from gradkit.jail.levels import SandboxError
from gradkit.messages import Message, from_data, lines, message

_SECONDS = 30.0  # that a chunk should take; each has its graders forked anew, and what they learned goes with them
_AT_LEAST = 2.0  # that a chunk should take towards the end
_FIRST = 8  # jobs in a chunk whose time is not known yet
_IN_FLIGHT = 2  # chunks for each node: one that it works on, and the next
_WAIT = 60.0  # seconds for a worker to come
_LOOK = 2.0  # seconds between two counts of the nodes
_TICK = 0.5  # seconds between two looks at the cluster while nothing arrives
_KINDS = {kind.__name__: kind for kind in (CourseError, SandboxError, UsageError)}
_LOST = message("the connection to the scheduler is lost. What was graded is kept: run the command again to go on.")
_GONE = (NodeEnded, KilledWorker, CommClosedError, FutureCancelledError)


class Errand(Protocol):
    """Jobs of one sort for one assignment, numbered from 0."""

    @property
    def size(self) -> int:
        """The number of jobs."""
        ...

    def request(self, jobs: Sequence[int]) -> Request:
        """The request that does these jobs."""
        ...

    def keep(self, results: Mapping[int, Any]) -> None:
        """Keep the results of jobs that were done together."""
        ...

    def lost(self, job: int, how: str) -> None:
        """Note that a job ended its node twice, and how."""
        ...

    def failed(self, fault: GradkitError) -> None:
        """Note that no further job can be done."""
        ...


@dataclass
class _Queue:
    """An errand's jobs that are not done.

    Attributes:
        errand: the errand.
        jobs: those that no chunk holds yet.
        again: chunks to do again, as they are.
        pace: seconds a job took on a node, lately; 0 if unknown.
        begun: whether a chunk was sent.
    """

    errand: Errand
    jobs: deque[int]
    again: deque[_Chunk] = field(default_factory=deque)
    pace: float = 0.0
    begun: bool = False

    def next_chunk(self, nodes: int) -> _Chunk | None:
        """The jobs to do next; None if there are none. The last chunks are small, so that all nodes end together."""
        if self.again:
            return self.again.popleft()
        self.begun, size = True, _FIRST
        if self.pace:
            share = len(self.jobs) * self.pace / (_IN_FLIGHT * max(1, nodes))  # seconds, if each node had as much
            size = max(1, round(min(_SECONDS, max(_AT_LEAST, share)) / self.pace))
        jobs = [self.jobs.popleft() for _ in range(min(size, len(self.jobs)))]
        return _Chunk(self, jobs) if jobs else None

    def close(self) -> None:
        """Drop what is not done."""
        self.jobs.clear()
        self.again.clear()


@dataclass(eq=False)
class _Chunk:
    queue: _Queue
    jobs: Sequence[int]
    tries: int = 0

    def parts(self) -> list[_Chunk]:
        """What to do instead after its node ended."""
        if len(self.jobs) == 1:
            return [_Chunk(self.queue, self.jobs, self.tries + 1)]
        half = len(self.jobs) // 2
        return [_Chunk(self.queue, self.jobs[:half]), _Chunk(self.queue, self.jobs[half:])]


class Nodes:
    """The nodes of a cluster that have the course.

    Args:
        client: the connection to the scheduler.
        name: the carrier's name on each worker.
        tell: called now and then with the number of nodes.

    Attributes:
        number: how many there are now.
        plugins: the names of all that the workers were given.
    """

    def __init__(self, client: Client, name: str, tell: Callable[[int], None] = lambda _number: None) -> None:
        self._client, self._name, self._tell = client, name, tell
        self.plugins = [name]
        self._agreed: Description | None = None
        self._looked = 0.0
        self.number = len(client.nthreads())

    def describe(self) -> dict[str, Description]:
        """Each worker's address and what its node is.

        Raises:
            GraderFault: a node cannot be started.
            GradkitError: a node cannot work, as its text says.
        """
        found: dict[str, Description] = {}
        for last in (False, False, True):
            self._client.wait_for_workers(1, timeout=_WAIT)
            addresses = [address for address in self._client.nthreads() if address not in found]
            futures = [self._submit(pack_request(Describe()), [address]) for address in addresses]
            for address, future in zip(addresses, futures, strict=True):
                try:
                    found[address] = _read(read_reply(self._from(address, future).data))
                except _GONE as error:
                    if last:
                        raise GraderFault(
                            message(
                                "{address}: {error}, three times, when it was started. Log in there and run `gradkit "
                                "--version`: it must be the gradkit that runs here, with the extras grade and cluster.",
                                address=address,
                                error=text_of(error),
                            )
                        ) from error
        return found

    def _from(self, address: str, future: Future) -> Sealed:
        """What one worker replies.

        Raises:
            NodeEnded: the worker has left.
        """
        while not future.done():
            if address not in self._client.nthreads():
                raise NodeEnded(message("the worker left"))
            time.sleep(_TICK)
        reply: Sealed = future.result()
        return reply

    def agree(self, description: Description) -> None:
        """From now on take no result of a node that is unlike this."""
        self._agreed = description

    @property
    def sandbox(self) -> str:
        """The confinement of students' code on all nodes, in a line."""
        return "" if self._agreed is None else self._agreed.sandbox

    def give(self, archive: bytes) -> None:
        """Give every node further files, from `gradkit.cluster.bundle`.

        Raises:
            GraderFault: the scheduler is gone.
        """
        self.plugins.append(f"{self._name}-{len(self.plugins)}")
        with _connected():
            self._client.register_plugin(Addition(self._name, Sealed(archive)), name=self.plugins[-1])

    def distribute(self, errands: Iterable[Errand]) -> None:
        """Do all jobs of all errands.

        Raises:
            GraderFault: the scheduler is gone, or a node joined that is unlike the others.
        """
        with _connected():
            self._distribute([_Queue(errand, deque(range(errand.size))) for errand in errands])

    def _distribute(self, queues: Sequence[_Queue]) -> None:
        arrived: SimpleQueue[Future] = SimpleQueue()
        running: dict[Future, _Chunk] = {}
        while True:
            while len(running) < max(1, _IN_FLIGHT * self.number) and (chunk := self._next(queues)) is not None:
                future = self._submit(pack_request(chunk.queue.errand.request(chunk.jobs)), tries=chunk.tries)
                running[future] = chunk
                future.add_done_callback(arrived.put)
            if not running:
                return
            self._look()
            try:
                future = arrived.get(timeout=_TICK)
            except Empty:
                continue
            self._take(running.pop(future), future)

    def _next(self, queues: Sequence[_Queue]) -> _Chunk | None:
        """The next chunk: first what is to be done again, then one of each errand, then those of the heaviest jobs."""
        for queue in sorted(queues, key=lambda queue: (not queue.again, queue.begun, -queue.pace)):
            chunk = queue.next_chunk(self.number)
            if chunk is not None:
                return chunk
        return None

    def _submit(self, request: Sealed, workers: Sequence[str] | None = None, tries: int = 0) -> Future:
        content = hashlib.sha256(request.data + repr((workers, tries)).encode()).hexdigest()
        return self._client.submit(
            ask, self._name, request, key=f"gradkit-{content[:32]}", workers=workers, allow_other_workers=False
        )

    def _look(self) -> None:
        """Count the nodes now and then."""
        now = time.monotonic()
        if now - self._looked < _LOOK:
            return
        self._looked = now
        self._require_connection()
        number = len(self._client.nthreads())
        if number != self.number:
            self._tell(number)
        self.number = number

    def _require_connection(self) -> None:
        if self._client.status != "running":
            raise GraderFault(_LOST)

    def _take(self, chunk: _Chunk, future: Future) -> None:
        """Keep the results of a chunk, or have it done again."""
        try:
            if future.status == "error":
                raise future.exception()
            reply = read_reply(future.result().data)
        except _GONE as error:
            self._require_connection()  # without it, all chunks end like this
            self._again(chunk, error)
            return
        except Exception as error:
            raise GraderFault(
                message("a node failed: {kind}: {error}", kind=type(error).__name__, error=text_of(error))
            ) from error
        self._keep(chunk, reply)

    def _again(self, chunk: _Chunk, error: Exception) -> None:
        """Have a chunk whose node ended done again, or give up a job that did it twice."""
        if len(chunk.jobs) == 1 and chunk.tries:
            chunk.queue.errand.lost(
                chunk.jobs[0],
                message("Its node ended twice, the second time with this alone ({error}).", error=text_of(error)),
            )
        else:
            chunk.queue.again.extend(chunk.parts())

    def _keep(self, chunk: _Chunk, reply: dict[str, Any]) -> None:
        """Keep a chunk's results, if the node is like the others."""
        queue = chunk.queue
        if "fault" in reply:
            queue.close()
            queue.errand.failed(_fault(reply))
            return
        description = Description(**reply["description"])
        if self._agreed is not None and description != self._agreed:
            raise GraderFault(
                message(
                    "a node has joined that is unlike the others:\n{difference}",
                    difference=difference(self._agreed, description),
                )
            )
        queue.pace = reply["seconds"] / len(chunk.jobs)
        queue.errand.keep(dict(zip(chunk.jobs, reply["results"], strict=True)))


@contextmanager
def _connected() -> Iterator[None]:
    """Report a lost connection, in whichever call of Dask it is met, in a sentence."""
    try:
        yield
    except (CommClosedError, TimeoutError) as error:
        raise GraderFault(_LOST) from error


def difference(first: Description, second: Description) -> str:
    """What differs between two nodes, a line each."""
    before, after = asdict(first), asdict(second)
    return lines(
        *(
            message("  {key}: {before} and {after}", key=key, before=before[key], after=after[key])
            for key in before
            if before[key] != after[key]
        )
    )


def text_of(error: BaseException) -> str:
    """An exception's text, which is a message if it was raised with one."""
    return next((text for text in error.args[:1] if isinstance(text, Message)), str(error))


def _read(reply: dict[str, Any]) -> Description:
    if "fault" in reply:
        raise _fault(reply)
    return Description(**reply["description"])


def _fault(reply: dict[str, Any]) -> GradkitError:
    kind = _KINDS.get(reply["kind"], GraderFault)
    fault: GradkitError = kind(from_data(reply["fault"]))
    return fault


def here() -> Description:
    """What this machine is, to compare with its nodes."""
    import torch

    from gradkit.grading.store import engine_key, versions

    known = versions()
    cpu = torch.backends.cpu.get_cpu_capability()
    return Description(known["python"], known["torch"], known["gradkit"], engine_key(), cpu, "")
