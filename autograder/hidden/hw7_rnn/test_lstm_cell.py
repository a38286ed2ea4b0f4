"""Hidden tests of lstm_cell."""

import math

import pytest
import torch

from gradkit.suite import Call, Ref, Rng, Runner, Step, assert_matches, expected, function_call, message

pytestmark = pytest.mark.question("lstm_cell")

HINT = message(
    "gates i, f, g, o in this order; c' = sigmoid(f) c + sigmoid(i) tanh(g), h' = sigmoid(o) tanh(c'); return (h', c')"
)


def step(rng: Rng, n: int, d: int, h: int, dtype: torch.dtype = torch.float64) -> Call:
    """One step with random arguments, and gradients from both results."""
    shapes = {"x": (n, d), "h": (n, h), "c": (n, h), "w_ih": (4 * h, d), "w_hh": (4 * h, h)}
    shapes |= {"b_ih": (4 * h,), "b_hh": (4 * h,)}
    arguments = {name: 0.7 * rng.normal(*shape, dtype=dtype) for name, shape in shapes.items()}
    cotangent = (rng.normal(n, h, dtype=dtype), rng.normal(n, h, dtype=dtype))
    return function_call("lstm_cell", arguments, cotangent=cotangent)


@pytest.mark.points(1)
@pytest.mark.parametrize(("n", "d", "h"), [(5, 3, 4), (3, 2, 5), (1, 3, 4), (5, 1, 4), (5, 3, 1), (1, 1, 1), (4, 4, 4)])
def test_every_size(student: Runner, reference: Runner, rng: Rng, n: int, d: int, h: int) -> None:
    """Hidden state, cell state and all gradients are right for several sizes."""
    call = step(rng, n, d, h)
    assert_matches(student.run(call), reference.run(call), hint=HINT)


@pytest.mark.points(0.5)
@pytest.mark.parametrize("position", [0, 1], ids=["hidden state", "cell state"])
def test_each_of_the_two(student: Runner, reference: Runner, rng: Rng, position: int) -> None:
    """Hidden state and cell state are right separately."""
    whole = step(rng, 4, 3, 2)
    names = [Ref(name) for name in whole.inputs]
    steps = [
        Step("both", "student:lstm_cell", names),
        Step("result", "operator:getitem", [Ref("both"), position]),
    ]
    call = Call(steps, inputs=whole.inputs)
    assert_matches(student.run(call), reference.run(call), hint=HINT)


@pytest.mark.points(0.5)
def test_figures_worked_by_hand(student: Runner) -> None:
    """A small example computed by hand comes out right.

    One row, all sizes 1, and every weight 0, so that only the biases count. b_ih + b_hh is (ln 3, ln 4, ln 2, -ln 3):
    sigmoid(i) = 3/4, sigmoid(f) = 4/5, tanh(g) = 0.6, sigmoid(o) = 1/4. From c = 1, c' = 0.8 + 0.75 * 0.6 = 1.25, and
    h' = tanh(1.25) / 4.
    """
    one = torch.ones(1, 1, dtype=torch.float64)
    biases = torch.tensor([math.log(3), math.log(4), math.log(2), -math.log(3)], dtype=torch.float64)
    zero = torch.zeros(4, 1, dtype=torch.float64)
    arguments = {"x": one, "h": one, "c": one, "w_ih": zero, "w_hh": zero, "b_ih": 3 * biases, "b_hh": -2 * biases}
    right = expected(result=(math.tanh(1.25) / 4 * one, 1.25 * one))
    assert_matches(student.run(function_call("lstm_cell", arguments)), right, hint=HINT)


@pytest.mark.points(0.5)
@pytest.mark.parametrize("n", [2, 5])
def test_float32_stays_float32(student: Runner, reference: Runner, rng: Rng, n: int) -> None:
    """Arguments in float32 give a hidden state, a cell state and gradients in float32."""
    call = step(rng, n, 3, 2, torch.float32)
    # float32 has about seven digits
    assert_matches(student.run(call), reference.run(call), hint=HINT, rtol=1e-4, atol=1e-5)
