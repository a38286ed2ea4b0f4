"""Hidden tests of linear_vjp."""

import pytest
import torch

from gradkit.suite import Call, Ref, Rng, Runner, Step, assert_matches, expected, function_call, message

pytestmark = pytest.mark.question("linear_vjp")

HINT = message("x (N, D), w (M, D), b (M,), v (N, M): the tuple (dx, dw, db), shapes (N, D), (M, D), (M,)")


sizes = pytest.mark.parametrize(
    ("n", "d", "m"), [(5, 3, 2), (1, 3, 2), (5, 1, 2), (5, 3, 1), (1, 1, 1), (4, 4, 4), (6, 7, 3)]
)


def gradient(rng: Rng, place: int, n: int, d: int, m: int) -> Call:
    """One of the three gradients that linear_vjp returns."""
    inputs = {"x": rng.normal(n, d), "w": rng.normal(m, d), "b": rng.normal(m), "v": rng.normal(n, m)}
    three = Step("gradients", "student:linear_vjp", list(map(Ref, inputs)))
    return Call([three, Step("result", "operator:getitem", [Ref("gradients"), place])], inputs)


@pytest.mark.points(0.5)
@sizes
def test_dx(student: Runner, reference: Runner, rng: Rng, n: int, d: int, m: int) -> None:
    """The first gradient, with respect to x, is right for several sizes."""
    call = gradient(rng, 0, n, d, m)
    assert_matches(
        student.run(call), reference.run(call), hint=message("dL/dx has the shape (N, D); v is (N, M) and w (M, D)")
    )


@pytest.mark.points(0.5)
@sizes
def test_dw(student: Runner, reference: Runner, rng: Rng, n: int, d: int, m: int) -> None:
    """The second gradient, with respect to w, is right for several sizes."""
    call = gradient(rng, 1, n, d, m)
    assert_matches(
        student.run(call), reference.run(call), hint=message("dL/dw has the shape (M, D); it is a sum over the N rows")
    )


@pytest.mark.points(0.5)
@sizes
def test_db(student: Runner, reference: Runner, rng: Rng, n: int, d: int, m: int) -> None:
    """The third gradient, with respect to b, is right for several sizes."""
    call = gradient(rng, 2, n, d, m)
    assert_matches(
        student.run(call), reference.run(call), hint=message("dL/db has the shape (M,); it is a sum over the N rows")
    )


@pytest.mark.points(0.5)
def test_figures_worked_by_hand(student: Runner) -> None:
    """A small example worked by hand comes out right.

    Two rows, three inputs, two outputs. dx = v w: row 1 is 1 * (1, 0, 2) + 10 * (0, 3, 1) = (1, 30, 12), row 2 is
    2 * (1, 0, 2) - (0, 3, 1) = (2, -3, 3). dw = v^T x: row 1 is 1 * (1, 2, 3) + 2 * (4, 5, 6) = (9, 12, 15), row 2 is
    10 * (1, 2, 3) - (4, 5, 6) = (6, 15, 24). db adds up the rows of v: (1 + 2, 10 - 1) = (3, 9).
    """
    tensors = {
        "x": [[1, 2, 3], [4, 5, 6]],
        "w": [[1, 0, 2], [0, 3, 1]],
        "b": [7, 8],
        "v": [[1, 10], [2, -1]],
    }
    call = function_call("linear_vjp", {name: torch.tensor(t, dtype=torch.float64) for name, t in tensors.items()})
    result = ([[1, 30, 12], [2, -3, 3]], [[9, 12, 15], [6, 15, 24]], [3, 9])
    right = expected(result=tuple(torch.tensor(part, dtype=torch.float64) for part in result))
    assert_matches(student.run(call), right, hint=HINT)


@pytest.mark.points(0.5)
@pytest.mark.parametrize("n", [2, 5])
def test_float32_stays_float32(student: Runner, reference: Runner, rng: Rng, n: int) -> None:
    """Inputs in float32 give gradients in float32."""
    shapes = {"x": (n, 3), "w": (4, 3), "b": (4,), "v": (n, 4)}
    arguments = {name: rng.normal(*shape, dtype=torch.float32) for name, shape in shapes.items()}
    call = function_call("linear_vjp", arguments)
    # float32 holds about seven digits
    assert_matches(student.run(call), reference.run(call), hint=HINT, rtol=1e-5, atol=1e-5)
