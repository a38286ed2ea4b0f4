"""Mistakes that students make in `forward_pass`, each with what they should read."""

import reference
import torch

from gradkit.bank import mistake


@mistake("forward_pass")
def sigmoid_at_the_end(weights, biases, x):
    """The sigmoid is also applied after the last layer. There a(L) is z(L) itself."""
    zs, activations = reference.forward_pass(weights, biases, x)
    return zs, [*activations[:-1], torch.sigmoid(activations[-1])]


@mistake("forward_pass")
def no_sigmoid(weights, biases, x):
    """There is no sigmoid between the layers. It follows every layer but the last."""
    zs, activations = [], [x]
    for w, b in zip(weights, biases, strict=True):
        zs.append(activations[-1] @ w.T + b)
        activations.append(zs[-1])
    return zs, activations


@mistake("forward_pass")
def without_the_input(weights, biases, x):
    """activations has L entries and starts with a(1). It starts with a(0), which is x."""
    zs, activations = reference.forward_pass(weights, biases, x)
    return zs, activations[1:]


@mistake("forward_pass")
def without_the_output(weights, biases, x):
    """activations ends before the last layer. Its last entry is a(L) = z(L)."""
    zs, activations = reference.forward_pass(weights, biases, x)
    return zs, activations[:-1]


@mistake("forward_pass")
def input_among_the_zs(weights, biases, x):
    """zs starts with x. It has one entry for each layer, z(1) to z(L)."""
    zs, activations = reference.forward_pass(weights, biases, x)
    return [x, *zs], activations


@mistake("forward_pass")
def biases_forgotten(weights, biases, x):
    """The biases are not added. z(l) = a(l-1) W(l)^T + b(l)."""
    return reference.forward_pass(weights, [torch.zeros_like(b) for b in biases], x)


@mistake("forward_pass")
def lists_swapped(weights, biases, x):
    """The two lists are returned in the other order. It is (zs, activations)."""
    zs, activations = reference.forward_pass(weights, biases, x)
    return activations, zs


@mistake("forward_pass")
def zs_after_the_sigmoid(weights, biases, x):
    """zs contains the activations. z(l) is the *input* of the sigmoid; the backward pass needs it."""
    _, activations = reference.forward_pass(weights, biases, x)
    return activations[1:], activations


@mistake("forward_pass")
def input_through_sigmoid(weights, biases, x):
    """The sigmoid is applied to x before the first layer. a(0) is x itself."""
    return reference.forward_pass(weights, biases, torch.sigmoid(x))


@mistake("forward_pass")
def tanh_for_sigmoid(weights, biases, x):
    """The activation function is tanh. Here it is the sigmoid."""
    zs, activations = [], [x]
    for w, b in zip(weights, biases, strict=True):
        zs.append(activations[-1] @ w.T + b)
        activations.append(torch.tanh(zs[-1]))
    activations[-1] = zs[-1]
    return zs, activations


@mistake("forward_pass")
def only_the_output(weights, biases, x):
    """Only the output is returned. The intermediate results are needed as well: return the tuple (zs, activations)."""
    return reference.forward_pass(weights, biases, x)[1][-1]


@mistake("forward_pass")
def pass_in_single_precision(weights, biases, x):
    """Everything is converted to float32. Keep the dtype of the inputs."""
    zs, activations = reference.forward_pass(weights, biases, x)
    return [z.float() for z in zs], [a.float() for a in activations]


@mistake("forward_pass")
def pass_in_double_precision(weights, biases, x):
    """Everything is converted to float64. Keep the dtype of the inputs."""
    zs, activations = reference.forward_pass(weights, biases, x)
    return [z.double() for z in zs], [a.double() for a in activations]


@mistake("forward_pass")
def lists_used_up(weights, biases, x):
    """The layers are removed from the caller's lists, which are empty afterwards. Iterate over the lists, or copy
    them."""
    result = reference.forward_pass(weights, biases, x)
    while weights:
        weights.pop(0), biases.pop(0)
    return result


@mistake("forward_pass")
def input_overwritten(weights, biases, x):
    """x is modified in place, so the caller's data are lost. Make new tensors."""
    zs, activations = reference.forward_pass(weights, biases, x.clone())
    x -= x.mean()
    return zs, activations
