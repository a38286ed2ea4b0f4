"""Hidden tests of LinearRegression."""

import pytest
import torch

from gradkit.suite import Call, Ref, Rng, Runner, Step, assert_matches, check, expected, message, module_call

pytestmark = pytest.mark.question("LinearRegression")

HINT = message("x is (N, in_dim) and w is (in_dim + 1, 1), with the bias in its last row; the result is (N, 1)")


@pytest.mark.points(1)
@pytest.mark.parametrize("in_dim", [1, 3])
def test_new_model_has_one_parameter(student: Runner, in_dim: int) -> None:
    """A new model has one parameter, w, of shape (in_dim + 1, 1)."""
    call = Call(
        steps=[Step("model", "student:LinearRegression", [in_dim])],
        observe=("model.w.shape", "model.w.requires_grad", "model.gradients"),
    )
    found = student.run(call)
    shape = (in_dim + 1, 1)
    check(
        found.equals("model.w.shape", shape),
        message("For in_dim = {in_dim}, w must have the shape {shape}.", in_dim=in_dim, shape=shape),
    )
    check(
        found.equals("model.w.requires_grad", True),
        message("w must be trainable: an nn.Parameter with requires_grad=True."),
    )
    check(
        found.equals("model.gradients", {"w": None}),
        message(
            "model.named_parameters() should list only w: the bias is its last row, and w must be an nn.Parameter."
        ),
    )


@pytest.mark.points(1)
@pytest.mark.parametrize("in_dim", [9_999, 10_999])
def test_new_model_draws_from_standard_normal(student: Runner, in_dim: int) -> None:
    """The values in w are drawn from a standard normal distribution, anew for each model.

    With 10,000 draws, the standard error of the mean is 0.01, that of the standard deviation 0.007, and that of the
    share between -1 and 1, which is 0.6827, 0.005. Each bound is at least six standard errors, so no correct solution
    fails by chance.
    """
    names = ("first", "second")
    steps = [Step(name, "student:LinearRegression", [in_dim]) for name in names]
    words = {"first": message("the first model"), "second": message("the second model")}
    found = student.run(Call(steps=steps, observe=("first.w", "second.w"), words=words))
    size = message("w should be a tensor with in_dim + 1 elements.")
    first, second = (found.tensor(f"{name}.w", otherwise=size).double() for name in names)
    for numbers in (first, second):
        check(numbers.numel() == in_dim + 1, size)
        inside = (numbers.abs() < 1).double().mean().item()
        check(
            abs(numbers.mean().item()) < 0.06,
            message("The mean of w is too far from 0, the mean of a standard normal distribution."),
        )
        check(
            abs(numbers.std().item() - 1) < 0.05,
            message("The standard deviation of w is too far from 1, that of a standard normal."),
        )
        check(abs(inside - 0.6827) < 0.03, message("The values in w are not normally distributed."))
        check(
            bool((numbers != 0).all()),
            message("A value in w is exactly 0. Draw all of w, including the bias in its last row."),
        )
    check(
        not torch.equal(first, second),
        message("Two new models have the same w; each should draw new values (no fixed seed)."),
    )


@pytest.mark.points(2)
@pytest.mark.parametrize(("n", "in_dim"), [(1, 1), (1, 3), (5, 1), (3, 2), (7, 5), (64, 10)])
def test_output_and_gradients_match_reference(
    student: Runner, reference: Runner, rng: Rng, n: int, in_dim: int
) -> None:
    """The predictions and the gradients of x and w are right for several sizes."""
    call = module_call(
        "LinearRegression",
        [in_dim],
        {"x": rng.normal(n, in_dim)},
        parameters={"w": rng.normal(in_dim + 1, 1)},
        cotangent=rng.normal(n, 1),
    )
    assert_matches(student.run(call), reference.run(call), hint=HINT)


@pytest.mark.points(1)
@pytest.mark.parametrize(("first", "then"), [(5, 3), (2, 7)])
def test_batches_may_differ_in_size(student: Runner, reference: Runner, rng: Rng, first: int, then: int) -> None:
    """A model predicts batches of different sizes, in training and in evaluation mode."""
    steps = [
        Step("model", "student:LinearRegression", [4]),
        Step("model", "object:model.double"),
        Step("first", "object:model.__call__", [Ref("x1")]),
        Step("model", "object:model.eval"),
        Step("then", "object:model.__call__", [Ref("x2")]),
    ]
    inputs = {"x1": rng.normal(first, 4), "x2": rng.normal(then, 4)}
    inputs["x1"][0] = 0
    call = Call(steps, inputs, parameters={"model": {"w": rng.normal(5, 1)}}, observe=("first", "then"))
    hint = message("{hint}; N is the number of rows of the current x", hint=HINT)
    assert_matches(student.run(call), reference.run(call), hint=hint)


@pytest.mark.points(1)
def test_figures_worked_by_hand(student: Runner) -> None:
    """A small example worked by hand is right, with its gradients.

    x = (0, 3) gives 0 * 5 + 3 * (-1) + 1 * 4 = 1, and x = (-1, 6) gives -1 * 5 + 6 * (-1) + 4 = -7.
    With the upstream gradient v = (1, 10), the gradient of w is [x, 1]^T v:
    0 * 1 - 1 * 10 = -10, then 3 * 1 + 6 * 10 = 63, then 1 + 10 = 11; that of x is v times (5, -1).
    """
    call = module_call(
        "LinearRegression",
        [2],
        {"x": torch.tensor([[0, 3], [-1, 6]], dtype=torch.float64)},
        parameters={"w": torch.tensor([[5], [-1], [4]], dtype=torch.float64)},
        cotangent=torch.tensor([[1], [10]], dtype=torch.float64),
    )
    right = expected(
        result=torch.tensor([[1], [-7]], dtype=torch.float64),
        gradients={
            "module.w": torch.tensor([[-10], [63], [11]], dtype=torch.float64),
            "x": torch.tensor([[5, -1], [50, -10]], dtype=torch.float64),
        },
    )
    assert_matches(student.run(call), right, hint=HINT)


@pytest.mark.points(1)
@pytest.mark.parametrize("n", [1, 5])
def test_float32_stays_float32(student: Runner, reference: Runner, rng: Rng, n: int) -> None:
    """A model and features in float32 give predictions in float32."""
    call = module_call(
        "LinearRegression",
        [3],
        {"x": rng.normal(n, 3, dtype=torch.float32)},
        parameters={"w": rng.normal(4, 1, dtype=torch.float32)},
        cotangent=rng.normal(n, 1, dtype=torch.float32),
        dtype=torch.float32,
    )
    hint = message("{hint}; the column of ones has the dtype of x, as in torch.ones(..., dtype=x.dtype)", hint=HINT)
    # float32 holds about seven digits
    assert_matches(student.run(call), reference.run(call), hint=hint, rtol=1e-5, atol=1e-5)
