"""Build the two most common calls, expected observations from values computed by hand, and calls in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import torch
from torch import Tensor

from gradkit.errors import GraderFault
from gradkit.messages import message
from gradkit.suite.runner import Found
from gradkit.wire.call import Call, Step, Vjp, changeable
from gradkit.wire.observation import Observation
from gradkit.wire.values import ObservedTensor, Ref, as_tensor

Cotangent = Tensor | tuple[Tensor, ...] | None
_MAX_NUMBERS = 60  # of a tensor: more are impractical by hand


def function_call(
    target: str,
    arguments: Mapping[str, Any],
    /,
    *,
    grad: Sequence[str] | None = None,
    cotangent: Cotangent = None,
    differences: Sequence[str] = (),
    **options: Any,
) -> Call:
    """Call a function of the student's module.

    Args:
        target: the function's name.
        arguments: name -> value, passed by position in this order. The names are used in messages and in ``grad``.
            Tensors, arrays, lists, tuples and dicts are checked afterwards for modification by the student's code.
        grad: the arguments to differentiate with respect to, ``weights[0]`` for a tensor in a list; every
            floating-point tensor when None.
        cotangent: the upstream gradient, of the output's shape (a tuple if the output is one); None for no gradients.
        differences: the arguments to differentiate with respect to by central differences, float64 tensors or
            arrays. The function is called twice per element; about ten digits are accurate.
        options: passed by keyword.

    Raises:
        GraderFault: differences are requested for another type, or without a cotangent.
    """
    call = Call([Step("result", f"student:{target}", _references(arguments), options)], _inputs(arguments))
    leaves = call.leaves()
    for name in differences:
        if cotangent is None or name not in leaves or str(leaves[name].dtype).removeprefix("torch.") != "float64":
            raise GraderFault(
                message("differences need a cotangent, and {name} must be a float64 tensor or array", name=name)
            )
    by_autograd = [name for name in _differentiable(call) if name not in differences] if grad is None else grad
    return replace(call, vjp=_vjp(by_autograd, cotangent, differences))


def module_call(
    target: str,
    init: Sequence[Any],
    arguments: Mapping[str, Any],
    /,
    *,
    parameters: Mapping[str, Tensor] | None = None,
    grad: Sequence[str] | None = None,
    cotangent: Cotangent = None,
    dtype: torch.dtype = torch.float64,
    method: str = "__call__",
    **options: Any,
) -> Call:
    """Build one of the student's modules, load its parameters and call it.

    Args:
        target: the class's name.
        init: the constructor's arguments.
        arguments: name -> value, passed by position in this order, as for `function_call`.
        parameters: parameter name -> value; a gradient is taken with respect to each.
        grad: the arguments to differentiate with respect to; every floating-point tensor when None.
        cotangent: the upstream gradient, of the output's shape; None for no gradients.
        dtype: the dtype that the module is converted to before its parameters are loaded.
        method: the method to call.
        options: passed by keyword.
    """
    call = Call(
        steps=[
            Step("module", f"student:{target}", list(init)),
            Step("module", "object:module.to", [dtype]),
            Step("result", f"object:module.{method}", _references(arguments), options),
        ],
        inputs=_inputs(arguments),
        parameters={"module": parameters} if parameters else {},
    )
    leaves = [*(_differentiable(call) if grad is None else grad), *(f"module.{name}" for name in parameters or {})]
    return replace(call, vjp=_vjp(leaves, cotangent))


def expected(*, gradients: Mapping[str, Tensor] | None = None, **values: Any) -> Found:
    """An expected observation from values computed by hand: ``expected(result=torch.tensor(0.25))``.

    Only these values are compared, not whether a tensor is attached to the graph.
    """
    return Found(
        Call(steps=[], observe=()), Observation(values=_wrap(values), gradients=dict(gradients or {})), by_hand=True
    )


def _references(arguments: Mapping[str, Any]) -> list[Any]:
    return [Ref(name) if changeable(value) else value for name, value in arguments.items()]


def _inputs(arguments: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in arguments.items() if changeable(value)}


def _differentiable(call: Call) -> list[str]:
    return [name for name, leaf in call.leaves().items() if isinstance(leaf, Tensor) and leaf.is_floating_point()]


def _vjp(wrt: Sequence[str], cotangent: Cotangent, differences: Sequence[str] = ()) -> Vjp | None:
    if cotangent is None:
        return None
    return Vjp("result", wrt, cotangent if isinstance(cotangent, tuple) else (cotangent,), differences)


def _wrap(value: Any) -> Any:
    """Wrap tensors as observed tensors, at any depth."""
    if isinstance(value, Tensor):
        return ObservedTensor(value, attached=False)
    if isinstance(value, (list, tuple)):
        return type(value)(_wrap(item) for item in value)
    if isinstance(value, dict):
        return {key: _wrap(item) for key, item in value.items()}
    return value


def show_call(call: Call) -> str:
    """The call as the student could make it: its steps, then every input value."""
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
