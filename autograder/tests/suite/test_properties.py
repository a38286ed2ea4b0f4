"""What raw scores have that the output of a softmax or sigmoid never has, and new layers that others have not."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn

from gradkit.suite import Mismatch, assert_drawn_as_linear, assert_logits, expected


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


def two_layers(change: Callable[[nn.Linear], object], in_dim: int = 3, out_dim: int = 2_000) -> list[nn.Linear]:
    """Two new layers, changed alike."""
    torch.manual_seed(0)
    layers = [nn.Linear(in_dim, out_dim) for _ in range(2)]
    for layer in layers:
        change(layer)
    return layers


def assert_drawn(one: nn.Linear, other: nn.Linear) -> None:
    """Look at two layers as a suite does."""
    values = {
        f"{name}.{part}": getattr(layer, part).detach()
        for name, layer in (("one", one), ("other", other))
        for part in ("weight", "bias")
    }
    assert_drawn_as_linear(expected(**values), "one", "other", in_dim=3, name="first_layer")


def test_a_layer_as_torch_makes_it_passes() -> None:
    assert_drawn(*two_layers(lambda _layer: None))
    assert_drawn(*two_layers(lambda _layer: None, out_dim=1))


@pytest.mark.parametrize(
    "change",
    [
        lambda layer: nn.init.zeros_(layer.weight),
        lambda layer: nn.init.zeros_(layer.bias),
        lambda layer: nn.init.normal_(layer.weight),
        lambda layer: nn.init.normal_(layer.weight, std=0.1),
        lambda layer: nn.init.xavier_uniform_(layer.weight),
        lambda layer: nn.init.kaiming_uniform_(layer.weight),
        lambda layer: nn.init.uniform_(layer.bias, 0, 0.5),
        lambda layer: nn.init.constant_(layer.bias, float("nan")),
    ],
    ids=["zero weights", "zero biases", "normal", "small", "xavier", "kaiming", "positive", "nan"],
)
def test_a_layer_that_starts_otherwise_is_refused(change: Callable[[nn.Linear], object]) -> None:
    with pytest.raises(Mismatch, match=r"The (weight|bias) of first_layer does not start with the numbers"):
        assert_drawn(*two_layers(change))


def test_a_fixed_seed_is_refused() -> None:
    (layer, _) = two_layers(lambda _layer: None)
    with pytest.raises(Mismatch, match="The weight of first_layer starts with the same numbers in two models"):
        assert_drawn(layer, layer)
