"""What head and node say to one another, and the bytes that carry it.

Requests are pickled: a node trusts its head. Replies are MessagePack, plain data that can do nothing to the head. Both
travel as `Sealed`, so that no log, key or page of Dask shows what is in them.
"""

from __future__ import annotations

import pickle
import struct
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO, Literal

from gradkit.course.assignment import Limits
from gradkit.intake.submission import Submission

_LENGTH = struct.Struct(">Q")


@dataclass(frozen=True, eq=False)
class Sealed:
    """Bytes that do not show what they are."""

    data: bytes

    def __repr__(self) -> str:
        return f"<{len(self.data)} bytes>"

    def __sizeof__(self) -> int:
        return len(self.data)


@dataclass(frozen=True)
class Grade:
    """Submissions to grade; replies are records, as JSON."""

    assignment: str
    submissions: Sequence[Submission]


@dataclass(frozen=True)
class ComputeAnswers:
    """Runs of known mistakes, by their numbers in the store; replies are the files with their answers."""

    assignment: str
    runs: Sequence[int]


@dataclass(frozen=True)
class RemoteTrial:
    """A `gradkit.audit.trials.Trial`, with the ids of its tests; replies are what was found, as JSON."""

    tests: Sequence[str]
    files: Mapping[str, bytes]
    limits: Limits
    needed: frozenset[str] | None


@dataclass(frozen=True)
class Try:
    """Trials of an audit; ``diagnose`` says whether known mistakes are recognized."""

    assignment: str
    trials: Sequence[RemoteTrial]
    diagnose: bool


@dataclass(frozen=True)
class CheckPublicly:
    """Trials of the public checks: the question and the files of each; replies are reports as data, or None."""

    assignment: str
    trials: Sequence[tuple[str | None, Mapping[str, bytes]]]


@dataclass(frozen=True)
class Fuzz:
    """Tests to fuzz, by their positions in the suite; replies are the number of answers and the faults."""

    assignment: str
    tests: Sequence[int]


@dataclass(frozen=True)
class Describe:
    """Ask a node what it is; the reply is a `Description`."""

    assignment: Literal[""] = ""


Request = Describe | Grade | ComputeAnswers | Try | CheckPublicly | Fuzz


@dataclass(frozen=True)
class Description:
    """What of a node a record may depend on.

    Attributes:
        python: the version of Python.
        torch: the version of torch.
        gradkit: the version of gradkit.
        engine: a hash of gradkit's files and the versions they run on.
        cpu: what torch uses of the processor, such as "AVX2".
        sandbox: the confinement of students' code.
    """

    python: str
    torch: str
    gradkit: str
    engine: str
    cpu: str
    sandbox: str


def pack_request(request: Request) -> Sealed:
    """A request's bytes."""
    return Sealed(zlib.compress(pickle.dumps(request), 1))


def read_request(data: bytes) -> Request:
    """A request, from the head."""
    request: Request = pickle.loads(zlib.decompress(data))  # noqa: S301 - from the head, over a pipe or TLS
    return request


def pack_reply(reply: Mapping[str, Any]) -> bytes:
    """A reply's bytes."""
    import msgpack

    packed: bytes = msgpack.packb(reply)
    return zlib.compress(packed, 1)


def read_reply(data: bytes) -> dict[str, Any]:
    """A reply, from a node."""
    import msgpack

    reply: dict[str, Any] = msgpack.unpackb(zlib.decompress(data))
    return reply


def write_frame(stream: BinaryIO, data: bytes) -> None:
    """Write bytes with their length.

    Raises:
        OSError: the other end is closed.
    """
    stream.write(_LENGTH.pack(len(data)) + data)
    stream.flush()


def read_frame(stream: BinaryIO) -> bytes | None:
    """The next bytes; None if the other end is closed."""
    head = stream.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        return None
    (length,) = _LENGTH.unpack(head)
    data = stream.read(length)
    return data if len(data) == length else None
