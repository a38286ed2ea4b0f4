"""Hidden tests of ManyToOne: what must hold for every architecture."""

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

pytestmark = pytest.mark.question("ManyToOne")

SIZES = (11, 6, 8, 3)  # vocabulary, embedding, state, classes
ODD_SIZES = (13, 7, 5, 2)
TOKENS = torch.tensor([[4, 0, 7, 1], [2, 9, 3, 5], [8, 6, 10, 2], [1, 4, 5, 7], [3, 8, 0, 6]])
LENGTHS = torch.tensor([3, 5, 1, 4])  # of the four columns
LOGITS = message("logits (N, num_classes), before any softmax or sigmoid")
AGAIN = message(
    "The same batch gets different logits the second time: in evaluation mode nothing may depend on randomness or "
    "earlier calls."
)
SHORT = 5  # the length to which longer sequences are compared
NOT_CARRIED = message(
    "A long sequence takes no more sequential steps than a short one: no state is carried from token to token. Read "
    "the tokens with nn.RNN, nn.LSTM, nn.GRU or your own cell."
)
Batch = tuple[Tensor, Tensor]  # tokens and lengths


def numbered(name: str, count: int) -> list[str]:
    """Numbered names; the first has no number."""
    return [name, *(f"{name}{number}" for number in range(2, count + 1))]


def scoring(
    batches: Sequence[Batch],
    *then: Step,
    observe: Sequence[str] = (),
    sizes: Sequence[int] = SIZES,
    mode: str = "eval",
    seed: int = 0,
) -> Call:
    """One new model, called on several batches; the logits are called "logits", "logits2", ..."""
    names = [numbered(name, len(batches)) for name in ("tokens", "lengths", "logits")]
    steps = [Step("model", "student:ManyToOne", list(sizes)), Step("mode", f"object:model.{mode}")]
    inputs = {}
    for batch, tokens, lengths, logits in zip(batches, *names, strict=True):
        inputs |= {tokens: batch[0], lengths: batch[1]}
        steps.append(Step(logits, "object:model.__call__", [Ref(tokens), Ref(lengths)]))
    return Call([*steps, *then], inputs=inputs, observe=(*names[2], *observe), seed=seed)


def logits_of(found: Found, batches: Sequence[Batch], classes: int = SIZES[3]) -> list[Tensor]:
    """The logits of all batches, checked for their shape."""
    names = numbered("logits", len(batches))
    return [
        assert_tensor(found, name, (len(lengths), classes), hint=LOGITS)
        for name, (_, lengths) in zip(names, batches, strict=True)
    ]


def run(student: Runner, *batches: Batch, mode: str = "eval", seed: int = 0) -> list[Tensor]:
    """The student's logits for each batch.

    In evaluation mode the first batch is passed again: if its logits differ, no other test makes sense.
    """
    batches = (*batches, batches[0])
    *found, again = logits_of(student.run(scoring(batches, mode=mode, seed=seed)), batches)
    check(mode == "train" or torch.allclose(found[0], again, atol=1e-6), AGAIN)
    return found


def drawn(rng: Rng, t: int, lengths: Sequence[int], vocabulary: int) -> Batch:
    """A batch of random tokens."""
    return rng.integers(t, len(lengths), high=vocabulary), torch.tensor(lengths)


def changed(row: int, column: int) -> Batch:
    """The batch with one token changed."""
    tokens = TOKENS.clone()
    tokens[row, column] = (tokens[row, column] + 1) % SIZES[0]
    return tokens, LENGTHS


@pytest.mark.points(0.5)
@pytest.mark.parametrize(
    ("sizes", "t", "lengths"),
    [
        (SIZES, 5, [3, 5, 1, 4]),
        (ODD_SIZES, 6, [2, 4, 3]),
        ((5, 1, 3, 4), 2, [2]),
        ((3, 2, 1, 5), 4, [4, 2, 3, 4, 2, 4, 3]),
        ((17, 3, 7, 1), 7, [2, 2]),
        ((4, 5, 11, 2), 3, [3, 2, 3, 2]),
    ],
)
def test_every_size(student: Runner, rng: Rng, sizes: Sequence[int], t: int, lengths: Sequence[int]) -> None:
    """The logits have the shape (N, num_classes), every parameter gets a gradient, and no argument is modified."""
    then = [Step("sum", "object:logits.sum"), Step("back", "object:sum.backward")]
    batch = drawn(rng, t, lengths, sizes[0])
    found = student.run(scoring([batch], *then, observe=("model.gradients",), sizes=sizes))
    logits_of(found, [batch], sizes[3])
    assert_all_learn(found, "model", hint=message("forward must use every layer"))
    assert_unchanged(found)


@pytest.mark.points(0.25)
@pytest.mark.parametrize("mode", ["eval", "train"])
def test_before_any_softmax(student: Runner, mode: str) -> None:
    """The logits are raw scores of either sign, in evaluation mode and in training mode."""
    models = [run(student, (TOKENS, LENGTHS), changed(0, 1), mode=mode, seed=seed) for seed in range(4)]
    assert_logits([logits for model in models for logits in model], hint=LOGITS)


@pytest.mark.points(0.25)
@pytest.mark.parametrize("lengths", [[3, 5, 1, 4], [1, 3, 2, 3], [2, 2, 2, 2]])
@pytest.mark.parametrize("seed", [0, 1])
def test_padding_changes_nothing(student: Runner, lengths: Sequence[int], seed: int) -> None:
    """Tokens after a row's length do not change its logits, nor does more padding."""
    counts = torch.tensor(lengths)
    after = torch.arange(5).unsqueeze(1) >= counts
    other = torch.where(after, (TOKENS + 5) % SIZES[0], TOKENS)
    batches = [(TOKENS, counts), (other, counts), (torch.cat([TOKENS, other]), counts)]
    first, second, longer = run(student, *batches, seed=seed)
    check(torch.allclose(first, second, atol=1e-5), message("The logits of a row depend on tokens after its length."))
    check(torch.allclose(first, longer, atol=1e-5), message("The logits of a row change when T is larger."))


@pytest.mark.points(0.25)
@pytest.mark.parametrize("column", range(4))
def test_rows_are_independent(student: Runner, column: int) -> None:
    """The logits of a row do not depend on the other rows: they are the same alone, without padding."""
    length = LENGTHS[column : column + 1]
    whole, alone = (TOKENS, LENGTHS), (TOKENS[:length, column : column + 1], length)
    first, other, single = run(student, whole, changed(0, column), alone)
    others = [n for n in range(4) if n != column]
    check(
        torch.allclose(first[others], other[others], atol=1e-5),
        message("A row's tokens change the logits of another row."),
    )
    hint = message("use the state at the row's own last token, at time lengths[n] - 1.")
    check(
        torch.allclose(first[column], single[0], atol=1e-4),
        message("A row's logits change when it is passed alone: {hint}", hint=hint),
    )


@pytest.mark.points(0.25)
@pytest.mark.parametrize("column", range(4))
def test_every_token_counts(student: Runner, column: int) -> None:
    """The logits of a row depend on each of its tokens, from the first to the last."""
    length = int(LENGTHS[column])
    batches = [(TOKENS, LENGTHS), *(changed(row, column) for row in range(length))]
    first, *others = run(student, *batches)
    for row, other in enumerate(others):
        which = message("last") if row == length - 1 else message("first") if row == 0 else message("middle")
        check(
            float((first - other)[column].abs().max()) > 1e-7,
            message("A row's logits do not depend on its {which} token.", which=which),
        )


@pytest.mark.points(0.25)
@pytest.mark.parametrize("seed", [0, 1])
def test_order_counts(student: Runner, seed: int) -> None:
    """The same tokens in another order give different logits."""
    length = torch.tensor([5, 5, 5, 5])
    swapped = TOKENS[[1, 0, 2, 3, 4]]
    first, other = run(student, (TOKENS, length), (swapped, length), seed=seed)
    for one, two in zip(first, other, strict=True):
        check(
            not torch.allclose(one, two, rtol=0, atol=1e-7),
            message("The logits do not depend on the order of the tokens."),
        )


@pytest.mark.points(1.25)
@pytest.mark.parametrize("length", [13, 19, 37])
def test_state_is_carried(student: Runner, rng: Rng, length: int) -> None:
    """A state is carried from token to token: a longer sequence takes more sequential steps."""
    batches = [drawn(rng, t, [t, t - 1, t - 2, t], SIZES[0]) for t in (SHORT, length)]
    found = student.run(scoring(batches, observe=("logits.depth", "logits2.depth")))
    logits_of(found, batches)
    assert_deeper(found, "logits", "logits2", by=length - SHORT, message=NOT_CARRIED)
