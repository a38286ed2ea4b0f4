"""Hidden tests of ManyToMany: what must hold for every architecture."""

from collections.abc import Sequence

import pytest
import torch
from torch import Tensor

from gradkit.suite import (
    Call,
    Found,
    Ref,
    Rng,
    Runner,
    Step,
    assert_all_learn,
    assert_deeper,
    assert_logits,
    assert_tensor,
    assert_unchanged,
    check,
    message,
)

pytestmark = pytest.mark.question("ManyToMany")

SIZES = (11, 6, 8, 3)  # vocabulary, embedding, state, classes
ODD_SIZES = (13, 7, 5, 2)
TOKENS = torch.tensor([[4, 0, 7, 1], [2, 9, 3, 5], [8, 6, 10, 2], [1, 4, 5, 7], [3, 8, 0, 6]])
LOGITS = message("logits (T, N, num_classes), before any softmax or sigmoid")
AGAIN = message(
    "The same batch gets different logits the second time: in evaluation mode nothing may depend on randomness or "
    "earlier calls."
)
SHORT = 5  # the length to which longer sequences are compared
NOT_CARRIED = message(
    "A long sequence takes no more sequential steps than a short one: no state is carried from token to token. Read "
    "the tokens with nn.RNN, nn.LSTM, nn.GRU or your own cell."
)


def numbered(name: str, count: int) -> list[str]:
    """Numbered names; the first has no number."""
    return [name, *(f"{name}{number}" for number in range(2, count + 1))]


def scoring(
    batches: Sequence[Tensor],
    *then: Step,
    observe: Sequence[str] = (),
    sizes: Sequence[int] = SIZES,
    mode: str = "eval",
    seed: int = 0,
) -> Call:
    """One new model, called on several batches; the logits are called "logits", "logits2", ..."""
    inputs = dict(zip(numbered("tokens", len(batches)), batches, strict=True))
    names = numbered("logits", len(batches))
    steps = [Step("model", "student:ManyToMany", list(sizes)), Step("mode", f"object:model.{mode}")]
    steps += [Step(name, "object:model.__call__", [Ref(tokens)]) for name, tokens in zip(names, inputs, strict=True)]
    return Call([*steps, *then], inputs=inputs, observe=(*names, *observe), seed=seed)


def logits_of(found: Found, batches: Sequence[Tensor], classes: int = SIZES[3]) -> list[Tensor]:
    """The logits of all batches, checked for their shape."""
    names = numbered("logits", len(batches))
    return [
        assert_tensor(found, name, (*tokens.shape, classes), hint=LOGITS)
        for name, tokens in zip(names, batches, strict=True)
    ]


def run(student: Runner, *batches: Tensor, mode: str = "eval", seed: int = 0) -> list[Tensor]:
    """The student's logits for each batch.

    In evaluation mode the first batch is passed again: if its logits differ, no other test makes sense.
    """
    batches = (*batches, batches[0])
    *found, again = logits_of(student.run(scoring(batches, mode=mode, seed=seed)), batches)
    check(mode == "train" or torch.allclose(found[0], again, atol=1e-6), AGAIN)
    return found


def changed(row: int, column: int) -> Tensor:
    """The batch with one token changed."""
    tokens = TOKENS.clone()
    tokens[row, column] = (tokens[row, column] + 1) % SIZES[0]
    return tokens


@pytest.mark.points(0.5)
@pytest.mark.parametrize(
    ("sizes", "t", "n"),
    [
        (SIZES, 5, 4),
        (ODD_SIZES, 6, 3),
        ((5, 1, 3, 4), 2, 1),
        ((3, 2, 1, 5), 4, 7),
        ((17, 3, 7, 1), 7, 2),
        ((9, 5, 11, 2), 3, 4),
        ((7, 5, 3, 2), 1, 4),
    ],
)
def test_every_size(student: Runner, rng: Rng, sizes: Sequence[int], t: int, n: int) -> None:
    """The logits have the shape (T, N, num_classes), every parameter gets a gradient, and no argument is modified."""
    then = [Step("sum", "object:logits.sum"), Step("back", "object:sum.backward")]
    tokens = rng.integers(t, n, high=sizes[0])
    found = student.run(scoring([tokens], *then, observe=("model.gradients",), sizes=sizes))
    logits_of(found, [tokens], sizes[3])
    if t > 1:
        assert_all_learn(found, "model", hint=message("forward must use every layer"))
    assert_unchanged(found)


@pytest.mark.points(0.25)
@pytest.mark.parametrize("mode", ["eval", "train"])
def test_before_any_softmax(student: Runner, mode: str) -> None:
    """The logits are raw scores of either sign, in evaluation mode and in training mode."""
    models = [run(student, TOKENS, changed(0, 1), mode=mode, seed=seed) for seed in range(4)]
    assert_logits([logits for model in models for logits in model], hint=LOGITS)


@pytest.mark.points(0.25)
@pytest.mark.parametrize("row", range(5))
def test_earlier_tokens_count(student: Runner, row: int) -> None:
    """The logits of a token depend on the token and on each earlier one."""
    first, other = run(student, TOKENS, changed(row, 1))
    for later in range(row, 5):
        which = message("the token itself") if later == row else message("an earlier token")
        difference = float((first - other)[later, 1].abs().max())
        check(difference > 1e-7, message("A token's logits do not depend on {which}.", which=which))
    apart = (first[1:, 1] - first[:-1, 1]).abs().amax(dim=1)
    check(
        bool((apart > 1e-7).all()),
        message("Different tokens of a row get the same logits; each position must have its own."),
    )


@pytest.mark.points(0.25)
@pytest.mark.parametrize("column", range(4))
def test_rows_are_independent(student: Runner, column: int) -> None:
    """The logits of a row do not depend on the other rows: they are the same alone."""
    first, other, alone = run(student, TOKENS, changed(0, column), TOKENS[:, column : column + 1])
    others = [n for n in range(4) if n != column]
    same = torch.allclose(first[:, others], other[:, others], atol=1e-5)
    check(same, message("A row's tokens change the logits of another row: is time the first dimension everywhere?"))
    same = torch.allclose(first[:, column], alone[:, 0], atol=1e-4)
    check(same, message("A row's logits change when it is passed alone."))


@pytest.mark.points(0.25)
@pytest.mark.parametrize("seed", [0, 1])
def test_order_counts(student: Runner, seed: int) -> None:
    """The same earlier tokens in another order give different logits."""
    first, other = run(student, TOKENS, TOKENS[[1, 0, 2, 3, 4]], seed=seed)
    for one, two in zip(first[4], other[4], strict=True):
        check(
            not torch.allclose(one, two, rtol=0, atol=1e-7),
            message("The logits do not depend on the order of the earlier tokens."),
        )


@pytest.mark.points(1)
@pytest.mark.parametrize("length", [13, 19, 37])
def test_state_is_carried(student: Runner, rng: Rng, length: int) -> None:
    """A state is carried from token to token: a longer sequence takes more sequential steps."""
    batches = [rng.integers(t, 4, high=SIZES[0]) for t in (SHORT, length)]
    found = student.run(scoring(batches, observe=("logits.depth", "logits2.depth")))
    logits_of(found, batches)
    assert_deeper(found, "logits", "logits2", by=length - SHORT, message=NOT_CARRIED)
