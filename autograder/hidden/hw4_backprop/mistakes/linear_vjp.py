"""Mistakes that students make in `linear_vjp`, each with what they should read."""

import reference
import torch

from gradkit.bank import mistake


@mistake("linear_vjp")
def weights_transposed_in_dx(x, w, b, v):
    """dL/dx is multiplied by w transposed. Since z = x w^T, dL/dx is v w, without the transpose."""
    _, dw, db = reference.linear_vjp(x, w, b, v)
    return (v @ w.T if w.shape[0] == w.shape[1] else v @ w.T.reshape(w.shape)), dw, db


@mistake("linear_vjp")
def dw_transposed(x, w, b, v):
    """dL/dw has the shape (D, M). It has the shape of w, (M, D): v^T x, not x^T v."""
    dx, dw, db = reference.linear_vjp(x, w, b, v)
    return dx, dw.T, db


@mistake("linear_vjp")
def dw_averaged(x, w, b, v):
    """dL/dw is averaged over the rows. The contributions of the rows add up; a mean, if the loss has one, is already in
    v."""
    dx, dw, db = reference.linear_vjp(x, w, b, v)
    return dx, dw / len(x), db


@mistake("linear_vjp")
def db_averaged(x, w, b, v):
    """dL/db is averaged over the rows. The contributions of the rows add up; a mean, if the loss has one, is already in
    v."""
    dx, dw, db = reference.linear_vjp(x, w, b, v)
    return dx, dw, db / len(x)


@mistake("linear_vjp")
def db_not_summed(x, w, b, v):
    """dL/db is v itself. All rows share b, so sum over the rows."""
    dx, dw, _ = reference.linear_vjp(x, w, b, v)
    return dx, dw, v


@mistake("linear_vjp")
def db_over_the_outputs(x, w, b, v):
    """dL/db is summed over the outputs. There is one bias for each output, so the sum is over the rows."""
    dx, dw, _ = reference.linear_vjp(x, w, b, v)
    return dx, dw, v.sum(dim=1)


@mistake("linear_vjp")
def db_keeps_a_dimension(x, w, b, v):
    """dL/db has the shape (1, M). It has the shape of b, (M,)."""
    dx, dw, db = reference.linear_vjp(x, w, b, v)
    return dx, dw, db[None]


@mistake("linear_vjp")
def db_of_ones(x, w, b, v):
    """dL/db is the number of rows, as if v were all ones. It is the sum of the rows of v."""
    dx, dw, _ = reference.linear_vjp(x, w, b, v)
    return dx, dw, torch.full_like(b, len(x))


@mistake("linear_vjp")
def in_another_order(x, w, b, v):
    """The gradients are returned in the wrong order. It is (dx, dw, db), like the arguments."""
    dx, dw, db = reference.linear_vjp(x, w, b, v)
    return dw, dx, db


@mistake("linear_vjp")
def without_dx(x, w, b, v):
    """Only the gradients of w and b are returned. The earlier layers need that of x."""
    return reference.linear_vjp(x, w, b, v)[1:]


@mistake("linear_vjp")
def bias_in_dx(x, w, b, v):
    """The bias is part of dL/dx. The layer only adds it, so it does not affect that derivative."""
    dx, dw, db = reference.linear_vjp(x, w, b, v)
    return dx + (v @ b[:, None]), dw, db


@mistake("linear_vjp")
def gradients_always_double(x, w, b, v):
    """The gradients are always float64. They should have the dtype of the inputs."""
    return reference.linear_vjp(x.double(), w.double(), b.double(), v.double())


@mistake("linear_vjp")
def gradients_always_float(x, w, b, v):
    """The gradients are always float32. They should have the dtype of the inputs."""
    return reference.linear_vjp(x.float(), w.float(), b.float(), v.float())


@mistake("linear_vjp")
def inputs_overwritten(x, w, b, v):
    """v is scaled in place, so the caller's tensor is modified. Make new tensors."""
    result = reference.linear_vjp(x, w, b, v)
    v.mul_(2)
    return result
