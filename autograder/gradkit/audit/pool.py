"""Values of every type that an observation can hold, made by hypothesis: what strange answers are put together from."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import torch
from torch import Tensor

from gradkit.errors import UsageError
from gradkit.wire.values import DTYPES, ObservedTensor, Opaque, Ref

_SIZE = 400
_NUMBERS = (0.0, -0.0, 1.0, -1.0, 5e-324, -1e-310, 1e-30, 1e300, 1.7976931348623157e308, math.inf, -math.inf, math.nan)
_WHOLE = (0, 1, -1, 255, 2**31, 2**53 + 1, 2**63 - 1, -(2**63), 2**64 - 1, 1 - 2**64)
_SHAPES = ((), (0,), (1,), (2,), (7,), (2, 0, 3), (1, 1), (3, 2), (1, 1, 1, 1), (2, 1, 2, 1, 2))
_KEYS = ("", "weight", "0")


@dataclass(frozen=True, eq=False)
class Pool:
    """Values to draw from.

    Attributes:
        values: values of any type, nested or not.
        numbers: a few floating-point numbers each, among them the smallest, the largest and those that are none.
        texts: short texts.
    """

    values: list[Any] = field(default_factory=list)
    numbers: list[list[float]] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)


@cache
def make_pool() -> Pool:
    """The pool; the same on every run.

    Raises:
        UsageError: hypothesis is not installed.
    """
    try:
        from hypothesis import HealthCheck, Phase, given, seed, settings
        from hypothesis import strategies as st
    except ImportError as error:
        raise UsageError("Suites are fuzzed with hypothesis. Install it with: pip install 'gradkit[audit]'") from error
    ends = st.sampled_from(_NUMBERS)
    floats = st.one_of(ends, st.floats())
    fillings = st.one_of(
        st.lists(ends, min_size=1, max_size=1),
        st.lists(ends, min_size=1, max_size=3),
        st.lists(floats, min_size=1, max_size=3),
    )
    texts = st.text(max_size=8)
    dtypes = st.sampled_from(list(DTYPES.values()))
    tensors = st.builds(ObservedTensor, st.builds(filled, st.sampled_from(_SHAPES), dtypes, fillings), st.booleans())
    arrays = tensors.filter(lambda one: one.data.dtype != torch.bfloat16).map(lambda one: one.data.numpy())
    scalars = arrays.filter(lambda one: one.size == 1).map(lambda one: one.reshape(())[()])
    whole = st.one_of(st.sampled_from(_WHOLE), st.integers(1 - 2**64, 2**64 - 1))
    names = st.one_of(st.builds(Opaque, texts), st.builds(Ref, texts))
    leaves = st.one_of(tensors, arrays, scalars, floats, whole, st.none(), st.booleans(), texts, names, dtypes)
    keys = st.one_of(st.sampled_from(_KEYS), texts, st.integers(-1, 3))
    nested = st.recursive(
        leaves,
        lambda inner: st.one_of(
            st.lists(inner, max_size=3),
            st.lists(inner, max_size=3).map(tuple),
            st.dictionaries(keys, inner, max_size=3),
        ),
        max_leaves=4,
    )
    pool = Pool()

    @seed(0)
    @settings(
        max_examples=_SIZE,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(tensors, leaves, nested, fillings, texts)
    def keep(tensor: ObservedTensor, leaf: Any, value: Any, numbers: list[float], text: str) -> None:
        pool.values.extend((tensor, leaf, value))
        pool.numbers.append(numbers)
        pool.texts.append(text)

    keep()
    return pool


def filled(shape: Sequence[int], dtype: torch.dtype, numbers: Sequence[float]) -> Tensor:
    """A tensor of this shape and dtype with these numbers over and over, cut to 0, 1 or its ends for whole numbers."""
    if dtype.is_floating_point:
        some = torch.tensor(numbers, dtype=torch.float64).to(dtype)
    else:
        low, high = (0, 1) if dtype == torch.bool else (torch.iinfo(dtype).min, torch.iinfo(dtype).max)
        some = torch.tensor([high if n > 1 else low if n < -1 else int(n > 0) for n in numbers], dtype=dtype)
    count = math.prod(shape)
    return some.repeat(count // len(some) + 1)[:count].reshape(tuple(shape)).clone()
