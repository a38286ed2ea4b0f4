"""Right answers to hw6 that look unlike the solution."""

import itertools
import warnings

import numpy as np
import torch
from torch import nn

from gradkit.bank import accepted


def both(value):
    """One number for both directions, or two."""
    return tuple(value) if isinstance(value, (tuple, list)) else (value, value)


def noisy(function):
    """Print, and warn."""

    def wrapper(image, kernel):
        print("sliding a kernel of", tuple(kernel.shape))
        warnings.warn("slow, but right", UserWarning, stacklevel=2)
        return function(image, kernel)

    return wrapper


class Padded:
    """Images with zeros around them, and where a filter may stand."""

    def __init__(self, x, stride, padding):
        (self.s, self.t), (p, q) = both(stride), both(padding)
        n, c, height, width = x.shape
        self.x = x.new_zeros(n, c, height + 2 * p, width + 2 * q)
        self.x[:, :, p : p + height, q : q + width] = x

    def places(self, h, w):
        """The rows and columns of the output."""
        return (self.x.shape[2] - h) // self.s + 1, (self.x.shape[3] - w) // self.t + 1

    def shifted(self, u, v, rows, columns):
        """What stands under number (u, v) of the filter, at every place."""
        return self.x[:, :, u :: self.s, v :: self.t][:, :, :rows, :columns]


@accepted("correlate2d")
@noisy
def loop_over_places(image, kernel):
    """A loop over places, a decorator that prints and warns."""
    h, w = kernel.shape
    rows, columns = image.shape[0] - h + 1, image.shape[1] - w + 1
    out = [[(image[i : i + h, j : j + w] * kernel).sum() for j in range(columns)] for i in range(rows)]
    return torch.stack([torch.stack(row) for row in out])


@accepted("correlate2d", form="crlf")
def loop_over_the_kernel(image, kernel):
    """A loop over the kernel that adds up shifted images in place, in a tensor of its own; CRLF line ends."""
    h, w = kernel.shape
    out = torch.zeros(image.shape[0] - h + 1, image.shape[1] - w + 1, dtype=image.dtype)
    for u, v in itertools.product(range(h), range(w)):
        out += kernel[u, v] * image[u : u + out.shape[0], v : v + out.shape[1]]
    return out


@accepted("correlate2d", form="bom")
def matrix_of_windows(image, kernel):
    """Windows as the columns of a matrix, one matrix product; a byte order mark."""
    columns = nn.functional.unfold(image[None, None], kernel.shape)[0]
    return (kernel.reshape(1, -1) @ columns).reshape(np.subtract(image.shape, kernel.shape).__add__(1).tolist())


@accepted("correlate2d", form="tabs")
def 互相关(image, kernel):
    """Identifiers in Chinese, tabs, and torch.where for the choice of a window."""
    高, 宽 = kernel.shape
    行数, 列数 = image.shape[0] - 高 + 1, image.shape[1] - 宽 + 1
    行, 列 = torch.arange(行数), torch.arange(列数)
    总和 = torch.zeros(行数, 列数, dtype=image.dtype)
    for 上 in range(高):
        for 左 in range(宽):
            部分 = image[行 + 上][:, 列 + 左]
            总和 = torch.where(torch.tensor(True), 总和 + 部分 * kernel[上, 左], 总和)
    return 总和


@accepted("conv2d")
def seven_loops(x, w, b=None, stride=1, padding=0):
    """Loops over every single number."""
    (s, t), (p, q) = both(stride), both(padding)
    n_images, n_channels, height, width = x.shape
    n_filters, _, h, v = w.shape
    zero = x.new_zeros(())
    out = []
    rows, columns = (height + 2 * p - h) // s + 1, (width + 2 * q - v) // t + 1
    x_rows = [[[list(row) for row in channel] for channel in image] for image in x]
    numbers = [[[list(row) for row in channel] for channel in image] for image in w]
    for n, f, i, j in itertools.product(range(n_images), range(n_filters), range(rows), range(columns)):
        total = zero if b is None else b[f]
        for c, r, k in itertools.product(range(n_channels), range(h), range(v)):
            row, column = i * s + r - p, j * t + k - q
            if 0 <= row < height and 0 <= column < width:
                total = total + x_rows[n][c][row][column] * numbers[f][c][r][k]
        out.append(total)
    return torch.stack(out).reshape(n_images, n_filters, rows, columns)


@accepted("conv2d", form="crlf")
def helper_class(x, w, b=None, stride=1, padding=0):
    """A helper class, slices with steps, work in place on its own output; CRLF line ends."""
    images = Padded(x, stride, padding)
    rows, columns = images.places(*w.shape[2:])
    out = x.new_zeros(len(x), len(w), rows, columns)
    for u in range(w.shape[2]):
        for v in range(w.shape[3]):
            out += torch.einsum("ncij,fc->nfij", images.shifted(u, v, rows, columns), w[:, :, u, v])
    if b is not None:
        out += b.view(1, -1, 1, 1)
    return out


@accepted("conv2d", form="bom")
def one_matrix_product(x, w, b=None, stride=1, padding=0):
    """nn.functional.unfold and one matrix product; a byte order mark."""
    (s, t), (p, q) = both(stride), both(padding)
    columns = nn.functional.unfold(x, tuple(w.shape[2:]), padding=(p, q), stride=(s, t))
    out = w.reshape(len(w), -1) @ columns
    if b is not None:
        out = out + b[None, :, None]
    rows = (x.shape[2] + 2 * p - w.shape[2]) // s + 1
    return out.reshape(len(x), len(w), rows, -1)


@accepted("conv2d", form="tabs")
def by_correlate2d(x, w, b=None, stride=1, padding=0):
    """The first question's function for each image, filter and channel, then every s-th row; tabs."""
    (s, t), (p, q) = both(stride), both(padding)
    padded = torch.nn.ZeroPad2d((q, q, p, p))(x)
    return torch.stack(
        [
            torch.stack(
                [
                    sum(correlate2d(image[c], kernel[c]) for c in range(len(kernel)))[::s, ::t]  # noqa: F821 - the solution's
                    + (b[f] if b is not None else 0)
                    for f, kernel in enumerate(w)
                ]
            )
            for image in padded
        ]
    )


@accepted("conv2d")
def 卷积(x, w, b=None, stride=1, padding=0):
    """Identifiers in Chinese, and torch.where in place of padding."""
    (步, 幅), (上, 左) = both(stride), both(padding)
    print("形状:", tuple(x.shape))
    高, 宽 = x.shape[2] + 2 * 上, x.shape[3] + 2 * 左
    行, 列 = torch.arange(高) - 上, torch.arange(宽) - 左
    里面 = ((行 >= 0) & (行 < x.shape[2]))[:, None] & ((列 >= 0) & (列 < x.shape[3]))
    取出 = x[:, :, 行.clamp(0, x.shape[2] - 1)][:, :, :, 列.clamp(0, x.shape[3] - 1)]
    图像 = torch.where(里面, 取出, torch.zeros((), dtype=x.dtype))
    窗口 = 图像.unfold(2, w.shape[2], 步).unfold(3, w.shape[3], 幅)
    结果 = (窗口[:, None] * w[None, :, :, None, None]).sum(dim=(2, 5, 6))
    return 结果 if b is None else 结果.add_(b.reshape(-1, 1, 1))
