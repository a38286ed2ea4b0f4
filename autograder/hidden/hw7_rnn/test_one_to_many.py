"""Hidden tests of OneToMany: what must hold whatever the layers are."""

from collections.abc import Sequence

import pytest
import torch
from torch import Tensor

from gradkit.suite import Call, Ref, Rng, Runner, Step, Vjp, assert_all_learn, assert_tensor, check

pytestmark = pytest.mark.question("OneToMany")

IN, VOCABULARY = 4, 7
SHAPE = "scores (steps, N, vocab_size)"


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


@pytest.mark.points(0.5)
@pytest.mark.parametrize(("n", "steps"), [(5, 3), (1, 3), (5, 2)])
def test_shape_and_gradients(student: Runner, rng: Rng, n: int, steps: int) -> None:
    """The scores have the shape (steps, N, vocab_size), and every parameter gets a gradient."""
    then = [Step("sum", "object:scores0.sum"), Step("back", "object:sum.backward")]
    found = student.run(writing(numbers(rng, n, IN), [steps], *then, observe=("model.gradients",)))
    assert_tensor(found, "scores0", (steps, n, VOCABULARY), hint=SHAPE)
    assert_all_learn(found, "model", hint="every layer that you make must take part in forward")


@pytest.mark.points(0.5)
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


@pytest.mark.points(0.5)
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_more_steps_change_nothing(student: Runner, rng: Rng, seed: int) -> None:
    """Asking for more steps does not change the first ones."""
    found = student.run(writing(numbers(rng, 5, IN), [6, 3, 1], seed=seed))
    six, three, one = (
        assert_tensor(found, f"scores{n}", (steps, 5, VOCABULARY), hint=SHAPE) for n, steps in enumerate((6, 3, 1))
    )
    check(torch.allclose(six[:3], three, atol=1e-5), "The first three of six steps are not the three of three steps.")
    check(torch.allclose(six[:1], one, atol=1e-5), "The first of six steps is not the one of one step.")


@pytest.mark.points(1)
@pytest.mark.parametrize("seed", range(3))
def test_most_likely_token_is_fed(student: Runner, rng: Rng, seed: int) -> None:
    """Each step is fed the token that the step before found most likely.

    x walks along a line in small steps. The scores of a step change smoothly as long as the same tokens were fed before
    it; where another token becomes the most likely one, those of the next step jump.
    """
    x = torch.linspace(-4, 4, 3001).unsqueeze(1) * numbers(rng, 1, IN) + 0.3 * numbers(rng, 1, IN)
    found = student.run(writing(x, [3], seed=seed))
    scores = assert_tensor(found, "scores0", (3, len(x), VOCABULARY), hint=SHAPE)
    tokens = scores.argmax(dim=2)
    turns = tokens[:, 1:] != tokens[:, :-1]
    moves = (scores[:, 1:] - scores[:, :-1]).abs().amax(dim=2)
    for step in (0, 1):
        turned = turns[step] & ~turns[:step].any(dim=0)
        usual = ~turns[: step + 1].any(dim=0)
        if turned.any():  # else this step always finds the same token, and nothing can be seen along this line
            jumps = float(moves[step + 1][turned].median()) > 3 * float(moves[step + 1][usual].quantile(0.99))
            check(jumps, "Where another token becomes most likely, the scores of the next step do not change.")
