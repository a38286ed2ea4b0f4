"""Hidden tests of backward_pass."""

from collections.abc import Sequence
from itertools import pairwise

import pytest
import torch

from gradkit.suite import Call, Ref, Rng, Runner, Step, assert_matches, figures

pytestmark = pytest.mark.question("backward_pass")

HINT = "two lists, each from layer 1 to layer L: dW(l) = delta(l)^T a(l-1), db(l) = the sum of the rows of delta(l)"
DIGITS = torch.float64


def backward_call(inputs: dict[str, torch.Tensor], depth: int) -> Call:
    """The gradients of the network with weights w0, w1, ... and biases b0, b1, ..."""
    steps = [
        Step("weights", "builtin:list", [[Ref(f"w{number}") for number in range(depth)]]),
        Step("biases", "builtin:list", [[Ref(f"b{number}") for number in range(depth)]]),
        Step("result", "student:backward_pass", [Ref("weights"), Ref("biases"), Ref("x"), Ref("y")]),
    ]
    return Call(steps, inputs)


def random_call(rng: Rng, n: int, sizes: Sequence[int], dtype: torch.dtype = DIGITS) -> Call:
    """The gradients of a network of these sizes, for n rows."""
    inputs = {"x": rng.normal(n, sizes[0], dtype=dtype), "y": rng.normal(n, sizes[-1], dtype=dtype)}
    for number, (before, after) in enumerate(pairwise(sizes)):
        inputs |= {f"w{number}": rng.normal(after, before, dtype=dtype), f"b{number}": rng.normal(after, dtype=dtype)}
    return backward_call(inputs, len(sizes) - 1)


@pytest.mark.points(1)
@pytest.mark.parametrize(("n", "sizes"), [(5, [3, 2]), (1, [3, 2]), (4, [1, 1])], ids=str)
def test_one_layer(student: Runner, reference: Runner, rng: Rng, n: int, sizes: list[int]) -> None:
    """The gradients of a network of one layer are right."""
    call = random_call(rng, n, sizes)
    hint = "the loss is the mean over all N M elements, so dL/dy_hat = 2 (y_hat - y) / (N M)"
    assert_matches(student.run(call), reference.run(call), hint=hint)


@pytest.mark.points(1)
@pytest.mark.parametrize(
    ("n", "sizes"), [(5, [3, 4, 2]), (1, [3, 4, 2]), (5, [2, 3, 4, 5, 3]), (4, [1, 1, 1]), (3, [3, 3, 3])], ids=str
)
def test_several_layers(student: Runner, reference: Runner, rng: Rng, n: int, sizes: list[int]) -> None:
    """The gradients are right for several depths and widths."""
    call = random_call(rng, n, sizes)
    assert_matches(student.run(call), reference.run(call), hint=f"{HINT}; delta(l-1) = (delta(l) W(l)) * f'(z(l-1))")


@pytest.mark.points(0.5)
def test_figures_worked_by_hand(student: Runner) -> None:
    """A small example worked by hand comes out right.

    x = (1, 2); z(1) = (ln 3, ln 2) as ln 3 * 1 and ln 2 * 2 - ln 2, so a(1) = (3/4, 2/3); y_hat = 8 * 3/4 - 9 * 2/3 - 5
    = -5 against y = -11: delta(2) = 2 * 6 = 12. dW(2) = 12 * (3/4, 2/3) = (9, 8), db(2) = 12. Below the weights:
    12 * (8, -9) = (96, -108); times s (1 - s) = (3/16, 2/9): delta(1) = (18, -24) = db(1), and dW(1) has the rows
    18 * (1, 2) and -24 * (1, 2).
    """
    ln2, ln3 = torch.tensor(2.0, dtype=DIGITS).log().item(), torch.tensor(3.0, dtype=DIGITS).log().item()
    numbers = {"x": [[1, 2]], "y": [[-11]], "w0": [[ln3, 0], [0, ln2]], "b0": [0, -ln2], "w1": [[8, -9]], "b1": [-5]}
    call = backward_call({name: torch.tensor(value, dtype=DIGITS) for name, value in numbers.items()}, depth=2)
    dws = [[[18, 36], [-24, -48]], [[9, 8]]]
    dbs = [[18, -24], [12]]
    expected = tuple([torch.tensor(value, dtype=DIGITS) for value in part] for part in (dws, dbs))
    assert_matches(student.run(call), figures(result=expected), hint=HINT)


@pytest.mark.points(0.5)
@pytest.mark.parametrize("n", [1, 5])
def test_float32_stays_float32(student: Runner, reference: Runner, rng: Rng, n: int) -> None:
    """A network and data in float32 give gradients in float32."""
    call = random_call(rng, n, [3, 4, 2], torch.float32)
    # float32 holds about seven digits
    assert_matches(student.run(call), reference.run(call), hint=HINT, rtol=1e-4, atol=1e-5)
