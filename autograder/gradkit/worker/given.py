"""The values that a call passes to the student's code, and whether the code changed them."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from gradkit.wire.call import parts

_SINGLE = (bool, int, float, str)  # compared by value, everything else by identity


class Given:
    """A copy of one of the call's values, so that changes are detected and end with the call.

    Args:
        name: its name in reports of a change.
        value: the call's value: a tensor, an array, or a list, tuple or dict.
        wrt: the names of the tensors that gradients are taken with respect to.

    Attributes:
        name: as above.
        value: the copy.
        leaves: each tensor and array of the copy, by name.
    """

    def __init__(self, name: str, value: Any, wrt: Collection[str] = ()) -> None:
        self.name = name
        self.leaves: dict[str, Tensor | NDArray[Any]] = {}
        self._wrt = wrt
        self._copies: list[tuple[Callable[[Any, Any], bool], Any, Any]] = []  # how to compare, copy, original
        self.value = self._copy(name, value)

    def changed(self) -> bool:
        """Whether the numbers of a tensor or array, or the items of a list, tuple or dict, have changed."""
        try:
            return not all(same(copy, original) for same, copy, original in self._copies)
        except Exception:  # noqa: BLE001 - the tensor can no longer be compared
            return True

    def _copy(self, path: str, value: Any) -> Any:
        if isinstance(value, Tensor):
            tensor = self.leaves[path] = value.detach().clone().requires_grad_(path in self._wrt)
            self._copies.append((_same_tensor, tensor, value))
            return tensor
        if isinstance(value, np.ndarray):
            array = self.leaves[path] = np.array(value, copy=True)
            self._copies.append((_same_array, array, value))
            return array
        if not isinstance(value, (list, tuple, dict)):
            return value
        items = [self._copy(below, item) for below, item in parts(path, value)]
        copy = dict(zip(value, items, strict=True)) if isinstance(value, dict) else type(value)(items)
        self._copies.append((_same_items, copy, _items(copy)))
        return copy


def _items(container: list[Any] | tuple[Any, ...] | dict[Any, Any]) -> list[Any]:
    return [*container, *container.values()] if isinstance(container, dict) else [*container]


def _same_items(container: Any, before: list[Any]) -> bool:
    after = _items(container)
    return len(after) == len(before) and all(map(_same_item, after, before))


def _same_item(after: Any, before: Any) -> bool:
    return after is before or (type(after) in _SINGLE and type(after) is type(before) and after == before)


def _same_tensor(after: Tensor, before: Tensor) -> bool:
    """Whether a tensor is unchanged, NaN included."""
    if after.shape != before.shape or after.dtype != before.dtype:
        return False
    return torch.equal(after, before) or (
        after.is_floating_point() and torch.allclose(after.detach(), before, rtol=0, atol=0, equal_nan=True)
    )


def _same_array(after: NDArray[Any], before: NDArray[Any]) -> bool:
    """Whether an array is unchanged, NaN included."""
    if after.shape != before.shape or after.dtype != before.dtype:
        return False
    return np.array_equal(after, before, equal_nan=after.dtype.kind == "f")
