"""What the grader adds to a failure that a process reported: sentences of its own, and lines of the file it holds."""

from __future__ import annotations

import io
import tokenize
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from gradkit.course.assignment import Limits
from gradkit.sandbox.confine import TEMPORARY_MB, THREADS
from gradkit.wire.call import Call
from gradkit.wire.observation import Failure

_MAX_SOURCE = 300


@dataclass(frozen=True)
class Submitted:
    """The code of one submission.

    Attributes:
        module: the file name of the assignment's module.
        sources: the bytes of every Python file handed in, by file name.
        banned: the ready-made calls that its questions ban.
    """

    module: str
    sources: Mapping[str, bytes]
    banned: Sequence[str] = ()


def complete(failure: Failure, submitted: Submitted, limits: Limits, call: Call | None) -> Failure:
    """The failure with the text of its line, and with a sentence where an exception did not bring one.

    Args:
        failure: what the process reported, checked against ``call``.
        submitted: what was handed in.
        limits: what the process is held to.
        call: the call that failed; None where the module could not be loaded.
    """
    lines = _lines(submitted.sources[submitted.module])
    # The end of a file counts as a line: a bracket that is never closed is missed there.
    line = failure.line if failure.line is not None and failure.line <= len(lines) + 1 else None
    source = line_of(submitted.sources[submitted.module], line)
    message = failure.message
    if failure.kind in ("memory", "disk", "threads"):
        message = _over_a_limit(failure, limits)
    elif failure.kind == "protocol":
        message = "the answer is larger than can be sent, or holds something that is not plain data"
    elif call is not None and failure.kind == "missing":
        message = _missing(failure.name, submitted.module, call)
    elif call is not None and failure.kind == "parameter":
        message = _parameter(failure, call)
    return replace(failure, message=message, line=line, source=source)


def line_of(source: bytes, line: int | None) -> str:
    """The text of a line of a file, from 1; "" where there is none."""
    lines = _lines(source)
    return lines[line - 1].strip()[:_MAX_SOURCE] if line is not None and 0 < line <= len(lines) else ""


def _over_a_limit(failure: Failure, limits: Limits) -> str:
    return {
        "memory": f"it asked for more than {limits.memory_mb} MiB of memory",
        "disk": f"it wrote more than {TEMPORARY_MB} MiB to its temporary folder",
        "threads": f"it could not start another thread; {THREADS} are allowed, and each takes memory",
    }[failure.kind]


def _missing(name: str, module: str, call: Call) -> str:
    place, _, target = name.rpartition(":")
    if place == "student":
        return f"{module} has no {target}"
    owner, _, attribute = target.rpartition(".")
    if attribute in ("state", "gradients"):
        return f"{_said(owner, call)} is not an nn.Module, so it has no parameters"
    return f"{_said(owner, call)} has no attribute {attribute}"


def _parameter(failure: Failure, call: Call) -> str:
    owner, _, name = failure.name.partition(".")
    if failure.shape is None:
        return (
            f"{_said(owner, call)} has no parameter named {name}. Is it an nn.Parameter, assigned to self.{name} in "
            "__init__?"
        )
    expected = tuple(call.parameters[owner][name].shape)
    return f"Parameter {name} has shape {failure.shape}; it must be {expected}."


def _said(path: str, call: Call) -> str:
    """An object of the call as a student knows it: by the name of its class, or of what returned it."""
    name, _, rest = path.partition(".")
    made_by = (step.target.partition(":") for step in call.steps if step.name == name)
    target = next((target for place, _, target in made_by if place == "student"), "")
    whose = target if target[:1].isupper() else f"what {target or 'your code'} returns"
    return f"{rest.removesuffix('()')} of {whose}" if rest else whose


@lru_cache(maxsize=1)
def _lines(source: bytes) -> tuple[str, ...]:
    """A file's lines as Python counts them."""
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(source).readline)
        return tuple(io.StringIO(source.decode(encoding), newline=None))
    except (SyntaxError, UnicodeDecodeError, LookupError):
        return ()
