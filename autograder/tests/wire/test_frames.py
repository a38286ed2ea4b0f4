"""Frames come back as they were sent, and whatever is not a frame is refused."""

from __future__ import annotations

import json
import math
from contextlib import suppress

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from gradkit.errors import WireError
from gradkit.wire.frames import HEAD, MAGIC, MAX_BODY, MAX_PAYLOAD, Frame, pack, read
from gradkit.wire.values import DTYPES, MAX_DEPTH, ObservedTensor, Opaque, Ref


def read_bytes(data: bytes) -> Frame:
    position = 0

    def exactly(size: int) -> bytearray:
        nonlocal position
        if position + size > len(data):
            raise EOFError
        position += size
        return bytearray(data[position - size : position])

    frame = read(exactly)
    assert position == len(data), "bytes were left unread"
    return frame


def raw(body: object, payload: bytes = b"") -> bytes:
    text = json.dumps(body).encode()
    return HEAD.pack(MAGIC, len(text), len(payload)) + text + payload


def there_and_back(value: object) -> object:
    return read_bytes(b"".join(bytes(part) for part in pack(Frame("k", "n", value)))).value


plain = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63) | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner) | st.tuples(inner, inner),
    max_leaves=12,
)


@given(plain)
def test_plain_values_come_back_equal(value: object) -> None:
    assert there_and_back(value) == value


def test_nan_comes_back() -> None:
    assert math.isnan(there_and_back(math.nan))  # type: ignore[arg-type]


@pytest.mark.parametrize("name", sorted(DTYPES))
@pytest.mark.parametrize("shape", [(), (0,), (3,), (2, 3), (2, 0, 3)])
def test_tensors_of_every_dtype_come_back_equal(name: str, shape: tuple[int, ...]) -> None:
    tensor = torch.arange(math.prod(shape)).reshape(shape).to(DTYPES[name])
    back = there_and_back({"t": tensor})
    assert isinstance(back, dict)
    assert back["t"].dtype == tensor.dtype
    assert back["t"].shape == tensor.shape
    assert torch.equal(back["t"], tensor)


@pytest.mark.parametrize("name", sorted(set(DTYPES) - {"bfloat16"}))
@pytest.mark.parametrize("shape", [(), (0,), (3,), (2, 3), (2, 0, 3)])
def test_arrays_of_every_dtype_come_back_equal(name: str, shape: tuple[int, ...]) -> None:
    array = np.arange(math.prod(shape)).reshape(shape).astype(name)
    for laid_out in (array, array.T, array[..., ::-1] if shape else array, array.astype(array.dtype.newbyteorder(">"))):
        back = there_and_back([laid_out])[0]  # type: ignore[index]
        assert type(back) is np.ndarray
        assert (back.dtype, back.shape) == (array.dtype, laid_out.shape)
        assert np.array_equal(back, laid_out)
    scalar = np.ones((), name)[()]
    assert type(there_and_back(scalar)) is type(scalar)
    assert there_and_back(scalar) == scalar


class Cunning(np.ndarray):  # type: ignore[type-arg]
    """An array of a class of its own."""


@pytest.mark.parametrize(
    "value",
    [
        np.array([object()]),
        np.array([1j]),
        np.array(["text"]),
        np.zeros(2, [("a", float)]),
        np.zeros(2, "datetime64[s]"),
        np.zeros(2, np.longdouble),
        np.ma.masked_array([1.0], [True]),
        np.zeros(2).view(Cunning),
        np.complex128(1),
    ],
    ids=lambda value: f"{type(value).__name__} of {value.dtype}",
)
def test_arrays_of_anything_but_plain_numbers_are_not_sent(value: object) -> None:
    with pytest.raises(WireError, match="cannot be sent"):
        pack(Frame("k", "n", value))


GRID = torch.arange(6.0).reshape(2, 3)


@pytest.mark.parametrize("tensor", [GRID.T, GRID[:, ::2], GRID[:1, ::3], GRID[0].expand(4, 3), GRID.requires_grad_()])
def test_a_tensor_laid_out_oddly_comes_back_equal(tensor: torch.Tensor) -> None:
    assert torch.equal(there_and_back([tensor])[0], tensor)  # type: ignore[index]


def test_names_and_observed_tensors_come_back() -> None:
    back = there_and_back([Ref("x"), Opaque("set"), torch.float64, ObservedTensor(torch.ones(2), attached=True)])
    assert isinstance(back, list)
    assert back[:3] == [Ref("x"), Opaque("set"), torch.float64]
    assert back[3].attached is True


def test_what_has_no_plain_form_cannot_be_sent() -> None:
    with pytest.raises(WireError, match="set"):
        pack(Frame("k", "n", {1, 2}))


TENSOR = ["k", "n", {"$tensor": 0}, [["float64", [1]]]]
DEEP: object = None
for _ in range(MAX_DEPTH + 2):
    DEEP = [DEEP]


@pytest.mark.parametrize(
    "data",
    [
        b"XXXX" + bytes(12),
        HEAD.pack(MAGIC, MAX_BODY + 1, 0),
        HEAD.pack(MAGIC, 0, MAX_PAYLOAD + 1),
        HEAD.pack(MAGIC, 4, 0) + b"\xff\xfe{}",
        HEAD.pack(MAGIC, 3, 0) + b"NaN",
        raw("text"),
        raw(["k", "n", None]),
        raw(["k", 1, None, []]),
        raw(["k", "n", {"$nothing": 1}, []]),
        raw(["k", "n", {"$ref": "x", "$float": "inf"}, []]),
        raw(["k", "n", {"$float": "1.0"}, []]),
        raw(["k", "n", {"$tuple": {}}, []]),
        raw(["k", "n", {"$dict": [["a", 1], ["a", 2]]}, []]),
        raw(["k", "n", {"$dict": [[None, 1]]}, []]),
        raw(["k", "n", {"$dtype": "complex64"}, []]),
        raw(["k", "n", {"$seen": [1, True]}, []]),
        raw(["k", "n", {"$tensor": 0}, []]),
        raw(["k", "n", {"$tensor": True}, [["float64", [0]]]]),
        raw(["k", "n", [{"$tensor": 0}, {"$tensor": 0}], [["float64", [0]]]]),
        raw(["k", "n", DEEP, []]),
        raw(TENSOR),
        raw(TENSOR, bytes(7)),
        raw(TENSOR, bytes(9)),
        raw(["k", "n", None, [["float64", [-1]]]]),
        raw(["k", "n", None, [["float64", [1.0]]]]),
        raw(["k", "n", None, [["float64", [2**40, 0]]]]),
        raw(["k", "n", None, [["float99", [1]]]]),
        raw(["k", "n", None, [["float64", [1] * 17]]]),
        raw(["k", "n", {"$tensor": 0}, [["bool", [1]]]], b"\x02"),
    ],
)
def test_anything_else_is_refused(data: bytes) -> None:
    with pytest.raises(WireError):
        read_bytes(data)


@given(st.binary(max_size=200))
def test_random_bodies_are_refused_or_read_but_never_crash(body: bytes) -> None:
    with suppress(WireError):
        read_bytes(HEAD.pack(MAGIC, len(body), 0) + body)
