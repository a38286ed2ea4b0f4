"""Mistakes that students make in `jacobian`, each with what they should read."""

import reference
import torch

from gradkit.bank import mistake


def difference(f, x, h, divisor, both=True):
    """Differences of step h, divided by a number."""
    columns = []
    for j in range(len(x)):
        step = torch.zeros_like(x)
        step[j] = h
        columns.append((f(x + step) - (f(x - step) if both else f(x))) / divisor)
    return torch.stack(columns, dim=1)


@mistake("jacobian")
def forward_difference(f, x):
    """This is a forward difference. With a step of 1e-5 its error is of order 1e-5; a central difference is far more
    accurate."""
    return difference(f, x, 1e-5, 1e-5, both=False)


@mistake("jacobian")
def divided_by_h(f, x):
    """The central difference is divided by h, so every entry is twice too large. The points are 2 h apart."""
    return difference(f, x, 1e-5, 1e-5)


@mistake("jacobian")
def step_too_small(f, x):
    """The step h is so small that the rounding error dominates. About 1e-5 is good for central differences."""
    return difference(f, x, 1e-11, 2e-11)


@mistake("jacobian")
def step_too_large(f, x):
    """The step h is so large that the truncation error dominates. About 1e-5 is good for central differences."""
    return difference(f, x, 0.05, 0.1)


@mistake("jacobian")
def jacobian_transposed(f, x):
    """The Jacobian is transposed. It has a row for each output of f and a column for each input."""
    return reference.jacobian(f, x).T


@mistake("jacobian")
def in_single_precision(f, x):
    """x is converted to float32, which has too few digits for small differences. Keep it in float64."""
    return reference.jacobian(lambda t: f(t.double()), x.float()).double()


@mistake("jacobian")
def all_elements_moved(f, x):
    """All elements of x are changed at once. Each column of the Jacobian belongs to one element, changed alone."""
    h = 1e-5
    column = (f(x + h) - f(x - h)) / (2 * h)
    return column[:, None].expand(-1, len(x)).clone()


@mistake("jacobian")
def steps_pile_up(f, x):
    """An element that was changed is not reset before the next one is changed. Each column starts from x itself."""
    h = 1e-2
    columns = []
    moved = x.clone()
    for j in range(len(x)):
        up, down = moved.clone(), moved.clone()
        up[j] += h / 1000
        down[j] -= h / 1000
        columns.append((f(up) - f(down)) / (2 * h / 1000))
        moved[j] += h
    return torch.stack(columns, dim=1)


@mistake("jacobian")
def x_is_moved(f, x):
    """The caller's x is modified and not restored. Work on a copy."""
    result = reference.jacobian(f, x)
    x += 1e-5
    return result


@mistake("jacobian")
def all_steps_in_one_batch(f, x):
    """f is called once, with a matrix of inputs. It takes one vector of shape (n,), so call it for each step."""
    h = 1e-5
    steps = h * torch.eye(len(x), dtype=x.dtype)
    return ((f(x + steps) - f(x - steps)) / (2 * h)).T


@mistake("jacobian")
def relative_step(f, x):
    """The step is a fraction of the element itself, and 0 if the element is 0. Use a fixed step."""
    columns = []
    for j in range(len(x)):
        step = torch.zeros_like(x)
        step[j] = 1e-5 * x[j]
        columns.append((f(x + step) - f(x - step)) / (2 * step[j]))
    return torch.stack(columns, dim=1)


@mistake("jacobian")
def outputs_added_up(f, x):
    """The outputs of f are summed first, which gives a gradient. The Jacobian has a row for each output."""
    return reference.jacobian(lambda t: f(t).sum()[None], x)


@mistake("jacobian")
def diagonal_only(f, x):
    """Only the diagonal is kept. The off-diagonal entries are zero only for element-wise functions."""
    full = reference.jacobian(f, x)
    return torch.diag(full.diagonal()) if full.shape[0] == full.shape[1] else full * torch.eye(*full.shape)


@mistake("jacobian")
def rounded(f, x):
    """The result is rounded to a few decimal places. It must be accurate to one part in a million."""
    return reference.jacobian(f, x).round(decimals=4)


@mistake("jacobian")
def sign_turned(f, x):
    """The sign is wrong: subtract f(x - h) from f(x + h)."""
    return -reference.jacobian(f, x)


@mistake("jacobian")
def returned_as_float(f, x):
    """The Jacobian is returned in float32. It is float64, like x."""
    return reference.jacobian(f, x).float()


@mistake("jacobian")
def jacobian_by_autograd(f, x):
    """The Jacobian is computed by autograd. Use central differences: they only need to call f."""
    return torch.autograd.functional.jacobian(f, x)
