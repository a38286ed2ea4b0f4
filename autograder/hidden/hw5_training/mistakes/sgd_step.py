"""Mistakes that students make in `sgd_step`, each with what they should read."""

import reference
import torch

from gradkit.bank import mistake


def with_gradients(parameters):
    """Those that have one."""
    return [parameter for parameter in parameters if parameter.grad is not None]


@mistake("sgd_step")
def step_uphill(parameters, lr):
    """The gradient is added, so the loss increases. Subtract it."""
    reference.sgd_step(parameters, -lr)


@mistake("sgd_step")
def rate_left_out(parameters, lr):
    """The learning rate is not used."""
    reference.sgd_step(parameters, 1.0)


@mistake("sgd_step")
def new_tensors(parameters, lr):
    """New tensors are created, and the model keeps its old ones. Update the parameters in place."""
    for parameter in with_gradients(parameters):
        parameter = parameter - lr * parameter.grad


@mistake("sgd_step")
def data_replaced(parameters, lr):
    """parameter.data is replaced by a new tensor, so the parameter's storage changes. Update the existing tensor in
    place."""
    for parameter in with_gradients(parameters):
        parameter.data = parameter.data - lr * parameter.grad


@mistake("sgd_step")
def with_a_graph(parameters, lr):
    """Autograd records the step, and refuses to modify a parameter in place. Use torch.no_grad()."""
    for parameter in with_gradients(parameters):
        parameter -= lr * parameter.grad


@mistake("sgd_step")
def none_not_looked_for(parameters, lr):
    """A parameter without a gradient makes the step fail. Leave a parameter whose .grad is None unchanged."""
    with torch.no_grad():
        for parameter in parameters:
            parameter -= lr * parameter.grad


@mistake("sgd_step")
def stops_at_none(parameters, lr):
    """The loop ends at the first parameter without a gradient. Skip only that parameter and update the others."""
    with torch.no_grad():
        for parameter in parameters:
            if parameter.grad is None:
                break
            parameter -= lr * parameter.grad


@mistake("sgd_step")
def first_parameter_only(parameters, lr):
    """Only the first parameter is updated. Update all of them."""
    reference.sgd_step(list(parameters)[:1], lr)


@mistake("sgd_step")
def gradients_forgotten(parameters, lr):
    """The gradients are set to zero after the step. Clearing them is the job of zero_grad; leave them unchanged."""
    parameters = list(parameters)
    reference.sgd_step(parameters, lr)
    for parameter in with_gradients(parameters):
        parameter.grad.zero_()


@mistake("sgd_step")
def gradients_thrown_away(parameters, lr):
    """The gradients are set to None after the step. Clearing them is the job of zero_grad; leave them unchanged."""
    parameters = list(parameters)
    reference.sgd_step(parameters, lr)
    for parameter in parameters:
        parameter.grad = None


@mistake("sgd_step")
def list_used_up(parameters, lr):
    """The parameters are removed from the caller's list, which is empty afterwards. Iterate over the list."""
    parameters = parameters if isinstance(parameters, list) else list(parameters)
    while parameters:
        reference.sgd_step([parameters.pop()], lr)


@mistake("sgd_step")
def divided_by_a_batch_size(parameters, lr):
    """The step is divided by another number, such as the batch size. The loss is already a mean: the step is the
    learning rate times the gradient."""
    parameters = list(parameters)
    reference.sgd_step(parameters, lr / len(parameters))


@mistake("sgd_step")
def weights_decay(parameters, lr):
    """A fraction of the parameter itself is subtracted as well (weight decay). The step is the learning rate times the
    gradient."""
    with torch.no_grad():
        for parameter in with_gradients(parameters):
            parameter -= lr * (parameter.grad + 0.01 * parameter)


@mistake("sgd_step")
def clipped_in_the_step(parameters, lr):
    """The gradient is clipped before the step. Use it unchanged, however large it is."""
    with torch.no_grad():
        for parameter in with_gradients(parameters):
            parameter -= lr * parameter.grad.clamp(-1, 1)


@mistake("sgd_step")
def stepped_in_float64(parameters, lr):
    """The parameter becomes float64. Keep its dtype."""
    for parameter in with_gradients(parameters):
        gradient = parameter.grad
        parameter.data = (parameter.data - lr * gradient).double()
        parameter.grad = gradient.double()


@mistake("sgd_step")
def gradients_scaled(parameters, lr):
    """The gradients are multiplied by the learning rate in place. Leave them unchanged."""
    with torch.no_grad():
        for parameter in with_gradients(parameters):
            parameter -= parameter.grad.mul_(lr)


@mistake("sgd_step")
def sign_alone(parameters, lr):
    """Only the sign of the gradient is used. Its magnitude counts as well."""
    with torch.no_grad():
        for parameter in with_gradients(parameters):
            parameter -= lr * parameter.grad.sign()


@mistake("sgd_step")
def learns_no_more(parameters, lr):
    """The parameter cannot be trained any more: its requires_grad is False. Use torch.no_grad() instead."""
    for parameter in with_gradients(parameters):
        parameter.requires_grad_(False).sub_(lr * parameter.grad)


@mistake("sgd_step")
def twice_through_a_generator(parameters, lr):
    """The parameters are counted first, but a generator can be iterated over only once: none are left for the step."""
    count = sum(1 for _ in parameters)
    assert count >= 0
    reference.sgd_step(parameters, lr)


@mistake("sgd_step")
def ready_made_step(parameters, lr):
    """The step is taken by torch.optim. In this question you write it yourself."""
    torch.optim.SGD(parameters, lr=lr).step()
