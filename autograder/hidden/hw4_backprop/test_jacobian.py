"""Hidden tests of jacobian."""

from collections.abc import Callable

import pytest
import torch
from torch import Tensor

from gradkit.suite import Call, Found, Ref, Rng, Runner, Step, assert_unchanged, check, message

pytestmark = pytest.mark.question("jacobian")


def assert_near(found: Found, expected: Tensor) -> None:
    """The Jacobian is right to one part in a million, by the Frobenius norm."""
    value = found.tensor(otherwise=message("jacobian must return a tensor."))
    check(
        value.shape == expected.shape,
        message(
            "If f maps {inputs} to {outputs} numbers, the Jacobian has the shape {shape}: a row for each "
            "output, a column for each input. Yours has {found}.",
            inputs=expected.shape[1],
            outputs=expected.shape[0],
            shape=tuple(expected.shape),
            found=tuple(value.shape),
        ),
    )
    check(value.dtype == torch.float64, message("The Jacobian must be float64, like x."))
    check(bool(value.isfinite().all()), message("The Jacobian contains inf or nan."))
    error = ((value - expected).norm() / expected.norm()).item()
    check(
        error <= 1e-6,
        message(
            "The relative error of the Jacobian is {error}; 1e-6 is allowed. Use central differences with h = 1e-5.",
            error=f"{error:.0e}",
        ),
    )
    assert_unchanged(found)


@pytest.mark.points(1)
@pytest.mark.parametrize(("n", "m"), [(3, 4), (4, 2), (1, 3), (3, 1), (1, 1), (3, 3)])
def test_linear_function(student: Runner, rng: Rng, n: int, m: int) -> None:
    """The Jacobian of a linear function is its matrix."""
    steps = [
        Step("f", "torch:nn.Linear", [n, m], {"dtype": torch.float64}),
        Step("without_graph", "object:f.requires_grad_", [False]),
        Step("result", "student:jacobian", [Ref("f"), Ref("x")]),
    ]
    w = rng.normal(m, n)
    parameters = {"f": {"weight": w, "bias": rng.normal(m)}}
    assert_near(student.run(Call(steps, {"x": rng.normal(n)}, parameters=parameters)), w)


@pytest.mark.points(1)
@pytest.mark.parametrize(("n", "hidden", "m"), [(3, 5, 2), (2, 3, 4)])
def test_network(student: Runner, rng: Rng, n: int, hidden: int, m: int) -> None:
    """The Jacobian of a small network with tanh is W2 diag(1 - tanh^2) W1."""
    steps = [
        Step("first", "torch:nn.Linear", [n, hidden], {"dtype": torch.float64}),
        Step("tanh", "torch:nn.Tanh"),
        Step("second", "torch:nn.Linear", [hidden, m], {"dtype": torch.float64}),
        Step("f", "torch:nn.Sequential", [Ref("first"), Ref("tanh"), Ref("second")]),
        Step("without_graph", "object:f.requires_grad_", [False]),
        Step("result", "student:jacobian", [Ref("f"), Ref("x")]),
    ]
    x, w1, b1, w2, b2 = rng.normal(n), rng.normal(hidden, n), rng.normal(hidden), rng.normal(m, hidden), rng.normal(m)
    parameters = {"first": {"weight": w1, "bias": b1}, "second": {"weight": w2, "bias": b2}}
    t = torch.tanh(w1 @ x + b1)
    assert_near(student.run(Call(steps, {"x": x}, parameters=parameters)), w2 @ torch.diag(1 - t * t) @ w1)


@pytest.mark.points(0.5)
@pytest.mark.parametrize("n", [1, 5])
@pytest.mark.parametrize(
    ("name", "low", "high", "derivative"), [("sin", -1, 1, torch.cos), ("square", 0.1, 0.2, lambda x: 2 * x)]
)
def test_function_of_each_element(
    student: Runner, rng: Rng, name: str, low: float, high: float, derivative: Callable[[Tensor], Tensor], n: int
) -> None:
    """The Jacobian of an element-wise function is diagonal, with the derivatives on the diagonal.

    For small x the curvature of the square is large beside its derivative: there, a forward difference with a step of
    1e-6 is not accurate enough.
    """
    x = rng.uniform(n, low=low, high=high)
    call = Call([Step("result", "student:jacobian", [Ref(f"torch:{name}"), Ref("x")])], {"x": x})
    assert_near(student.run(call), torch.diag(derivative(x)))


@pytest.mark.points(0.5)
@pytest.mark.parametrize(
    ("eighths", "matrix"),
    [
        ((1, 2, 5), [[7, -2, -5], [-2, 12, -10], [-5, -10, 15]]),
        ((3, 4, 1), [[15, -12, -3], [-12, 16, -4], [-3, -4, 7]]),
    ],
    ids=["first", "second"],
)
def test_figures_worked_by_hand(student: Runner, eighths: tuple[int, ...], matrix: list[list[int]]) -> None:
    """The Jacobian of the softmax of three numbers is right, as worked by hand.

    The softmax of (ln 1, ln 2, ln 5) is p = (1, 2, 5) / 8, and J = diag(p) - p p^T: p (1 - p) = (7, 12, 15) / 64 on the
    diagonal, -p_i p_j = -2 / 64, -5 / 64 and -10 / 64 beside it. Likewise for (3, 4, 1) / 8. One of the numbers is 0.
    """
    steps = [
        Step("f", "torch:nn.Softmax", [0]),
        Step("result", "student:jacobian", [Ref("f"), Ref("x")]),
    ]
    x = torch.tensor(eighths, dtype=torch.float64).log()
    assert_near(student.run(Call(steps, {"x": x})), torch.tensor(matrix, dtype=torch.float64) / 64)
