"""Properties of a model that may be built in any way."""

from __future__ import annotations

from collections.abc import Sequence

from torch import Tensor

from gradkit.suite.found import Found
from gradkit.suite.mismatch import Mismatch

_NEAR = 1e-3  # for a sum of float32 numbers, each of them perhaps clamped away from 0


def assert_deeper(found: Found, short: str, long: str, *, by: int, message: str) -> None:
    """Fail unless a tensor's computation is deeper than another's, as a recurrence is for a longer sequence.

    ``<short>.depth`` and ``<long>.depth`` must have been observed.

    Args:
        found: the student's.
        short: the scores of a short sequence.
        long: the scores of a long one, by the same model.
        by: the number of further steps, one for each further token.
        message: what the student reads otherwise.

    Raises:
        Mismatch: with that message.
    """
    less, more = found.value(f"{short}.depth"), found.value(f"{long}.depth")
    if type(less) is not int or type(more) is not int or more - less < by:
        raise Mismatch("check", message)


def assert_logits(scores: Sequence[Tensor], *, hint: str) -> None:
    """Fail if scores are what a softmax, log-softmax, sigmoid or relu gives: raw scores have either sign and any sum.

    Args:
        scores: those of several inputs, and of several new models, so that chance cannot make raw scores look like
            that; one number of dimensions, the classes last.
        hint: what the scores are to be, for the student.

    Raises:
        Mismatch: saying which of these the scores look like.
    """
    for dim in range(-scores[0].dim(), 0):
        if all(((table.sum(dim) - 1).abs() < _NEAR).all() for table in scores):
            raise Mismatch("check", "Your scores always add up to 1, as after a softmax.", hint)
        if all((table.logsumexp(dim).abs() < _NEAR).all() for table in scores):
            raise Mismatch("check", "The exponentials of your scores always add up to 1: a log-softmax.", hint)
    if all((table >= 0).all() for table in scores):
        raise Mismatch("check", "Your scores are never negative, as after a sigmoid or a relu.", hint)
