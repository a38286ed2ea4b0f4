"""Public checks for hw5: a first look at your work. More is tested when you hand in.

Run them in this folder:  gradkit check
"""

import contextlib
import io
import tempfile
from pathlib import Path

import torch
import training
from torch import nn


def small_problem():
    """One weight w, starting at 0, and one row: x = 1, y = 4. The loss is (w - 4)^2."""
    model = nn.Linear(1, 1, bias=False)
    nn.init.zeros_(model.weight)
    return model, torch.tensor([[1.0]]), torch.tensor([[4.0]])


def test_train_returns_one_float_per_epoch():
    """There is one loss for each epoch, a Python float."""
    model, x, y = small_problem()
    losses = training.train(model, x, y, nn.MSELoss(), torch.optim.SGD(model.parameters(), lr=0.375), 3)
    assert isinstance(losses, list), f"train must return a list; yours returned a {type(losses).__name__}."
    assert len(losses) == 3, f"3 epochs give 3 losses; your list has {len(losses)}."
    assert all(isinstance(loss, float) for loss in losses), (
        "Each loss must be a Python float. A tensor keeps its whole graph alive: use loss.item()."
    )


def test_train_takes_away_three_quarters_of_the_error_in_each_epoch():
    """Three epochs of a problem worked by hand: losses and weight."""
    # dL/dw = 2 (w - 4), so a step at the rate 0.375 leaves a quarter of w - 4: it is -4, -1, -0.25, -0.0625.
    model, x, y = small_problem()
    losses = training.train(model, x, y, nn.MSELoss(), torch.optim.SGD(model.parameters(), lr=0.375), 3)
    assert all(abs(loss - right) < 1e-5 for loss, right in zip(losses, [16.0, 1.0, 0.0625], strict=True)), (
        f"Expected the losses 16, 1, 0.0625; found {losses}. If the first is 1, you measure after the update, not "
        "before it. If the third is 7.5625, look at zero_grad: backward() adds to the gradients that are there."
    )
    assert abs(model.weight.item() - 3.9375) < 1e-5, (
        f"After 3 epochs w is 3.9375; yours is {model.weight.item():.4f}. Each epoch takes exactly one step."
    )


def test_train_reports_every_few_epochs():
    """A line is printed every report_every epochs, from epoch 0 on."""
    model, x, y = small_problem()
    with contextlib.redirect_stdout(io.StringIO()) as output:
        training.train(model, x, y, nn.MSELoss(), torch.optim.SGD(model.parameters(), lr=0.375), 5, report_every=2)
    printed = output.getvalue()
    epochs = [line.split(",")[0] for line in printed.splitlines() if line.startswith("epoch: ") and "loss is: " in line]
    assert epochs == ["epoch: 0", "epoch: 2", "epoch: 4"], (
        "With report_every=2 and 5 epochs, a line like 'epoch: 0, loss is: 16.0' is due in the epochs 0, 2 and 4. "
        f"Printed was:\n{printed or '(nothing)'}"
    )


def two_parameters(dtype=torch.float32):
    """Two parameters, (1, 2) and (3, -1), with the gradients (10, -20) and (-5, 4)."""
    parameters = [nn.Parameter(torch.tensor(start, dtype=dtype)) for start in ([1.0, 2.0], [3.0, -1.0])]
    for parameter, gradient in zip(parameters, ([10.0, -20.0], [-5.0, 4.0]), strict=True):
        parameter.grad = torch.tensor(gradient, dtype=dtype)
    return parameters


def is_near(parameter, expected, tolerance=1e-5):
    """Whether a parameter holds the expected numbers."""
    return torch.allclose(parameter.detach().double(), torch.tensor(expected, dtype=torch.float64), atol=tolerance)


def assert_can_learn(parameter, dtype):
    """A parameter keeps its dtype, and autograd goes on differentiating with respect to it."""
    assert parameter.dtype == dtype, f"A {dtype} parameter must stay {dtype}; it is {parameter.dtype}."
    state = (parameter.is_leaf, parameter.requires_grad)
    assert state == (True, True), (
        f"Afterwards a parameter must be a leaf that requires grad; its (is_leaf, requires_grad) are {state}. Change "
        "it in place, under torch.no_grad()."
    )


def assert_gradient(parameter, expected):
    """A parameter's gradient is what it was before the step."""
    found = None if parameter.grad is None else parameter.grad.tolist()
    assert found == expected, (
        f"The step must leave .grad as it is, {expected}; found {found}. To clear it is the task of zero_grad."
    )


def test_sgd_step_goes_against_the_gradient():
    """A step goes against the gradient, by the rate times the gradient, for every parameter."""
    for dtype in (torch.float32, torch.float64):
        first, second = parameters = two_parameters(dtype)
        training.sgd_step(iter(parameters), 0.1)
        assert is_near(first, [0.0, 4.0]), (
            f"(1, 2) - 0.1 * (10, -20) is (0, 4); found {first.tolist()}. Change the parameters in place, under "
            "torch.no_grad()."
        )
        assert is_near(second, [3.5, -1.4]), (
            f"(3, -1) - 0.1 * (-5, 4) is (3.5, -1.4); found {second.tolist()}. Each parameter takes its step."
        )
        assert_can_learn(first, dtype)


def test_sgd_step_changes_in_place():
    """Parameters change in place; their gradients and the list of them stay as they are."""
    parameters = two_parameters()
    listed, shared = list(parameters), parameters[0].detach()
    training.sgd_step(listed, 0.1)
    assert torch.equal(shared, parameters[0].detach()), (
        "A tensor that shares the parameter's storage has not changed with it: the parameter has got a new one. Use an "
        "in-place operation, such as -=, under torch.no_grad()."
    )
    assert_gradient(parameters[0], [10.0, -20.0])
    assert len(listed) == 2, f"The list of parameters must stay as it is: it had 2, and now has {len(listed)}."


def test_sgd_step_leaves_a_parameter_without_gradient():
    """A parameter without a gradient is left alone, and the others take their step."""
    first, second = parameters = two_parameters()
    first.grad = None
    training.sgd_step(parameters, 0.1)
    assert is_near(first, [1.0, 2.0]), f"A parameter whose .grad is None must be left alone; found {first.tolist()}."
    assert is_near(second, [3.5, -1.4]), f"The other parameter still takes its step; found {second.tolist()}."


def test_Adam_first_step_has_the_size_of_the_rate():
    """The first step has the size of the rate; zero_grad clears the gradients."""
    # In the first step m_hat is g and v_hat is g^2, so each element moves by lr, whatever the size of its gradient.
    first, second = parameters = two_parameters()
    shared = first.detach()
    adam = training.Adam(iter(parameters), lr=0.25)
    adam.step()
    assert is_near(first, [0.75, 2.25], 1e-4), (
        f"After the first step (1, 2) is (1 - 0.25, 2 + 0.25); found {first.tolist()}. Are m and v corrected, with "
        "t = 1?"
    )
    assert is_near(second, [3.25, -1.25], 1e-4), (
        f"After the first step (3, -1) is (3 + 0.25, -1 - 0.25); found {second.tolist()}. t counts steps, not "
        "parameters."
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
    """Several steps lead to where torch's own Adam leads, for options of all kinds."""
    torch.manual_seed(0)
    gradients = torch.randn(5, 2, 2, dtype=torch.float64)
    # With tiny gradients it matters where eps stands and how large it is.
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
        assert torch.allclose(*ends, rtol=1e-6, atol=1e-6), (
            f"After 5 steps with the options {options or '(none)'} torch.optim.Adam is at {ends[1].tolist()}, yours at "
            f"{ends[0].tolist()}."
        )


def test_Adam_skips_a_parameter_without_gradient():
    """A parameter without a gradient is skipped, and the others take their step; the list of them stays as it is."""
    first, second = parameters = two_parameters()
    first.grad = None
    adam = training.Adam(parameters, lr=0.25)
    assert len(parameters) == 2, f"The list of parameters must stay as it is: it had 2, and now has {len(parameters)}."
    adam.step()
    assert is_near(first, [1.0, 2.0]), f"A parameter whose .grad is None must be skipped; found {first.tolist()}."
    assert is_near(second, [3.25, -1.25], 1e-4), f"The other parameter still takes its step; found {second.tolist()}."
    adam.zero_grad()


def test_LogisticRegression_gives_one_probability_a_row():
    """The output is one probability for each row."""
    model = training.LogisticRegression(3)
    found = model(torch.zeros(4, 3))
    assert tuple(found.shape) == (4,), f"4 rows give the shape (4,); yours is {tuple(found.shape)}."
    expected = torch.sigmoid(model.linear.bias)
    assert torch.allclose(found, expected.expand(4), atol=1e-6), "For x = 0 the probability is sigmoid(b)."


def test_minibatches_have_each_row_once():
    """Each row comes once, shuffled, the smaller last batch included."""
    x, y = torch.arange(10.0).reshape(10, 1), torch.arange(10)
    batches = list(training.minibatches(x, y, 4, torch.Generator().manual_seed(0)))
    sizes = [len(xb) for xb, _ in batches]
    assert sizes == [4, 4, 2], f"10 rows in batches of 4 make batches of 4, 4 and 2; yours have {sizes}."
    rows = [int(number) for xb, _ in batches for number in xb]
    assert sorted(rows) == list(range(10)), f"Each row comes once; found {rows}."
    assert rows != list(range(10)), "The rows come in their old order."
    assert all(torch.equal(xb[:, 0].long(), yb) for xb, yb in batches), "A row comes with the target of another one."


def test_train_minibatch_with_one_batch_is_train():
    """With one batch that holds every row it does what train does."""
    model, x, y = small_problem()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.375)
    generator = torch.Generator().manual_seed(0)
    losses = training.train_minibatch(model, x, y, nn.MSELoss(), optimizer, 3, 1, generator)
    assert len(losses) == 3, f"3 epochs give 3 losses; your list has {len(losses)}."
    assert all(abs(loss - right) < 1e-5 for loss, right in zip(losses, [16.0, 1.0, 0.0625], strict=True)), (
        f"With one row it is the same as train: 16, 1, 0.0625; found {losses}."
    )


def test_accuracy_of_a_model_that_always_says_yes():
    """A model that always says yes is right about every 1."""
    model = nn.Sequential(nn.Linear(1, 1), nn.Flatten(0), nn.Sigmoid())
    nn.init.zeros_(model[0].weight)
    nn.init.constant_(model[0].bias, 2.0)
    found = training.accuracy(model, torch.zeros(4, 1), torch.tensor([1.0, 1.0, 1.0, 0.0]))
    assert isinstance(found, float), f"accuracy must return a Python float; yours returned a {type(found).__name__}."
    assert abs(found - 0.75) < 1e-6, f"Three of four answers are yes, so 0.75; found {found}."
    assert model.training, "The model came in training mode, and must be left in it."


def test_checkpoints_there_and_back():
    """What was saved can be loaded into another model."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.pt"
        model, other = nn.Linear(3, 2), nn.Linear(3, 2)
        training.save_model(model, path)
        assert path.is_file(), "save_model has not written the file."
        training.load_model(other, path)
    assert torch.equal(model.weight, other.weight), "The other model must have the weights of the one that was saved."
