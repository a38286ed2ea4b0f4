"""Calls as bytes: packed once, sent to every submission, read in a fraction of the time that a frame's tree takes.

head     16 bytes: magic "GRC1", length of the tree (4 bytes), length of the tensors (8 bytes), little-endian
nonce    16 bytes
tree     plain values, pickled; everything else is a reference of [kind, ...]
tensors  their bytes, row-major, each at a multiple of 16 bytes

Only a worker reads calls, and only from its grader; nothing is unpickled in the other direction. The tree holds no
class or function, and the reader looks none up.
"""

from __future__ import annotations

import hashlib
import io
import pickle
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NoReturn
from weakref import WeakKeyDictionary

import numpy as np
import torch
from torch import Tensor

from gradkit.errors import WireError
from gradkit.wire.call import Call, call_from_value, call_to_value
from gradkit.wire.frames import HEAD, MAX_PAYLOAD, bytes_of
from gradkit.wire.values import DTYPE_NAMES, DTYPES, Ref, as_tensor, sendable

MAGIC = b"GRC1"
NONCE = 16  # characters
_ALIGNED = 16
_PLAIN = frozenset({type(None), bool, int, float, str, list, tuple, dict})


@dataclass(frozen=True)
class PackedCall:
    """A call's bytes, without the head and the nonce."""

    tree: bytes
    tensors: bytes

    @cached_property
    def digest(self) -> bytes:
        """A hash of the whole call."""
        return hashlib.sha256(b"%d " % len(self.tree) + self.tree + self.tensors).digest()

    def frame(self, nonce: str) -> bytes:
        """The bytes to send."""
        return HEAD.pack(MAGIC, len(self.tree), len(self.tensors)) + nonce.encode() + self.tree + self.tensors


def pack_call(call: Call) -> PackedCall:
    """Pack a call, once.

    Raises:
        WireError: a value cannot be sent, or the call is too large.
    """
    packed = _packed.get(call)
    if packed is None:
        packed = _packed[call] = _pack(call)
    return packed


_packed: WeakKeyDictionary[Call, PackedCall] = WeakKeyDictionary()


def _pack(call: Call) -> PackedCall:
    tree = io.BytesIO()
    pickler = _Pickler(tree)
    pickler.dump(call_to_value(call))
    if len(pickler.tensors) > MAX_PAYLOAD:
        raise WireError(f"the tensors of a call exceed the limit of {MAX_PAYLOAD} bytes")
    return PackedCall(tree.getvalue(), bytes(pickler.tensors))


def read_call(tree: bytes | bytearray, tensors: bytearray) -> Call:
    """Read a packed call. Its tensors share the memory of ``tensors``.

    Raises:
        WireError: the bytes are not a call.
    """
    try:
        return call_from_value(_Unpickler(tree, tensors).load())
    except pickle.UnpicklingError as error:
        raise WireError(f"not a call: {error}") from None


class _Pickler(pickle.Pickler):
    def __init__(self, file: io.BytesIO) -> None:
        super().__init__(file, protocol=5)
        self.tensors = bytearray()

    def persistent_id(self, value: Any) -> tuple[Any, ...] | None:
        if type(value) in _PLAIN:
            return None
        if isinstance(value, Tensor):
            return ("tensor", *self._place(value))
        if sendable(value):
            return ("array" if isinstance(value, np.ndarray) else "scalar", *self._place(as_tensor(value)))
        if type(value) is Ref:
            return ("ref", value.name)
        if isinstance(value, torch.dtype) and value in DTYPE_NAMES:
            return ("dtype", DTYPE_NAMES[value])
        raise WireError(
            f"a value of type {type(value).__name__} cannot be sent; use tensors, arrays, numbers, text, lists or dicts"
        )

    def _place(self, tensor: Tensor) -> tuple[str, tuple[int, ...], int]:
        self.tensors += bytes(-len(self.tensors) % _ALIGNED)
        start = len(self.tensors)
        self.tensors += bytes_of(tensor)
        return DTYPE_NAMES[tensor.dtype], tuple(tensor.shape), start


class _Unpickler(pickle.Unpickler):
    def __init__(self, tree: bytes | bytearray, tensors: bytearray) -> None:
        super().__init__(io.BytesIO(tree))
        self._tensors = tensors

    def find_class(self, module: str, name: str) -> NoReturn:
        raise pickle.UnpicklingError(f"it names {module}.{name}")

    def persistent_load(self, reference: tuple[Any, ...]) -> Any:
        kind, *rest = reference
        if kind == "ref":
            return Ref(*rest)
        if kind == "dtype":
            return DTYPES[rest[0]]
        tensor = self._tensor(*rest)
        if kind == "tensor":
            return tensor
        array = tensor.numpy()
        return array if kind == "array" else array.dtype.type(array.item())

    def _tensor(self, dtype: str, shape: tuple[int, ...], start: int) -> Tensor:
        size = 1
        for length in shape:
            size *= length
        if not size:
            return torch.empty(shape, dtype=DTYPES[dtype])
        return torch.frombuffer(self._tensors, dtype=DTYPES[dtype], count=size, offset=start).reshape(shape)
