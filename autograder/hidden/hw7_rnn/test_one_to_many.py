"""Hidden tests of OneToMany: what must hold whatever the layers are."""

from collections.abc import Sequence

import pytest
import torch
from torch import Tensor

from gradkit.suite import Call, Ref, Rng, Runner, Step, Vjp, assert_all_learn, assert_deeper, assert_tensor, check

pytestmark = pytest.mark.question("OneToMany")

IN, VOCABULARY = 4, 7
SHAPE = "scores (steps, N, vocab_size)"
SHORT = 5  # the number of steps that a larger one is compared with
HOLDS = "the state must hold it, also where the third is fed the same token as before"
NOT_CARRIED = (
    "The scores of a later step take no more computing than those of an early one: no state is carried from step to "
    "step. Make each state from what the step is fed and the state before it, with a cell of torch or of your own."
)


def writing(
    x: Tensor, steps: Sequence[int], *then: Step, observe: Sequence[str] = (), vjp: Vjp | None = None, seed: int = 0
) -> Call:
    """One new model writes from x, once for each number of steps; the scores are called "scores0", "scores1", ..."""
    made = [Step("model", "student:OneToMany", [IN, 8, VOCABULARY]), Step("mode", "object:model.eval")]
    made += [Step(f"scores{n}", "object:model.__call__", [Ref("x"), count]) for n, count in enumerate(steps)]
    names = [f"scores{n}" for n in range(len(steps))]
    return Call([*made, *then], inputs={"x": x}, observe=(*names, *observe), vjp=vjp, seed=seed)


def numbers(rng: Rng, *shape: int) -> Tensor:
    """Random vectors in float32."""
    return rng.normal(*shape, dtype=torch.float32)


@pytest.mark.points(0.25)
@pytest.mark.parametrize(("n", "steps"), [(5, 3), (1, 3), (5, 2)])
def test_shape_and_gradients(student: Runner, rng: Rng, n: int, steps: int) -> None:
    """The scores have the shape (steps, N, vocab_size), and every parameter gets a gradient."""
    then = [Step("sum", "object:scores0.sum"), Step("back", "object:sum.backward")]
    found = student.run(writing(numbers(rng, n, IN), [steps], *then, observe=("model.gradients",)))
    assert_tensor(found, "scores0", (steps, n, VOCABULARY), hint=SHAPE)
    assert_all_learn(found, "model", hint="every layer that you make must take part in forward")


@pytest.mark.points(0.25)
@pytest.mark.parametrize("step", range(4))
def test_every_step_depends_on_x(student: Runner, rng: Rng, step: int) -> None:
    """The scores of every step depend on x, with gradient, each row on its own row of x alone."""
    weights = torch.zeros(4, 5, VOCABULARY)
    weights[step, 2] = numbers(rng, VOCABULARY)
    vjp = Vjp("scores0", ["x"], [weights])
    found = student.run(writing(numbers(rng, 5, IN), [4], vjp=vjp))
    assert_tensor(found, "scores0", (4, 5, VOCABULARY), hint=SHAPE)
    gradient = found.gradient("x").abs().sum(dim=1)
    check(float(gradient[2]) > 0, "The scores of a step do not depend on x: no gradient reaches it.")
    check(float(gradient.sum() - gradient[2]) == 0, "The scores of a row depend on another row of x.")


@pytest.mark.points(0.25)
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_more_steps_change_nothing(student: Runner, rng: Rng, seed: int) -> None:
    """Asking for more steps does not change the first ones."""
    found = student.run(writing(numbers(rng, 5, IN), [6, 3, 1], seed=seed))
    six, three, one = (
        assert_tensor(found, f"scores{n}", (steps, 5, VOCABULARY), hint=SHAPE) for n, steps in enumerate((6, 3, 1))
    )
    check(torch.allclose(six[:3], three, atol=1e-5), "The first three of six steps are not the three of three steps.")
    check(torch.allclose(six[:1], one, atol=1e-5), "The first of six steps is not the one of one step.")


def along_lines(student: Runner, rng: Rng, lines: int, points: int, seed: int) -> tuple[Tensor, Tensor]:
    """What is written in three steps while x walks along lines, in small steps.

    The scores of a step change smoothly as long as the same tokens were fed before it; where another token becomes the
    most likely one, those of the next steps jump.

    Returns:
        Where the most likely token of each step is another one than at the point before, (3, lines, points - 1), and
        how far the scores moved from there.
    """
    along = torch.linspace(-4, 4, points).view(1, -1, 1)
    x = (along * numbers(rng, lines, 1, IN) + 0.3 * numbers(rng, lines, 1, IN)).flatten(0, 1)
    found = student.run(writing(x, [3], seed=seed))
    flat = assert_tensor(found, "scores0", (3, len(x), VOCABULARY), hint=SHAPE)
    scores = flat.unflatten(1, (lines, points))
    tokens = scores.argmax(dim=3)
    return tokens[..., 1:] != tokens[..., :-1], (scores[:, :, 1:] - scores[:, :, :-1]).abs().amax(dim=3)


@pytest.mark.points(0.5)
@pytest.mark.parametrize("seed", range(3))
def test_most_likely_token_is_fed(student: Runner, rng: Rng, seed: int) -> None:
    """Each step is fed the token that the step before found most likely."""
    turns, moves = along_lines(student, rng, 1, 3001, seed)
    for step in (0, 1):
        turned = turns[step] & ~turns[:step].any(dim=0)
        usual = ~turns[: step + 1].any(dim=0)
        if turned.any():  # else this step always finds the same token, and nothing can be seen along this line
            check(bool(usual.any()), "The most likely token changes at every small step of x.")
            jumps = float(moves[step + 1][turned].median()) > 3 * float(moves[step + 1][usual].quantile(0.99))
            check(jumps, "Where another token becomes most likely, the scores of the next step do not change.")


@pytest.mark.points(0.5)
@pytest.mark.parametrize("seed", range(8))
def test_earlier_tokens_are_remembered(student: Runner, rng: Rng, seed: int) -> None:
    """The state holds what was fed before: the scores of a step do not depend on the last token alone."""
    turns, moves = along_lines(student, rng, 6, 501, seed)
    turned, usual = turns[0] & ~turns[1], ~turns[:2].any(dim=0)
    if turned.any():
        # In right models the largest move is at least 5 times the usual one, in others about the same.
        jumps = float(moves[2][turned].max()) > 2 * float(moves[2][usual].quantile(0.99))
        check(jumps, f"Where another token is fed to the second step, the third does not change: {HOLDS}.")


@pytest.mark.points(0.75)
@pytest.mark.parametrize("steps", [24, 37])
def test_state_is_carried(student: Runner, rng: Rng, steps: int) -> None:
    """A state is carried from step to step: the scores of a later step are computed from it."""
    found = student.run(writing(numbers(rng, 3, IN), [SHORT, steps], observe=("scores0.depth", "scores1.depth")))
    for number, count in enumerate((SHORT, steps)):
        assert_tensor(found, f"scores{number}", (count, 3, VOCABULARY), hint=SHAPE)
    assert_deeper(found, "scores0", "scores1", by=steps - SHORT, message=NOT_CARRIED)
