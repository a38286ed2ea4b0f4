"""Hidden tests of an affine layer in NumPy."""

from typing import Any

import numpy as np
import pytest
import torch

from gradkit.suite import Rng, Runner, assert_matches, expected, function_call

forward, backward = (pytest.mark.question(f"affine_{name}") for name in ("forward", "backward"))
sizes = pytest.mark.parametrize(("n", "image", "m"), [(5, (3,), 2), (2, (3, 4), 5), (1, (2, 1, 3), 1)], ids=str)
FORWARD = "x (N, d_1, ..., d_k), w (D, M), b (M,): out (N, M) and the tuple (x, w, b)"
BACKWARD = "dout (N, M): dx of the shape of x, dw (D, M), db (M,)"


def layer(rng: Rng, n: int, image: tuple[int, ...], m: int, dtype: str = "float64") -> dict[str, Any]:
    """An input of n images, and a layer with m outputs."""
    shapes = {"x": (n, *image), "w": (int(np.prod(image)), m), "b": (m,)}
    return {name: rng.normal(*shape).numpy().astype(dtype) for name, shape in shapes.items()}


@forward
@sizes
@pytest.mark.points(2)
def test_forward(student: Runner, reference: Runner, rng: Rng, n: int, image: tuple[int, ...], m: int) -> None:
    """The output, its derivative and the cache are right for several sizes."""
    cotangent, every = rng.normal(n, m), ("x", "w", "b")
    call = function_call("affine_forward", layer(rng, n, image, m), cotangent=cotangent, differences=every)
    assert_matches(student.run(call), reference.run(call), hint=FORWARD, rtol=1e-6, atol=1e-6)


@forward
@pytest.mark.points(0.5)
@pytest.mark.parametrize("n", [2, 3])
def test_forward_in_float32(student: Runner, reference: Runner, rng: Rng, n: int) -> None:
    """Arrays of float32 give an array of float32."""
    call = function_call("affine_forward", layer(rng, n, (2, 2), 3, "float32"))
    assert_matches(student.run(call), reference.run(call), hint=FORWARD, rtol=1e-5, atol=1e-5)


@forward
@pytest.mark.points(0.5)
def test_forward_by_hand(student: Runner) -> None:
    """A small example worked by hand comes out right: (1 * 3 + 2 * 4 + 5) = 16."""
    x, w, b = np.array([[[1.0], [2.0]]]), np.array([[3.0], [4.0]]), np.array([5.0])
    call = function_call("affine_forward", {"x": x, "w": w, "b": b})
    assert_matches(student.run(call), expected(result=(np.array([[16.0]]), (x, w, b))), hint=FORWARD)


@backward
@sizes
@pytest.mark.points(3)
def test_backward(student: Runner, reference: Runner, rng: Rng, n: int, image: tuple[int, ...], m: int) -> None:
    """The three gradients are right for several sizes."""
    cache = tuple(layer(rng, n, image, m).values())
    call = function_call("affine_backward", {"dout": rng.normal(n, m).numpy(), "cache": cache})
    assert_matches(student.run(call), reference.run(call), hint=BACKWARD)


@backward
@pytest.mark.points(1)
@pytest.mark.parametrize("n", [2, 3])
def test_backward_in_float32(student: Runner, reference: Runner, rng: Rng, n: int) -> None:
    """Arrays of float32 give gradients of float32."""
    cache = tuple(layer(rng, n, (2, 2), 3, "float32").values())
    call = function_call("affine_backward", {"dout": rng.normal(n, 3, dtype=torch.float32).numpy(), "cache": cache})
    assert_matches(student.run(call), reference.run(call), hint=BACKWARD, rtol=1e-5, atol=1e-5)


@backward
@pytest.mark.points(1)
def test_backward_by_hand(student: Runner) -> None:
    """A small example worked by hand comes out right: dx = 2 w, dw = 2 x, db = 2."""
    cache = np.array([[[1.0], [-3.0]]]), np.array([[3.0], [4.0]]), np.array([5.0])
    right = expected(result=(np.array([[[6.0], [8.0]]]), np.array([[2.0], [-6.0]]), np.array([2.0])))
    call = function_call("affine_backward", {"dout": np.array([[2.0]]), "cache": cache})
    assert_matches(student.run(call), right, hint=BACKWARD)
