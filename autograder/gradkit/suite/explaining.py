"""How a wrong value differs from the right one, in a beginner's words.

The verdict is found before any of this is called (see `gradkit.suite.mismatch.Mismatch`), so a failure here costs a
message its details and nothing else. A simple relation between the two often tells what went wrong.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

from gradkit.suite.mismatch import Details
from gradkit.suite.picture import Picture
from gradkit.suite.said import Said, about, one_of, say

_SIMPLE = 10  # the largest factor that is told without being a size of an input


@dataclass(frozen=True, eq=False)
class Pair:
    """Two tensors of one shape and dtype that differ.

    Attributes:
        found: the student's.
        expected: the right one.
        wrong: which elements differ, at least one.
        gradient: whether they are gradients.
    """

    found: Tensor
    expected: Tensor
    wrong: Tensor
    gradient: bool = False


def explain_shape(words: Said, found: Tensor, expected: Tensor) -> Details:
    """For two tensors of different shapes: whether the numbers are right, and a picture of the shapes."""
    right = " The numbers in it are right." if same_numbers(found, expected) else ""
    return Details(say(words, right), picture=Picture(found, expected))


def explain_elements(words: Said, pair: Pair, allowed: str, sizes: Mapping[str, torch.Size]) -> Details:
    """For two tensors of one shape: how many elements differ, where the worst is, how far off, and what relation.

    Args:
        words: the plain sentence, without its full stop.
        pair: the two tensors.
        allowed: the tolerance in words.
        sizes: the shapes of the inputs, by name.
    """
    found, expected, distance = pair.found, pair.expected, _distance(pair)
    worst = tuple(int(index) for index in torch.unravel_index(distance.argmax(), distance.shape))
    of = "the right value" if expected.numel() == 1 else "the largest right value"
    scale = float(expected.abs().max()) if found.is_floating_point() else 0.0  # of whole numbers every one counts
    error = about(float(distance.max()), scale, of)
    how = say("off by ", error, f" (allowed: {allowed})")
    if found.ndim:
        count, at = (one_of(str(text), found.numel()) for text in (int(pair.wrong.sum()), list(worst)))
        how = say(count, f" of {found.numel()} elements differ; the worst, at ", at, ", is ", how)
    related = relation(found, expected, sizes)
    where = f" at {list(worst)}" if found.ndim else ""
    figures = f"Expected{where}: {expected[worst].item():.6g}; found: {found[worst].item():.6g}."
    picture = Picture(found, expected, distance, pair.gradient)
    more = say("; ", related) if related.text else related
    return Details(say(words, ": ", how, more, "."), figures, picture)


def explain_number(words: Said, found: float, expected: float, allowed: str) -> Details:
    """For two numbers: how far off, and the tolerance ``allowed`` in words."""
    error = about(abs(found - expected), abs(expected), "the right value")
    return Details(
        say(words, ": off by ", error, f" (allowed: {allowed})."),
        figures=f"Expected: {expected:.6g}; found: {found:.6g}.",
    )


def _distance(pair: Pair) -> Tensor:
    """How far off each element is, negative where it is right."""
    far = (pair.found.double() - pair.expected.double()).abs().nan_to_num(nan=torch.inf)
    if not pair.found.is_floating_point():
        far = far.clamp(min=1)  # whole numbers beyond 2^53 may differ and still be one float64
    return torch.where(pair.wrong, far, -1.0)


def relation(found: Tensor, expected: Tensor, sizes: Mapping[str, torch.Size]) -> Said:
    """In words, how a wrong tensor is related to the right one of the same shape; "" where nothing simple is found.

    Looked for: zeros, a transpose, a constant factor, a sign. What is said is true of this case, and no guess at its
    cause.

    Args:
        found: the wrong tensor.
        expected: the right one.
        sizes: the shapes of the inputs by name: a factor that is one of their sizes is told as such.
    """
    text = _relation(found, expected, sizes)
    # Zeros, transposed, opposite, one factor; or one of the factors that have a name, to either side, with either sign.
    return one_of(text, 4 + 4 * (_SIMPLE + sum(len(shape) + 1 for shape in sizes.values())))


def _relation(found: Tensor, expected: Tensor, sizes: Mapping[str, torch.Size]) -> str:
    if not found.is_floating_point() or not found.numel() or not torch.isfinite(found).all():
        return ""
    one, other = found.detach().double(), expected.detach().double()
    near = _nearness(found)
    scale = float(other.abs().max())
    if scale == 0:
        return ""
    if not one.any():
        return "it is zero" if one.numel() == 1 else "it is zero everywhere"
    if one.ndim == 2 and one.shape[0] == one.shape[1] > 1 and _same(one, other.T, near * scale):
        return "it is the transpose of what it should be"
    factor = float((one * other).sum() / (other * other).sum())
    if factor == 0 or not (math.isfinite(factor) and math.isfinite(1 / factor)):
        return ""  # too far from 1 for float64: no factor to speak of
    if not _same(one, factor * other, near * scale * abs(factor)):
        return ""
    # Where the right number is 0, every factor fits: it explains the others only.
    return _factor_in_words(factor, near, int(other.count_nonzero()), sizes)


def same_numbers(found: Tensor, expected: Tensor) -> bool:
    """Whether two tensors hold the same numbers in the same order, or transposed, whatever their shapes."""
    if found.numel() != expected.numel() or found.numel() < 2 or not torch.isfinite(found).all():
        return False
    one, other = found.detach().double(), expected.detach().double()
    allowed = _nearness(found) * float(other.abs().max())
    if _same(one.reshape(-1), other.reshape(-1), allowed):
        return True
    return one.shape == other.T.shape and _same(one, other.T, allowed) if other.ndim == 2 else False


def _nearness(tensor: Tensor) -> float:
    return 1e-6 if tensor.dtype == torch.float64 else 1e-3


def _same(one: Tensor, other: Tensor, allowed: float) -> bool:
    return bool(((one - other).abs() <= allowed).all())


def _factor_in_words(factor: float, near: float, count: int, sizes: Mapping[str, torch.Size]) -> str:
    size = abs(factor)
    sign = " and of the opposite sign" if factor < 0 else ""
    if abs(size - 1) <= near:
        return "it has the opposite sign" if sign else ""
    larger = size > 1
    exact = size if larger else 1 / size
    whole = round(exact)
    if abs(exact / whole - 1) <= near:
        names = [name for name, shape in sizes.items() if whole in shape]
        known = f" ({whole} is a size of {' and of '.join(names)})" if names else ""
        if not known and (wholes := [name for name, shape in sizes.items() if whole == shape.numel()]):
            known = f" ({whole} is the number of elements of {' and of '.join(wholes)})"
        # One number is some multiple of any other: only a size or a sign is worth a word.
        if known or (count > 1 and whole <= _SIMPLE):
            return f"it is {whole} times too {'large' if larger else 'small'}{known}{sign}"
    if count > 2:  # two numbers are in some ratio by chance
        return "each number is wrong by the same factor"
    return ""
