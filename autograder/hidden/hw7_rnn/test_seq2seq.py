"""Hidden tests of Seq2Seq: what must hold for every architecture."""

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
    sentences,
)

pytestmark = pytest.mark.question("Seq2Seq")

SIZES = (11, 6, 8)  # vocabulary, embedding, state
ODD_SIZES = (13, 7, 5)
SOURCE = torch.tensor([[4, 0, 7], [2, 9, 3], [8, 6, 10], [1, 4, 5]])
TARGET = torch.tensor([[10, 10, 10], [2, 9, 3], [8, 6, 0], [1, 4, 5], [3, 8, 0]])
LOGITS = message("logits (T, N, vocab_size), before any softmax or sigmoid")
AGAIN = message(
    "The same batch gets different logits the second time: in evaluation mode nothing may depend on randomness or "
    "earlier calls."
)
WORDS = {"source": message("source"), "target": message("target")}
SHORT = 4  # the length to which longer sequences are compared
Batch = tuple[Tensor, Tensor]  # source and target


def numbered(name: str, count: int) -> list[str]:
    """Numbered names; the first has no number."""
    return [name, *(f"{name}{number}" for number in range(2, count + 1))]


def new_model(sizes: Sequence[int] = SIZES, mode: str = "eval") -> list[Step]:
    """The steps that make a model."""
    return [Step("model", "student:Seq2Seq", list(sizes)), Step("mode", f"object:model.{mode}")]


def scoring(
    batches: Sequence[Batch],
    *then: Step,
    observe: Sequence[str] = (),
    sizes: Sequence[int] = SIZES,
    mode: str = "eval",
    seed: int = 0,
) -> Call:
    """One new model, called on several batches; the logits are called "logits", "logits2", ..."""
    names = [numbered(name, len(batches)) for name in ("source", "target", "logits")]
    steps, inputs = new_model(sizes, mode), {}
    for batch, source, target, logits in zip(batches, *names, strict=True):
        inputs |= {source: batch[0], target: batch[1]}
        steps.append(Step(logits, "object:model.__call__", [Ref(source), Ref(target)]))
    return Call([*steps, *then], inputs=inputs, observe=(*names[2], *observe), seed=seed)


def logits_of(found: Found, batches: Sequence[Batch], vocabulary: int = SIZES[0]) -> list[Tensor]:
    """The logits of all batches, checked for their shape."""
    names = numbered("logits", len(batches))
    return [
        assert_tensor(found, name, (*target.shape, vocabulary), hint=LOGITS)
        for name, (_, target) in zip(names, batches, strict=True)
    ]


def run(student: Runner, *batches: Batch, mode: str = "eval", seed: int = 0) -> list[Tensor]:
    """The student's logits for each batch.

    In evaluation mode the first batch is passed again: if its logits differ, no other test makes sense.
    """
    batches = (*batches, batches[0])
    *found, again = logits_of(student.run(scoring(batches, mode=mode, seed=seed)), batches)
    check(mode == "train" or torch.allclose(found[0], again, atol=1e-6), AGAIN)
    return found


def changed(tokens: Tensor, row: int, column: int) -> Tensor:
    """The tokens with one of them changed."""
    tokens = tokens.clone()
    tokens[row, column] = (tokens[row, column] + 1) % SIZES[0]
    return tokens


@pytest.mark.points(0.25)
@pytest.mark.parametrize(
    ("sizes", "s", "t", "n"),
    [
        (SIZES, 4, 5, 3),
        (ODD_SIZES, 6, 3, 2),
        ((5, 1, 3), 2, 7, 1),
        ((3, 5, 1), 7, 2, 4),
        ((4, 3, 7), 3, 5, 2),
        ((7, 2, 11), 5, 1, 3),
        ((17, 5, 3), 1, 6, 2),
    ],
)
def test_every_size(student: Runner, rng: Rng, sizes: Sequence[int], s: int, t: int, n: int) -> None:
    """The logits have the shape (T, N, vocab_size), every parameter gets a gradient, and no argument is modified."""
    then = [Step("sum", "object:logits.sum"), Step("back", "object:sum.backward")]
    batch = (rng.integers(s, n, high=sizes[0]), rng.integers(t, n, high=sizes[0]))
    found = student.run(scoring([batch], *then, observe=("model.gradients",), sizes=sizes))
    logits_of(found, [batch], sizes[0])
    if min(s, t) > 1:
        assert_all_learn(found, "model", hint=message("forward must use every layer"))
    assert_unchanged(found)


@pytest.mark.points(0.25)
@pytest.mark.parametrize("mode", ["eval", "train"])
def test_before_any_softmax(student: Runner, mode: str) -> None:
    """The logits are raw scores of either sign, in evaluation mode and in training mode."""
    batches = [(SOURCE, TARGET), (changed(SOURCE, 0, 1), changed(TARGET, 1, 2))]
    models = [run(student, *batches, mode=mode, seed=seed) for seed in range(4)]
    assert_logits([logits for model in models for logits in model], hint=LOGITS)


@pytest.mark.points(0.25)
@pytest.mark.parametrize("row", range(5))
def test_target_up_to_its_position(student: Runner, row: int) -> None:
    """The logits of a position depend on the target up to it, and not on later tokens."""
    first, other = run(student, (SOURCE, TARGET), (SOURCE, changed(TARGET, row, 1)))
    moved = (first - other).abs().amax(dim=2)[:, 1]
    check(bool((moved[row:] > 1e-7).all()), message("The logits do not depend on the target up to their position."))
    check(
        bool((moved[:row] < 1e-5).all()),
        message("The logits depend on later tokens of the target, which the model must predict."),
    )


@pytest.mark.points(0.25)
@pytest.mark.parametrize("row", range(4))
def test_every_token_of_the_source_counts(student: Runner, row: int) -> None:
    """The logits of each position depend on each token of the source."""
    first, other = run(student, (SOURCE, TARGET), (changed(SOURCE, row, 1), TARGET))
    moved = (first - other).abs().amax(dim=2)[:, 1]
    check(bool((moved > 1e-7).all()), message("The logits do not depend on all tokens of the source."))


@pytest.mark.points(0.25)
@pytest.mark.parametrize("column", range(3))
def test_rows_are_independent(student: Runner, column: int) -> None:
    """The logits of a row do not depend on the other rows: they are the same alone."""
    alone = (SOURCE[:, column : column + 1], TARGET[:, column : column + 1])
    changes = (changed(SOURCE, 0, column), changed(TARGET, 1, column))
    first, other, single = run(student, (SOURCE, TARGET), changes, alone)
    others = [n for n in range(3) if n != column]
    check(
        torch.allclose(first[:, others], other[:, others], atol=1e-5),
        message("A row's tokens change another row's logits."),
    )
    same = torch.allclose(first[:, column], single[:, 0], atol=1e-4)
    check(same, message("A row's logits change when it is passed alone."))


@pytest.mark.points(0.25)
@pytest.mark.parametrize("which", ["source", "target"])
def test_order_counts(student: Runner, which: str) -> None:
    """The same tokens in another order give different logits."""
    other = (SOURCE[[1, 0, 2, 3]], TARGET) if which == "source" else (SOURCE, TARGET[[0, 2, 1, 3, 4]])
    first, second = run(student, (SOURCE, TARGET), other)
    moved = (first - second).abs().amax(dim=2)[4]
    check(
        bool((moved > 1e-7).all()),
        message("The logits do not depend on the order of the tokens of the {which}.", which=WORDS[which]),
    )


def writing(
    source: Tensor, steps: int, start: int, sizes: Sequence[int] = SIZES, mode: str = "eval", seed: int = 0
) -> Call:
    """The result of greedy of a new model, and the model's mode afterwards."""
    greedy = Step("tokens", "object:model.greedy", [Ref("source"), steps, start])
    observe = ("tokens", "model.training")
    return Call([*new_model(sizes, mode), greedy], inputs={"source": source}, observe=observe, seed=seed)


def tokens_of(found: Found, steps: int, rows: int, vocabulary: int = SIZES[0]) -> Tensor:
    """The result of greedy, checked to be tokens of the vocabulary."""
    right = message("greedy must return an int64 tensor of shape (steps, N) = {shape}.", shape=(steps, rows))
    tokens = found.tensor("tokens", (steps, rows), torch.int64, otherwise=right)
    inside = bool(((tokens >= 0) & (tokens < vocabulary)).all())
    check(inside, message("greedy returns tokens that are not in the vocabulary."))
    return tokens


@pytest.mark.points(0.25)
@pytest.mark.parametrize("mode", ["eval", "train"])
@pytest.mark.parametrize(("sizes", "s", "n", "steps", "start"), [(SIZES, 4, 3, 6, 10), (ODD_SIZES, 7, 2, 1, 3)])
def test_greedy_writes_tokens(
    student: Runner, rng: Rng, sizes: Sequence[int], s: int, n: int, steps: int, start: int, mode: str
) -> None:
    """Greedy returns int64 tokens (steps, N), does not modify the source, and restores the mode."""
    found = student.run(writing(rng.integers(s, n, high=sizes[0]), steps, start, sizes, mode))
    tokens_of(found, steps, n, sizes[0])
    left = message("greedy changes the model's mode: restore training or evaluation mode before returning.")
    check(found.equals("model.training", mode == "train"), left)
    assert_unchanged(found)


@pytest.mark.points(0.5)
@pytest.mark.parametrize("start", [10, 3])
@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("steps", [1, 7])
def test_greedy_agrees_with_forward(student: Runner, start: int, seed: int, steps: int) -> None:
    """Greedy agrees with forward: fed with greedy's tokens, forward predicts them."""
    tokens = tokens_of(student.run(writing(SOURCE, steps, start, seed=seed)), steps, SOURCE.shape[1])
    target = torch.cat([torch.full_like(tokens[:1], start), tokens[:-1]])
    (logits,) = run(student, (SOURCE, target), seed=seed)
    hint = message("each token must be the most likely one given the start token and the tokens before it")
    check(torch.equal(logits.argmax(dim=2), tokens), message("greedy does not agree with forward: {hint}.", hint=hint))


@pytest.mark.points(0.75)
@pytest.mark.parametrize("length", [13, 37])
@pytest.mark.parametrize("which", ["source", "target"])
def test_state_is_carried(student: Runner, rng: Rng, which: str, length: int) -> None:
    """Encoder and decoder carry a state: a longer source or target takes more sequential steps."""
    lengths = [(t, SHORT) if which == "source" else (SHORT, t) for t in (SHORT, length)]
    batches = [(rng.integers(s, 3, high=SIZES[0]), rng.integers(t, 3, high=SIZES[0])) for s, t in lengths]
    found = student.run(scoring(batches, observe=("logits.depth", "logits2.depth")))
    logits_of(found, batches)
    part = message("encoder") if which == "source" else message("decoder")
    longer = message(
        "A long {which} takes no more sequential steps than a short one: the {part} carries no state.",
        which=WORDS[which],
        part=part,
    )
    advice = message("Use nn.RNN, nn.LSTM, nn.GRU or your own cell.")
    assert_deeper(found, "logits", "logits2", by=length - SHORT, message=sentences(longer, advice))
