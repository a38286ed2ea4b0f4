"""Public checks of an affine layer."""

import affine
import numpy as np


def inputs(dtype=float):
    """Two images of 2 x 2 pixels, and a layer with 3 outputs."""
    x = np.array([[[1, 2], [0, -1]], [[3, 0], [1, 5]]], dtype)
    return x, np.array([[1, 0, 2], [0, 1, -1], [4, 1, 0], [1, -2, 3]], dtype), np.array([1, 2, -3], dtype)


def check_array(name, found, expected):
    """An array of the expected dtype, shape and numbers."""
    assert type(found) is np.ndarray, f"{name} must be a NumPy array; yours is a {type(found).__name__}"
    assert found.dtype == expected.dtype, f"{name} must be {expected.dtype}; yours is {found.dtype}"
    assert found.shape == expected.shape, f"{name} must have the shape {expected.shape}; yours has {found.shape}"
    assert np.allclose(found, expected), f"{name} must be {expected.tolist()}; yours is {found.tolist()}"


def test_affine_forward_of_two_images():
    """The output and the cache of two images, and of float32."""
    for dtype in (np.float64, np.float32):
        x, w, b = given = inputs(dtype)
        out, cache = affine.affine_forward(x, w, b)
        check_array("out", out, np.array([[1, 6, -6], [13, -7, 18]], dtype))
        assert len(cache) == 3, "cache is the tuple (x, w, b)"
        for name, kept, array, before in zip("xwb", cache, given, inputs(dtype), strict=True):
            check_array(f"{name} in cache", kept, before)
            check_array(f"{name} afterwards", array, before)


def test_affine_backward_of_two_images():
    """The three gradients of two images, and of float32."""
    for dtype in (np.float64, np.float32):
        given, dout = inputs(dtype), np.array([[1, 0, -1], [2, 1, 0]], dtype)
        dx, dw, db = affine.affine_backward(dout, given)
        check_array("dx", dx, np.array([[[-1, 1], [4, -2]], [[2, 1], [9, 0]]], dtype))
        check_array("dw", dw, np.array([[7, 3, -1], [2, 0, -2], [2, 1, 0], [9, 5, 1]], dtype))
        check_array("db", db, np.array([3, 1, -1], dtype))
        check_array("dout afterwards", dout, np.array([[1, 0, -1], [2, 1, 0]], dtype))
        for name, array, before in zip("xwb", given, inputs(dtype), strict=True):
            check_array(f"{name} afterwards", array, before)
