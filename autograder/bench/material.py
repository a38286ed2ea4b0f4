"""The benchmark's assignment: five questions on linear regression, and five kinds of submissions.

The first kind is right, the second is right in another way, the third has two wrong formulas, the fourth detaches the
graph, and the fifth is unfinished.
"""

from __future__ import annotations

import textwrap
from collections.abc import Mapping

HW = "hw1_line"
MODULE = "line.py"
NOTEBOOK = "line.ipynb"
POINTS = 2

HEADER = '''\
"""Linear regression from its parts."""

import torch
from torch import Tensor, nn
'''

# The given code of each question; the student's body replaces {body}.
GIVEN = {
    "with_ones": '''\
def with_ones(x: Tensor) -> Tensor:
    """[x, 1]: x of shape (n, d) with a column of ones as its last, shape (n, d + 1)."""
{body}
''',
    "predict": '''\
def predict(x: Tensor, w: Tensor) -> Tensor:
    """[x, 1] w for x of shape (n, d) and w of shape (d + 1, 1), shape (n, 1)."""
{body}
''',
    "mse": '''\
def mse(y_hat: Tensor, y: Tensor) -> Tensor:
    """The mean squared error of predictions of shape (n, 1), shape ()."""
{body}
''',
    "Line": '''\
class Line(nn.Module):
    """Linear regression whose only parameter is w, of shape (d + 1, 1), the bias last."""

    def __init__(self, d: int) -> None:
        super().__init__()
        self.w = nn.Parameter(torch.zeros(d + 1, 1))

    def forward(self, x: Tensor) -> Tensor:
        """Predictions of shape (n, 1) for x of shape (n, d)."""
{body}
''',
    "fit": '''\
def fit(x: Tensor, y: Tensor, w: Tensor, lr: float, steps: int) -> Tensor:
    """The weights after some steps of gradient descent on the mean squared error; w is not modified."""
{body}
''',
}

QUESTIONS = tuple(GIVEN)

_RIGHT = {
    "with_ones": """
        ones = torch.ones(x.shape[0], 1, dtype=x.dtype)
        return torch.cat([x, ones], dim=1)
    """,
    "predict": """
        return with_ones(x) @ w
    """,
    "mse": """
        return ((y_hat - y) ** 2).mean()
    """,
    "Line": """
        return predict(x, self.w)
    """,
    "fit": """
        w = w.clone()
        for _ in range(steps):
            w.requires_grad_()
            (gradient,) = torch.autograd.grad(mse(predict(x, w), y), w)
            w = (w - lr * gradient).detach()
        return w
    """,
}

_OTHERWISE = {
    "with_ones": """
        return nn.functional.pad(x, (0, 1), value=1.0)
    """,
    "predict": """
        *slopes, bias = w.unbind()
        return sum(x[:, [i]] * slope for i, slope in enumerate(slopes)) + bias
    """,
    "mse": """
        error = (y_hat - y).flatten()
        return error @ error / error.numel()
    """,
    "Line": """
        return torch.einsum("nd,dk->nk", with_ones(x), self.w)
    """,
    "fit": """
        a = with_ones(x)
        for _ in range(steps):
            w = w - lr * 2 * a.T @ (a @ w - y) / y.numel()
        return w
    """,
}

_PARTLY = {
    "mse": """
        return ((y_hat - y) ** 2).sum()
    """,
    "Line": """
        return x @ self.w[1:] + self.w[0]
    """,
    "fit": _OTHERWISE["fit"],
}

_DETACHED = {
    "predict": """
        return torch.tensor((with_ones(x) @ w).tolist(), dtype=x.dtype)
    """,
}

_UNFINISHED = {
    "Line": """
        raise NotImplementedError("Line")
    """,
    "fit": """
        raise NotImplementedError("fit")
    """,
}

# Each kind replaces only the bodies that it lists.
KINDS: tuple[Mapping[str, str], ...] = tuple(
    {**_RIGHT, **kind} for kind in ({}, _OTHERWISE, _PARTLY, _DETACHED, _UNFINISHED)
)


def answer(question: str, bodies: Mapping[str, str], *, marked: bool = False) -> str:
    """The source of one question with its body, in a solution region if ``marked``."""
    body = textwrap.dedent(bodies[question]).strip()
    if marked:
        body = f"### BEGIN SOLUTION {question}: see above.\n{body}\n### END SOLUTION"
    return GIVEN[question].format(body=textwrap.indent(body, " " * (8 if question == "Line" else 4)))


def module(bodies: Mapping[str, str], *, marked: bool = False) -> str:
    """The source of the whole module."""
    return "\n\n".join([HEADER, *(answer(question, bodies, marked=marked) for question in QUESTIONS)])
