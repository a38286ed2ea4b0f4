"""The gradients of <output, cotangents>: by autograd, or by central differences without a graph."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

from gradkit.wire.call import Call, Vjp
from gradkit.wire.observation import MAX_TEXT
from gradkit.wire.values import as_tensor, sendable
from gradkit.worker.objects import Objects

_STEP = 1e-5  # about the cube root of float64's precision: truncation and rounding errors are about equal


def differentiate(objects: Objects, vjp: Vjp) -> tuple[dict[str, Tensor | None], str]:
    """The gradients of <output, cotangents>, and autograd's error message, or ""."""
    leaves = {name: objects.find_leaf(name) for name in vjp.wrt}
    outputs = [value for value in _outputs(objects, vjp) if isinstance(value, Tensor)]
    pairs = [
        (output, cotangent)
        for output, cotangent in zip(outputs, vjp.cotangents, strict=False)
        if output.requires_grad and output.shape == cotangent.shape
    ]
    if not pairs:
        return dict.fromkeys(leaves), ""
    try:
        gradients = torch.autograd.grad(
            [output for output, _ in pairs],
            list(leaves.values()),
            grad_outputs=[cotangent.to(output.dtype) for output, cotangent in pairs],
            allow_unused=True,
        )
    except RuntimeError as error:
        return dict.fromkeys(leaves), str(error)[:MAX_TEXT]
    return {
        name: None if gradient is None else gradient.detach().clone()
        for name, gradient in zip(leaves, gradients, strict=True)
    }, ""


def differences(call: Call, start: Callable[[], Objects]) -> dict[str, Tensor]:
    """The gradients that the call requests by central differences, in float64.

    Args:
        call: the call; all its steps are repeated for each number.
        start: makes the objects that the steps start from.
    """
    vjp = call.vjp
    if vjp is None:
        return {}

    def product(name: str, index: tuple[int, ...], step: float) -> float:
        objects = start()
        leaf: Any = objects.leaves[name]
        with torch.no_grad():
            leaf[index] += step
        objects.run_all(call)
        return _product(objects, vjp)

    def slope(name: str, index: tuple[int, ...]) -> float:
        return (product(name, index, _STEP) - product(name, index, -_STEP)) / (2 * _STEP)

    shapes = {name: tuple(call.leaves()[name].shape) for name in vjp.differences}
    return {
        name: torch.tensor([slope(name, index) for index in np.ndindex(shape)], dtype=torch.float64).reshape(shape)
        for name, shape in shapes.items()
    }


def _product(objects: Objects, vjp: Vjp) -> float:
    """<output, cotangents>; an output of another shape than its cotangent counts as zero."""
    outputs = [as_tensor(value) if sendable(value) else value for value in _outputs(objects, vjp)]
    return sum(
        float((output.detach().double() * cotangent.double()).sum())
        for output, cotangent in zip(outputs, vjp.cotangents, strict=False)
        if isinstance(output, Tensor) and output.shape == cotangent.shape
    )


def _outputs(objects: Objects, vjp: Vjp) -> Sequence[Any]:
    found = objects.named[vjp.output]
    return found if isinstance(found, (tuple, list)) else [found]
