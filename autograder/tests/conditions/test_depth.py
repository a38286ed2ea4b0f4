"""A recurrence of any kind gets deeper with every token; sums, attention and convolutions do not."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn

from gradkit.conditions.depth import depth

SHORT, LONG = 4, 23
E, H = 6, 8


def words(length: int) -> Tensor:
    """The embedded tokens of a batch, (T, N, E)."""
    return nn.Embedding(11, E)(torch.arange(length * 3).view(length, 3) % 11)


def carried(step: Callable[[Tensor, Tensor], Tensor]) -> Callable[[int], Tensor]:
    """The last state of a loop over the tokens."""

    def run(length: int) -> Tensor:
        state = torch.zeros(3, E)
        for word in words(length):
            state = step(word, state)
        return state

    return run


def packed(layer: nn.RNNBase) -> Callable[[int], Tensor]:
    """The states of a packed sequence whose rows differ in length."""

    def run(length: int) -> Tensor:
        lengths = torch.tensor([length, length - 1, length])
        sequence = nn.utils.rnn.pack_padded_sequence(words(length), lengths, enforce_sorted=False)
        found: Tensor = layer(sequence)[0].data
        return found

    return run


def attention(length: int) -> Tensor:
    """Each token looks at all tokens."""
    seen = words(length)
    return torch.einsum("tns,sne->tne", torch.einsum("tne,sne->tns", seen, seen).softmax(dim=2), seen)


W = nn.Parameter(torch.eye(E) / 2)
A = nn.Parameter(torch.full((E,), 0.5))
LAYERS = {
    "RNN": nn.RNN(E, H),
    "relu RNN": nn.RNN(E, H, nonlinearity="relu"),
    "GRU": nn.GRU(E, H, num_layers=2, bidirectional=True),
    "fused LSTM": nn.LSTM(E, H),
    "fused LSTM, two layers": nn.LSTM(E, H, num_layers=2, bidirectional=True, dropout=0.2),
}
RECURRENT: dict[str, Callable[[int], Tensor]] = {
    **{name: lambda length, layer=layer: layer(words(length))[0] for name, layer in LAYERS.items()},
    "batch first": lambda length: nn.LSTM(E, H, batch_first=True)(words(length).transpose(0, 1))[0],
    "packed GRU": packed(nn.GRU(E, H)),
    "packed LSTM": packed(nn.LSTM(E, H)),
    "a cell": carried(nn.GRUCell(E, E)),
    "by hand": carried(lambda word, state: torch.tanh(word + state @ W)),
    "linear": carried(lambda word, state: torch.addmm(word, state, W)),
    "one weight a number": carried(lambda word, state: torch.relu(word + A * state)),
    "a gate of the token": carried(lambda word, state: torch.sigmoid(word) * state + word),
    "normalized": carried(lambda word, state: torch.layer_norm(word + state @ W, (E,))),
}
STATELESS: dict[str, Callable[[int], Tensor]] = {
    "sum": lambda length: words(length).sum(dim=0),
    "weighted by position": lambda length: (words(length) * torch.rand(length, 1, 1)).cumsum(dim=0),
    "each token through a layer": lambda length: torch.tanh(words(length) @ W).mean(dim=0),
    "attention": attention,
    "transformer": lambda length: nn.TransformerEncoderLayer(E, 2, H)(words(length)),
    "convolution": lambda length: torch.relu(nn.Conv1d(E, H, 3)(words(length).permute(1, 2, 0))),
    "one step on a sum": lambda length: nn.LSTM(E, H)(words(length).sum(dim=0, keepdim=True))[0],
    "tokens as a batch": lambda length: nn.LSTM(E, H)(words(length).view(1, -1, E))[0],
    "a total in a loop": carried(lambda word, state: state + torch.tanh(word @ W)),
    "a total that fades": carried(lambda word, state: 0.5 * state + word),
    "a total by addmm": carried(lambda word, state: torch.addmm(state, word, W)),
    "the largest so far": carried(lambda word, state: torch.maximum(state, word @ W)),
    "cut between the steps": carried(lambda word, state: torch.tanh(word + state.detach() @ W)),
}


@pytest.mark.parametrize("name", RECURRENT)
def test_recurrence_takes_a_step_for_each_token(name: str) -> None:
    run = RECURRENT[name]
    assert depth(run(LONG)) - depth(run(SHORT)) >= LONG - SHORT


@pytest.mark.parametrize("name", STATELESS)
def test_without_a_state_length_makes_no_difference(name: str) -> None:
    run = STATELESS[name]
    assert depth(run(LONG)) == depth(run(SHORT)) < LONG - SHORT


def test_the_longest_path_counts() -> None:
    x = torch.ones(3, requires_grad=True)
    assert depth(x) == 0
    assert depth(2 * x + 1) == 0
    assert depth(x * x) == 1
    assert depth(torch.tanh(x) + torch.sin(torch.exp(x))) == 2


def test_a_graph_of_ten_thousand_steps_is_no_recursion() -> None:
    x = torch.ones(1, requires_grad=True)
    y = x
    for _ in range(10_000):
        y = torch.sin(y)
    assert depth(y) == 10_000


def test_what_has_no_graph_has_no_depth() -> None:
    assert [depth(value) for value in (3, None, torch.ones(2), torch.ones(2, requires_grad=True).tanh().detach())] == [
        0
    ] * 4


def test_after_backward_a_fused_layer_counts_once() -> None:
    found = nn.LSTM(E, H)(words(LONG))[0]
    found.sum().backward()
    assert depth(found) == 1
