"""Convolution: a small kernel slides over an image, first by itself, then with batches, channels and filters."""

import torch
from torch import Tensor, nn


def correlate2d(image: Tensor, kernel: Tensor) -> Tensor:
    H, W = image.shape
    h, w = kernel.shape
    rows = []
    for i in range(H - h + 1):
        row = []
        for j in range(W - w + 1):
            window = image[i:i+h, j:j+w]
            row.append((window * kernel).sum())
        rows.append(torch.stack(row))
    return torch.stack(rows)


def conv2d(
    x: Tensor,
    w: Tensor,
    b: Tensor | None = None,
    stride: int | tuple[int, int] = 1,
    padding: int | tuple[int, int] = 0,
) -> Tensor:
    if type(stride) is int:
        stride = (stride, stride)
    if type(padding) is int:
        padding = (padding, padding)
    N, C, H, W = x.shape
    F, _, h, ww = w.shape
    p, q = padding
    # an empty (zero) image with room for the border, then the real one goes into the middle
    xp = torch.zeros(N, C, H + 2*p, W + 2*q, dtype=x.dtype)
    xp[:, :, p:p+H, q:q+W] = x
    out_h = (H + 2*p - h) // stride[0] + 1
    out_w = (W + 2*q - ww) // stride[1] + 1
    out = torch.zeros(N, F, out_h, out_w, dtype=x.dtype)
    for f in range(F):
        for i in range(out_h):
            for j in range(out_w):
                top = i * stride[0]
                left = j * stride[1]
                window = xp[:, :, top:top+h, left:left+ww]
                out[:, f, i, j] = (window * w[f]).sum(dim=(1, 2, 3))
        if b is not None:
            out[:, f] += b[f]
    return out
