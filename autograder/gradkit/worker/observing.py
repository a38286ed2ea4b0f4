"""Turn what student code returned into plain values: data that can be sent, without behavior.

Numbers are read through the base class's own slots, so that a subclass that lies about itself (such as one equal to
everything) is reported as what it really holds.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from gradkit.wire.values import DTYPE_NAMES, MAX_DEPTH, SCALARS, ObservedTensor, Opaque, sendable

MAX_ITEMS = 50_000


def observe(value: Any, depth: int = 0) -> Any:
    """The plain form of ``value``; anything without one becomes `Opaque`, which names its type."""
    if value is None or value is True or value is False:
        return value
    if isinstance(value, Tensor):
        return _tensor(value)
    if isinstance(value, np.ndarray):
        return _array(value)
    if type(value) in SCALARS:
        return value
    if isinstance(value, float):
        return float.__pos__(value)
    if isinstance(value, int):
        number = int.__pos__(value)
        return number if number.bit_length() <= 64 else Opaque("int of more than 64 bits")
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, torch.dtype):
        return value
    if depth < MAX_DEPTH - 4:
        if isinstance(value, tuple) and tuple.__len__(value) <= MAX_ITEMS:
            return tuple(observe(item, depth + 1) for item in tuple.__iter__(value))
        if isinstance(value, list) and list.__len__(value) <= MAX_ITEMS:
            return [observe(item, depth + 1) for item in list.__iter__(value)]
        if isinstance(value, dict) and dict.__len__(value) <= MAX_ITEMS:
            return _dict(value, depth)
    return Opaque(type_name(value))


def type_name(value: Any) -> str:
    """The qualified name of the value's type."""
    kind = type(value)
    module = "" if kind.__module__ in ("builtins", "__main__") else f"{kind.__module__}."
    return f"{module}{kind.__qualname__}"[:200]


def _tensor(value: Tensor) -> ObservedTensor | Opaque:
    if type(value) not in (Tensor, torch.nn.Parameter):
        return Opaque(type_name(value))
    if value.layout != torch.strided or value.dtype not in DTYPE_NAMES or value.is_meta:
        return Opaque(f"{value.layout} tensor of {value.dtype} on {value.device}")
    # A copy, so that later calls of the student's code cannot change it.
    return ObservedTensor(value.detach().clone(), value.requires_grad)


def _array(value: NDArray[Any]) -> NDArray[Any] | Opaque:
    if sendable(value):
        return np.array(value, copy=True)
    of = f" of {value.dtype}"[:100] if type(value) is np.ndarray else ""
    return Opaque(f"{type_name(value)}{of}")


def _dict(value: dict[Any, Any], depth: int) -> Any:
    items = list(dict.items(value))
    if any(type(key) not in (str, int) for key, _ in items):
        return Opaque("dict with keys other than text and whole numbers")
    return {key: observe(item, depth + 1) for key, item in items}
