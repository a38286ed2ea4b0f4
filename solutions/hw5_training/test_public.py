"""Public checks for hw5: a first look at your work. More is tested when you hand in.

Run them in this folder:  gradkit check
"""

import contextlib
import io

import torch
import training
from torch import nn


def small_problem():
    """One weight w, starting at 0, and one row: x = 1, y = 4. The loss is (w - 4)^2."""
    model = nn.Linear(1, 1, bias=False)
    nn.init.zeros_(model.weight)
    return model, torch.tensor([[1.0]]), torch.tensor([[4.0]])


def test_train_returns_one_float_per_epoch():
    model, x, y = small_problem()
    losses = training.train(model, x, y, nn.MSELoss(), torch.optim.SGD(model.parameters(), lr=0.375), 3)
    assert isinstance(losses, list), f"train must return a list; yours returned a {type(losses).__name__}."
    assert len(losses) == 3, f"3 epochs give 3 losses; your list has {len(losses)}."
    assert all(isinstance(loss, float) for loss in losses), (
        "Each loss must be a Python float. A tensor keeps its whole graph alive: use loss.item()."
    )


def test_train_takes_away_three_quarters_of_the_error_in_each_epoch():
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
    model, x, y = small_problem()
    with contextlib.redirect_stdout(io.StringIO()) as output:
        training.train(model, x, y, nn.MSELoss(), torch.optim.SGD(model.parameters(), lr=0.375), 5, report_every=2)
    printed = output.getvalue()
    epochs = [line.split(",")[0] for line in printed.splitlines() if line.startswith("epoch: ") and "loss is: " in line]
    assert epochs == ["epoch: 0", "epoch: 2", "epoch: 4"], (
        "With report_every=2 and 5 epochs, a line like 'epoch: 0, loss is: 16.0' is due in the epochs 0, 2 and 4. "
        f"Printed was:\n{printed or '(nothing)'}"
    )
