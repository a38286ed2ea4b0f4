"""The tests of the benchmark's assignment: as hidden suites for gradkit, and as plain functions for the alternatives.

Both test the same two sizes of each question and compare the same values and gradients in float64, to 1e-8. The plain
functions compute the expected values by their own formulas, as a hand-written test file would.
"""

from __future__ import annotations

SIZES = "[(1, 1), (16, 3)]"

# ---- gradkit: one file per question ------------------------------------------------------------------------------

_HEAD = '''\
"""Hidden tests of {question}."""

import pytest

from gradkit.suite import Rng, Runner, Step, Call, assert_matches, function_call, module_call

pytestmark = pytest.mark.question("{question}")


@pytest.mark.points({points})
@pytest.mark.parametrize(("n", "d"), {sizes})
def test_{question}(student: Runner, reference: Runner, rng: Rng, n: int, d: int) -> None:
    """Values and gradients are right for two sizes."""
    call = {call}
    assert_matches(student.run(call), reference.run(call), hint="x is (n, d), w is (d + 1, 1)")
'''

_CALLS = {
    "with_ones": 'function_call("with_ones", {"x": rng.normal(n, d)}, cotangent=rng.normal(n, d + 1))',
    "predict": (
        'function_call("predict", {"x": rng.normal(n, d), "w": rng.normal(d + 1, 1)}, cotangent=rng.normal(n, 1))'
    ),
    "mse": 'function_call("mse", {"y_hat": rng.normal(n, 1), "y": rng.normal(n, 1)}, cotangent=rng.normal())',
    "Line": (
        'module_call("Line", [d], {"x": rng.normal(n, d)}, parameters={"w": rng.normal(d + 1, 1)}, '
        "cotangent=rng.normal(n, 1))"
    ),
    "fit": (
        'function_call("fit", {"x": rng.normal(n, d), "y": rng.normal(n, 1), "w": rng.normal(d + 1, 1)}, '
        "lr=0.1, steps=3)"
    ),
}


def hidden_suite(question: str, points: int) -> str:
    """The text of ``test_<question>.py``."""
    return _HEAD.format(question=question, points=points, sizes=SIZES, call=_CALLS[question])


# ---- the alternatives: functions that find the answers among the global names ------------------------------------

COMMON = '''\
import torch


def draw(*shape):
    """Random numbers of this shape."""
    return torch.randn(shape, dtype=torch.float64).requires_grad_()


def compare(found, expected, leaves=()):
    """Compare values and gradients."""
    torch.testing.assert_close(found, expected, rtol=1e-8, atol=1e-8)
    if leaves:
        upstream = torch.randn_like(expected)
        found = torch.autograd.grad(found, leaves, upstream)
        expected = torch.autograd.grad(expected, leaves, upstream)
        torch.testing.assert_close(found, expected, rtol=1e-8, atol=1e-8)
'''

PLAIN = {
    "with_ones": """\
def check_with_ones(n, d):
    x = draw(n, d)
    compare(with_ones(x), torch.nn.functional.pad(x, (0, 1), value=1.0), [x])
""",
    "predict": """\
def check_predict(n, d):
    x, w = draw(n, d), draw(d + 1, 1)
    compare(predict(x, w), x @ w[:-1] + w[-1], [x, w])
""",
    "mse": """\
def check_mse(n, d):
    y_hat, y = draw(n, 1), draw(n, 1)
    compare(mse(y_hat, y), torch.nn.functional.mse_loss(y_hat, y), [y_hat, y])
""",
    "Line": """\
def check_Line(n, d):
    x, w = draw(n, d), draw(d + 1, 1)
    model = Line(d).double()
    model.load_state_dict({"w": w})
    y_hat = model(x)
    compare(y_hat, x @ model.w[:-1] + model.w[-1], [x, model.w])
""",
    "fit": """\
def check_fit(n, d):
    x, y, w = draw(n, d).detach(), draw(n, 1).detach(), draw(d + 1, 1).detach()
    found, a = fit(x, y, w, lr=0.1, steps=3), torch.cat([x, torch.ones(n, 1, dtype=x.dtype)], dim=1)
    for _ in range(3):
        w = w - 0.1 * 2 / n * a.T @ (a @ w - y)
    compare(found, w)
""",
}


def plain_call(question: str) -> str:
    """A statement that runs both checks of one question."""
    return f"for n, d in {SIZES}:\n    check_{question}(n, d)\n"


def pytest_file(module: str, questions: tuple[str, ...]) -> str:
    """The text of an ordinary pytest file that imports the student's module, with one test per question."""
    tests = [
        f"def test_{question}():\n    " + plain_call(question).replace("\n", "\n    ").rstrip()
        for question in questions
    ]
    head = f"from {module} import {', '.join(questions)}\n{COMMON}"
    return "\n\n".join([head, *(PLAIN[question] for question in questions), *tests]) + "\n"
