"""A frame: header, JSON body, tensor bytes. The reader validates everything, and never quotes what it read.

header   16 bytes: magic "GRD1", body length (4 bytes), payload length (8 bytes), little-endian
body     JSON: [kind, nonce, tree, [[dtype, shape], ...]]
payload  the tensors' bytes, concatenated, row-major
"""

from __future__ import annotations

import json
import math
import struct
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NoReturn

import torch
from torch import Tensor

from gradkit.errors import WireError
from gradkit.wire.values import DTYPE_NAMES, DTYPES, decode, encode

MAGIC = b"GRD1"
HEAD = struct.Struct("<4sIQ")
MAX_BODY = 4 << 20
MAX_PAYLOAD = 64 << 20
MAX_TENSORS = 4096
MAX_DIMENSIONS = 16
_MAX_ELEMENTS = 1 << 40  # also for an empty tensor, whose strides torch computes without the zero
_to_json = json.JSONEncoder(allow_nan=False).encode


@dataclass(frozen=True)
class Frame:
    """A message: its kind, the nonce that matches a reply to its request, and a value."""

    kind: str
    nonce: str
    value: Any


def pack(frame: Frame) -> list[bytes]:
    """The frame's bytes, as buffers to send in order.

    Raises:
        WireError: a value has no plain form, or the frame would be too large to be accepted.
    """
    tensors: list[Tensor] = []
    tree = encode(frame.value, tensors)
    buffers = [bytes_of(tensor) for tensor in tensors]
    shapes = [[DTYPE_NAMES[tensor.dtype], list(tensor.shape)] for tensor in tensors]
    body = _to_json([frame.kind, frame.nonce, tree, shapes]).encode()
    size = sum(len(buffer) for buffer in buffers)
    _check_sizes(len(body), size)
    return [HEAD.pack(MAGIC, len(body), size) + body, *(buffer for buffer in buffers if len(buffer))]


def read(read_exactly: Callable[[int], bytearray]) -> Frame:
    """Read one frame through ``read_exactly(n)``, which returns n bytes or raises.

    Raises:
        WireError: the bytes are not a frame. Nothing beyond the limits is ever read into memory.
    """
    return parse(*read_unparsed(read_exactly))


def read_unparsed(read_exactly: Callable[[int], bytearray]) -> tuple[bytes, bytearray]:
    """The body and the payload of the next frame, as they arrive; raises like `read`."""
    body_size, payload_size = sizes(read_exactly(HEAD.size))
    return bytes(read_exactly(body_size)), read_exactly(payload_size)


def sizes(head: bytearray) -> tuple[int, int]:
    """The lengths of the body and the payload that follow ``head``; raises like `read`."""
    magic, body_size, payload_size = HEAD.unpack_from(head)
    if magic != MAGIC:
        raise WireError("a frame must begin with its magic number")
    _check_sizes(body_size, payload_size)
    return body_size, payload_size


def _check_sizes(body: int, payload: int) -> None:
    if body > MAX_BODY or payload > MAX_PAYLOAD:
        raise WireError(f"a frame exceeds the limit of {MAX_BODY} + {MAX_PAYLOAD} bytes")


def bytes_of(tensor: Tensor) -> bytes:
    """The bytes of a tensor's elements, row-major.

    Raises:
        WireError: it is sparse, or of a dtype that cannot be sent.
    """
    if tensor.layout != torch.strided or tensor.dtype not in DTYPE_NAMES:
        raise WireError(f"a {tensor.layout} tensor of {tensor.dtype} cannot be sent")
    if tensor.dtype is torch.bfloat16:  # which NumPy lacks
        tensor = tensor.detach().view(torch.int16)
    return tensor.numpy(force=True).tobytes()


def parse(body: bytes, payload: bytearray) -> Frame:
    """Read a frame from its body and its payload; raises like `read`."""
    try:
        top = json.loads(body, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise WireError(f"a frame's body is not JSON: {type(error).__name__}") from None
    if type(top) is not list or [type(part) for part in top] not in ([str, str, kind, list] for kind in _TREE_TYPES):
        raise WireError("a frame's body must be [kind, nonce, value, tensors]")
    kind, nonce, tree, shapes = top
    if len(shapes) > MAX_TENSORS:
        raise WireError(f"a frame holds more than {MAX_TENSORS} tensors")
    tensors, offset = [], 0
    for shape in shapes:
        tensor, offset = _tensor(shape, payload, offset)
        tensors.append(tensor)
    if offset != len(payload):
        raise WireError("a frame's payload is longer than its tensors")
    return Frame(kind, nonce, decode(tree, tensors))


_TREE_TYPES = (dict, list, str, int, float, bool, type(None))


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name)


def _tensor(description: Any, payload: bytearray, offset: int) -> tuple[Tensor, int]:
    if type(description) is not list or len(description) != 2:
        raise WireError("a tensor must be described by [dtype, shape]")
    name, shape = description
    if type(name) is not str or name not in DTYPES:
        raise WireError("a tensor's dtype is unknown")
    if type(shape) is not list or len(shape) > MAX_DIMENSIONS:
        raise WireError("a tensor's shape must be a list of at most 16 sizes")
    if any(type(size) is not int or not 0 <= size <= 1 << 31 for size in shape):
        raise WireError("a tensor's sizes must be non-negative integers")
    dtype = DTYPES[name]
    if math.prod(max(size, 1) for size in shape) > _MAX_ELEMENTS:
        raise WireError("a tensor's shape is too large")
    end = offset + math.prod(shape) * dtype.itemsize
    if end > len(payload):
        raise WireError("a frame's payload is shorter than its tensors")
    if end == offset:
        return torch.empty(shape, dtype=dtype), end
    # A copy, so that the storage is aligned and owned.
    raw = torch.frombuffer(memoryview(payload)[offset:end], dtype=torch.uint8).clone()
    if dtype is torch.bool and int(raw.max()) > 1:
        raise WireError("a bool tensor holds a byte that is neither 0 nor 1")
    return raw.view(dtype).reshape(shape), end
