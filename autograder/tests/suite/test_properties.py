"""What raw scores have that the output of a softmax or sigmoid never has."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor

from gradkit.suite import Mismatch, assert_logits


def raw(*shape: int) -> list[Tensor]:
    """Scores of four new models."""
    generator = torch.Generator().manual_seed(0)
    return [torch.randn(shape, generator=generator) for _ in range(4)]


@pytest.mark.parametrize("shape", [(2, 3), (5, 2), (4, 2, 3)])
@pytest.mark.parametrize(
    ("last", "said"),
    [
        (lambda scores: scores.softmax(-1), "softmax"),
        (lambda scores: scores.softmax(0), "softmax"),
        (lambda scores: scores.softmax(-1).clamp(1e-7, 1 - 1e-7), "softmax"),
        (lambda scores: scores.log_softmax(-1), "log-softmax"),
        (lambda scores: scores.log_softmax(0), "log-softmax"),
        (torch.sigmoid, "sigmoid"),
        (torch.relu, "relu"),
    ],
)
def test_scores_after_an_activation_are_refused(
    last: Callable[[Tensor], Tensor], said: str, shape: tuple[int, ...]
) -> None:
    with pytest.raises(Mismatch, match=said):
        assert_logits([last(scores) for scores in raw(*shape)], hint="raw scores")


@pytest.mark.parametrize("shape", [(2, 3), (5, 2), (4, 2, 3), (4, 1, 1)])
def test_raw_scores_pass(shape: tuple[int, ...]) -> None:
    assert_logits(raw(*shape), hint="raw scores")


@pytest.mark.parametrize("one", [lambda s: s.softmax(-1), lambda s: s.log_softmax(-1), torch.relu])
def test_one_input_alone_proves_nothing(one: Callable[[Tensor], Tensor]) -> None:
    first, *others = raw(4, 3)
    assert_logits([one(first), *others], hint="raw scores")
