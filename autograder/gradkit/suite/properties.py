"""Properties of models with a free architecture or random initialization."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from gradkit.messages import message as in_english
from gradkit.suite.mismatch import Mismatch
from gradkit.suite.runner import Found
from gradkit.suite.said import say

_SIGMAS = 6  # a false alarm once in 500 million
_NEAR = 1e-3  # for a sum of float32 numbers, each possibly clamped away from 0


def assert_deeper(found: Found, short: str, long: str, *, by: int, message: str) -> None:
    """Fail unless a tensor's computation is deeper than another's, as a recurrence is for a longer sequence.

    ``<short>.depth`` and ``<long>.depth`` must have been observed.

    Args:
        found: the student's result.
        short: the logits of a short sequence.
        long: the logits of a longer one, from the same model.
        by: the least number of additional steps, one per additional token.
        message: shown to the student otherwise.

    Raises:
        Mismatch: with that message.
    """
    less, more = found.value(f"{short}.depth"), found.value(f"{long}.depth")
    if type(less) is not int or type(more) is not int or more - less < by:
        raise Mismatch("check", message)


def assert_logits(scores: Sequence[Tensor], *, hint: str) -> None:
    """Fail if scores look like the output of a softmax, log-softmax, sigmoid or relu: logits have any sign and any sum.

    Args:
        scores: those of several inputs and several new models, to rule out chance; all with the same number of
            dimensions, classes last.
        hint: shown to the student: what the scores must be.

    Raises:
        Mismatch: naming the function that the scores look like an output of.
    """
    for dim in range(-scores[0].dim(), 0):
        if all(((table.sum(dim) - 1).abs() < _NEAR).all() for table in scores):
            raise Mismatch("check", in_english("Your scores always add up to 1, as after a softmax."), hint)
        if all((table.logsumexp(dim).abs() < _NEAR).all() for table in scores):
            log = in_english("The exponentials of your scores always add up to 1: a log-softmax.")
            raise Mismatch("check", log, hint)
    if all((table >= 0).all() for table in scores):
        raise Mismatch("check", in_english("Your scores are never negative, as after a sigmoid or a relu."), hint)


def assert_drawn_as_linear(found: Found, first: str, second: str, *, in_dim: int, name: str = "model") -> None:
    """Fail unless a layer of two models starts like ``nn.Linear``: uniform within 1 / sqrt(in_dim) of 0, independently.

    ``<layer>.weight`` and ``<layer>.bias`` must have been observed, with at least 1,000 elements each.

    Args:
        found: the student's result.
        first: the name of a layer in the call.
        second: the name of the same layer in another model.
        in_dim: the number of the layer's inputs.
        name: the student's name for the layer.

    Raises:
        Mismatch: the call gave no result, or the layers are initialized differently.
    """
    for part in ("weight", "bias"):
        fields = {"part": part, "name": name}
        no_tensor = in_english("The {part} of {name} is not a tensor.", **fields)
        layers = [found.tensor(f"{layer}.{part}", otherwise=no_tensor) for layer in (first, second)]
        for numbers in layers:
            if not _is_uniform(numbers.double().flatten() * in_dim**0.5):
                others = say(
                    "The {part} of {name} does not start with the numbers that nn.Linear draws for it: leave them as "
                    "they are.",
                    **fields,
                )
                raise Mismatch("check", others)
        if torch.equal(*layers):
            same = say("The {part} of {name} starts with the same numbers in two models: do not set a seed.", **fields)
            raise Mismatch("check", same)


def _is_uniform(numbers: Tensor) -> bool:
    """Whether numbers look uniform between -1 and 1: bounds, mean and the fraction in the middle half."""
    count = max(len(numbers), 1)
    inside = (numbers.abs() < 0.5).double().mean().item()
    return (
        bool((numbers.abs() <= 1 + 1e-6).all())
        and abs(numbers.mean().item()) < _SIGMAS * (1 / 3 / count) ** 0.5
        and abs(inside - 0.5) < _SIGMAS * 0.5 / count**0.5
    )
