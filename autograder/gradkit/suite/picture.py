"""Pictures of a mismatch: two shapes, a map of wrong elements, a gradient beside the expected one.

A mismatch carries the tensors as they were compared; `Picture.as_data` reduces them to what a record may hold under
the feedback policy. If values may not be shown, the map only distinguishes right from wrong: the size of each
element's error would reveal hidden values over several submissions.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

MOST = 16  # drawn rows or columns
_MOST_VALUES = 8  # rows or columns written as numbers
_DIGITS = 4  # significant digits of a shown value


@dataclass(frozen=True)
class Picture:
    """Two tensors to compare by eye.

    Attributes:
        found: the student's tensor.
        expected: the reference's tensor.
        distance: the absolute error of each element, negative where it is right; None if the shapes differ.
        gradient: whether they are gradients.
    """

    found: Tensor
    expected: Tensor
    distance: Tensor | None = None
    gradient: bool = False

    def as_data(self, values: bool) -> Mapping[str, Any] | None:
        """Plain data for the record; None if there is nothing to draw.

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
    """The leading index of the worst element, and the matrix (or single row) that contains it."""
    if tensor.ndim == 1:
        return (), tensor.unsqueeze(0)
    worst = torch.unravel_index(tensor.argmax(), tensor.shape)
    leading = tuple(int(index) for index in worst[:-2])
    return leading, tensor[leading]


def _marks(distance: Tensor) -> list[str]:
    """One string of digits per row: 0 for right, 1 for wrong, 2 for the largest error."""
    marks = (distance >= 0).long()
    marks[divmod(int(distance.argmax()), distance.shape[1])] = 2
    marks = marks[:MOST, :MOST]
    return ["".join(map(str, row)) for row in marks.tolist()]


def _rounded(tensor: Tensor, leading: tuple[int, ...]) -> list[list[float]]:
    matrix = tensor[leading] if tensor.ndim > 1 else tensor.unsqueeze(0)
    return [[_shortened(value) for value in row] for row in matrix.double().tolist()]


def _shortened(value: float) -> float:
    rounded = float(f"{value:.{_DIGITS}g}")
    return rounded if math.isfinite(rounded) else value  # the largest floats would round up to infinity
