"""Correct solutions of hw6 that differ from the reference."""

import itertools
import warnings

import numpy as np
import torch
from torch import nn

from gradkit.bank import accepted


def both(value):
    """One int for both directions, or a pair."""
    return tuple(value) if isinstance(value, (tuple, list)) else (value, value)


def noisy(function):
    """Print, and warn."""

    def wrapper(image, kernel):
        print("sliding a kernel of", tuple(kernel.shape))
        warnings.warn("slow, but right", UserWarning, stacklevel=2)
        return function(image, kernel)

    return wrapper


class Padded:
    """Images padded with zeros, and the positions of a filter."""

    def __init__(self, x, stride, padding):
        (self.s, self.t), (p, q) = both(stride), both(padding)
        n, c, height, width = x.shape
        self.x = x.new_zeros(n, c, height + 2 * p, width + 2 * q)
        self.x[:, :, p : p + height, q : q + width] = x

    def places(self, h, w):
        """The rows and columns of the output."""
        return (self.x.shape[2] - h) // self.s + 1, (self.x.shape[3] - w) // self.t + 1

    def shifted(self, u, v, rows, columns):
        """The pixels under element (u, v) of the filter, at every position."""
        return self.x[:, :, u :: self.s, v :: self.t][:, :, :rows, :columns]


@accepted("correlate2d")
@noisy
def loop_over_places(image, kernel):
    """A loop over positions, a decorator that prints and warns."""
    h, w = kernel.shape
    rows, columns = image.shape[0] - h + 1, image.shape[1] - w + 1
    out = [[(image[i : i + h, j : j + w] * kernel).sum() for j in range(columns)] for i in range(rows)]
    return torch.stack([torch.stack(row) for row in out])


@accepted("correlate2d", form="crlf")
def loop_over_the_kernel(image, kernel):
    """A loop over the kernel that adds up shifted images in place, in its own tensor; CRLF line ends."""
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
    """Identifiers in Chinese, tabs, and torch.where to select a window."""
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
    """Loops over every single element."""
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
    """A helper class, strided slices, in-place operations on its own output; CRLF line ends."""
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
    """Identifiers in Chinese, and torch.where instead of padding."""
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


# ---- output_size


@accepted("output_size")
def by_counting(size, kernel_size, stride=1, padding=0):
    """Counts the positions."""
    places = len(range(0, size + 2 * padding - kernel_size + 1, stride))
    if not places:
        raise ValueError("does not fit")
    return places


@accepted("output_size", form="crlf")
def by_floor(size, kernel_size, stride=1, padding=0):
    """math.floor, with a print; CRLF."""
    import math

    if kernel_size > size + 2 * padding:
        raise ValueError(f"{kernel_size} > {size} + 2 * {padding}")
    print("fits")
    return math.floor((size + 2 * padding - kernel_size) / stride) + 1


@accepted("output_size", form="bom")
def by_stepping(size, kernel_size, stride=1, padding=0):
    """A loop that advances while the kernel fits; a BOM."""
    place, count = 0, 0
    while place + kernel_size <= size + 2 * padding:
        place, count = place + stride, count + 1
    if count == 0:
        raise ValueError(kernel_size)
    return count


@accepted("output_size", form="tabs")
def 输出大小(size, kernel_size, stride=1, padding=0):
    """divmod, identifiers in Chinese; tabs."""
    总共 = size + padding + padding
    if 总共 < kernel_size:
        raise ValueError("太大")
    商, _ = divmod(总共 - kernel_size, stride)
    return 1 + 商


# ---- max_pool2d


@accepted("max_pool2d")
def pool_by_loops(x, kernel_size, stride=None):
    """Two loops over positions, cat and stack."""
    if stride is None:
        stride = kernel_size
    rows = []
    for i in range(0, x.shape[2] - kernel_size + 1, stride):
        row = []
        for j in range(0, x.shape[3] - kernel_size + 1, stride):
            row.append(x[:, :, i : i + kernel_size, j : j + kernel_size].flatten(2).max(dim=2).values)
        rows.append(torch.stack(row, dim=2))
    return torch.stack(rows, dim=2)


@accepted("max_pool2d", form="crlf")
def pool_by_maximum(x, kernel_size, stride=None):
    """Loops over the window with torch.maximum; CRLF."""
    step = stride or kernel_size
    rows, columns = ((size - kernel_size) // step * step + 1 for size in x.shape[2:])
    best = None
    for u in range(kernel_size):
        for v in range(kernel_size):
            part = x[:, :, u : u + rows : step, v : v + columns : step]
            best = part if best is None else torch.maximum(best, part)
    return best.clone()


@accepted("max_pool2d", form="bom")
def pool_by_unfold(x, kernel_size, stride=None):
    """F.unfold on each channel as a separate image, with a print; a BOM."""
    stride = kernel_size if stride is None else stride
    n, c, height, width = x.shape
    columns = torch.nn.functional.unfold(x.reshape(n * c, 1, height, width), kernel_size, stride=stride)
    print(tuple(columns.shape))
    rows = (height - kernel_size) // stride + 1
    return columns.max(dim=1)[0].reshape(n, c, rows, -1)


@accepted("max_pool2d", form="tabs")
def 最大池化(x, kernel_size, stride=None):
    """First vertically, then horizontally; identifiers in Chinese; tabs."""
    步长 = kernel_size if stride is None else stride
    竖 = x.unfold(2, kernel_size, 步长).max(-1).values
    return 竖.unfold(3, kernel_size, 步长).max(-1).values


# ---- SmallCNN


@accepted("SmallCNN")
class WithNorm(torch.nn.Module):
    """Batch normalization and a mean over positions."""

    def __init__(self, num_classes=10):
        super().__init__()
        self.conv1 = torch.nn.Conv2d(1, 16, 3, padding=1)
        self.norm1 = torch.nn.BatchNorm2d(16)
        self.conv2 = torch.nn.Conv2d(16, 32, 3, padding=1)
        self.norm2 = torch.nn.BatchNorm2d(32)
        self.fc = torch.nn.Linear(32 * 4, num_classes)

    def forward(self, x):
        x = torch.relu(self.norm1(self.conv1(x)))
        x = torch.nn.functional.max_pool2d(x, 2)
        x = torch.relu(self.norm2(self.conv2(x)))
        x = torch.nn.functional.max_pool2d(x, 2)
        return self.fc(x.view(x.size(0), -1))


@accepted("SmallCNN", form="crlf")
class WithDropout(torch.nn.Sequential):
    """A subclass of nn.Sequential, strides instead of pooling, dropout; CRLF."""

    def __init__(self, num_classes=10):
        super().__init__(
            torch.nn.Conv2d(1, 12, 3, padding=1),
            torch.nn.ReLU(),
            torch.nn.Conv2d(12, 16, 3, stride=2, padding=1),
            torch.nn.ReLU(),
            torch.nn.Flatten(),
            torch.nn.Dropout(0.2),
            torch.nn.Linear(256, num_classes),
        )


@accepted("SmallCNN", form="bom")
class OwnConvolution(torch.nn.Module):
    """The convolution written in this homework, with its own parameters; a BOM."""

    def __init__(self, num_classes=10):
        super().__init__()
        self.w1 = torch.nn.Parameter(0.3 * torch.randn(8, 1, 3, 3))
        self.b1 = torch.nn.Parameter(torch.zeros(8))
        self.w2 = torch.nn.Parameter(0.15 * torch.randn(16, 8, 3, 3))
        self.b2 = torch.nn.Parameter(torch.zeros(16))
        self.out = torch.nn.Linear(64, num_classes)

    def forward(self, x):
        x = torch.relu(conv2d(x, self.w1, self.b1, padding=1))
        x = max_pool2d(x, 2)
        x = torch.relu(conv2d(x, self.w2, self.b2, padding=1))
        return self.out(max_pool2d(x, 2).flatten(1))


@accepted("SmallCNN", form="tabs")
class 小网络(torch.nn.Module):
    """tanh, three convolutions; identifiers in Chinese; tabs."""

    def __init__(self, num_classes=10):
        super().__init__()
        self.卷积 = torch.nn.ModuleList(
            [torch.nn.Conv2d(1, 8, 3), torch.nn.Conv2d(8, 16, 3), torch.nn.Conv2d(16, 24, 3)]
        )
        self.输出 = torch.nn.Linear(24 * 4, num_classes)

    def forward(self, x):
        for 层 in self.卷积:
            x = torch.tanh(层(x))
        return self.输出(x.flatten(1))


@accepted("SmallCNN")
class Residual(torch.nn.Module):
    """A residual connection, layer normalization."""

    def __init__(self, num_classes=10):
        super().__init__()
        self.first = torch.nn.Conv2d(1, 16, 3, padding=1)
        self.norm = torch.nn.LayerNorm([16, 8, 8])
        self.second = torch.nn.Conv2d(16, 16, 3, padding=1)
        self.out = torch.nn.Linear(256, num_classes)

    def forward(self, x):
        h = torch.relu(self.first(x))
        h = h + torch.relu(self.second(self.norm(h)))
        return self.out(torch.nn.functional.avg_pool2d(h, 2).flatten(1))


@accepted("SmallCNN")
class BlackAndWhite(torch.nn.Module):
    """Logits from the image and from a black-and-white copy of it, a mean over positions at the end."""

    def __init__(self, num_classes=10):
        super().__init__()
        self.layers = torch.nn.Sequential(
            torch.nn.Conv2d(2, 16, 3, padding=1),
            torch.nn.BatchNorm2d(16),
            torch.nn.LeakyReLU(),
            torch.nn.MaxPool2d(2),
            torch.nn.Conv2d(16, 32, 3),
            torch.nn.GELU(),
        )
        self.out = torch.nn.Linear(128, num_classes)

    def forward(self, x):
        return self.out(self.layers(torch.cat([x, (x > 0.5).float()], dim=1)).flatten(1))


# ---- vgg_features


@accepted("vgg_features")
def nested_blocks(config, in_channels=3):
    """A block for each item, in a Sequential of Sequentials; ReLU in place."""
    blocks = []
    for item in config:
        if isinstance(item, str):
            blocks.append(torch.nn.MaxPool2d(kernel_size=2, stride=2))
            continue
        convolution = torch.nn.Conv2d(in_channels, item, (3, 3), stride=1, padding=(1, 1))
        blocks.append(torch.nn.Sequential(convolution, torch.nn.ReLU(inplace=True)))
        in_channels = item
    return torch.nn.Sequential(*blocks)


@accepted("vgg_features", form="crlf")
def added_by_name(config, in_channels=3):
    """add_module with names, padding "same"; CRLF."""
    model = torch.nn.Sequential()
    for n, item in enumerate(config):
        if item == "M":
            model.add_module(f"pool{n}", torch.nn.MaxPool2d(2))
        else:
            model.add_module(f"conv{n}", torch.nn.Conv2d(in_channels, item, 3, padding="same"))
            model.add_module(f"relu{n}", torch.nn.ReLU())
            in_channels = item
    return model


@accepted("vgg_features", form="bom")
def with_channels_in_pairs(config, in_channels=3):
    """The channels before each convolution computed first; a BOM; a print."""
    counts = iter([in_channels, *(item for item in config if item != "M")])
    before = next(counts)
    layers = []
    for item in config:
        if item == "M":
            layers.append(torch.nn.AdaptiveMaxPool2d((None, None)) if False else torch.nn.MaxPool2d(2, 2))
        else:
            after = next(counts)
            layers.extend((torch.nn.Conv2d(before, after, 3, 1, 1), torch.nn.ReLU()))
            before = after
    print(len(layers), "layers")
    return torch.nn.Sequential(*layers)


@accepted("vgg_features", form="tabs")
def 特征(config, in_channels=3):
    """Recursion over the list; identifiers in Chinese; tabs."""

    def 其余(列表, 通道):
        if not 列表:
            return []
        头, *尾 = 列表
        if 头 == "M":
            return [torch.nn.MaxPool2d(2), *其余(尾, 通道)]
        return [torch.nn.Conv2d(通道, 头, 3, padding=1), torch.nn.ReLU(), *其余(尾, 头)]

    return torch.nn.Sequential(*其余(list(config), in_channels))
