"""Public checks of homework 5. They are a first look: grading tries more models, losses and optimizers.

Run them in this folder:  gradkit check
"""

import contextlib
import copy
import io
import pickle
import re
import tempfile
from pathlib import Path

import torch
import training
from torch import nn


class Watched(nn.Module):
    """A linear layer without bias that records the mode, the use of a graph, and the rows of each prediction."""

    def __init__(self, weight):
        super().__init__()
        self.layer = nn.Linear(weight.shape[1], weight.shape[0], bias=False, dtype=weight.dtype)
        self.layer.weight = nn.Parameter(weight.clone())
        self.modes, self.graphs, self.rows = [], [], []

    def forward(self, x):
        """Predict, and record the call."""
        self.modes.append(self.training and self.layer.training)
        self.graphs.append(torch.is_grad_enabled())
        self.rows.append(x[:, 0].tolist())
        return self.layer(x)


def worked_out(x, y, w, lr, momentum, steps):
    """The losses and the weight after some full-batch steps, by the formulas for half the mean squared error."""
    losses, velocity = [], torch.zeros_like(w)
    for _ in range(steps):
        error = x @ w.T - y
        losses.append(0.5 * (error**2).mean().item())
        velocity = momentum * velocity + error.T @ x / error.numel()
        w = w - lr * velocity
    return losses, w


def half_of_the_square(y_hat, y):
    """A loss as a plain function that checks that it gets the prediction first."""
    assert y_hat.requires_grad, (
        "loss_function gets the prediction first; you passed a tensor that does not require grad."
    )
    assert not y.requires_grad, "loss_function gets the target second; you passed the prediction there."
    assert y_hat.shape == y.shape, (
        f"Pass prediction and target to the loss unchanged, {tuple(y.shape)}; you passed {tuple(y_hat.shape)}."
    )
    return 0.5 * ((y_hat - y) ** 2).mean()


def assert_losses(found, expected, what):
    """The losses are a list of floats with the expected values."""
    assert isinstance(found, list), f"The losses must be a list; yours is a {type(found).__name__}."
    assert all(type(loss) is float for loss in found), f"Each loss must be a Python float; found {found}."
    assert len(found) == len(expected), (
        f"{len(expected)} losses are expected, one per epoch; you return {len(found)}: {what}."
    )
    near = all(abs(loss - right) <= 1e-6 * (1 + right) for loss, right in zip(found, expected, strict=True))
    assert near, f"Expected the losses {expected}; found {found}: {what}."


def small_problem():
    """One weight w, starting at 0, and one row: x = 1, y = 4. The loss is (w - 4)^2."""
    model = nn.Linear(1, 1, bias=False)
    nn.init.zeros_(model.weight)
    return model, torch.tensor([[1.0]]), torch.tensor([[4.0]])


def test_train_returns_one_float_per_epoch():
    """There is one loss per epoch, a Python float."""
    model, x, y = small_problem()
    losses = training.train(model, x, y, nn.MSELoss(), torch.optim.SGD(model.parameters(), lr=0.375), 3)
    assert isinstance(losses, list), f"train must return a list; yours returned a {type(losses).__name__}."
    assert len(losses) == 3, f"3 epochs give 3 losses; your list has {len(losses)}."
    assert all(isinstance(loss, float) for loss in losses), (
        "Each loss must be a Python float. A tensor keeps its whole graph alive: use loss.item()."
    )


def test_train_takes_away_three_quarters_of_the_error_in_each_epoch():
    """Three epochs of a problem worked by hand: losses and weight."""
    # dL/dw = 2 (w - 4), so a step with learning rate 0.375 leaves a quarter of w - 4: it is -4, -1, -0.25, -0.0625.
    model, x, y = small_problem()
    losses = training.train(model, x, y, nn.MSELoss(), torch.optim.SGD(model.parameters(), lr=0.375), 3)
    assert all(abs(loss - right) < 1e-5 for loss, right in zip(losses, [16.0, 1.0, 0.0625], strict=True)), (
        f"Expected the losses 16, 1, 0.0625; found {losses}. If the first is 1, you measure after the update, not "
        "before it. If the third is 7.5625, look at zero_grad: backward() adds to existing gradients."
    )
    assert abs(model.weight.item() - 3.9375) < 1e-5, (
        f"After 3 epochs w is 3.9375; yours is {model.weight.item():.4f}. Each epoch takes exactly one step."
    )


def test_train_reports_every_few_epochs():
    """A line is printed every report_every epochs, from epoch 0 on."""
    model, x, y = small_problem()
    with contextlib.redirect_stdout(io.StringIO()) as output:
        training.train(model, x, y, nn.MSELoss(), torch.optim.SGD(model.parameters(), lr=0.375), 6, report_every=2)
    printed = output.getvalue() or "(nothing)"
    lines = re.findall(r"epoch:\s*(\d+)\s*,\s*loss is:\s*(\S+)", printed)
    assert [int(epoch) for epoch, _ in lines] == [0, 2, 4], (
        "With report_every=2 and 6 epochs, print a line like 'epoch: 0, loss is: 16.0' in epochs 0, 2 and 4. "
        f"You printed:\n{printed}"
    )
    with contextlib.redirect_stdout(io.StringIO()) as output:
        model, x, y = small_problem()
        training.train(model, x, y / 3, nn.MSELoss(), torch.optim.SGD(model.parameters(), lr=0.375), 1)
    lines += re.findall(r"epoch:\s*(\d+)\s*,\s*loss is:\s*(\S+)", output.getvalue())
    for (epoch, loss), right in zip(lines, [16.0, 0.0625, 0.000244, 1.7778], strict=True):
        try:
            number = float(loss)
        except ValueError:
            number = None
        assert number is not None, (
            f"float() must be able to read the loss in the line; it is {loss!r}. Use loss.item()."
        )
        assert abs(number - right) <= 0.05 * right + 0.1, (
            f"In epoch {epoch} the loss is {right}, measured before the update; the line says {loss}."
        )


def test_train_goes_where_the_formulas_lead():
    """Several rows and outputs, momentum, float and integer targets, two calls: all match the formulas."""
    generator = torch.Generator().manual_seed(0)
    x = torch.randn(5, 3, generator=generator, dtype=torch.float64)
    w = torch.randn(2, 3, generator=generator, dtype=torch.float64)
    for y in (torch.randn(5, 2, generator=generator, dtype=torch.float64), torch.arange(10).reshape(5, 2) % 3):
        model, before = Watched(w).eval(), (x.clone(), y.clone())
        model.layer.weight.grad = torch.ones_like(w)
        optimizer = torch.optim.SGD(model.parameters(), lr=0.3, momentum=0.5)
        dtypes = []

        def loss(y_hat, targets, dtypes=dtypes):
            dtypes.append(targets.dtype)
            return half_of_the_square(y_hat, targets)

        losses, end = worked_out(x, y, w, 0.3, 0.5, 7)
        found = training.train(model, x, y, loss, optimizer, 4)
        assert_losses(found, losses[:4], "clear, differentiate and update once in each epoch, with all rows")
        assert_losses(training.train(model, x, y, loss, optimizer, 0), [], "with epochs=0 nothing happens")
        found = training.train(model, x, y, loss, optimizer, 3)
        assert_losses(
            found, losses[4:], "a second call continues with the same optimizer, and returns its own losses only"
        )
        weight = model.layer.weight.detach()
        assert weight.dtype == w.dtype, f"The model keeps its dtype, {w.dtype}; yours is {weight.dtype}."
        assert torch.allclose(weight, end, atol=1e-9), (
            f"Afterwards the weight is {end.tolist()}; found {weight.tolist()}."
        )
        assert model.modes == [True] * 7, (
            f"7 epochs make 7 predictions, all in training mode; yours: {model.modes} (True: in training mode)."
        )
        assert set(dtypes) == {y.dtype}, f"The loss gets the targets as {y.dtype}; yours are {set(dtypes)}."
        assert torch.equal(x, before[0]), "train must not modify x."
        assert torch.equal(y, before[1]), "train must not modify y."


def test_train_runs_every_epoch_in_float32():
    """Training continues if the loss is flat, and float32 stays float32."""
    model, x, y = small_problem()
    losses = training.train(model, x, y, nn.MSELoss(), torch.optim.SGD(model.parameters(), lr=0.0), 12)
    assert_losses(losses, [16.0] * 12, "every epoch runs, even if nothing changes")
    losses = training.train(model, x, y, nn.MSELoss(), torch.optim.SGD(model.parameters(), lr=0.5), 12)
    assert_losses(losses, [16.0] + [0.0] * 11, "every epoch runs, even if the loss is 0")
    model, x, y = small_problem()
    losses = training.train(model, x, y, nn.MSELoss(), torch.optim.SGD(model.parameters(), lr=0.01), 101)
    right = 16 * 0.98**200
    assert len(losses) == 101, f"101 losses are expected, one per epoch; you return {len(losses)}."
    assert abs(losses[-1] - right) < 1e-4, (
        f"Each step removes a fiftieth of the error: epoch 100 has the loss {right:.4f}; found {losses[-1]:.4f}."
    )
    assert model.weight.dtype == torch.float32, f"A float32 model stays float32; yours is {model.weight.dtype}."


def two_parameters(dtype=torch.float32):
    """Two parameters, (1, 2) and (3, -1), with the gradients (10, -20) and (-5, 4)."""
    parameters = [nn.Parameter(torch.tensor(start, dtype=dtype)) for start in ([1.0, 2.0], [3.0, -1.0])]
    for parameter, gradient in zip(parameters, ([10.0, -20.0], [-5.0, 4.0]), strict=True):
        parameter.grad = torch.tensor(gradient, dtype=dtype)
    return parameters


def is_near(parameter, expected, tolerance=1e-5):
    """Whether a parameter has the expected values."""
    return torch.allclose(parameter.detach().double(), torch.tensor(expected, dtype=torch.float64), atol=tolerance)


def assert_can_learn(parameter, dtype):
    """A parameter keeps its dtype and can still be trained."""
    assert parameter.dtype == dtype, f"A {dtype} parameter must stay {dtype}; it is {parameter.dtype}."
    state = (parameter.is_leaf, parameter.requires_grad)
    assert state == (True, True), (
        f"Afterwards a parameter must be a leaf that requires grad; its (is_leaf, requires_grad) are {state}. Update "
        "it in place, under torch.no_grad()."
    )


def assert_gradient(parameter, expected):
    """A parameter's gradient is unchanged by the step."""
    found = None if parameter.grad is None else parameter.grad.tolist()
    assert found == expected, (
        f"The step must leave .grad unchanged, {expected}; found {found}. Clearing it is the job of zero_grad."
    )


def test_sgd_step_goes_against_the_gradient():
    """A step subtracts the learning rate times the gradient, for every parameter."""
    for dtype in (torch.float32, torch.float64):
        first, second = parameters = two_parameters(dtype)
        training.sgd_step(iter(parameters), 0.1)
        assert is_near(first, [0.0, 4.0]), (
            f"(1, 2) - 0.1 * (10, -20) is (0, 4); found {first.tolist()}. Update the parameters in place, under "
            "torch.no_grad()."
        )
        assert is_near(second, [3.5, -1.4]), (
            f"(3, -1) - 0.1 * (-5, 4) is (3.5, -1.4); found {second.tolist()}. Every parameter is updated."
        )
        assert_can_learn(first, dtype)


def test_sgd_step_changes_in_place():
    """Parameters are updated in place; their gradients and the list of parameters are not modified."""
    parameters = two_parameters()
    listed, shared = list(parameters), parameters[0].detach()
    training.sgd_step(listed, 0.1)
    assert torch.equal(shared, parameters[0].detach()), (
        "A tensor that shares the parameter's storage did not change: the parameter has a new storage. Use an "
        "in-place operation, such as -=, under torch.no_grad()."
    )
    assert_gradient(parameters[0], [10.0, -20.0])
    assert len(listed) == 2, f"Do not modify the list of parameters: it had 2, and now has {len(listed)}."


def test_sgd_step_leaves_a_parameter_without_gradient():
    """A parameter without a gradient is left unchanged, and the others are updated."""
    first, second = parameters = two_parameters()
    first.grad = None
    training.sgd_step(parameters, 0.1)
    assert is_near(first, [1.0, 2.0]), (
        f"A parameter whose .grad is None must be left unchanged; found {first.tolist()}."
    )
    assert is_near(second, [3.5, -1.4]), f"The other parameter must still be updated; found {second.tolist()}."


def test_Adam_first_step_has_the_size_of_the_rate():
    """The first step has the size of the learning rate; zero_grad clears the gradients."""
    # In the first step m_hat is g and v_hat is g^2, so each element changes by lr, whatever its gradient.
    first, second = parameters = two_parameters()
    shared = first.detach()
    adam = training.Adam(iter(parameters), lr=0.25)
    adam.step()
    assert is_near(first, [0.75, 2.25], 1e-4), (
        f"After one step (1, 2) is (1 - 0.25, 2 + 0.25); found {first.tolist()}. Are m and v bias-corrected, with "
        "t = 1?"
    )
    assert is_near(second, [3.25, -1.25], 1e-4), (
        f"After one step (3, -1) is (3 + 0.25, -1 - 0.25); found {second.tolist()}. t counts steps, not parameters."
    )
    assert torch.equal(shared, first.detach()), "A parameter must keep its storage: use an in-place operation."
    assert_can_learn(first, torch.float32)
    assert_gradient(first, [10.0, -20.0])
    adam.zero_grad()
    adam.zero_grad()
    assert all(parameter.grad is None or not parameter.grad.any() for parameter in parameters), (
        "zero_grad must leave None or zeros in each .grad."
    )


def test_Adam_goes_where_torch_goes():
    """Several steps give the same parameters as torch.optim.Adam, for several settings."""
    torch.manual_seed(0)
    gradients = torch.randn(5, 2, 2, dtype=torch.float64)
    # For tiny gradients it matters where eps is added and how large it is.
    for size, options in ((1.0, {"lr": 0.01}), (1e-6, {}), (1.0, {"lr": 0.01, "eps": 0.3, "betas": (0.7, 0.8)})):
        ends = []
        for adam_class in (training.Adam, torch.optim.Adam):
            parameters = two_parameters(torch.float64)
            adam = adam_class(list(parameters), **options)
            for step in gradients:
                for parameter, gradient in zip(parameters, step, strict=True):
                    parameter.grad = size * gradient
                adam.step()
                adam.zero_grad()
            ends.append(torch.stack(parameters).detach())
        chosen = options or "(none)"
        assert torch.allclose(*ends, rtol=1e-6, atol=1e-6), (
            f"After 5 steps with the options {chosen} torch.optim.Adam gives {ends[1].tolist()}, yours "
            f"{ends[0].tolist()}."
        )


def test_Adam_skips_a_parameter_without_gradient():
    """A parameter without a gradient is skipped, the others are updated, and the list of parameters is not modified."""
    first, second = parameters = two_parameters()
    first.grad = None
    adam = training.Adam(parameters, lr=0.25)
    assert len(parameters) == 2, f"Do not modify the list of parameters: it had 2, and now has {len(parameters)}."
    adam.step()
    assert is_near(first, [1.0, 2.0]), f"A parameter whose .grad is None must be skipped; found {first.tolist()}."
    assert is_near(second, [3.25, -1.25], 1e-4), f"The other parameter must still be updated; found {second.tolist()}."
    after, second.grad = second.tolist(), None
    adam.step()
    assert is_near(second, after), (
        f"A parameter whose .grad is None must be skipped, even if it had a gradient before: it was {after}; "
        f"found {second.tolist()}."
    )
    adam.zero_grad()


def test_LogisticRegression_gives_one_probability_a_row():
    """The output is one probability per row, sigmoid(x w + b), also for a batch of one row."""
    for dtype in (torch.float32, torch.float64):
        model = training.LogisticRegression(3).to(dtype)
        start = model.linear.weight.abs().max().item()
        assert 0 < start <= 3**-0.5, f"Keep the default initialization of nn.Linear; your largest weight is {start}."
        start = training.LogisticRegression(900).linear.weight.abs().max().item()
        assert 0.03 < start <= 1 / 30, (
            f"With 900 features nn.Linear initializes weights up to 1/30; your largest is {start}."
        )
        model.linear.weight.data.copy_(torch.tensor([[0.5, -1.0, 2.0]]))
        model.linear.bias.data.fill_(0.25)
        for rows in (4, 1):
            x = torch.arange(3.0 * rows, dtype=dtype).reshape(rows, 3) / 4 - 1
            found = model.train(rows == 1)(x)
            assert tuple(found.shape) == (rows,), f"{rows} rows give ({rows},); yours is {tuple(found.shape)}."
            assert found.dtype == dtype, f"A {dtype} model gives {dtype}; yours gives {found.dtype}."
            expected = 1 / (1 + torch.exp(-(0.5 * x[:, 0] - x[:, 1] + 2 * x[:, 2] + 0.25)))
            assert torch.allclose(found, expected, atol=1e-6), (
                f"The probabilities sigmoid(x w + b) are {expected.tolist()}; found {found.tolist()}."
            )
        low = model(torch.tensor([[0.0, 0.0, -9.0]], dtype=dtype)).item()
        assert 1e-8 < low < 3e-8, f"The probability for a logit of -17.75 is 1.96e-08; found {low}."


def test_LogisticRegression_can_learn():
    """Gradients reach the weights: at a logit of 0 the derivative of the sigmoid is 1/4."""
    model = training.LogisticRegression(2)
    nn.init.zeros_(model.linear.bias)
    found = model(torch.zeros(3, 2))
    assert found.requires_grad, "The result is detached from the graph, so the model cannot be trained."
    found.sum().backward()
    slope = None if model.linear.bias.grad is None else model.linear.bias.grad.item()
    assert slope == 0.75, f"For 3 rows with a logit of 0 the gradient with respect to b is 3/4; found {slope}."


def test_minibatches_have_each_row_once():
    """Each row occurs once, whole and with its target; all batches but the last have batch_size rows."""
    for rows, size, sizes in ((10, 4, [4, 4, 2]), (10, 6, [6, 4]), (3, 5, [3])):
        x = torch.arange(2.0 * rows, dtype=torch.float64).reshape(rows, 2)
        y = torch.arange(3 * rows).reshape(rows, 3)
        before = (x.clone(), y.clone())
        batches = list(training.minibatches(x, y, size, torch.Generator().manual_seed(0)))
        assert all(len(batch) == 2 for batch in batches), "minibatches must yield pairs (xb, yb)."
        found = [len(xb) for xb, _ in batches]
        assert found == sizes, f"{rows} rows in batches of {size} give batches of {sizes}; yours have {found}."
        order = [int(number) // 2 for xb, _ in batches for number in xb[:, 0]]
        assert sorted(order) == list(range(rows)), f"Each row must occur once; found {order}."
        for xb, yb in batches:
            dtypes = (xb.dtype, yb.dtype)
            assert dtypes == (x.dtype, y.dtype), f"x and y keep their dtypes, {x.dtype} and {y.dtype}; found {dtypes}."
            numbers = (xb[:, 0] / 2).long()
            assert torch.equal(xb, before[0][numbers]), f"A row of x has changed: {xb.tolist()}."
            assert torch.equal(yb, before[1][numbers]), f"Rows have the targets of other rows: {yb.tolist()}."
        assert torch.equal(x, before[0]), "minibatches must not modify x."
        assert torch.equal(y, before[1]), "minibatches must not modify y."


def test_minibatches_order_comes_from_the_generator():
    """The same seed gives the same order; another seed or another pass gives a different one."""

    def order(generator):
        x = torch.arange(20.0).reshape(20, 1)
        return [int(number) for xb, _ in training.minibatches(x, x[:, 0], 4, generator) for number in xb]

    generator = torch.Generator().manual_seed(1)
    first, second, again = order(generator), order(generator), order(torch.Generator().manual_seed(1))
    assert first != sorted(first), "The rows are in their original order; shuffle them."
    batches = [sorted(first[start : start + 4]) for start in range(0, 20, 4)]
    assert sum(batch[-1] - batch[0] == 3 for batch in batches) < 3, (
        f"The rows of a batch are consecutive: shuffle the rows, not only the batches; found {first}."
    )
    x = torch.arange(22.0).reshape(22, 1)
    orders = [[int(number) for xb, _ in training.minibatches(x, x, 4, generator) for number in xb] for _ in range(3)]
    apart = [any(set(one[:end]) == set(range(end)) for end in range(4, 22, 4)) for one in orders]
    assert not all(apart), (
        f"The first rows always come before the last ones: shuffle all rows together; found {orders}."
    )
    assert first == again, "A generator with the same seed must give the same order: pass it to torch.randperm."
    assert first != second, "The next pass with the same generator must have a different order: do not reseed it."
    assert first != order(torch.Generator().manual_seed(2)), "Another seed must give a different order."


def test_train_minibatch_goes_where_the_formulas_lead():
    """If all rows are equal, losses and weight match the formulas: one update per batch, the mean per row."""
    for dtype in (torch.float64, torch.float32):
        x = torch.tensor([[1.0, -2.0, 0.5]], dtype=dtype).repeat(7, 1)
        y = torch.tensor([[1.5, -0.5]], dtype=dtype).repeat(7, 1)
        w = torch.tensor([[0.5, 1.0, -1.0], [0.25, 0.0, 2.0]], dtype=dtype)
        model, before = Watched(w).eval(), (x.clone(), y.clone())
        model.layer.weight.grad = torch.ones_like(w)
        optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.5)
        generator = torch.Generator().manual_seed(0)
        steps, end = worked_out(x, y, w, 0.1, 0.5, 6)
        expected = [(3 * a + 3 * b + c) / 7 for a, b, c in (steps[:3], steps[3:])]
        arguments = (model, x, y, half_of_the_square, optimizer)
        assert_losses(training.train_minibatch(*arguments, 0, 3, generator), [], "with epochs=0 nothing happens")
        found = training.train_minibatch(*arguments, 2, 3, generator)
        assert_losses(
            found, expected, "7 rows in batches of 3, 3 and 1: the mean is per row, so the single row counts once"
        )
        weight = model.layer.weight.detach()
        assert weight.dtype == dtype, f"The model keeps its dtype, {dtype}; yours is {weight.dtype}."
        assert torch.allclose(weight, end, atol=1e-5), (
            f"Afterwards the weight is {end.tolist()}; found {weight.tolist()}."
        )
        assert model.modes == [True] * 6, (
            f"6 batches make 6 predictions, all in training mode; yours: {model.modes} (True: in training mode)."
        )
        assert torch.equal(x, before[0]), "train_minibatch must not modify x."
        assert torch.equal(y, before[1]), "train_minibatch must not modify y."


def test_train_minibatch_shuffles_in_each_epoch():
    """Each epoch has every row once, in a new order from the generator, even if the loss is flat."""
    x = torch.arange(10.0).reshape(10, 1)
    y = (2 * x).long()
    orders = []
    for _ in range(2):
        model = Watched(torch.tensor([[2.0]]))
        optimizer = torch.optim.SGD(model.parameters(), lr=0.0)
        dtypes = []

        def loss(y_hat, targets, dtypes=dtypes):
            dtypes.append(targets.dtype)
            return half_of_the_square(y_hat, targets)

        found = training.train_minibatch(model, x, y, loss, optimizer, 5, 4, torch.Generator().manual_seed(3))
        assert_losses(found, [0.0] * 5, "the loss is 0 if each row has its own target")
        assert set(dtypes) == {y.dtype}, f"The loss gets the targets as {y.dtype}; yours are {set(dtypes)}."
        sizes = [len(rows) for rows in model.rows]
        assert sizes == [4, 4, 2] * 5, f"10 rows in batches of 4 give 4, 4 and 2 in each epoch; yours: {sizes}."
        epochs = [model.rows[start : start + 3] for start in range(0, 15, 3)]
        orders.append([[number for rows in batches for number in rows] for batches in epochs])
    for order in orders[0]:
        assert sorted(order) == x.flatten().tolist(), f"Each row must occur once in each epoch; found {order}."
    assert orders[0][0] != orders[0][1], "The second epoch has the order of the first: reshuffle in each epoch."
    assert orders[0] == orders[1], "The same seed must give the same training: is there another source of randomness?"
    generator, orders = torch.Generator().manual_seed(3), []
    for _ in range(2):
        model = Watched(torch.tensor([[2.0]]))
        optimizer = torch.optim.SGD(model.parameters(), lr=2.0)
        found = training.train_minibatch(model, x, y.double() + 1, half_of_the_square, optimizer, 4, 4, generator)
        assert len(found) == 4, f"Each of the 4 epochs has a loss, even if it rises; found {len(found)}."
        orders.append(model.rows)
    assert orders[0] != orders[1], "The next training with the same generator must have different orders."


def test_accuracy_is_the_share_of_right_answers():
    """The accuracy is right, for labels of any dtype and for several mixes of the two classes."""
    x = torch.tensor([[0.9], [0.2], [0.7], [0.4], [0.6], [0.1], [0.3]])
    for dtype in (torch.float32, torch.float64, torch.int64, torch.bool):
        for answers, right in (
            ([1, 0, 1, 0, 1, 0, 0], 1.0),
            ([1, 1, 0, 0, 1, 0, 1], 4 / 7),
            ([0, 0, 0, 0, 0, 0, 0], 4 / 7),
        ):
            model, y = nn.Sequential(Watched(torch.ones(1, 1)), nn.Flatten(0)), torch.tensor(answers).to(dtype)
            before = (x.clone(), y.clone())
            found = training.accuracy(model, x, y)
            assert isinstance(found, float), f"accuracy must return a Python float; yours is a {type(found).__name__}."
            assert abs(found - right) < 1e-6, f"The accuracy is {right:.4f}; found {found} (y: {dtype})."
            assert torch.equal(x, before[0]), "accuracy must not modify x."
            assert torch.equal(y, before[1]), "accuracy must not modify y."


def test_accuracy_leaves_the_mode():
    """The model predicts in evaluation mode without a graph, and its mode is restored."""
    for training_mode in (True, False):
        watched = Watched(torch.ones(1, 1))
        model = nn.Sequential(watched, nn.Flatten(0)).train(training_mode)
        training.accuracy(model, torch.rand(4, 1), torch.tensor([1.0, 1.0, 1.0, 0.0]))
        assert watched.modes, "accuracy must call the model: model(x)."
        assert not any(watched.modes), "The model must predict in evaluation mode: model.eval()."
        assert not any(watched.graphs), "The model must predict without a graph: use torch.no_grad()."
        modes = {part.training for part in model.modules()}
        assert modes == {training_mode}, (
            f"The model had training={training_mode}; restore that for all its layers; found {modes}."
        )


def model_with_buffers(dtype):
    """A layer with batch norm, whose running statistics have changed."""
    model = nn.Sequential(nn.Linear(3, 2), nn.BatchNorm1d(2)).to(dtype)
    model(torch.arange(12.0, dtype=dtype).reshape(4, 3).sin())
    return model


def assert_states_equal(found, expected, what):
    """Two state dicts are equal."""
    assert isinstance(found, dict), f"{what} must be a state dict; found a {type(found).__name__}."
    assert set(found) == set(expected), f"{what} must have the entries {list(expected)}; found {list(found)}."
    for name, value in expected.items():
        assert found[name].dtype == value.dtype, f"{what}: {name} must be {value.dtype}; found {found[name].dtype}."
        assert torch.equal(found[name], value), f"{what}: {name} must be {value}; found {found[name]}."


def test_checkpoints_there_and_back():
    """The file contains the state dict, and can be loaded into another model, in place."""
    for dtype in (torch.float32, torch.float64):
        model, other = model_with_buffers(dtype), nn.Sequential(nn.Linear(3, 2), nn.BatchNorm1d(2)).to(dtype)
        state = copy.deepcopy(model.state_dict())
        shared = other[0].weight.detach()
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "model.pt"
            training.save_model(model, path)
            assert path.is_file(), "save_model did not write the file."
            open_file = io.BytesIO()
            training.save_model(model, open_file)
            assert open_file.tell(), "save_model wrote nothing to a file that was already open."
            open_file.seek(0)
            inside = torch.load(path, weights_only=False)
            training.load_model(other, path)
            assert_states_equal(other.state_dict(), state, "After loading, the other model's state")
            training.load_model(other, open_file)
        assert_states_equal(inside, state, "The content of the file")
        assert_states_equal(model.state_dict(), state, "The saved model's state after saving")
        assert model.training, "save_model must not change the model's mode."
        assert torch.equal(shared, other[0].weight), "load_model must modify the other model's parameters in place."


def test_checkpoints_from_strangers_are_refused():
    """A file with objects other than tensors is rejected with torch.load's error."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.pt"
        torch.save({"weight": torch.zeros(2, 3), "bias": torch.zeros(2), "model": nn.Linear(3, 2)}, path)
        try:
            training.load_model(nn.Linear(3, 2), path)
        except NotImplementedError:
            raise
        except (OSError, RuntimeError, TypeError, ValueError, pickle.UnpicklingError) as error:
            raised = error
        else:
            raised = None
    assert isinstance(raised, pickle.UnpicklingError), (
        f"A file with other objects must raise pickle.UnpicklingError, as torch.load(..., weights_only=True) does; "
        f"found {type(raised).__name__}."
    )
