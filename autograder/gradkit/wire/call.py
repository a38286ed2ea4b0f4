"""A call: what the student's code must do, without the expected result.

A call is a short list of steps, ``name = target(*args, **kwargs)``, and the names whose values to observe. Most suites
build theirs with `gradkit.suite.function_call` and `gradkit.suite.module_call`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from gradkit.errors import WireError
from gradkit.messages import Message, message, plural, with_commas
from gradkit.wire.values import Ref

_DESCRIBED = 4  # inputs that a message lists
# Targets that return memory addresses, which differ between processes.
_ADDRESSES = ("data_ptr", "untyped_storage", "builtin:id", "builtin:hash")


@dataclass(frozen=True)
class Step:
    """``name = target(*args, **kwargs)``.

    Attributes:
        name: the name of the result, for later steps.
        target: the callable:
            "student:conv2d", a name in the student's module;
            "torch:nn.Linear", a public torch name;
            "object:model.eval", a method of an earlier result;
            "builtin:setattr", a Python builtin;
            "operator:mul", a function of Python's operator module.
        args: positional arguments; a `Ref` refers to an input or an earlier result.
        kwargs: keyword arguments, likewise.
        otherwise: the student's message if the step cannot use what their code returned; a general sentence if empty.
            Never sent.
    """

    name: str
    target: str
    args: Sequence[Any] = ()
    kwargs: Mapping[str, Any] = field(default_factory=dict)
    otherwise: str = ""


@dataclass(frozen=True, eq=False)
class Vjp:
    """A vector-Jacobian product to take after the steps: gradients of <output, cotangent>.

    Attributes:
        output: the name of the step whose result is differentiated.
        wrt: inputs ("x") and parameters ("module.w") to differentiate with respect to.
        cotangents: one upstream gradient per tensor or array of the output, of its shape.
        differences: inputs to differentiate with respect to by central differences: float64 tensors and arrays.
    """

    output: str
    wrt: Sequence[str]
    cotangents: Sequence[Tensor]
    differences: Sequence[str] = ()

    @property
    def names(self) -> list[str]:
        """The names that gradients are reported for."""
        return [*self.wrt, *self.differences]


@dataclass(frozen=True, eq=False)
class Call:
    """The steps for one process, and the values to report.

    Attributes:
        steps: what to do, in order.
        inputs: named values for the steps: tensors and NumPy arrays, or lists, tuples and dicts of these, numbers and
            text. A tensor in a list is named ``weights[0]``.
        parameters: object name -> parameter name -> value, loaded into the object right after the step that made it.
        observe: what to report: step results ("result"), their attributes ("model.training"); for a module
            "model.state" (parameters and buffers by name) and "model.gradients" (each parameter's ``.grad``), for a
            tensor "scores.depth" (the depth of its computation graph).
        vjp: the gradients to take, or None.
        seed: the seed of torch, NumPy and ``random`` before the first step.
        banned: the banned operators whose use is reported, as `BanGroup.operators` names them.
        words: the students' names for names of this call or paths below them, as in ``{"result[0]": "zs"}``. Never
            sent.

    The steps receive copies of the inputs, and of tensors, arrays, lists, tuples and dicts among the arguments of
    "student:" and "object:" steps unless they contain a `Ref`. Copies modified by the student's code are reported.

    Raises:
        ValueError: a name belongs to no input and no earlier step, or a memory address is observed.
    """

    steps: Sequence[Step]
    inputs: Mapping[str, Any] = field(default_factory=dict)
    parameters: Mapping[str, Mapping[str, Tensor]] = field(default_factory=dict)
    observe: Sequence[str] = ("result",)
    vjp: Vjp | None = None
    seed: int = 0
    banned: Sequence[str] = ()
    words: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        known = set(self.inputs)
        for step in self.steps:
            place, _, owner = step.target.partition(":")
            _check_known([*([owner] if place == "object" else []), *references([step.args, step.kwargs])], known)
            known.add(step.name)
        vjp = (self.vjp.output, *self.vjp.wrt) if self.vjp is not None else ()
        _check_known((*self.observe, *self.parameters, *self.words, *vjp), known)

        addresses = {step.name for step in self.steps if step.target.endswith(_ADDRESSES)}
        for name in self.observe:
            if name in addresses or any(address in name for address in _ADDRESSES):
                raise ValueError(
                    f'the call observes "{name}", a memory address, which differs between processes. Compare it in a '
                    'step ("operator:eq") and observe the result'
                )

    def describe(self) -> str:
        """The shapes of the inputs, or of the first few, in words: ``x (5, 3), y (5, 1)``."""
        sizes = [_sized(self.words.get(name, name), tuple(leaf.shape)) for name, leaf in self.leaves().items()]
        first = with_commas(sizes[:_DESCRIBED])
        if len(sizes) <= _DESCRIBED:
            return first
        more = len(sizes) - _DESCRIBED
        return plural("{inputs} and {n} more input", "{inputs} and {n} more inputs", more, inputs=first)

    def sizes(self) -> dict[str, torch.Size]:
        """The shape of each input tensor and array, by name."""
        return {name: torch.Size(leaf.shape) for name, leaf in self.leaves().items()}

    def size(self) -> int:
        """The number of elements of all inputs, by which failing cases are ordered."""
        return sum(shape.numel() for shape in self.sizes().values())

    def leaves(self) -> dict[str, Tensor | NDArray[Any]]:
        """Every input tensor and array, by name: ``x``, or ``weights[0]`` in a list."""
        return {path: leaf for name, value in self.inputs.items() for path, leaf in _leaves(name, value)}

    def given(self) -> list[str]:
        """The names that may be reported as modified: the inputs, and arguments of steps."""
        arguments = (argument_names(step) for step in self.steps)
        return [*self.inputs, *(name for positional, named in arguments for name in (*positional, *named.values()))]


def argument_names(step: Step) -> tuple[list[str], dict[str, str]]:
    """The names of a step's arguments in reports of modification, by position and by keyword: ``argument 1 of MLP``.

    Empty if the step does not call the student's code.
    """
    place, _, path = step.target.partition(":")
    if place not in ("student", "object"):
        return [], {}
    function = path.rpartition(".")[2].replace("__call__", "forward")
    positional = [f"argument {number} of {function}" for number in range(1, len(step.args) + 1)]
    return positional, {name: f"argument {name} of {function}" for name in step.kwargs}


def changeable(value: Any) -> bool:
    """Whether a value is passed as a copy and checked for modification."""
    if isinstance(value, (Tensor, np.ndarray)):
        return True
    if isinstance(value, tuple):
        return any(map(changeable, value)) and not any(references(value))
    return isinstance(value, (list, dict)) and not any(references(value))


def references(value: Any) -> Iterator[str]:
    """The names of the `Ref`s in a value, at any depth."""
    if isinstance(value, Ref):
        yield value.name
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from references(item)
    elif isinstance(value, dict):
        yield from references(list(value.values()))


def parts(path: str, value: list[Any] | tuple[Any, ...] | dict[Any, Any]) -> Iterator[tuple[str, Any]]:
    """The items of a list, tuple or dict with their names: ``weights[0]``."""
    for key, item in value.items() if isinstance(value, dict) else enumerate(value):
        yield f"{path}[{key!r}]", item


def _sized(name: str, shape: tuple[int, ...]) -> str:
    return message("{name} {shape}", name=name, shape=shape) if isinstance(name, Message) else f"{name} {shape}"


def _leaves(path: str, value: Any) -> Iterator[tuple[str, Tensor | NDArray[Any]]]:
    if isinstance(value, (Tensor, np.ndarray)):
        yield path, value
    elif isinstance(value, (list, tuple, dict)):
        for below, item in parts(path, value):
            yield from _leaves(below, item)


def _check_known(paths: Iterable[str], known: Collection[str]) -> None:
    for path in paths:
        head = path.partition("[")[0].partition(".")[0]
        if ":" not in path and head not in known:
            raise ValueError(f'the call uses "{path}", but no input and no earlier step is called "{head}"')


def call_to_value(call: Call) -> dict[str, Any]:
    """The call as plain data for a frame."""
    return {
        "steps": [[step.name, step.target, list(step.args), dict(step.kwargs)] for step in call.steps],
        "inputs": dict(call.inputs),
        "parameters": {owner: dict(values) for owner, values in call.parameters.items()},
        "observe": list(call.observe),
        "vjp": None if call.vjp is None else _vjp_to_value(call.vjp),
        "seed": call.seed,
        "banned": list(call.banned),
    }


def _vjp_to_value(vjp: Vjp) -> list[Any]:
    return [vjp.output, list(vjp.wrt), list(vjp.cotangents), list(vjp.differences)]


def call_from_value(value: Any) -> Call:
    """Read a call written by `call_to_value`. Only a worker reads calls, and only from its grader.

    Raises:
        WireError: the value is not a call.
    """
    call = object.__new__(Call)  # without the checks, which the grader has made
    try:
        steps, vjp = [Step(*step) for step in value["steps"]], value["vjp"] and Vjp(*value["vjp"])
        names = ("inputs", "parameters", "observe", "seed", "banned")
        call.__dict__.update({name: value[name] for name in names}, steps=steps, vjp=vjp, words={})
    except (KeyError, TypeError) as error:
        raise WireError(f"not a call: {error!r}") from None
    return call


__all__ = [
    "Call",
    "Ref",
    "Step",
    "Vjp",
    "argument_names",
    "call_from_value",
    "call_to_value",
    "changeable",
    "parts",
    "references",
]
