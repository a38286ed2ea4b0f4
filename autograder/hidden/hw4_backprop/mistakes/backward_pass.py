"""Mistakes that students make in `backward_pass`, each with what they should read."""

import reference
import torch

from gradkit.bank import mistake


def walk(weights, zs, activations, delta, slope):
    """Back-propagation with a different derivative of the activation."""
    dws, dbs = [], []
    for layer in reversed(range(len(weights))):
        dws.insert(0, delta.T @ activations[layer])
        dbs.insert(0, delta.sum(dim=0))
        if layer > 0:
            delta = (delta @ weights[layer]) * slope(zs[layer - 1])
    return dws, dbs


def sigmoid_slope(z):
    """s (1 - s)."""
    return reference.sigmoid_vjp(z, torch.ones_like(z))


def scaled(gradients, factor):
    """All gradients times a factor."""
    return tuple([g * factor for g in part] for part in gradients)


@mistake("backward_pass")
def factor_two_forgotten(weights, biases, x, y):
    """All gradients are half of what they should be: the derivative of the square is 2 (y_hat - y)."""
    return scaled(reference.backward_pass(weights, biases, x, y), 0.5)


@mistake("backward_pass")
def mean_over_the_rows_only(weights, biases, x, y):
    """The loss is averaged over the rows only. The mean is over all N M elements of y."""
    return scaled(reference.backward_pass(weights, biases, x, y), y.shape[1])


@mistake("backward_pass")
def sum_for_mean(weights, biases, x, y):
    """The gradients are those of the sum of squares. The loss is their mean: divide by the number of elements of y."""
    return scaled(reference.backward_pass(weights, biases, x, y), y.numel())


@mistake("backward_pass")
def sign_of_the_error(weights, biases, x, y):
    """All signs are flipped: the error is y_hat - y, not y - y_hat."""
    return scaled(reference.backward_pass(weights, biases, x, y), -1)


@mistake("backward_pass")
def slope_left_out(weights, biases, x, y):
    """The derivative of the sigmoid is missing in the backward pass. delta(l-1) = (delta(l) W(l)) * f'(z(l-1))."""
    zs, activations = reference.forward_pass(weights, biases, x)
    return walk(weights, zs, activations, 2 * (zs[-1] - y) / y.numel(), torch.ones_like)


@mistake("backward_pass")
def sigmoid_for_its_slope(weights, biases, x, y):
    """The backward pass multiplies by the sigmoid itself. It should multiply by its derivative, s (1 - s)."""
    zs, activations = reference.forward_pass(weights, biases, x)
    return walk(weights, zs, activations, 2 * (zs[-1] - y) / y.numel(), torch.sigmoid)


@mistake("backward_pass")
def slope_at_the_activation(weights, biases, x, y):
    """The derivative of the sigmoid is taken at the activation a(l-1). It is taken at z(l-1), the input of the
    sigmoid."""
    zs, activations = reference.forward_pass(weights, biases, x)
    delta = 2 * (zs[-1] - y) / y.numel()
    return walk(weights, zs, activations, delta, lambda z: sigmoid_slope(torch.sigmoid(z)))


@mistake("backward_pass")
def slope_at_the_end(weights, biases, x, y):
    """The derivative of a sigmoid is applied at the last layer. There is no sigmoid there: y_hat = z(L)."""
    zs, activations = reference.forward_pass(weights, biases, x)
    delta = 2 * (zs[-1] - y) / y.numel() * sigmoid_slope(zs[-1])
    return walk(weights, zs, activations, delta, sigmoid_slope)


@mistake("backward_pass")
def slope_of_the_wrong_layer(weights, biases, x, y):
    """The weight gradients use the inputs of the sigmoid in place of its outputs: dL/dW(l) needs a(l-1), not z(l-1)."""
    zs, _ = reference.forward_pass(weights, biases, x)
    return walk(weights, zs, [x, *zs], 2 * (zs[-1] - y) / y.numel(), sigmoid_slope)


@mistake("backward_pass")
def lists_backwards(weights, biases, x, y):
    """The lists run from the last layer to the first. Return them from the first to the last."""
    dws, dbs = reference.backward_pass(weights, biases, x, y)
    return dws[::-1], dbs[::-1]


@mistake("backward_pass")
def lists_of_pairs(weights, biases, x, y):
    """One list of pairs is returned. Return two lists: (dws, dbs)."""
    return list(zip(*reference.backward_pass(weights, biases, x, y), strict=True))


@mistake("backward_pass")
def biases_before_weights(weights, biases, x, y):
    """The gradients of the biases come first. The order is (dws, dbs)."""
    dws, dbs = reference.backward_pass(weights, biases, x, y)
    return dbs, dws


@mistake("backward_pass")
def weight_gradients_transposed(weights, biases, x, y):
    """The gradients of the weights are transposed. Each has the shape of its W(l): delta(l)^T a(l-1)."""
    dws, dbs = reference.backward_pass(weights, biases, x, y)
    return [dw.T for dw in dws], dbs


@mistake("backward_pass")
def bias_gradients_averaged(weights, biases, x, y):
    """The gradients of the biases are averaged over the rows. The mean is already in delta: sum over the rows."""
    dws, dbs = reference.backward_pass(weights, biases, x, y)
    return dws, [db / len(x) for db in dbs]


@mistake("backward_pass")
def last_layer_only(weights, biases, x, y):
    """Only the last layer has gradients; the others are zero. Go back through all layers."""
    dws, dbs = reference.backward_pass(weights, biases, x, y)
    zeros = [[torch.zeros_like(g) for g in part[:-1]] + part[-1:] for part in (dws, dbs)]
    return zeros[0], zeros[1]


@mistake("backward_pass")
def weights_changed(weights, biases, x, y):
    """The weights are updated in place while the gradients are still being computed. No argument may be modified; the
    update is a separate step."""
    dws, dbs = reference.backward_pass(weights, biases, x, y)
    for w, dw in zip(weights, dws, strict=True):
        w -= 0.1 * dw
    return dws, dbs


@mistake("backward_pass")
def weights_reversed(weights, biases, x, y):
    """The caller's list of weights is reversed in place by reverse(). reversed(weights) leaves it as it is."""
    gradients = reference.backward_pass(list(weights), biases, x, y)
    weights.reverse()
    return gradients


@mistake("backward_pass")
def gradients_always_double_precision(weights, biases, x, y):
    """The gradients are always float64. Each should have the dtype of its parameter."""
    return tuple([g.double() for g in part] for part in reference.backward_pass(weights, biases, x, y))


@mistake("backward_pass")
def backward_by_autograd(weights, biases, x, y):
    """The gradients are computed by autograd. In this homework you work them out by hand."""
    ws = [w.clone().requires_grad_() for w in weights]
    bs = [b.clone().requires_grad_() for b in biases]
    loss = ((reference.forward_pass(ws, bs, x)[1][-1] - y) ** 2).mean()
    loss.backward()
    return [w.grad for w in ws], [b.grad for b in bs]
