"""Public checks of homework 1. They are a first look: grading tries other numbers and sizes, and compares gradients."""

import linear_regression
import torch
from torch import nn

CUT = "detach(), .data, .item() and numpy all cut the graph"


def same(found, expected, what, advice=""):
    """Fail unless a tensor has the expected shape, dtype and values."""
    assert isinstance(found, torch.Tensor), f"{what} should be a tensor; yours is a {type(found).__name__}"
    shape, dtype = tuple(found.shape), found.dtype
    assert shape == tuple(expected.shape), f"{what} should have the shape {tuple(expected.shape)}; yours has {shape}"
    assert dtype == expected.dtype, f"{what} should be {expected.dtype} like the inputs; yours is {dtype}"
    tolerance = 1e-4 if dtype == torch.float32 else 1e-8
    assert torch.allclose(found, expected, rtol=tolerance, atol=tolerance), (
        f"{what} should be {expected.tolist()}; yours is {found.tolist()}. {advice}"
    )


def unchanged(*pairs):
    """Fail unless each input is unchanged."""
    assert all(torch.equal(now, before) for now, before in pairs), (
        "an input was modified in place; create new tensors instead"
    )


def gradient(tensor, name):
    """The gradient that reached a tensor."""
    assert tensor.grad is not None, f"no gradient reached {name}; {CUT}"
    return tensor.grad


# ---- LinearRegression


def test_LinearRegression_has_a_parameter_w():
    """The parameter self.w exists and has the right shape."""
    model = linear_regression.LinearRegression(3)
    names = [name for name, _ in model.named_parameters()]
    assert names == ["w"], f"the model's parameters should be just ['w'], yours are {names}; is self.w an nn.Parameter?"
    shape = tuple(model.w.shape)
    assert shape == (4, 1), f"for 3 features, w has 3 weights and 1 bias, so shape (4, 1); yours is {shape}"
    assert model.w.requires_grad, "w should require a gradient, as an nn.Parameter does by default"


def test_LinearRegression_draws_from_a_standard_normal():
    """All values in w are drawn from a standard normal distribution, anew for each model."""
    first, second = linear_regression.LinearRegression(4000), linear_regression.LinearRegression(4000)
    assert not torch.equal(first.w, second.w), (
        "two new models have the same w; draw it with torch.randn, without a fixed seed"
    )
    w = first.w.detach()
    mean, deviation, inside = w.mean().item(), w.std().item(), (w.abs() < 1).float().mean().item()
    found = f"yours have mean {mean:.2f}, standard deviation {deviation:.2f}, and {inside:.0%} are between -1 and 1"
    expected = "4,001 numbers of a standard normal have mean 0, standard deviation 1, and 68% are between -1 and 1"
    right = (abs(mean) < 0.1, abs(deviation - 1) < 0.1, abs(inside - 0.683) < 0.05)
    assert all(right), f"{expected}; {found}"
    assert w[-1].item() != 0, "the bias, the last row of w, is 0; draw it like the other rows"


def test_LinearRegression_predicts_a_straight_line():
    """With slope 2 and bias 10, the inputs 1, 2, 3 give the predictions 12, 14, 16."""
    model = linear_regression.LinearRegression(1)
    model.w = nn.Parameter(torch.tensor([[2.0], [10.0]]))
    y_hat = model(torch.tensor([[1.0], [2.0], [3.0]]))
    expected = torch.tensor([[12.0], [14.0], [16.0]])
    same(y_hat, expected, "for w = [[2], [10]], y_hat = 2 x + 10", "Is the column of ones the last one?")


def test_LinearRegression_in_float64():
    """Batches of any size in float64, with several features, some of them 0; x is not modified."""
    model = linear_regression.LinearRegression(2).double()
    model.w = nn.Parameter(torch.tensor([[2.0], [-1.0], [0.1]], dtype=torch.float64))
    for rows, results in (([[0.0, 3.0], [1.0, 0.0]], [[-2.9], [2.1]]), ([[1.0, 1.0]], [[1.1]])):
        x = torch.tensor(rows, dtype=torch.float64)
        before = x.clone()
        expected = torch.tensor(results, dtype=torch.float64)
        for mode in (True, False):
            y_hat = model.train(mode)(x)
            same(y_hat, expected, f"for w = [[2], [-1], [0.1]], y_hat of {rows}", "y_hat = 2 x_1 - x_2 + 0.1 here")
        unchanged((x, before))


def test_LinearRegression_lets_gradients_through():
    """Calling backward() on the predictions reaches all of w, and x."""
    model = linear_regression.LinearRegression(2)
    x = torch.tensor([[1.0, 2.0], [3.0, 4.0], [5.0, 0.0]], requires_grad=True)
    before = x.detach().clone()
    w = model.w.detach().clone()
    model(x).sum().backward()
    same(
        gradient(model.w, "w"),
        torch.tensor([[9.0], [6.0], [3.0]]),
        "the gradient of y_hat.sum() with respect to w",
        CUT,
    )
    same(
        gradient(x, "x"),
        w[:2].T.expand(3, 2),
        "the gradient of y_hat.sum() with respect to x, w without its last row,",
        CUT,
    )
    unchanged((x, before))


# ---- LinearModel


X, Y = torch.tensor([[-1.0], [1.0]]), torch.tensor([[1.0], [5.0]])  # the best are w = 2, b = 3


def zeros(in_dim, out_dim, **options):
    """A model that starts from w = 0, b = 0."""
    linear = linear_regression.LinearModel(in_dim, out_dim, **options)
    nn.init.zeros_(linear.model.weight)
    nn.init.zeros_(linear.model.bias)
    return linear


def check_losses(losses, expected, advice):
    """Fail unless train returned these losses, to four digits."""
    assert isinstance(losses, list), f"train should return a list, not a {type(losses).__name__}"
    assert all(isinstance(loss, float) for loss in losses), "each loss should be a Python float: use loss.item()"
    right = len(losses) == len(expected) and all(
        abs(loss - goal) < 1e-4 * (1 + goal) for loss, goal in zip(losses, expected, strict=True)
    )
    assert right, f"the losses should be {expected}; yours are {losses}. {advice}"


def test_LinearModel_has_its_parts():
    """The model, the optimizer over its parameters and the loss function exist."""
    linear = linear_regression.LinearModel(3, 2)
    assert isinstance(linear.model, nn.Linear), "the attribute model should be an nn.Linear"
    assert tuple(linear.model.weight.shape) == (2, 3), "for 3 features and 2 targets, model is nn.Linear(3, 2)"
    assert linear.model.bias is not None, "model has no bias; nn.Linear has one by default"
    assert isinstance(linear.optimizer, torch.optim.SGD), "the attribute optimizer should be a torch.optim.SGD"
    held = {id(parameter) for group in linear.optimizer.param_groups for parameter in group["params"]}
    assert held == {id(parameter) for parameter in linear.model.parameters()}, (
        "optimizer should hold model.parameters()"
    )
    assert isinstance(linear.loss_function, nn.MSELoss), "the attribute loss_function should be an nn.MSELoss"
    loss = linear.loss_function(torch.zeros(2, 2), torch.tensor([[1.0, 2.0], [3.0, 4.0]])).item()
    assert abs(loss - 7.5) < 1e-5, (
        f"loss_function should be the mean of all squares, 30 / 4 = 7.5 here; yours is {loss}"
    )


def test_LinearModel_starts_as_an_nn_Linear():
    """The weights and biases have nn.Linear's default initialization: uniform between -1/2 and 1/2 for 4 features."""
    first, second = linear_regression.LinearModel(4, 500), linear_regression.LinearModel(4, 500)
    for name in ("weight", "bias"):
        numbers, others = getattr(first.model, name).detach(), getattr(second.model, name).detach()
        low, high = numbers.min().item(), numbers.max().item()
        assert all((-0.5 <= low < -0.4, 0.4 < high <= 0.5)), (
            f"nn.Linear(4, 500) draws each {name} between -0.5 and 0.5; yours go from {low:.2f} to {high:.2f}. "
            "Keep the default initialization"
        )
        assert not torch.equal(numbers, others), f"two new models have the same {name}; do not set a seed"


def test_LinearModel_halves_the_error_in_each_epoch():
    """At the learning rate 0.25, the losses are 13, 3.25, 0.8125."""
    # The loss is (w - 2)^2 + (b - 3)^2; a step at the rate 0.25 halves both errors.
    advice = "If the first is 3.25, you compute the loss after the update"
    check_losses(zeros(1, 1, learning_rate=0.25, epochs=3).train(X, Y), [13.0, 3.25, 0.8125], advice)


def test_LinearModel_uses_the_learning_rate_and_clears_the_gradients():
    """The losses are 13, 8.32, 5.3248, 3.407872 at the learning rate 0.1, and fall more slowly at the default, 0.01."""
    # A step at the rate r multiplies both errors by 1 - 2 r.
    advice = (
        "If the second is right and the third is 2.5168, gradients accumulate over the epochs: zero_grad() is missing "
        "in the loop. If the second is wrong, check the learning rate"
    )
    expected = [13.0, 8.32, 5.3248, 3.407872]
    check_losses(zeros(1, 1, learning_rate=0.1, epochs=4).train(X, Y), expected, advice)
    check_losses(zeros(1, 1, epochs=3).train(X, Y), [13.0, 12.4852, 11.990786], "The default learning rate is 0.01")


def test_LinearModel_never_stops_early():
    """All epochs run, even if the loss is 0, stops changing or rises."""
    advice = "There is one loss per epoch, however small or flat the loss is"
    check_losses(zeros(1, 1, learning_rate=0.25, epochs=12).train(X, 0 * Y), [0.0] * 12, advice)
    check_losses(zeros(1, 1, learning_rate=0.0, epochs=5).train(X, Y), [13.0] * 5, advice)
    check_losses(zeros(1, 1, learning_rate=1.5, epochs=25).train(X, Y), [13.0 * 4.0**n for n in range(25)], advice)


def test_LinearModel_takes_equal_steps_with_all_rows():
    """Each epoch takes one step over all 300 rows, and the learning rate is constant."""
    losses = zeros(1, 1, learning_rate=0.25, epochs=3).train(X.repeat(150, 1), Y.repeat(150, 1))
    check_losses(losses, [13.0, 3.25, 0.8125], "Each step uses all 300 rows: no minibatches")
    losses = zeros(1, 1, learning_rate=0.001, epochs=120).train(X, Y)
    expected = [13.0 * 0.998 ** (2 * n) for n in range(120)]
    check_losses(losses, expected, "Each step uses learning_rate, without a scheduler")


def test_LinearModel_with_two_targets_in_float64():
    """Both targets are fitted in float64, a second call continues, and the data are not modified."""
    linear = zeros(1, 2, learning_rate=0.25, epochs=2)
    linear.model.double()
    x, y = X.double(), torch.tensor([[1.0, 0.0], [5.0, 4.0]], dtype=torch.float64)
    before = x.clone(), y.clone()
    # The loss is half of (w_1 - 2)^2 + (b_1 - 3)^2 + (w_2 - 2)^2 + (b_2 - 2)^2, so a step multiplies the errors by 3/4.
    advice = "Each epoch takes one step, with the mean over all rows and targets"
    check_losses(linear.train(x, y), [10.5, 5.90625], advice)
    check_losses(linear.train(x, y), [3.3222656, 1.8687744], "A second call of train continues where the first ended")
    share = 1 - 0.75**4
    expected = share * torch.tensor([[3.0, 2.0], [5.0, 4.0], [13.0, 12.0]], dtype=torch.float64)
    new = torch.tensor([[0.0], [1.0], [5.0]], dtype=torch.float64)
    same(linear.predict(new), expected, "predict([[0], [1], [5]]), w x + b,", "Return the output of model, unchanged")
    unchanged((x, before[0]), (y, before[1]), (new.flatten(), torch.tensor([0.0, 1.0, 5.0], dtype=torch.float64)))


def test_LinearModel_predicts_without_a_graph():
    """The predictions of the current model have one row for each row of x, and no graph."""
    linear = zeros(1, 1, learning_rate=0.5, epochs=1)
    x = torch.tensor([[0.0], [1.0], [2.0]])
    same(linear.predict(x), torch.zeros(3, 1), "before training, with w = b = 0, predict(x)")
    linear.train(X, Y)
    y_hat = linear.predict(x)
    same(y_hat, torch.tensor([[3.0], [5.0], [7.0]]), "with w = 2 and b = 3, predict([[0], [1], [2]])")
    same(linear.predict(x[:1]), torch.tensor([[3.0]]), "with w = 2 and b = 3, predict([[0]])")
    assert not y_hat.requires_grad, "compute the predictions under torch.no_grad(), or detach them"


# ---- normal_equation


def test_normal_equation_of_points_on_a_line():
    """The points (0, 1), (1, 3), (2, 5) are on the line with slope 2 and bias 1."""
    w = linear_regression.normal_equation(torch.tensor([[0.0], [1.0], [2.0]]), torch.tensor([[1.0], [3.0], [5.0]]))
    same(
        w, torch.tensor([[2.0], [1.0]]), "the weights, with the bias in the last row,", "The slope is 2 and the bias 1"
    )


def test_normal_equation_of_two_targets():
    """Two features, two targets and five rows in float64, not all on a plane; the data are not modified."""
    x = torch.tensor([[1.0, 0.0], [-1.0, 0.0], [0.0, 1.0], [0.0, -1.0], [0.0, 0.0]], dtype=torch.float64)
    y = torch.tensor([[3.0, 1.0], [1.0, 3.0], [4.0, 0.0], [0.0, 0.0], [2.0, 11.0]], dtype=torch.float64)
    before = x.clone(), y.clone()
    w = linear_regression.normal_equation(x, y)
    # The columns of X are orthogonal: each weight is x^T y / x^T x.
    expected = torch.tensor([[1.0, -1.0], [2.0, 0.0], [2.0, 3.0]], dtype=torch.float64)
    same(w, expected, "the weights, a column for each target,", "Compute the exact solution, in float64")
    unchanged((x, before[0]), (y, before[1]))


def test_normal_equation_of_dependent_columns():
    """For a duplicate or constant feature, or few rows, the result is the minimum-norm solution."""
    advice = "There are many solutions; the one with the smallest sum of squares is given by the pseudo-inverse of X"
    for rows, targets, smallest in (
        ([[-1.0, -1.0], [0.0, 0.0], [1.0, 1.0]], [[-4.0], [0.0], [4.0]], [[2.0], [2.0], [0.0]]),
        ([[2.0], [2.0], [2.0]], [[4.0], [5.0], [6.0]], [[2.0], [1.0]]),
        ([[1.0, 2.0, 2.0]], [[20.0]], [[2.0], [4.0], [4.0], [2.0]]),
        (
            [[1.0, 2.0, 4.0, 7.0], [3.0, 1.0, 0.0, 2.0], [2.0, 5.0, 1.0, 3.0]],
            [[109.0], [38.0], [78.0]],
            [[3.0], [7.0], [5.0], [10.0], [2.0]],
        ),
        (
            [[3.0, 3.0, 3.0], [-2.0, -2.0, -2.0], [1.0, 1.0, 3.0], [-2.0, -2.0, 0.0]],
            [[44.0], [-26.0], [28.0], [-14.0]],
            [[4.0], [4.0], [6.0], [2.0]],
        ),
    ):
        x, y = torch.tensor(rows, dtype=torch.float64), torch.tensor(targets, dtype=torch.float64)
        w = linear_regression.normal_equation(x, y)
        expected = torch.tensor(smallest, dtype=torch.float64)
        same(w, expected, f"for x = {rows} the weights", advice)


def test_normal_equation_of_different_units():
    """A feature a million times as large as another is fitted correctly."""
    x = torch.tensor([[1.0, 1e6], [-1.0, 1e6], [1.0, -1e6], [-1.0, -1e6]], dtype=torch.float64)
    w = linear_regression.normal_equation(x, x @ torch.tensor([[3.0], [2e-6]], dtype=torch.float64) + 1)
    expected = torch.tensor([[3.0], [2e-6], [1.0]], dtype=torch.float64)
    assert tuple(w.shape) == (3, 1), f"the weights should have the shape (3, 1); yours have {tuple(w.shape)}"
    assert torch.allclose(w, expected, rtol=1e-5, atol=1e-9), (
        f"the weights should be 3, 2e-6 and 1; yours are {w.flatten().tolist()}. The columns are linearly independent: "
        "keep the default tolerance of pinv"
    )


def test_normal_equation_lets_gradients_through():
    """Calling backward() on the weights reaches x and y."""
    x = torch.tensor([[0.0], [1.0], [2.0]], requires_grad=True)
    y = torch.tensor([[1.0], [3.0], [8.0]], requires_grad=True)
    before = x.detach().clone(), y.detach().clone()
    linear_regression.normal_equation(x, y)[0].sum().backward()
    # The slope is (y_3 - y_1) / 2 here.
    same(gradient(y, "y"), torch.tensor([[-0.5], [0.0], [0.5]]), "the gradient of the slope with respect to y", CUT)
    gradient(x, "x")
    unchanged((x, before[0]), (y, before[1]))
