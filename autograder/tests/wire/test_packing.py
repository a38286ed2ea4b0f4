"""Packed calls come back as they were, and name no class or function."""

from __future__ import annotations

import pickle
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from gradkit.errors import WireError
from gradkit.suite.accessors import same
from gradkit.wire.call import Call, Step, Vjp, call_to_value
from gradkit.wire.packing import pack_call, read_call
from gradkit.wire.values import DTYPES, Ref


def there_and_back(call: Call) -> Call:
    packed = pack_call(call)
    return read_call(packed.tree, bytearray(packed.tensors))


def passing(value: Any) -> Call:
    return Call([Step("result", "student:f", [value])])


plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text() | st.integers(), inner) | st.tuples(inner, inner),
    max_leaves=12,
)


@given(plain)
def test_plain_values_come_back_equal(value: object) -> None:
    assert there_and_back(passing(value)).steps[0].args == [value]


@pytest.mark.parametrize("shape", [(), (0,), (3,), (2, 0, 3), (2, 3)])
@pytest.mark.parametrize("name", sorted(DTYPES))
def test_tensors_and_arrays_come_back_equal(name: str, shape: tuple[int, ...]) -> None:
    tensor = torch.arange(60).reshape(3, 4, 5)[1:, ::2, :3].flatten()[: int(np.prod(shape))].reshape(shape)
    tensor = tensor.to(DTYPES[name])
    values = [tensor, tensor] if name == "bfloat16" else [tensor, tensor.numpy(), tensor.flatten()[::2]]
    found = there_and_back(passing(values)).steps[0].args[0]
    assert all(same(one, other) for one, other in zip(found, values, strict=True))


def test_a_whole_call_comes_back() -> None:
    x, w = torch.ones(2, 3), torch.zeros(3)
    call = Call(
        [
            Step("model", "student:Net", [3, torch.float32]),
            Step("y", "object:model", [Ref("x")], {"scale": np.float32(2)}),
        ],
        {"x": x},
        {"model": {"w": w}},
        ["y", "model.state"],
        Vjp("y", ["x", "model.w"], [x]),
        seed=5,
        banned=["matmul"],
    )
    found, sent = call_to_value(there_and_back(call)), call_to_value(call)
    assert found["steps"] == sent["steps"]
    assert {name: found[name] for name in ("observe", "seed", "banned")} == {
        name: sent[name] for name in ("observe", "seed", "banned")
    }
    assert torch.equal(found["inputs"]["x"], x)
    assert torch.equal(found["parameters"]["model"]["w"], w)
    assert found["vjp"][:2] == sent["vjp"][:2]


def test_equal_calls_have_equal_digests_and_others_do_not() -> None:
    one, same_one = (passing(torch.ones(2)) for _ in range(2))
    others = [passing(torch.zeros(2)), passing(torch.ones(2, 1)), passing([1.0, 1.0]), passing(torch.ones(2).double())]
    assert pack_call(one).digest == pack_call(same_one).digest
    assert len({pack_call(call).digest for call in (one, *others)}) == 5


@pytest.mark.parametrize("value", [print, int, object(), {1, 2}, b"x", 1j, torch.ones(2).to_sparse()])
def test_what_cannot_be_sent_is_named(value: object) -> None:
    with pytest.raises(WireError, match=r"cannot be sent"):
        pack_call(passing(value))


@pytest.mark.parametrize("value", [print, ValueError(), Ref("x")])
def test_a_tree_that_names_a_class_or_function_is_refused(value: object) -> None:
    with pytest.raises(WireError, match="not a call: it names"):
        read_call(pickle.dumps(value), bytearray())
