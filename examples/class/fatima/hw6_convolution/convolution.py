"""Convolution: a small kernel slides over an image, first by itself, then with batches, channels and filters."""

import torch
from torch import Tensor, nn


def correlate2d(image: Tensor, kernel: Tensor) -> Tensor:
    """Slide a kernel over an image, as it is (not flipped), wherever it fits completely.

        out[i, j] = sum_u sum_v image[i + u, j + v] * kernel[u, v],    u = 0 .. h - 1,  v = 0 .. w - 1

    Args:
        image: the image, shape (H, W).
        kernel: the kernel, shape (h, w), with h <= H and w <= W; they may differ.

    Returns:
        The correlation, shape (H - h + 1, W - w + 1), with the dtype of the image, still attached to the graph, so
        that gradients reach ``image`` and ``kernel``. Both are left as they are.
    """
    h, w = kernel.shape
    patches = image.unfold(0, h, 1).unfold(1, w, 1)
    out = (patches * kernel).sum((2, 3))
    return out


def conv2d(
    x: Tensor,
    w: Tensor,
    b: Tensor | None = None,
    stride: int | tuple[int, int] = 1,
    padding: int | tuple[int, int] = 0,
) -> Tensor:
    """What a convolution layer computes: each filter slides over all channels of each image, and its bias is added.

    Let x_pad be x with rows of zeros above and below and columns of zeros left and right. With ``stride`` (s, t):

        out[n, f, i, j] = b[f] + sum_c sum_u sum_v x_pad[n, c, i * s + u, j * t + v] * w[f, c, u, v]

    The filters slide as they are (not flipped), and only where they fit completely into x_pad.

    Args:
        x: a batch of N images with C channels, shape (N, C, H, W).
        w: F filters, shape (F, C, h, w); h and w may differ.
        b: one bias per filter, shape (F,), or None for no bias.
        stride: how far the filters move from one place to the next: a pair (down, to the right), or one int for both.
        padding: how many zeros are put on either side: a pair (p, q), p rows above and p below, q columns left and q
            right, or one int for both.

    Returns:
        The output, shape (N, F, floor((H + 2p - h) / s) + 1, floor((W + 2q - w) / t) + 1), with the dtype of x, still
        attached to the graph, so that gradients reach ``x``, ``w`` and ``b``. All three are left as they are.
    """
    if isinstance(stride, int):
        stride = (stride, stride)
    if isinstance(padding, int):
        padding = (padding, padding)
    up_down, left_right = padding
    x = nn.functional.pad(x, (up_down, up_down, left_right, left_right))
    patches = x.unfold(2, w.shape[2], stride[0]).unfold(3, w.shape[3], stride[1])
    out = torch.tensordot(patches, w, dims=([1, 4, 5], [1, 2, 3]))  # (N, rows, columns, F)
    if b is not None:
        out = out + b
    return out.permute(0, 3, 1, 2)
