"""An observation: a process's report on one call. Values and facts, never verdicts."""

from __future__ import annotations

import builtins
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from torch import Tensor

from gradkit.errors import WireError
from gradkit.wire.kinds import FAILURE_KINDS, FailureKind
from gradkit.wire.values import MAX_NAME

BUILTIN_EXCEPTIONS: Mapping[str, type[BaseException]] = {
    name: value
    for name, value in vars(builtins).items()
    if isinstance(value, type) and issubclass(value, BaseException)
}
MAX_TEXT = 4000
MAX_PRINTED = 500_000  # characters per call: enough for honest output, less than a frame may hold
MAX_LINE = 1 << 31


@dataclass(frozen=True)
class Failure:
    """Why a call gave no result.

    Attributes:
        kind: see `gradkit.wire.kinds`.
        message: an exception's message, or the grader's sentence about what happened.
        type_name: the exception's type, or "".
        line: the line of the student's own file where it happened, or None.
        source: added by the grader, never sent: that line's text, read from the submitted file, or in words the step
            that could not use what the code returned.
        name: what is missing, of the wrong shape or unusable, as the call names it: ``student:conv2d``,
            ``model.weight``; for an unusable step its number, from 0.
        shape: the wrong shape of a parameter, or None.
        bases: the built-in exceptions that a raised one is an instance of, nearest first.
    """

    kind: FailureKind
    message: str = ""
    type_name: str = ""
    line: int | None = None
    source: str = ""
    name: str = ""
    shape: tuple[int, ...] | None = None
    bases: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Observation:
    """A process's report on one call.

    It is not trusted: see `gradkit.wire.reply` for what a reply may contain.

    Attributes:
        failure: why there is no result, or None.
        values: the observed values, by name.
        gradients: by input or parameter name; None if the output does not depend on it.
        gradient_error: autograd's message if the gradients could not be computed, or "".
        mutated: the names of inputs and arguments that the call modified.
        operators: the banned operators of the call that were used.
        printed: the standard output of the call, truncated to a limit.
        turned: the process-wide switches that the call changed and left changed, by name.
        seconds: wall-clock seconds of the call, measured by the grader; never sent.
    """

    failure: Failure | None = None
    values: Mapping[str, Any] = field(default_factory=dict)
    gradients: Mapping[str, Tensor | None] = field(default_factory=dict)
    gradient_error: str = ""
    mutated: tuple[str, ...] = ()
    operators: frozenset[str] = frozenset()
    printed: str = ""
    turned: tuple[str, ...] = ()
    seconds: float = 0.0


def failure_to_value(failure: Failure | None) -> list[Any] | None:
    """A failure or None as plain data for a frame."""
    if failure is None:
        return None
    shape = None if failure.shape is None else list(failure.shape)
    return [
        failure.kind,
        str(failure.message),
        failure.type_name,
        failure.line,
        failure.name,
        shape,
        list(failure.bases),
    ]


def observation_to_value(observation: Observation) -> dict[str, Any]:
    """The observation as plain data for a frame."""
    return {
        "failure": failure_to_value(observation.failure),
        "values": dict(observation.values),
        "gradients": dict(observation.gradients),
        "gradient_error": observation.gradient_error,
        "mutated": list(observation.mutated),
        "operators": sorted(observation.operators),
        "printed": observation.printed,
        "turned": list(observation.turned),
    }


def observation_from_value(value: Any) -> Observation:
    """Validate and read an observation from a student's process.

    Raises:
        WireError: a part is missing, superfluous or of the wrong type.
    """
    if type(value) is not dict or set(value) != set(_PARTS):
        raise WireError("an observation must have exactly its eight parts")
    for name, kinds in _PARTS.items():
        if type(value[name]) not in kinds:
            raise WireError(f"an observation's {name} is of the wrong type")
    if any(not (gradient is None or isinstance(gradient, Tensor)) for gradient in value["gradients"].values()):
        raise WireError("an observation's gradients must be tensors or None")
    if any(
        type(name) is not str
        for part in ("values", "gradients", "mutated", "operators", "turned")
        for name in value[part]
    ):
        raise WireError("an observation's names must be text")
    return Observation(
        failure=failure_from_value(value["failure"]),
        values=value["values"],
        gradients=value["gradients"],
        gradient_error=value["gradient_error"][:MAX_TEXT],
        mutated=tuple(value["mutated"]),
        operators=frozenset(value["operators"]),
        printed=value["printed"][:MAX_PRINTED],
        turned=tuple(value["turned"]),
    )


_PARTS: dict[str, tuple[type, ...]] = {
    "failure": (type(None), list),
    "values": (dict,),
    "gradients": (dict,),
    "gradient_error": (str,),
    "mutated": (list,),
    "operators": (list,),
    "printed": (str,),
    "turned": (list,),
}


def failure_from_value(value: Any) -> Failure | None:
    """Validate and read a failure or None from a student's process.

    Raises:
        WireError: it is neither.
    """
    if value is None:
        return None
    if type(value) is not list or [type(part) for part in value] not in _FAILURES:
        raise WireError("an observation's failure must be [kind, message, type, line, name, shape, bases]")
    kind, message, type_name, line, name, shape, bases = value
    if kind not in FAILURE_KINDS:
        raise WireError("an observation's failure is of an unknown kind")
    if line is not None and not 0 < line < MAX_LINE:
        raise WireError("an observation's failure has an impossible line number")
    if shape is not None and any(type(size) is not int or size < 0 for size in shape):
        raise WireError("an observation's failure has an impossible shape")
    if any(type(base) is not str or base not in BUILTIN_EXCEPTIONS for base in bases) or len(set(bases)) != len(bases):
        raise WireError("an observation's failure names unknown built-in exceptions")
    return Failure(
        kind,
        message[:MAX_TEXT],
        type_name[:MAX_NAME],
        line,
        name=name[:MAX_NAME],
        shape=None if shape is None else tuple(shape),
        bases=tuple(bases),
    )


_FAILURES = [[str, str, str, line, str, shape, list] for line in (int, type(None)) for shape in (list, type(None))]
