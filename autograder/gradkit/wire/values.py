"""The plain values that a frame can hold, and their JSON form.

None, bool, int, str, finite float   themselves
list                                 [...]
inf, nan                             {"$float": "inf"}
tuple                                {"$tuple": [...]}
dict                                 {"$dict": [[key, value], ...]}, keys str or int
torch.Tensor                         {"$tensor": index into the frame's tensors}
numpy.ndarray, a NumPy scalar        {"$array": index}, {"$scalar": index}, likewise
torch.dtype                          {"$dtype": "float64"}
Ref, ObservedTensor, Opaque          {"$ref": name}, {"$seen": [tensor, attached]}, {"$opaque": type name}
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from gradkit.errors import WireError

MAX_DEPTH = 32
MAX_NODES = 200_000
MAX_NAME = 200

DTYPES: Mapping[str, torch.dtype] = MappingProxyType(
    {
        "float64": torch.float64,
        "float32": torch.float32,
        "float16": torch.float16,
        "bfloat16": torch.bfloat16,
        "int64": torch.int64,
        "int32": torch.int32,
        "int16": torch.int16,
        "int8": torch.int8,
        "uint8": torch.uint8,
        "bool": torch.bool,
    }
)
DTYPE_NAMES: Mapping[torch.dtype, str] = MappingProxyType({dtype: name for name, dtype in DTYPES.items()})
SCALARS: frozenset[type[np.generic]] = frozenset(np.dtype(name).type for name in DTYPES if name != "bfloat16")
"""The NumPy scalar types that can be sent, as can arrays of them."""


@dataclass(frozen=True)
class Ref:
    """A reference to an earlier result, an input or a target: ``Ref("model.parameters()")``, ``Ref("torch:sin")``."""

    name: str


@dataclass(frozen=True, eq=False)
class ObservedTensor:
    """A tensor as reported by the student's process.

    Attributes:
        data: its values, detached, on the CPU.
        attached: whether it was part of the autograd graph.
    """

    data: Tensor
    attached: bool


@dataclass(frozen=True)
class Opaque:
    """A value that cannot be sent: only the name of its type is known."""

    type_name: str


def sendable(value: Any) -> bool:
    """Whether a value is a NumPy array or scalar that can be sent: no subclass, no object or record dtype."""
    return type(value) in SCALARS or (type(value) is np.ndarray and value.dtype.type in SCALARS)


def as_tensor(array: NDArray[Any] | np.generic) -> Tensor:
    """Copy a sendable array or scalar into a tensor of the same shape and dtype."""
    native = array.dtype.newbyteorder("=")
    return torch.from_numpy(np.array(array, dtype=native, order="C", copy=True))


def encode(value: Any, tensors: list[Tensor]) -> Any:
    """The JSON form of ``value``; its tensors are appended to ``tensors``.

    Raises:
        WireError: a value has no plain form.
    """
    if value is None or type(value) in (bool, int, str):
        return value
    if type(value) is float:
        return value if math.isfinite(value) else {"$float": repr(value)}
    if type(value) is list:
        return [encode(item, tensors) for item in value]
    if type(value) is dict:
        return {"$dict": [[key, encode(item, tensors)] for key, item in value.items()]}
    if type(value) is ObservedTensor:
        return {"$seen": [encode(value.data, tensors), value.attached]}
    if isinstance(value, Tensor):
        tensors.append(value)
        return {"$tensor": len(tensors) - 1}
    if sendable(value):
        tensors.append(as_tensor(value))
        return {"$array" if isinstance(value, np.ndarray) else "$scalar": len(tensors) - 1}
    if type(value) is tuple:
        return {"$tuple": [encode(item, tensors) for item in value]}
    if isinstance(value, torch.dtype) and value in DTYPE_NAMES:
        return {"$dtype": DTYPE_NAMES[value]}
    if type(value) is Ref:
        return {"$ref": value.name}
    if type(value) is Opaque:
        return {"$opaque": value.type_name}
    raise WireError(
        f"a value of type {type(value).__name__} cannot be sent; use tensors, arrays, numbers, text, lists or dicts"
    )


def decode(node: Any, tensors: Sequence[Tensor]) -> Any:
    """Decode a JSON form received over the wire.

    Raises:
        WireError: the form is not one that `encode` writes, is too deep or has too many nodes.
    """
    return _Decoder(tensors).decode(node, 0)


class _Decoder:
    """Decodes one frame's tree, in which each tensor may be used once."""

    def __init__(self, tensors: Sequence[Tensor]) -> None:
        self.tensors = tensors
        self.used: set[int] = set()
        self.nodes = 0

    def decode(self, node: Any, depth: int) -> Any:
        self.nodes += 1
        if depth > MAX_DEPTH or self.nodes > MAX_NODES:
            raise WireError("a frame's tree is too deep or too large")
        if type(node) is list:
            return [self.decode(item, depth + 1) for item in node]
        if type(node) is dict:
            if len(node) != 1:
                raise WireError("a tagged value must have one key")
            ((tag, body),) = node.items()
            if tag not in _TAGGED:
                raise WireError("a tagged value has an unknown tag")
            return _TAGGED[tag](self, body, depth + 1)
        if type(node) is str:
            return _scrub(node)
        if type(node) is int and node.bit_length() > 64:
            raise WireError("an integer must fit into 64 bits")
        return node

    def _float(self, body: Any, _depth: int) -> float:
        if body not in ("inf", "-inf", "nan"):
            raise WireError("a $float must be inf, -inf or nan")
        return float(body)

    def _tuple(self, body: Any, depth: int) -> tuple[Any, ...]:
        if type(body) is not list:
            raise WireError("a $tuple must hold a list")
        return tuple(self.decode(item, depth) for item in body)

    def _dict(self, body: Any, depth: int) -> dict[str | int, Any]:
        if type(body) is not list:
            raise WireError("a $dict must hold a list of pairs")
        result: dict[str | int, Any] = {}
        for pair in body:
            if type(pair) is not list or len(pair) != 2 or type(pair[0]) not in (str, int) or pair[0] in result:
                raise WireError("a $dict must hold pairs with distinct text or integer keys")
            result[self.decode(pair[0], depth)] = self.decode(pair[1], depth)
        return result

    def _tensor(self, body: Any, _depth: int) -> Tensor:
        if type(body) is not int or not 0 <= body < len(self.tensors) or body in self.used:
            raise WireError("a $tensor must name one of the frame's tensors, once")
        self.used.add(body)
        return self.tensors[body]

    def _array(self, body: Any, depth: int) -> NDArray[Any]:
        tensor = self._tensor(body, depth)
        if tensor.dtype == torch.bfloat16:
            raise WireError("a $array must have a NumPy dtype")
        return tensor.numpy()

    def _scalar(self, body: Any, depth: int) -> np.generic:
        array = self._array(body, depth)
        if array.ndim:
            raise WireError("a $scalar must be a single number")
        scalar: np.generic = array.dtype.type(array.item())
        return scalar

    def _dtype(self, body: Any, _depth: int) -> torch.dtype:
        if type(body) is not str or body not in DTYPES:
            raise WireError("a $dtype must name a known dtype")
        return DTYPES[body]

    def _seen(self, body: Any, depth: int) -> ObservedTensor:
        if type(body) is not list or len(body) != 2 or type(body[1]) is not bool:
            raise WireError("a $seen must hold a tensor and whether it was attached")
        data = self.decode(body[0], depth)
        if not isinstance(data, Tensor):
            raise WireError("a $seen must hold a tensor")
        return ObservedTensor(data, body[1])

    def _text(self, body: Any) -> str:
        if type(body) is not str:
            raise WireError("a name must be text")
        return _scrub(body)


_TAGGED: Mapping[str, Callable[[_Decoder, Any, int], Any]] = {
    "$float": _Decoder._float,
    "$tuple": _Decoder._tuple,
    "$dict": _Decoder._dict,
    "$tensor": _Decoder._tensor,
    "$array": _Decoder._array,
    "$scalar": _Decoder._scalar,
    "$dtype": _Decoder._dtype,
    "$ref": lambda decoder, body, _: Ref(decoder._text(body)),
    "$opaque": lambda decoder, body, _: Opaque(decoder._text(body)[:MAX_NAME]),
    "$seen": _Decoder._seen,
}


def _scrub(text: str) -> str:
    """Replace lone surrogates, which JSON can carry but UTF-8 cannot encode."""
    return text if text.isascii() else text.encode("utf-8", errors="replace").decode("utf-8")
