"""Complete a failure that a process reported with the grader's sentences and lines of the submitted file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import assert_never

from gradkit.conditions.source_lines import lines_of
from gradkit.course.assignment import Limits
from gradkit.jail.confine import TEMPORARY_MB, THREADS
from gradkit.messages import Message, listed, message, sentences
from gradkit.wire.call import Call
from gradkit.wire.naming import head_of, in_words, of_the_student, used_by
from gradkit.wire.observation import Failure

_MAX_SOURCE = 300
_AS_GIVEN = message("Names must be as the handout gives them.")
# Attributes that the suite's own steps use on a module or tensor, and that no handout names.
_OF_MODULES = frozenset(["double", "eval", "float", "named_parameters", "parameters", "state_dict", "to"])
_OF_TENSORS = frozenset(["clone", "detach", "dim", "narrow", "numel", "sum"])


@dataclass(frozen=True)
class Submitted:
    """The code of one submission.

    Attributes:
        module: the file name of the assignment's module.
        sources: the bytes of every submitted Python file, by file name.
        banned: the calls that its questions ban.
    """

    module: str
    sources: Mapping[str, bytes]
    banned: Sequence[str] = ()


def complete(failure: Failure, submitted: Submitted, limits: Limits, call: Call | None) -> Failure:
    """Add the text of its line to a failure, and a sentence if no exception provides one.

    Args:
        failure: what the process reported, checked against ``call``.
        submitted: the submitted code.
        limits: the limits of the process.
        call: the call that failed; None if the module could not be loaded.
    """
    lines = _lines(submitted.sources[submitted.module])
    # The end of a file counts as a line: Python reports an unclosed bracket there.
    line = failure.line if failure.line is not None and failure.line <= len(lines) + 1 else None
    source = line_of(submitted.sources[submitted.module], line)
    message = _message(failure, submitted.module, limits, call)
    completed = replace(failure, message=message, line=line, source=source)
    return _unusable(completed, call) if call is not None and failure.kind == "unusable" else completed


def _message(failure: Failure, module: str, limits: Limits, call: Call | None) -> str:
    """The exception's message, or a sentence for a failure without one."""
    match failure.kind:
        case "memory":
            return message("it asked for more than {number} MiB of memory", number=limits.memory_mb)
        case "disk":
            return message("it wrote more than {number} MiB to its temporary folder", number=TEMPORARY_MB)
        case "threads":
            return message(
                "it could not start another thread; {number} are allowed, and each takes memory", number=THREADS
            )
        case "protocol":
            return message("the answer is larger than can be sent, or holds something that is not plain data")
        case "missing" if call is not None:
            return _missing(failure.name, module, call)
        case "parameter" if call is not None:
            return _parameter(failure, call)
        case "missing" | "parameter" | "raised" | "unusable" | "import" | "timeout" | "died" | "output" | "unavailable":
            return failure.message
        case _:
            assert_never(failure.kind)


def line_of(source: bytes, line: int | None) -> str:
    """The text of a line of a file, from 1; "" if there is none."""
    lines = _lines(source)
    return lines[line - 1].strip()[:_MAX_SOURCE] if line is not None and 0 < line <= len(lines) else ""


def _missing(name: str, module: str, call: Call) -> str:
    place, _, target = name.rpartition(":")
    if place == "student":
        return sentences(message("{module} has no {name}.", module=module, name=target), _AS_GIVEN)
    for step in call.steps:
        if step.otherwise and name in (path.removesuffix("()") for path in used_by(step)):
            return step.otherwise
    owner, _, attribute = target.rpartition(".")
    whose = in_words(owner, call)
    if attribute in ("state", "gradients"):
        return message("{what} is not an nn.Module, so it has no parameters.", what=whose)
    if attribute == "__call__":
        return message("{what} cannot be called.", what=whose)
    if attribute in _OF_MODULES:
        return message("{what} is not an nn.Module, so it has no {name}().", what=whose, name=attribute)
    if attribute in _OF_TENSORS:
        return message("{what} is not a tensor, so it has no {name}().", what=whose, name=attribute)
    return _no_attribute(whose, attribute)


def _unusable(failure: Failure, call: Call) -> Failure:
    """What the student's code gave back could not be used: where, in words of the suite or in general."""
    step = call.steps[int(failure.name)] if failure.name.isdecimal() else None
    if step is None:
        return replace(failure, source=message("Looking at {what}", what=in_words(failure.name, call)))
    if step.otherwise:
        return Failure("unusable", source=step.otherwise, name=failure.name)
    place, _, target = step.target.partition(":")
    theirs = of_the_student(call)
    used = [in_words(path, call) for path in used_by(step) if head_of(path) in theirs]
    if place == "object":
        owner, _, method = target.rpartition(".")
        called = method if owner and method not in ("__call__", "forward") else ""
        whose = in_words(owner or method, call)
        if called:
            return replace(failure, source=message("{function} of {what}", function=f"{called}()", what=whose))
        return replace(failure, source=message("Calling {what}", what=whose))
    if target == "getattr" and failure.type_name == "AttributeError" and used:
        return replace(failure, type_name="", message="", source=_no_attribute(used[0], step.args[1]))
    function: str = message("The operator {name}", name=target)
    if place in ("torch", "builtin"):
        function = f"torch.{target}()" if place == "torch" else f"{target}()"
    if not used:
        return replace(failure, source=function)
    what = listed(dict.fromkeys(used))
    return replace(failure, source=message("{function} of {what}", function=function, what=what))


def _no_attribute(owner: str, name: str) -> Message:
    return sentences(message("{what} has no attribute {name}.", what=owner, name=name), _AS_GIVEN)


def _parameter(failure: Failure, call: Call) -> str:
    owner, _, name = failure.name.partition(".")
    if failure.shape is not None:
        expected = tuple(call.parameters[owner][name].shape)
        return message(
            "Parameter {name} has shape {found}; it must be {due}.", name=name, found=failure.shape, due=expected
        )
    layer, _, _ = name.rpartition(".")
    if any(part.isdecimal() for part in layer.split(".")):
        advice = message("A plain list hides its layers from the model: put them into an nn.ModuleList.")
    elif layer:
        advice = message("Is {attribute} a layer that __init__ makes?", attribute=f"self.{layer}")
    else:
        advice = message("Is it an nn.Parameter, assigned to {attribute} in __init__?", attribute=f"self.{name}")
    what = in_words(owner, call)
    return sentences(message("{what} has no parameter named {name}.", what=what, name=name), advice)


@lru_cache(maxsize=1)
def _lines(source: bytes) -> Sequence[str]:
    """A file's lines as Python counts them; kept, since the next call's failure is of the same file."""
    return lines_of(source)
