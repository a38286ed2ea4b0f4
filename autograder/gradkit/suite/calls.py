"""Short ways to write the two commonest calls, and expected observations from figures worked by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor

from gradkit.suite.found import Found
from gradkit.wire import Call, Observation, ObservedTensor, Ref, Step, Vjp

Cotangent = Tensor | tuple[Tensor, ...] | None


def function_call(
    target: str,
    arguments: Mapping[str, Any],
    /,
    *,
    grad: Sequence[str] | None = None,
    cotangent: Cotangent = None,
    **options: Any,
) -> Call:
    """Call a function of the student's module.

    Args:
        target: the function's name.
        arguments: name -> value, passed by position in this order. The names are used in messages and in ``grad``.
        grad: the arguments to differentiate with respect to; every floating-point tensor when None.
        cotangent: the upstream tensor, of the output's shape (a tuple where the output is one); None for no gradients.
        options: passed by keyword.
    """
    tensors = {name: value for name, value in arguments.items() if isinstance(value, Tensor)}
    return Call(
        steps=[Step("result", f"student:{target}", _references(arguments), options)],
        inputs=tensors,
        vjp=_vjp(_differentiable(tensors) if grad is None else grad, cotangent),
    )


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
    """Build a module of the student's, load its parameters and call it.

    Args:
        target: the class's name.
        init: the constructor's arguments.
        arguments: name -> value, passed by position in this order.
        parameters: parameter name -> value; a gradient is taken with respect to each.
        grad: the arguments to differentiate with respect to; every floating-point tensor when None.
        cotangent: the upstream tensor, of the output's shape; None for no gradients.
        dtype: what the module is converted to before the parameters are loaded.
        method: the method to call.
        options: passed by keyword.
    """
    tensors = {name: value for name, value in arguments.items() if isinstance(value, Tensor)}
    leaves = [*(_differentiable(tensors) if grad is None else grad), *(f"module.{name}" for name in parameters or {})]
    return Call(
        steps=[
            Step("module", f"student:{target}", list(init)),
            Step("module", "object:module.to", [dtype]),
            Step("result", f"object:module.{method}", _references(arguments), options),
        ],
        inputs=tensors,
        parameters={"module": parameters} if parameters else {},
        vjp=_vjp(leaves, cotangent),
    )


def figures(*, gradients: Mapping[str, Tensor] | None = None, **values: Any) -> Found:
    """What is expected, from figures worked by hand: ``figures(result=torch.tensor(0.25))``.

    Only what is given is compared; whether a tensor is attached to the graph is not.
    """
    return Found(Call(steps=[]), Observation(values=_wrap(values), gradients=dict(gradients or {})), by_hand=True)


def _references(arguments: Mapping[str, Any]) -> list[Any]:
    return [Ref(name) if isinstance(value, Tensor) else value for name, value in arguments.items()]


def _differentiable(tensors: Mapping[str, Tensor]) -> list[str]:
    return [name for name, tensor in tensors.items() if tensor.is_floating_point()]


def _vjp(wrt: Sequence[str], cotangent: Cotangent) -> Vjp | None:
    if cotangent is None:
        return None
    return Vjp("result", wrt, cotangent if isinstance(cotangent, tuple) else (cotangent,))


def _wrap(value: Any) -> Any:
    """Tensors as they are observed, at any depth."""
    if isinstance(value, Tensor):
        return ObservedTensor(value, attached=False)
    if isinstance(value, (list, tuple)):
        return type(value)(_wrap(item) for item in value)
    if isinstance(value, dict):
        return {key: _wrap(item) for key, item in value.items()}
    return value
