"""Mistakes in an affine layer on NumPy arrays."""

import numpy as np
import reference
import torch

from gradkit.bank import mistake


@mistake("affine_forward")
def zeros(x, w, b):
    """The output is zero everywhere, and has one row."""
    return 0 * (x.reshape(len(x), -1) @ w)[:1], (x, w, b)


@mistake("affine_forward")
def bias_left_out(x, w, b):
    """The biases are not added."""
    return x.reshape(len(x), -1) @ w, (x, w, b)


@mistake("affine_forward")
def transposed(x, w, b):
    """The output is transposed: it has a row for each example."""
    out, cache = reference.affine_forward(x, w, b)
    return out.T, cache


@mistake("affine_forward")
def not_reshaped(x, w, b):
    """Each example must be reshaped to a row first; this works for examples of one dimension only."""
    return (x.reshape(len(x), -1) @ w + b).reshape(len(x), *[1] * (x.ndim - 2), -1), (x, w, b)


@mistake("affine_forward")
def single_precision(x, w, b):
    """The output is always float32. It has the dtype of x."""
    out, cache = reference.affine_forward(x, w, b)
    return out.astype(np.float32), cache


@mistake("affine_forward")
def double_precision(x, w, b):
    """The output is always float64. It has the dtype of x."""
    out, cache = reference.affine_forward(x, w, b)
    return out.astype(np.float64), cache


@mistake("affine_forward")
def list_returned(x, w, b):
    """The output is a list. A NumPy array is expected."""
    out, cache = reference.affine_forward(x, w, b)
    return out.tolist(), cache


@mistake("affine_forward")
def tensor_returned(x, w, b):
    """The output is a tensor. A NumPy array is expected."""
    out, cache = reference.affine_forward(x, w, b)
    return torch.from_numpy(out), cache


@mistake("affine_forward")
def changed_in_place(x, w, b):
    """The biases are doubled in place. The arguments are left unchanged."""
    out, cache = reference.affine_forward(x, w, b)
    b *= 2
    return out, (cache[0], cache[1], b / 2)


@mistake("affine_forward")
def cache_reshaped(x, w, b):
    """The cache holds x as rows. It holds x as it was given."""
    out, _ = reference.affine_forward(x, w, b)
    return out, (x.reshape(len(x), -1, 1, 1, 1), w, b)


@mistake("affine_backward")
def dx_is_zero(dout, cache):
    """The gradient with respect to x is zero everywhere."""
    dx, dw, db = reference.affine_backward(dout, cache)
    return 0 * dx, dw, db


@mistake("affine_backward")
def dx_not_reshaped(dout, cache):
    """The gradient with respect to x has the shape of its rows. It has the shape of x."""
    dx, dw, db = reference.affine_backward(dout, cache)
    return dx.reshape(len(dx), -1, *[1] * 4), dw, db


@mistake("affine_backward")
def dw_transposed(dout, cache):
    """The gradient with respect to w is transposed. It has the shape of w."""
    dx, dw, db = reference.affine_backward(dout, cache)
    return dx, dw.T, db


@mistake("affine_backward")
def db_averaged(dout, cache):
    """The gradient with respect to b is the mean over the examples. Every example adds to it: it is the sum."""
    dx, dw, _ = reference.affine_backward(dout, cache)
    return dx, dw, dout.mean(axis=0)


@mistake("affine_backward")
def db_keeps_a_dimension(dout, cache):
    """The gradient with respect to b has the shape (1, M). It has the shape of b."""
    dx, dw, _ = reference.affine_backward(dout, cache)
    return dx, dw, dout.sum(axis=0, keepdims=True)


@mistake("affine_backward")
def dw_as_a_list(dout, cache):
    """The gradient with respect to w is a list. A NumPy array is expected."""
    dx, dw, db = reference.affine_backward(dout, cache)
    return dx, dw.tolist(), db


@mistake("affine_backward")
def always_double(dout, cache):
    """The gradients are always float64. Each has the dtype of what it belongs to."""
    return tuple(gradient.astype(np.float64) for gradient in reference.affine_backward(dout, cache))


@mistake("affine_backward")
def x_scaled_in_place(dout, cache):
    """The input x is scaled in place on the way. The cache is left unchanged."""
    gradients = reference.affine_backward(dout, cache)
    cache[0][...] *= 2
    return gradients


@mistake("affine_backward")
def upstream_cleared(dout, cache):
    """The upstream gradient is set to zero afterwards. It is left unchanged."""
    gradients = reference.affine_backward(dout, cache)
    dout.fill(0)
    return gradients
