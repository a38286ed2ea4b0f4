"""Perform a suite's calls in this process: no confinement, no copies, no checks. What the student's code costs alone.

A recorded call is changed by performing it, so each can be performed once in a process.
"""

from __future__ import annotations

import builtins
import operator
from collections.abc import Mapping, Sequence
from types import ModuleType
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor, nn

from gradkit.wire.call import Call, Vjp
from gradkit.wire.values import Ref
from gradkit.worker.perform import seed_everything

_ROOTS: Mapping[str, Any] = {"torch": torch, "builtin": builtins, "operator": operator}


class Recorded(NamedTuple):
    """A hidden test: its points, the calls that it makes on the reference, and the reference's answers."""

    points: float
    calls: Sequence[Call]
    answers: Sequence[Sequence[Any]]


def check(test: Recorded, module: ModuleType) -> None:
    """Compare a module's answers with the reference's.

    Raises:
        AssertionError: an answer differs.
    """
    for call, expected in zip(test.calls, test.answers, strict=True):
        found = answer(call, module)
        if len(found) != len(expected):
            raise AssertionError("the answer has another structure")
        for ours, theirs in zip(found, expected, strict=True):
            if isinstance(theirs, Tensor):
                torch.testing.assert_close(ours, theirs, rtol=1e-4, atol=1e-6, equal_nan=True)
            elif ours != theirs:
                raise AssertionError(f"{ours!r} instead of {theirs!r}")


def answer(call: Call, module: ModuleType) -> list[Any]:
    """The tensors, numbers and texts among the observed results and gradients, or the name of the exception."""
    try:
        named, gradients = perform(call, module)
    except Exception as error:  # noqa: BLE001 - some tests require an exception
        return [type(error).__name__]
    return _parts([*(named[name.partition(".")[0]] for name in call.observe), *gradients])


def perform(call: Call, module: ModuleType) -> tuple[Mapping[str, Any], Sequence[Tensor | None]]:
    """Perform a call; return the results of its steps by name, and its gradients.

    Raises:
        BaseException: whatever the module raises.
    """
    seed_everything(call.seed)
    named, leaves = dict(call.inputs), call.leaves()
    wrt = () if call.vjp is None else call.vjp.wrt
    for name in wrt:
        if name in leaves:
            torch.as_tensor(leaves[name]).requires_grad_()
    for step in call.steps:
        args, kwargs = _resolve([step.args, step.kwargs], named, module)
        named[step.name] = _find(step.target, named, module)(*args, **kwargs)
        for name, value in call.parameters.get(step.name, {}).items():
            with torch.no_grad():
                _parameters(named[step.name])[name].copy_(value)
    if call.vjp is None:
        return named, []
    return named, _gradients(call.vjp, named[call.vjp.output], [_leaf(name, named, leaves) for name in wrt])


def _find(path: str, named: Mapping[str, Any], module: ModuleType) -> Any:
    place, _, name = path.rpartition(":")
    head, *rest = name.split(".")
    value = named[head] if place in ("", "object") else getattr(_ROOTS.get(place, module), head)
    for part in rest:
        value = getattr(value, part.removesuffix("()"))
        if part.endswith("()"):
            value = value()
    return value


def _resolve(value: Any, named: Mapping[str, Any], module: ModuleType) -> Any:
    if type(value) is Ref:
        return _find(value.name, named, module)
    if type(value) in (list, tuple):
        return type(value)(_resolve(item, named, module) for item in value)
    if type(value) is dict:
        return {key: _resolve(item, named, module) for key, item in value.items()}
    return value


def _gradients(vjp: Vjp, output: Any, wrt: Sequence[Tensor]) -> Sequence[Tensor | None]:
    outputs = output if isinstance(output, (tuple, list)) else [output]
    pairs = [
        (found, cotangent.to(found.dtype))
        for found, cotangent in zip(outputs, vjp.cotangents, strict=False)
        if isinstance(found, Tensor) and found.requires_grad and found.shape == cotangent.shape
    ]
    if not pairs or not wrt:
        return []
    found, cotangents = zip(*pairs, strict=True)
    return torch.autograd.grad(found, wrt, cotangents, allow_unused=True)


def _leaf(name: str, named: Mapping[str, Any], leaves: Mapping[str, Any]) -> Any:
    owner, _, parameter = name.partition(".")
    return leaves[name] if name in leaves else _parameters(named[owner])[parameter] if parameter else named[owner]


def _parameters(model: nn.Module) -> dict[str, nn.Parameter]:
    return dict(model.named_parameters(remove_duplicate=False))


def _parts(value: Any) -> list[Any]:
    """The tensors, numbers and texts in a value; other objects by the names of their types."""
    if isinstance(value, nn.Module):
        value = value.state_dict()
    if isinstance(value, (list, tuple)):
        return [part for item in value for part in _parts(item)]
    if isinstance(value, Mapping):
        return _parts([*value, *value.values()])
    if isinstance(value, (np.ndarray, np.generic)):
        value = torch.as_tensor(value)
    if isinstance(value, Tensor):
        return [value.detach().clone()]
    return [value if isinstance(value, (bool, int, float, str)) else type(value).__name__]
