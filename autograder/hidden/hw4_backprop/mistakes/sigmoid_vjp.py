"""Mistakes that students make in `sigmoid_vjp`, each with what they should read."""

import reference
import torch

from gradkit.bank import mistake


@mistake("sigmoid_vjp")
def slope_alone(z, v):
    """Only the derivative s (1 - s) is returned, and v is not used. The vector-Jacobian product multiplies it by the
    upstream gradient v."""
    return reference.sigmoid_vjp(z, torch.ones_like(v))


@mistake("sigmoid_vjp")
def value_for_slope(z, v):
    """v is multiplied by the sigmoid itself. It should be multiplied by its derivative, s (1 - s)."""
    return v * torch.sigmoid(z)


@mistake("sigmoid_vjp")
def slope_of_z(z, v):
    """The derivative is computed as z (1 - z). That is right only if z is already the output of the sigmoid; here it is
    the input."""
    return v * z * (1 - z)


@mistake("sigmoid_vjp")
def slope_of_tanh(z, v):
    """The derivative is computed as 1 - s^2. That is the derivative of tanh; the sigmoid's is s (1 - s)."""
    return v * (1 - torch.sigmoid(z) ** 2)


@mistake("sigmoid_vjp")
def slope_without_minus(z, v):
    """The derivative is computed as s (1 + s). It is s (1 - s)."""
    s = torch.sigmoid(z)
    return v * s * (1 + s)


@mistake("sigmoid_vjp")
def slope_of_v(z, v):
    """The two arguments are swapped: the derivative is taken at v and multiplied by z."""
    return reference.sigmoid_vjp(v, z)


@mistake("sigmoid_vjp")
def product_summed(z, v):
    """The product is summed to a single number. Each element of z has its own derivative."""
    return reference.sigmoid_vjp(z, v).sum()


@mistake("sigmoid_vjp")
def divided_by_the_slope(z, v):
    """v is divided by the derivative of the sigmoid. The chain rule multiplies."""
    s = torch.sigmoid(z)
    return v / (s * (1 - s))


@mistake("sigmoid_vjp")
def slope_twice(z, v):
    """The derivative of the sigmoid is applied twice. The chain rule applies it once."""
    return reference.sigmoid_vjp(z, reference.sigmoid_vjp(z, v))


@mistake("sigmoid_vjp")
def gradient_always_double(z, v):
    """The gradient is always float64. It should have the dtype of z and v."""
    return reference.sigmoid_vjp(z.double(), v.double())


@mistake("sigmoid_vjp")
def gradient_always_float(z, v):
    """The gradient is always float32. It should have the dtype of z and v."""
    return reference.sigmoid_vjp(z.float(), v.float())


@mistake("sigmoid_vjp")
def v_overwritten(z, v):
    """The product is written into v, in place, so the caller's v is lost. Make a new tensor."""
    result = reference.sigmoid_vjp(z, v)
    v.copy_(result)
    return result


@mistake("sigmoid_vjp")
def z_overwritten(z, v):
    """The sigmoid is written into z, in place, so the caller's z is lost. torch.sigmoid makes a new tensor."""
    s = z.sigmoid_()
    return v * s * (1 - s)


@mistake("sigmoid_vjp")
def by_autograd(z, v):
    """The gradient is computed by autograd. In this homework you work it out by hand."""
    z = z.detach().requires_grad_()
    return torch.autograd.grad(torch.sigmoid(z), z, v)[0]
