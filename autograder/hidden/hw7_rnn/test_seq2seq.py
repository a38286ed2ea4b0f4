"""Hidden tests of Seq2Seq: what must hold whatever the layers are."""

from collections.abc import Sequence

import pytest
import torch
from torch import Tensor

from gradkit.suite import Call, Ref, Rng, Runner, Step, assert_all_learn, assert_deeper, assert_tensor, check

pytestmark = pytest.mark.question("Seq2Seq")

VOCABULARY = 11
SOURCE = torch.tensor([[4, 0, 7], [2, 9, 3], [8, 6, 10], [1, 4, 5]])
TARGET = torch.tensor([[10, 10, 10], [2, 9, 3], [8, 6, 0], [1, 4, 5], [3, 8, 0]])
SHAPE = "scores (T, N, vocab_size)"
SHORT = 4  # the length that a longer sequence is compared with
MODEL = [Step("model", "student:Seq2Seq", [VOCABULARY, 6, 8]), Step("mode", "object:model.eval")]


def scoring(batches: Sequence[tuple[Tensor, Tensor]], *then: Step, observe: Sequence[str] = (), seed: int = 0) -> Call:
    """One new model scores several batches; the scores are called "scores0", "scores1", ..."""
    steps, inputs = list(MODEL), {}
    for number, (source, target) in enumerate(batches):
        inputs |= {f"source{number}": source, f"target{number}": target}
        arguments = [Ref(f"source{number}"), Ref(f"target{number}")]
        steps.append(Step(f"scores{number}", "object:model.__call__", arguments))
    names = [f"scores{number}" for number in range(len(batches))]
    return Call([*steps, *then], inputs=inputs, observe=(*names, *observe), seed=seed)


def run(student: Runner, *batches: tuple[Tensor, Tensor], seed: int = 0) -> list[Tensor]:
    """What the student's model says of each batch: tensors of the right shape."""
    found = student.run(scoring(batches, seed=seed))
    sizes = [(*target.shape, VOCABULARY) for _, target in batches]
    return [assert_tensor(found, f"scores{number}", size, hint=SHAPE) for number, size in enumerate(sizes)]


def changed(tokens: Tensor, row: int, column: int) -> Tensor:
    """The tokens with another one at one place."""
    tokens = tokens.clone()
    tokens[row, column] = (tokens[row, column] + 1) % VOCABULARY
    return tokens


@pytest.mark.points(0.25)
@pytest.mark.parametrize(("s", "t", "n"), [(4, 5, 3), (1, 5, 3), (4, 2, 3), (4, 5, 1)])
def test_shape_and_gradients(student: Runner, s: int, t: int, n: int) -> None:
    """The scores have the shape (T, N, vocab_size), and every parameter gets a gradient."""
    then = [Step("sum", "object:scores0.sum"), Step("back", "object:sum.backward")]
    batch = (SOURCE[:s, :n], TARGET[:t, :n])
    found = student.run(scoring([batch], *then, observe=("model.gradients",)))
    assert_tensor(found, "scores0", (t, n, VOCABULARY), hint=SHAPE)
    assert_all_learn(found, "model", hint="every layer that you make must take part in forward")


@pytest.mark.points(0.25)
@pytest.mark.parametrize("row", range(5))
def test_target_up_to_its_place(student: Runner, row: int) -> None:
    """A row of scores depends on the target up to its place, and on nothing that comes after."""
    first, other = run(student, (SOURCE, TARGET), (SOURCE, changed(TARGET, row, 1)))
    moved = (first - other).abs().amax(dim=2)[:, 1]
    check(bool((moved[row:] > 1e-7).all()), "The scores do not depend on the target up to their place.")
    check(
        bool((moved[:row] < 1e-5).all()), "The scores depend on later tokens of the target, which are to be predicted."
    )


@pytest.mark.points(0.25)
@pytest.mark.parametrize("row", range(4))
def test_every_token_of_the_source_counts(student: Runner, row: int) -> None:
    """Every row of scores depends on each token of the source."""
    first, other = run(student, (SOURCE, TARGET), (changed(SOURCE, row, 1), TARGET))
    moved = (first - other).abs().amax(dim=2)[:, 1]
    check(bool((moved > 1e-7).all()), "The scores do not depend on all tokens of the source.")


@pytest.mark.points(0.25)
@pytest.mark.parametrize("column", range(3))
def test_rows_are_apart(student: Runner, column: int) -> None:
    """The tokens of a row change nothing in other rows; alone it gets the same scores."""
    alone = (SOURCE[:, column : column + 1], TARGET[:, column : column + 1])
    other = (changed(SOURCE, 0, column), changed(TARGET, 1, column))
    first, second, third = run(student, (SOURCE, TARGET), other, alone)
    others = [n for n in range(3) if n != column]
    check(torch.allclose(first[:, others], second[:, others], atol=1e-5), "A row's tokens change another row's scores.")
    check(torch.allclose(first[:, column], third[:, 0], atol=1e-4), "A row's scores are others in a batch than alone.")


@pytest.mark.points(0.25)
@pytest.mark.parametrize("which", ["source", "target"])
def test_order_counts(student: Runner, which: str) -> None:
    """The same tokens in another order give other scores."""
    other = (SOURCE[[1, 0, 2, 3]], TARGET) if which == "source" else (SOURCE, TARGET[[0, 2, 1, 3, 4]])
    first, second = run(student, (SOURCE, TARGET), other)
    moved = (first - second).abs().amax(dim=2)[4]
    check(bool((moved > 1e-7).all()), f"The order of the tokens of the {which} makes no difference.")


@pytest.mark.points(0.5)
@pytest.mark.parametrize("start", [10, 3])
@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("steps", [1, 6])
def test_greedy_agrees_with_forward(student: Runner, start: int, seed: int, steps: int) -> None:
    """Greedy gives int64 tokens (steps, N) without the start, which forward finds most likely when fed with them."""
    fed = [
        Step("tokens", "object:model.greedy", [Ref("source"), steps, start]),
        Step("before", "object:tokens.narrow", [0, 0, steps - 1]),
        Step("target", "torch:cat", [[Ref("first"), Ref("before")]]),
        Step("scores", "object:model.__call__", [Ref("source"), Ref("target")]),
    ]
    first = torch.full((1, 3), start)
    inputs = {"source": SOURCE, "first": first}
    found = student.run(Call([*MODEL, *fed], inputs=inputs, observe=("tokens", "scores"), seed=seed))
    right = f"greedy must return an int64 tensor of the shape (steps, N) = {(steps, 3)}."
    tokens = found.tensor("tokens", (steps, 3), torch.int64, otherwise=right)
    scores = assert_tensor(found, "scores", (steps, 3, VOCABULARY), hint=SHAPE)
    hint = "each token is the most likely one after those before it, beginning with the start token"
    check(torch.equal(scores.argmax(dim=2), tokens), f"greedy does not agree with forward: {hint}.")


@pytest.mark.points(1.25)
@pytest.mark.parametrize("length", [24, 37])
@pytest.mark.parametrize("which", ["source", "target"])
def test_state_is_carried(student: Runner, rng: Rng, which: str, length: int) -> None:
    """Encoder and decoder carry a state: a longer source, or target, takes more steps, one after the other."""
    sizes = [(t, SHORT) if which == "source" else (SHORT, t) for t in (SHORT, length)]
    batches = [(rng.integers(s, 3, high=VOCABULARY), rng.integers(t, 3, high=VOCABULARY)) for s, t in sizes]
    found = student.run(scoring(batches, observe=("scores0.depth", "scores1.depth")))
    for number, (_, t) in enumerate(sizes):
        assert_tensor(found, f"scores{number}", (t, 3, VOCABULARY), hint=SHAPE)
    part = "encoder" if which == "source" else "decoder"
    message = f"A long {which} takes no more steps, one after the other, than a short one: the {part} carries no state."
    message += " Use nn.RNN, nn.LSTM, nn.GRU or a cell of your own."
    assert_deeper(found, "scores0", "scores1", by=length - SHORT, message=message)
