"""Hidden tests of ManyToOne: what must hold whatever the layers are."""

from collections.abc import Sequence

import pytest
import torch
from torch import Tensor

from gradkit.suite import Call, Found, Ref, Rng, Runner, Step, assert_all_learn, assert_deeper, assert_tensor, check

pytestmark = pytest.mark.question("ManyToOne")

VOCABULARY, CLASSES = 11, 3
TOKENS = torch.tensor([[4, 0, 7, 1], [2, 9, 3, 5], [8, 6, 10, 2], [1, 4, 5, 7], [3, 8, 0, 6]])
LENGTHS = torch.tensor([3, 5, 1, 4])  # of the four columns
SHAPE = "scores (N, num_classes)"
SHORT = 5  # the length that a longer sequence is compared with
NOT_CARRIED = (
    "A long sequence takes no more steps, one after the other, than a short one: no state is carried from token to "
    "token. Read the tokens with nn.RNN, nn.LSTM, nn.GRU or a cell of your own."
)


def scoring(batches: Sequence[tuple[Tensor, Tensor]], *then: Step, observe: Sequence[str] = (), seed: int = 0) -> Call:
    """One new model scores several batches; the scores are called "scores0", "scores1", ..."""
    steps = [Step("model", "student:ManyToOne", [VOCABULARY, 6, 8, CLASSES]), Step("mode", "object:model.eval")]
    inputs = {}
    for number, (tokens, lengths) in enumerate(batches):
        inputs |= {f"tokens{number}": tokens, f"lengths{number}": lengths}
        arguments = [Ref(f"tokens{number}"), Ref(f"lengths{number}")]
        steps.append(Step(f"scores{number}", "object:model.__call__", arguments))
    names = [f"scores{number}" for number in range(len(batches))]
    return Call([*steps, *then], inputs=inputs, observe=(*names, *observe), seed=seed)


def scores(found: Found, batches: Sequence[tuple[Tensor, Tensor]]) -> list[Tensor]:
    """The scores of all batches, which have the right shape."""
    sizes = [(len(lengths), CLASSES) for _, lengths in batches]
    return [assert_tensor(found, f"scores{number}", size, hint=SHAPE) for number, size in enumerate(sizes)]


def changed(row: int, column: int) -> tuple[Tensor, Tensor]:
    """The batch with another token at one place."""
    tokens = TOKENS.clone()
    tokens[row, column] = (tokens[row, column] + 1) % VOCABULARY
    return tokens, LENGTHS


def run(student: Runner, *batches: tuple[Tensor, Tensor], seed: int = 0) -> list[Tensor]:
    """What the student's model says of each batch."""
    return scores(student.run(scoring(batches, seed=seed)), batches)


@pytest.mark.points(0.25)
def test_shape_and_gradients(student: Runner) -> None:
    """The scores have the shape (N, num_classes), and every parameter gets a gradient."""
    then = [Step("sum", "object:scores0.sum"), Step("back", "object:sum.backward")]
    batches = [(TOKENS, LENGTHS)]
    found = student.run(scoring(batches, *then, observe=("model.gradients",)))
    scores(found, batches)
    assert_all_learn(found, "model", hint="every layer that you make must take part in forward")


@pytest.mark.points(0.25)
@pytest.mark.parametrize("seed", [0, 1])
def test_padding_changes_nothing(student: Runner, seed: int) -> None:
    """What stands after a row's length changes nothing."""
    after = torch.arange(5).unsqueeze(1) >= LENGTHS
    other = torch.where(after, (TOKENS + 5) % VOCABULARY, TOKENS)
    before, later = run(student, (TOKENS, LENGTHS), (other, LENGTHS), seed=seed)
    check(torch.allclose(before, later, atol=1e-5), "The scores of a row change with tokens after its length.")


@pytest.mark.points(0.25)
@pytest.mark.parametrize("column", range(4))
def test_a_row_alone_and_in_a_batch(student: Runner, column: int) -> None:
    """A row gets the same scores alone, cut to its length, as in a batch of rows of other lengths."""
    length = LENGTHS[column : column + 1]
    batch, alone = run(student, (TOKENS, LENGTHS), (TOKENS[:length, column : column + 1], length))
    hint = "the state at its own last token, that is, at time lengths[n] - 1"
    check(
        torch.allclose(batch[column], alone[0], atol=1e-4), f"A row's scores are others in a batch than alone: {hint}."
    )


@pytest.mark.points(0.25)
@pytest.mark.parametrize("column", range(4))
def test_every_token_counts(student: Runner, column: int) -> None:
    """The scores of a row depend on each of its tokens, from the first to the last."""
    length = int(LENGTHS[column])
    batches = [(TOKENS, LENGTHS), *(changed(row, column) for row in range(length))]
    first, *others = run(student, *batches)
    for row, other in enumerate(others):
        which = "last" if row == length - 1 else "first" if row == 0 else "middle"
        check(float((first - other)[column].abs().max()) > 1e-7, f"A row's {which} token makes no difference.")


@pytest.mark.points(0.25)
@pytest.mark.parametrize("column", range(4))
def test_rows_are_apart(student: Runner, column: int) -> None:
    """A row's tokens change nothing in other rows."""
    first, other = run(student, (TOKENS, LENGTHS), changed(0, column))
    others = [n for n in range(4) if n != column]
    check(torch.allclose(first[others], other[others], atol=1e-5), "A row's tokens change the scores of another row.")


@pytest.mark.points(0.25)
@pytest.mark.parametrize("seed", [0, 1])
def test_order_counts(student: Runner, seed: int) -> None:
    """The same tokens in another order give other scores."""
    length = torch.tensor([5, 5, 5, 5])
    swapped = TOKENS[[1, 0, 2, 3, 4]]
    first, other = run(student, (TOKENS, length), (swapped, length), seed=seed)
    for one, two in zip(first, other, strict=True):
        check(not torch.allclose(one, two, rtol=0, atol=1e-7), "The order of a row's tokens makes no difference.")


@pytest.mark.points(1.5)
@pytest.mark.parametrize("length", [24, 37])
def test_state_is_carried(student: Runner, rng: Rng, length: int) -> None:
    """A state is carried from token to token: the scores of a longer sequence take more steps, one after the other."""
    batches = [(rng.integers(t, 4, high=VOCABULARY), torch.tensor([t, t - 1, t - 2, t])) for t in (SHORT, length)]
    found = student.run(scoring(batches, observe=("scores0.depth", "scores1.depth")))
    scores(found, batches)
    assert_deeper(found, "scores0", "scores1", by=length - SHORT, message=NOT_CARRIED)
