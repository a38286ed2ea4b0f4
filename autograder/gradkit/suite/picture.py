"""What a look says more of than a sentence: two shapes, where a tensor is wrong, a gradient beside the right one.

A mismatch carries the tensors as they were compared; `Picture.as_data` makes of them what a record may hold under the
feedback policy. Without leave to show values, the map tells right from wrong and no more: sizes of errors, element by
element, are what a value can be found by, hand-in after hand-in.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

MOST = 16  # rows or columns that are drawn
_MOST_VALUES = 8  # rows or columns that are written as numbers
_DIGITS = 4  # significant digits of a value that is shown


@dataclass(frozen=True)
class Picture:
    """Two tensors to be looked at together.

    Attributes:
        found: the student's.
        expected: the reference's; of another shape, or of the same with the differences in ``distance``.
        distance: element by element how far off ``found`` is, negative where it is right; None where shapes differ.
        gradient: whether they are gradients.
    """

    found: Tensor
    expected: Tensor
    distance: Tensor | None = None
    gradient: bool = False

    def as_data(self, values: bool) -> Mapping[str, Any] | None:
        """For the record; None where there is nothing to look at.

        Args:
            values: whether the student may see the reference's values.
        """
        if self.distance is None:
            return {"kind": "shape", "found": list(self.found.shape), "expected": list(self.expected.shape)}
        if self.found.ndim == 0 or self.found.numel() < 2:
            return None
        leading, distance = _slice(self.distance)
        rows, columns = distance.shape
        about: dict[str, Any] = {"of": "gradient" if self.gradient else "value", "shape": list(self.found.shape)}
        about["at"] = list(leading)
        if values and self.gradient and max(rows, columns) <= _MOST_VALUES:
            pair = {"found": _rounded(self.found, leading), "expected": _rounded(self.expected, leading)}
            return {"kind": "values", **about, **pair}
        return {"kind": "errors", **about, "rows": _marks(distance), "whole": max(rows, columns) <= MOST}


def _slice(tensor: Tensor) -> tuple[tuple[int, ...], Tensor]:
    """The leading index of the worst element, and the matrix (or one row) that it lies in."""
    if tensor.ndim == 1:
        return (), tensor.unsqueeze(0)
    worst = torch.unravel_index(tensor.argmax(), tensor.shape)
    leading = tuple(int(index) for index in worst[:-2])
    return leading, tensor[leading]


def _marks(distance: Tensor) -> list[str]:
    """A line of digits for each row: 0 where it is right, 1 where it is wrong, 2 for the largest error."""
    marks = (distance >= 0).long()
    marks[divmod(int(distance.argmax()), distance.shape[1])] = 2
    marks = marks[:MOST, :MOST]
    return ["".join(map(str, row)) for row in marks.tolist()]


def _rounded(tensor: Tensor, leading: tuple[int, ...]) -> list[list[float]]:
    matrix = tensor[leading] if tensor.ndim > 1 else tensor.unsqueeze(0)
    return [[_shortened(value) for value in row] for row in matrix.double().tolist()]


def _shortened(value: float) -> float:
    rounded = float(f"{value:.{_DIGITS}g}")
    return rounded if math.isfinite(rounded) else value  # the largest floats would be rounded up to infinity
