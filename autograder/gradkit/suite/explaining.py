"""How a wrong value differs from the right one, in a beginner's words.

The verdict is found before any of this is called (see `gradkit.suite.mismatch.Mismatch`), so a failure here costs a
message its details and nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

from gradkit.suite.mismatch import Details
from gradkit.suite.picture import Picture
from gradkit.suite.relations import relation, same_numbers
from gradkit.suite.said import Said, about, one_of, say


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
