"""Mistakes that students make in `sgd_update`, each with what they should read."""

import reference

from gradkit.bank import mistake


@mistake("sgd_update")
def uphill(parameter, gradient, lr):
    """The gradient is added, so the step goes uphill. The gradient points to where the loss grows, so subtract it."""
    return parameter + lr * gradient


@mistake("sgd_update")
def rate_left_out(parameter, gradient, lr):
    """The learning rate is not used. The step is lr times the gradient."""
    return parameter - gradient


@mistake("sgd_update")
def divided_by_the_rate(parameter, gradient, lr):
    """The gradient is divided by the learning rate. Multiply by it."""
    return parameter - gradient / (lr + 1e-12)


@mistake("sgd_update")
def parameter_shrinks(parameter, gradient, lr):
    """The parameter is also scaled. In w - lr * dL/dw, only the gradient is scaled."""
    return (1 - lr) * parameter - lr * gradient


@mistake("sgd_update")
def step_alone(parameter, gradient, lr):
    """Only the step is returned. Return the updated parameter: w minus the step."""
    return -lr * gradient


@mistake("sgd_update")
def in_place(parameter, gradient, lr):
    """The parameter is updated in place, so the old one is lost. Return a new tensor."""
    parameter -= lr * gradient
    return parameter


@mistake("sgd_update")
def gradient_scaled_in_place(parameter, gradient, lr):
    """The gradient is multiplied by the learning rate in place, so the caller's tensor is modified. Make a new
    tensor."""
    gradient *= lr
    return parameter - gradient


@mistake("sgd_update")
def sign_of_the_gradient(parameter, gradient, lr):
    """Only the sign of the gradient is used. Its magnitude counts as well."""
    return parameter - lr * gradient.sign()


@mistake("sgd_update")
def update_always_double(parameter, gradient, lr):
    """The result is always float64. It should have the dtype of the parameter."""
    return reference.sgd_update(parameter.double(), gradient.double(), lr)


@mistake("sgd_update")
def update_always_float(parameter, gradient, lr):
    """The result is always float32. It should have the dtype of the parameter."""
    return reference.sgd_update(parameter.float(), gradient.float(), lr)


@mistake("sgd_update")
def gradient_averaged(parameter, gradient, lr):
    """The gradient is averaged over its elements. Each element of the parameter has its own gradient."""
    return parameter - lr * gradient.mean()
