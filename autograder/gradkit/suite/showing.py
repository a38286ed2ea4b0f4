"""A call in words with its values, for students who may see hidden inputs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from torch import Tensor

from gradkit.wire.call import Call
from gradkit.wire.values import Ref, as_tensor

_MAX_NUMBERS = 60  # of one tensor: more than that nobody works out by hand


def show_call(call: Call) -> str:
    """The call as the student could make it: its steps, then every value that goes in."""
    return "\n".join([*map(_step, call.steps), *_values(call)])


def _step(step: Any) -> str:
    owner, _, name = step.target.partition(":")
    function = {"torch": f"torch.{name}", "object": name}.get(owner, name)
    arguments = [_argument(value) for value in step.args]
    arguments += [f"{key}={_argument(value)}" for key, value in step.kwargs.items()]
    return f"{step.name} = {function.removesuffix('.__call__')}({', '.join(arguments)})"


def _argument(value: Any) -> str:
    if isinstance(value, Ref):
        return value.name
    if isinstance(value, Tensor):
        return _numbers(value)
    if isinstance(value, np.ndarray):
        return _numbers(as_tensor(value), "array")
    if isinstance(value, (list, tuple)):
        inside = ", ".join(_argument(item) for item in value)
        return f"[{inside}]" if isinstance(value, list) else f"({inside}{',' * (len(value) == 1)})"
    if isinstance(value, dict):
        return f"{{{', '.join(f'{key!r}: {_argument(item)}' for key, item in value.items())}}}"
    return repr(value)


def _values(call: Call) -> Iterator[str]:
    for name, value in call.inputs.items():
        yield f"with {name} = {_argument(value)}"
    for owner, parameters in call.parameters.items():
        for name, tensor in parameters.items():
            yield f"with {owner}.{name} = {_numbers(tensor)}"
    if call.vjp is not None:
        for cotangent in call.vjp.cotangents:
            yield f"and {_numbers(cotangent)} as the gradient of {call.vjp.output}"


def _numbers(tensor: Tensor, kind: str = "tensor") -> str:
    if tensor.numel() > _MAX_NUMBERS:
        return f"a {str(tensor.dtype).removeprefix('torch.')} {kind} of shape {tuple(tensor.shape)}"
    return _nested(tensor.tolist()) if tensor.dtype != torch.bool else str(tensor.tolist())


def _nested(value: Any) -> str:
    return f"[{', '.join(_nested(item) for item in value)}]" if isinstance(value, list) else f"{value:.6g}"
