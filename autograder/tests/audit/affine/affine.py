"""An affine layer on NumPy arrays: forward and backward."""

from typing import Any

import numpy as np

Array = np.ndarray[Any, np.dtype[Any]]


def affine_forward(x: Array, w: Array, b: Array) -> tuple[Array, tuple[Array, Array, Array]]:
    """Compute the output of an affine layer.

    Each example of ``x`` is reshaped to a row of D = d_1 ... d_k numbers; then out = x w + b.

    Args:
        x: the input, shape (N, d_1, ..., d_k). It is left unchanged, as are all arguments.
        w: the weights, shape (D, M).
        b: the biases, shape (M,).

    Returns:
        The tuple (out, cache): the output, a NumPy array of shape (N, M) and of the dtype of ``x``, and ``cache``, the
        tuple (x, w, b).
    """
    ### BEGIN SOLUTION affine_forward: reshape x to rows, multiply, add.
    out = x.reshape(x.shape[0], w.shape[0]) @ w + b
    return out, (x, w, b)
    ### END SOLUTION


def affine_backward(dout: Array, cache: tuple[Array, Array, Array]) -> tuple[Array, Array, Array]:
    """Compute the gradients of an affine layer.

    Args:
        dout: the upstream gradient, shape (N, M). It is left unchanged.
        cache: the tuple (x, w, b) of ``affine_forward``. It is left unchanged.

    Returns:
        The tuple (dx, dw, db) of the gradients with respect to ``x``, ``w`` and ``b``: NumPy arrays, each of the shape
        and dtype of what it belongs to.
    """
    ### BEGIN SOLUTION affine_backward: the shapes say which product it must be.
    x, w, _ = cache
    dx = (dout @ w.T).reshape(x.shape)
    dw = x.reshape(x.shape[0], w.shape[0]).T @ dout
    return dx, dw, dout.sum(axis=0)
    ### END SOLUTION
