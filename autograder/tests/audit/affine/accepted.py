"""Right answers that look unlike the solution."""

import numpy as np

from gradkit.bank import accepted


@accepted("affine_forward")
def einsum(x, w, b):
    """By einsum, in Fortran's order, with a list for the cache."""
    rows = x.reshape(x.shape[0], np.prod(x.shape[1:]))
    return np.asfortranarray(np.einsum("nd,dm->nm", rows, w) + b), [x, w, b]


@accepted("affine_forward")
def loop(x, w, b):
    """Row by row, with a view of x in the cache."""
    out = np.empty((x.shape[0], w.shape[1]), x.dtype)
    for i in range(x.shape[0]):
        out[i] = np.dot(x[i].ravel(), w) + b
    return out, (x[:], w, b)


@accepted("affine_backward")
def flat(dout, cache):
    """By einsum and np.dot, as a list."""
    x, w, _ = cache
    dx = np.dot(dout, w.T).reshape(*x.shape)
    dw = np.einsum("nd,nm->dm", x.reshape(x.shape[0], -1), dout)
    return [dx, dw, np.ones(len(dout), dout.dtype) @ dout]


@accepted("affine_backward")
def accumulated(dout, cache):
    """Example by example."""
    x, w, b = cache
    dx, dw, db = np.zeros_like(x), np.zeros_like(w), np.zeros_like(b)
    for i, row in enumerate(dout):
        dx[i] = (w @ row).reshape(x[i].shape)
        dw += np.outer(x[i], row)
        db += row
    return dx, dw, db
