"""Right answers to hw5 that look unlike the solution."""

import functools
import warnings

import numpy as np
import torch

from gradkit.bank import accepted


def timed(function):
    """Print how often the function was called, and warn."""
    calls = 0

    @functools.wraps(function)
    def wrapper(*arguments, **options):
        nonlocal calls
        calls += 1
        print(f"training number {calls} begins")
        warnings.warn("this is slow", UserWarning, stacklevel=2)
        return function(*arguments, **options)

    return wrapper


class Trainer:
    """One training under way."""

    def __init__(self, model, loss_function, optimizer):
        self.model, self.loss_function, self.optimizer = model, loss_function, optimizer
        self.history = []

    def epoch(self, x, y):
        """One epoch; returns its loss."""
        self.optimizer.zero_grad(set_to_none=False)
        loss = self.loss_function(self.model(x), y)
        loss.backward()
        self.optimizer.step()
        self.history.append(float(loss))
        return self.history[-1]


@accepted("train", form="crlf")
def helper_class(model, x, y, loss_function, optimizer, epochs, report_every=500):
    """A helper class, gradients cleared first thing and set to zero instead of None, CRLF line ends."""
    trainer = Trainer(model.train(), loss_function, optimizer)
    for epoch in range(epochs):
        loss = trainer.epoch(x, y)
        if not epoch % report_every:
            print("epoch:", str(epoch) + ",", "loss is:", loss)
    return trainer.history


@accepted("train", form="tabs")
@timed
def model_clears_gradients(model, x, y, loss_function, optimizer, epochs, report_every=500):
    """model.zero_grad, train mode set in every epoch, a decorator that prints and warns, tabs."""
    losses, epoch = [], 0
    while epoch < epochs:
        model.train(mode=True)
        model.zero_grad()
        loss = loss_function(model.forward(x), y)
        loss.backward()
        losses.append(loss.detach().cpu().item())
        optimizer.step()
        if epoch in range(0, epochs, report_every):
            print("epoch: {}, loss is: {:e}".format(epoch, losses[epoch]))
        epoch += 1
    return losses


@accepted("train", form="bom")
def closure(model, x, y, loss_function, optimizer, epochs, report_every=500):
    """The step with a closure, losses in a NumPy array on the way, a byte order mark."""
    model.train()
    losses = np.empty(epochs)
    for epoch in range(epochs):

        def closure():
            optimizer.zero_grad()
            loss = loss_function(model(x), y)
            loss.backward()
            return loss

        losses[epoch] = optimizer.step(closure).item()
        if epoch % report_every == 0:
            print(f"still running\nepoch: {epoch}, loss is: {losses[epoch]}")
    return losses.tolist()


@accepted("train")
def gradients_handed_over(model, x, y, loss_function, optimizer, epochs, report_every=500):
    """torch.autograd.grad, and the gradients put into place by hand."""
    model.train()
    parameters = [parameter for group in optimizer.param_groups for parameter in group["params"]]
    losses = []
    for epoch in range(epochs):
        y_hat = model(x)
        loss = loss_function(y_hat, y)
        for parameter, gradient in zip(parameters, torch.autograd.grad(loss, parameters), strict=True):
            parameter.grad = gradient.clone()
        optimizer.step()
        losses += [loss.item()]
        if (epoch / report_every).is_integer():
            print(f"epoch: {epoch}, loss is: {losses[-1]:.3f} (and so on)")
    return losses


@accepted("train")
def more_is_reported(model, x, y, loss_function, optimizer, epochs, report_every=500):
    """Prints gradients (einsum) and moving averages (unfold) of its own, and chooses a format with torch.where."""
    model.train()
    losses = []
    for epoch in range(epochs):
        loss = loss_function(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        gradients = torch.cat([parameter.grad.flatten() for parameter in model.parameters()])
        print("squared slope:", torch.einsum("i,i->", gradients, gradients).item())
        optimizer.step()
        losses += [loss.item()]
        if epoch >= 2:
            print("mean of three:", torch.tensor(losses).unfold(0, 3, 1).mean(dim=1)[-1])
        digits = torch.where(loss.detach() > 1, 1, 6).item()
        if epoch % report_every == 0:
            print(f"epoch: {epoch} , loss is: {losses[-1]:.{digits}f}", flush=True)
    return losses


@accepted("train")
def mode_given_back(model, x, y, loss_function, optimizer, epochs, report_every=500):
    """Losses written in place into a tensor of its own, and the model left in the mode that it came in."""
    mode = model.training
    losses = torch.zeros(epochs, dtype=torch.float64)
    try:
        for epoch in range(epochs):
            model.train()
            loss = loss_function(model(x), y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses[epoch] += loss.detach()
            if epoch % report_every == 0:
                print(f"epoch: {epoch}, loss is: {losses[epoch].item():g}")
    finally:
        model.train(mode)
    return losses.tolist()


@accepted("train")
def 训练(model, x, y, loss_function, optimizer, epochs, report_every=500):
    """Identifiers in Chinese, and prints of its own."""
    model.train()
    损失表 = []
    for 轮 in range(epochs):
        预测 = model(x)
        损失 = loss_function(预测, y)
        optimizer.zero_grad()
        损失.backward()
        optimizer.step()
        损失表.append(损失.item())
        print("第", 轮, "轮")
        if 轮 % report_every == 0:
            print(f"epoch: {轮}, loss is: {损失表[-1]:.4f}")
    return 损失表
