"""Hidden tests of ManyToMany: what must hold whatever the layers are."""

from collections.abc import Sequence

import pytest
import torch
from torch import Tensor

from gradkit.suite import Call, Ref, Rng, Runner, Step, assert_all_learn, assert_deeper, assert_tensor, check

pytestmark = pytest.mark.question("ManyToMany")

VOCABULARY, CLASSES = 11, 3
TOKENS = torch.tensor([[4, 0, 7, 1], [2, 9, 3, 5], [8, 6, 10, 2], [1, 4, 5, 7], [3, 8, 0, 6]])
SHAPE = "scores (T, N, num_classes)"
SHORT = 5  # the length that a longer sequence is compared with
NOT_CARRIED = (
    "A long sequence takes no more steps, one after the other, than a short one: no state is carried from token to "
    "token. Read the tokens with nn.RNN, nn.LSTM, nn.GRU or a cell of your own."
)


def scoring(batches: Sequence[Tensor], *then: Step, observe: Sequence[str] = (), seed: int = 0) -> Call:
    """One new model scores several batches; the scores are called "scores0", "scores1", ..."""
    steps = [Step("model", "student:ManyToMany", [VOCABULARY, 6, 8, CLASSES]), Step("mode", "object:model.eval")]
    steps += [Step(f"scores{n}", "object:model.__call__", [Ref(f"tokens{n}")]) for n in range(len(batches))]
    inputs = {f"tokens{n}": tokens for n, tokens in enumerate(batches)}
    names = [f"scores{n}" for n in range(len(batches))]
    return Call([*steps, *then], inputs=inputs, observe=(*names, *observe), seed=seed)


def run(student: Runner, *batches: Tensor, seed: int = 0) -> list[Tensor]:
    """What the student's model says of each batch: tensors of the right shape."""
    found = student.run(scoring(batches, seed=seed))
    sizes = [(*tokens.shape, CLASSES) for tokens in batches]
    return [assert_tensor(found, f"scores{number}", size, hint=SHAPE) for number, size in enumerate(sizes)]


def changed(row: int, column: int) -> Tensor:
    """The batch with another token at one place."""
    tokens = TOKENS.clone()
    tokens[row, column] = (tokens[row, column] + 1) % VOCABULARY
    return tokens


@pytest.mark.points(0.25)
@pytest.mark.parametrize("tokens", [TOKENS, TOKENS[:1], TOKENS[:, :1]], ids=["5 x 4", "1 x 4", "5 x 1"])
def test_shape_and_gradients(student: Runner, tokens: Tensor) -> None:
    """The scores have the shape (T, N, num_classes), and every parameter gets a gradient."""
    then = [Step("sum", "object:scores0.sum"), Step("back", "object:sum.backward")]
    found = student.run(scoring([tokens], *then, observe=("model.gradients",)))
    assert_tensor(found, "scores0", (*tokens.shape, CLASSES), hint=SHAPE)
    assert_all_learn(found, "model", hint="every layer that you make must take part in forward")


@pytest.mark.points(0.5)
@pytest.mark.parametrize("row", range(5))
def test_earlier_tokens_count(student: Runner, row: int) -> None:
    """The scores of a token depend on itself and on each token before it."""
    first, other = run(student, TOKENS, changed(row, 1))
    for later in range(row, 5):
        which = "the token itself" if later == row else "a token before it"
        difference = float((first - other)[later, 1].abs().max())
        check(difference > 1e-7, f"A token's scores do not depend on {which}.")
    apart = (first[1:, 1] - first[:-1, 1]).abs().amax(dim=1)
    check(bool((apart > 1e-7).all()), "Different tokens of a row get the same scores; each must have its own.")


@pytest.mark.points(0.25)
@pytest.mark.parametrize("column", range(4))
def test_rows_are_apart(student: Runner, column: int) -> None:
    """A row's tokens change nothing in other rows; alone it gets the same scores."""
    first, other, alone = run(student, TOKENS, changed(0, column), TOKENS[:, column : column + 1])
    others = [n for n in range(4) if n != column]
    same = torch.allclose(first[:, others], other[:, others], atol=1e-5)
    check(same, "A row's tokens change the scores of another row: is time the first dimension everywhere?")
    check(torch.allclose(first[:, column], alone[:, 0], atol=1e-4), "A row's scores are others in a batch than alone.")


@pytest.mark.points(0.25)
@pytest.mark.parametrize("seed", [0, 1])
def test_order_counts(student: Runner, seed: int) -> None:
    """The same earlier tokens in another order give other scores."""
    first, other = run(student, TOKENS, TOKENS[[1, 0, 2, 3, 4]], seed=seed)
    for one, two in zip(first[4], other[4], strict=True):
        check(not torch.allclose(one, two, rtol=0, atol=1e-7), "The order of the earlier tokens makes no difference.")


@pytest.mark.points(1.25)
@pytest.mark.parametrize("length", [24, 37])
def test_state_is_carried(student: Runner, rng: Rng, length: int) -> None:
    """A state is carried from token to token: the scores of a longer sequence take more steps, one after the other."""
    batches = [rng.integers(t, 4, high=VOCABULARY) for t in (SHORT, length)]
    found = student.run(scoring(batches, observe=("scores0.depth", "scores1.depth")))
    for number, t in enumerate((SHORT, length)):
        assert_tensor(found, f"scores{number}", (t, 4, CLASSES), hint=SHAPE)
    assert_deeper(found, "scores0", "scores1", by=length - SHORT, message=NOT_CARRIED)
