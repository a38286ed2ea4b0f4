"""Training: the loop that turns a model, a loss function and an optimizer into a model that has learned."""

from collections.abc import Callable

from torch import Tensor, nn
from torch.optim import Optimizer


def train(
    model: nn.Module,
    x: Tensor,
    y: Tensor,
    loss_function: Callable[[Tensor, Tensor], Tensor],
    optimizer: Optimizer,
    epochs: int,
    report_every: int = 500,
) -> list[float]:
    model.train()
    losses = []
    epoch = 0
    while True:
        y_hat = model(x)
        loss = loss_function(y_hat, y)
        for group in optimizer.param_groups:
            for p in group["params"]:
                p.grad = None
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
        if epoch % report_every == 0:
            print("epoch: %d, loss is: %g" % (epoch, loss.item()))
        epoch += 1
        if epoch == epochs:
            break
    return losses
