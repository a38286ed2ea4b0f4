"""Hidden tests of OneToMany: what must hold for every architecture."""

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
    Vjp,
    assert_all_learn,
    assert_deeper,
    assert_logits,
    assert_tensor,
    assert_unchanged,
    check,
    message,
)

pytestmark = pytest.mark.question("OneToMany")

SIZES = (4, 8, 7)  # features, state, vocabulary
ODD_SIZES = (3, 5, 13)
LOGITS = message("logits (steps, N, vocab_size), before any softmax or sigmoid")
AGAIN = message(
    "The same x gets different logits the second time: in evaluation mode nothing may depend on randomness or earlier "
    "calls."
)
SHORT = 5  # the number of steps to which larger ones are compared
HOLDS = message("the state must remember it, even if the third step is fed the same token as before")
NOT_CARRIED = message(
    "The logits of a later step take no more sequential steps than those of an early one: no state is carried from "
    "step to step. Compute each state from the step's input and the previous state, with a PyTorch cell or your own."
)


def numbered(name: str, count: int) -> list[str]:
    """Numbered names; the first has no number."""
    return [name, *(f"{name}{number}" for number in range(2, count + 1))]


def writing(
    batches: Sequence[tuple[Tensor, int]],
    *then: Step,
    observe: Sequence[str] = (),
    vjp: Vjp | None = None,
    sizes: Sequence[int] = SIZES,
    mode: str = "eval",
    seed: int = 0,
) -> Call:
    """One new model, called with each x and number of steps; the logits are called "logits", "logits2", ..."""
    inputs = dict(zip(numbered("x", len(batches)), (x for x, _ in batches), strict=True))
    names = numbered("logits", len(batches))
    made = [Step("model", "student:OneToMany", list(sizes)), Step("mode", f"object:model.{mode}")]
    for name, x, (_, steps) in zip(names, inputs, batches, strict=True):
        made.append(Step(name, "object:model.__call__", [Ref(x), steps]))
    return Call([*made, *then], inputs=inputs, observe=(*names, *observe), vjp=vjp, seed=seed)


def logits_of(found: Found, batches: Sequence[tuple[Tensor, int]], vocabulary: int = SIZES[2]) -> list[Tensor]:
    """The logits of all batches, checked for their shape."""
    names = numbered("logits", len(batches))
    return [
        assert_tensor(found, name, (steps, len(x), vocabulary), hint=LOGITS)
        for name, (x, steps) in zip(names, batches, strict=True)
    ]


def run(student: Runner, *batches: tuple[Tensor, int], mode: str = "eval", seed: int = 0) -> list[Tensor]:
    """The student's logits for each x.

    In evaluation mode the first x is passed again: if its logits differ, no other test makes sense.
    """
    batches = (*batches, batches[0])
    *found, again = logits_of(student.run(writing(batches, mode=mode, seed=seed)), batches)
    check(mode == "train" or torch.allclose(found[0], again, atol=1e-6), AGAIN)
    return found


def numbers(rng: Rng, *shape: int) -> Tensor:
    """Random vectors in float32."""
    return rng.normal(*shape, dtype=torch.float32)


@pytest.mark.points(0.25)
@pytest.mark.parametrize(
    ("sizes", "n", "steps"),
    [
        (SIZES, 5, 3),
        (ODD_SIZES, 2, 7),
        ((1, 3, 5), 4, 2),
        ((5, 1, 3), 7, 4),
        ((7, 11, 3), 1, 5),
        ((2, 7, 5), 3, 2),
        ((6, 4, 9), 3, 1),
    ],
)
def test_every_size(student: Runner, rng: Rng, sizes: Sequence[int], n: int, steps: int) -> None:
    """The logits have the shape (steps, N, vocab_size), every parameter gets a gradient, and x is not modified."""
    then = [Step("sum", "object:logits.sum"), Step("back", "object:sum.backward")]
    batch = (numbers(rng, n, sizes[0]), steps)
    found = student.run(writing([batch], *then, observe=("model.gradients",), sizes=sizes))
    logits_of(found, [batch], sizes[2])
    if steps > 1:
        assert_all_learn(found, "model", hint=message("forward must use every layer"))
    assert_unchanged(found)


@pytest.mark.points(0.25)
@pytest.mark.parametrize("mode", ["eval", "train"])
def test_before_any_softmax(student: Runner, rng: Rng, mode: str) -> None:
    """The logits are raw scores of either sign, in evaluation mode and in training mode."""
    x, other = numbers(rng, 5, SIZES[0]), numbers(rng, 5, SIZES[0])
    models = [run(student, (x, 3), (other, 3), mode=mode, seed=seed) for seed in range(4)]
    assert_logits([logits for model in models for logits in model], hint=LOGITS)


@pytest.mark.points(0.25)
@pytest.mark.parametrize("step", range(4))
def test_every_step_depends_on_x(student: Runner, rng: Rng, step: int) -> None:
    """The logits of every step depend on x, with gradient."""
    weights = torch.zeros(4, 5, SIZES[2])
    weights[step, 2] = numbers(rng, SIZES[2])
    batch = (numbers(rng, 5, SIZES[0]), 4)
    found = student.run(writing([batch], vjp=Vjp("logits", ["x"], [weights])))
    logits_of(found, [batch])
    check(
        bool(found.gradient("x")[2].any()), message("The logits of a step do not depend on x: no gradient reaches it.")
    )


@pytest.mark.points(0.25)
@pytest.mark.parametrize("row", range(5))
def test_rows_are_independent(student: Runner, rng: Rng, row: int) -> None:
    """The logits of a row do not depend on the other rows: they are the same alone."""
    x = numbers(rng, 5, SIZES[0])
    other = 3 * numbers(rng, 5, SIZES[0])
    other[row] = x[row]
    first, second, alone = run(student, (x, 6), (other, 6), (x[row : row + 1], 6))
    same = torch.allclose(first[:, row], second[:, row], atol=1e-5)
    check(same, message("The logits of a row depend on other rows of x."))
    check(
        torch.allclose(first[:, row], alone[:, 0], atol=1e-4), message("A row's logits change when it is passed alone.")
    )


@pytest.mark.points(0.25)
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_more_steps_change_nothing(student: Runner, rng: Rng, seed: int) -> None:
    """More steps do not change the logits of the first ones."""
    x = numbers(rng, 5, SIZES[0])
    six, three, one = run(student, (x, 6), (x, 3), (x, 1), seed=seed)
    check(
        torch.allclose(six[:3], three, atol=1e-5),
        message("The first three of six steps differ from those of three steps."),
    )
    check(torch.allclose(six[:1], one, atol=1e-5), message("The first of six steps differs from a single step."))


def along_lines(student: Runner, rng: Rng, lines: int, points: int, seed: int) -> tuple[Tensor, Tensor]:
    """The logits of three steps while x moves along lines in small increments.

    The logits of a step change smoothly as long as the same tokens were fed before it; where the most likely token
    changes, the logits of the next steps jump.

    Returns:
        Where the most likely token of each step changes from one point to the next, (3, lines, points - 1), and how
        much the logits change there.
    """
    along = torch.linspace(-4, 4, points).view(1, -1, 1)
    features = SIZES[0]
    x = (along * numbers(rng, lines, 1, features) + 0.3 * numbers(rng, lines, 1, features)).flatten(0, 1)
    logits = run(student, (x, 3), seed=seed)[0].unflatten(1, (lines, points))
    tokens = logits.argmax(dim=3)
    return tokens[..., 1:] != tokens[..., :-1], (logits[:, :, 1:] - logits[:, :, :-1]).abs().amax(dim=3)


@pytest.mark.points(0.5)
@pytest.mark.parametrize("seed", range(3))
def test_most_likely_token_is_fed(student: Runner, rng: Rng, seed: int) -> None:
    """Each step is fed the most likely token of the previous step."""
    turns, moves = along_lines(student, rng, 3, 3001, seed)
    for step in (0, 1):
        turned = turns[step] & ~turns[:step].any(dim=0)
        usual = ~turns[: step + 1].any(dim=0)
        if turned.any():  # else the most likely token never changes along these lines
            check(bool(usual.any()), message("The most likely token changes with every small change of x."))
            jumps = float(moves[step + 1][turned].median()) > 3 * float(moves[step + 1][usual].quantile(0.99))
            check(jumps, message("When the most likely token changes, the logits of the next step do not."))


@pytest.mark.points(0.25)
@pytest.mark.parametrize("seed", range(8))
def test_earlier_tokens_are_remembered(student: Runner, rng: Rng, seed: int) -> None:
    """The state remembers earlier tokens: the logits of a step do not depend on the last token alone."""
    turns, moves = along_lines(student, rng, 24, 501, seed)
    turned, usual = turns[0] & ~turns[1], ~turns[:2].any(dim=0)
    if turned.any():
        # In right models the largest change is at least 5 times the usual one, in others about the same.
        jumps = float(moves[2][turned].max()) > 2 * float(moves[2][usual].quantile(0.99))
        check(
            jumps,
            message("When the second step is fed another token, the third does not change: {holds}.", holds=HOLDS),
        )


@pytest.mark.points(0.5)
@pytest.mark.parametrize("steps", [13, 37])
def test_state_is_carried(student: Runner, rng: Rng, steps: int) -> None:
    """A state is carried from step to step: more steps take more sequential computation."""
    x = numbers(rng, 3, SIZES[0])
    batches = [(x, SHORT), (x, steps)]
    found = student.run(writing(batches, observe=("logits.depth", "logits2.depth")))
    logits_of(found, batches)
    assert_deeper(found, "logits", "logits2", by=steps - SHORT, message=NOT_CARRIED)
