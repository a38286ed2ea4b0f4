"""Explain to a beginner how a wrong value differs from the expected one.

The verdict is computed before any of this is called (see `gradkit.suite.mismatch.Mismatch`), so a failure here costs a
message only its details. A simple relation between the two often reveals the mistake.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import reduce

import torch
from torch import Tensor

from gradkit.messages import Message, message
from gradkit.suite.mismatch import Details
from gradkit.suite.picture import Picture
from gradkit.suite.said import Said, about, one_of, say

_SIMPLE = 10  # the largest factor named without being an input size


@dataclass(frozen=True, eq=False)
class Pair:
    """Two tensors of the same shape and dtype that differ.

    Attributes:
        found: the student's tensor.
        expected: the expected tensor.
        wrong: which elements differ, at least one.
        gradient: whether they are gradients.
    """

    found: Tensor
    expected: Tensor
    wrong: Tensor
    gradient: bool = False


def explain_shape(words: Said, found: Tensor, expected: Tensor) -> Details:
    """Explain a wrong shape: whether the numbers are right, and a picture of both shapes."""
    if same_numbers(found, expected):
        words = say("{first} {then}", first=words, then=message("The numbers in it are right."))
    return Details(words, picture=Picture(found, expected))


def explain_elements(words: Said, pair: Pair, allowed: str, sizes: Mapping[str, torch.Size]) -> Details:
    """Explain wrong elements: their number, the position and size of the largest error, a simple relation.

    Args:
        words: the plain sentence, without its period.
        pair: the two tensors.
        allowed: the tolerance in words.
        sizes: the shapes of the inputs, by name.
    """
    found, expected, distance = pair.found, pair.expected, _distance(pair)
    worst = tuple(int(index) for index in torch.unravel_index(distance.argmax(), distance.shape))
    of = message("the right value") if expected.numel() == 1 else message("the largest right value")
    scale = float(expected.abs().max()) if found.is_floating_point() else 0.0  # for integers every difference counts
    error = about(float(distance.max()), scale, of)
    how = say("off by {error} (allowed: {allowed})", error=error, allowed=allowed)
    if found.ndim:
        count, at = (one_of(str(text), found.numel()) for text in (int(pair.wrong.sum()), list(worst)))
        how = say(
            "{count} of {all} elements differ; the worst, at {index}, is {how}",
            count=count,
            all=found.numel(),
            index=at,
            how=how,
        )
    related = relation(found, expected, sizes)
    if related.text:
        said = say("{wrong}: {how}; {relation}.", wrong=words, how=how, relation=related)
    else:
        said = replace(say("{wrong}: {how}.", wrong=words, how=how), bits=words.bits + how.bits + related.bits)
    figures = {"expected": f"{expected[worst].item():.6g}", "found": f"{found[worst].item():.6g}"}
    if found.ndim:
        values = message("Expected at {index}: {expected}; found: {found}.", index=list(worst), **figures)
    else:
        values = message("Expected: {expected}; found: {found}.", **figures)
    return Details(said, values, Picture(found, expected, distance, pair.gradient))


def explain_number(words: Said, found: float, expected: float, allowed: str) -> Details:
    """Explain a wrong number: the size of the error, and the tolerance ``allowed`` in words."""
    error = about(abs(found - expected), abs(expected), message("the right value"))
    how = say("off by {error} (allowed: {allowed})", error=error, allowed=allowed)
    return Details(
        say("{wrong}: {how}.", wrong=words, how=how),
        figures=message("Expected: {expected}; found: {found}.", expected=f"{expected:.6g}", found=f"{found:.6g}"),
    )


def _distance(pair: Pair) -> Tensor:
    """The absolute error of each element, negative where it is right."""
    far = (pair.found.double() - pair.expected.double()).abs().nan_to_num(nan=torch.inf)
    if not pair.found.is_floating_point():
        far = far.clamp(min=1)  # integers beyond 2^53 may differ but round to the same float64
    return torch.where(pair.wrong, far, -1.0)


def relation(found: Tensor, expected: Tensor, sizes: Mapping[str, torch.Size]) -> Said:
    """A simple relation, in words, between a wrong tensor and the expected one of the same shape, or "".

    Relations: zeros, a transpose, a constant factor, a sign. The statement holds for this case and does not guess the
    cause.

    Args:
        found: the wrong tensor.
        expected: the expected tensor.
        sizes: the shapes of the inputs by name: a factor equal to one of their sizes is named after it.
    """
    text = _relation(found, expected, sizes)
    # Zeros, transposed, opposite, unnamed factor; or a named factor, too large or too small, with either sign.
    return one_of(text, 4 + 4 * (_SIMPLE + sum(len(shape) + 1 for shape in sizes.values())))


def _relation(found: Tensor, expected: Tensor, sizes: Mapping[str, torch.Size]) -> str:
    if not found.is_floating_point() or not found.numel() or not torch.isfinite(found).all():
        return ""
    yours, right = found.detach().double(), expected.detach().double()
    near = _tolerance(found)
    scale = float(right.abs().max())
    if scale == 0:
        return ""
    if not yours.any():
        return message("it is zero") if yours.numel() == 1 else message("it is zero everywhere")
    if yours.ndim == 2 and yours.shape[0] == yours.shape[1] > 1 and _near(yours, right.T, near * scale):
        return message("it is the transpose of what it should be")
    factor = float((yours * right).sum() / (right * right).sum())
    if factor == 0 or not (math.isfinite(factor) and math.isfinite(1 / factor)):
        return ""  # too far from 1 for float64
    if not _near(yours, factor * right, near * scale * abs(factor)):
        return ""
    # Where the expected number is 0, every factor fits: only the others count.
    return _factor_in_words(factor, near, int(right.count_nonzero()), sizes)


def same_numbers(found: Tensor, expected: Tensor) -> bool:
    """Whether two tensors of any shapes hold the same numbers in the same order, or transposed."""
    if found.numel() != expected.numel() or found.numel() < 2 or not torch.isfinite(found).all():
        return False
    yours, right = found.detach().double(), expected.detach().double()
    allowed = _tolerance(found) * float(right.abs().max())
    if _near(yours.reshape(-1), right.reshape(-1), allowed):
        return True
    return yours.shape == right.T.shape and _near(yours, right.T, allowed) if right.ndim == 2 else False


def _tolerance(tensor: Tensor) -> float:
    return 1e-6 if tensor.dtype == torch.float64 else 1e-3


def _near(found: Tensor, expected: Tensor, allowed: float) -> bool:
    return bool(((found - expected).abs() <= allowed).all())


def _factor_in_words(factor: float, near: float, count: int, sizes: Mapping[str, torch.Size]) -> str:
    size = abs(factor)
    if abs(size - 1) <= near:
        return message("it has the opposite sign") if factor < 0 else ""
    larger = size > 1
    exact = size if larger else 1 / size
    whole = round(exact)
    if abs(exact / whole - 1) <= near:
        names = [name for name, shape in sizes.items() if whole in shape]
        known: str = ""
        if names:
            known = message("{number} is a size of {names}", number=whole, names=_listed(names))
        elif wholes := [name for name, shape in sizes.items() if whole == shape.numel()]:
            known = message("{number} is the number of elements of {names}", number=whole, names=_listed(wholes))
        # A single number is some multiple of any other: only a size or a sign is meaningful.
        if known or (count > 1 and whole <= _SIMPLE):
            return _times(whole, known, larger=larger, opposite=factor < 0)
    if count > 2:  # two numbers may have the same ratio by chance
        return message("each number is wrong by the same factor")
    return ""


def _times(factor: int, known: str, *, larger: bool, opposite: bool) -> Message:
    """That a value is wrong by a factor; ``known`` says what else the factor is, or is empty."""
    if larger:
        times = message("it is {factor} times too large", factor=factor)
    else:
        times = message("it is {factor} times too small", factor=factor)
    if known:
        times = message("{times} ({what})", times=times, what=known)
    return message("{times} and of the opposite sign", times=times) if opposite else times


def _listed(names: Sequence[str]) -> str:
    return reduce(lambda first, then: message("{first} and of {then}", first=first, then=then), names)
