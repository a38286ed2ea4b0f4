"""Convolution: a small kernel slides over an image, first by itself, then with batches, channels and filters."""

from collections.abc import Sequence

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


def output_size(size: int, kernel_size: int, stride: int = 1, padding: int = 0) -> int:
    """At how many places a kernel fits, in one direction.

        floor((size + 2 padding - kernel_size) / stride) + 1

    Args:
        size: pixels of the image in this direction, at least 1.
        kernel_size: pixels of the kernel, at least 1.
        stride: pixels from one place to the next, at least 1.
        padding: zeros that are put on either side, at least 0.

    Returns:
        The number of places, an int.

    Raises:
        ValueError: the kernel is larger than the padded image.
    """
    places = range(0, size + 2 * padding - kernel_size + 1, stride)
    if len(places) == 0:
        raise ValueError("the kernel does not fit")
    return len(places)


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


def max_pool2d(x: Tensor, kernel_size: int, stride: int | None = None) -> Tensor:
    """The largest number of each window, for each channel by itself.

        out[n, c, i, j] = the largest of x[n, c, i * stride + u, j * stride + v],    u, v = 0 .. kernel_size - 1

    Windows may overlap, and only those that fit completely count. The gradient of an output goes to the largest number
    of its window; where that is the largest of several windows, the gradients add up.

    Args:
        x: a batch of N images with C channels, shape (N, C, H, W).
        kernel_size: the height and width of a window.
        stride: how far windows move, down and to the right; as far as ``kernel_size`` when None.

    Returns:
        The output, shape (N, C, floor((H - kernel_size) / stride) + 1, floor((W - kernel_size) / stride) + 1), of the
        dtype of x, still attached to the graph. x is left as it is.
    """
    s = kernel_size if stride is None else stride
    h, w = output_size(x.shape[2], kernel_size, s), output_size(x.shape[3], kernel_size, s)
    result = x[:, :, : s * (h - 1) + 1 : s, : s * (w - 1) + 1 : s]
    for u in range(kernel_size):
        for v in range(kernel_size):
            result = torch.maximum(result, x[:, :, u : u + s * (h - 1) + 1 : s, v : v + s * (w - 1) + 1 : s])
    return result


class SmallCNN(nn.Module):
    """A convolutional network for images of 8 by 8 pixels. How it is built is up to you.

    It must have at least two convolutions and fewer than 20,000 parameters; torch's own layers are allowed.

    It is graded by what it learns, on the handwritten digits of scikit-learn with their pixels divided by 16. A
    stratified quarter is held out (``train_test_split(..., test_size=0.25, stratify=y, random_state=0)``). After
    ``torch.manual_seed(0)`` a new model is made and trained in training mode with the cross-entropy: Adam with lr=0.01,
    shuffled batches of 64, 20 epochs. Then at least 93 percent of the images held out must be right in evaluation mode;
    good networks reach 98.

    Args:
        num_classes: how many kinds of images there are.
    """

    def __init__(self, num_classes: int = 10) -> None:
        """Hang the layers on self."""
        super().__init__()
        self.conv1 = nn.Conv2d(1, 16, kernel_size=3, padding=1)
        self.conv2 = nn.Conv2d(16, 32, kernel_size=3, padding=1)
        self.pool = nn.MaxPool2d(2)
        self.norm = nn.BatchNorm2d(16)
        self.fc = nn.Linear(32 * 2 * 2, num_classes)

    def forward(self, x: Tensor) -> Tensor:
        """Score the classes.

        Args:
            x: images, shape (N, 1, 8, 8).

        Returns:
            The scores, shape (N, num_classes), before any softmax.
        """
        x = self.pool(torch.relu(self.norm(self.conv1(x))))
        x = self.pool(torch.relu(self.conv2(x)))
        return self.fc(x.flatten(1))


def vgg_features(config: Sequence[int | str], in_channels: int = 3) -> nn.Sequential:
    """The convolutional part of a network of the VGG family, from a list that describes it.

    Each number in the list is a convolution with so many filters, 3 by 3, with bias, stride 1 and padding 1, and then
    a ReLU; each "M" is a max pooling with windows of 2 by 2 and stride 2. They follow each other in the order of the
    list. torch's own layers are allowed. The weights are those that torch begins with.

    With 64, 64, "M", 128, 128, "M", 256, 256, 256, 256, "M", 512, 512, 512, 512, "M", 512, 512, 512, 512, "M" it has 16
    convolutions and 20,024,384 parameters.

    Args:
        config: the numbers of filters, and "M".
        in_channels: the channels of the images.

    Returns:
        An nn.Sequential from (N, in_channels, H, W) to (N, the last number of filters, rows, columns).

    Source: Simonyan and Zisserman, "Very deep convolutional networks for large-scale image recognition" (2015).
    """
    layers = []
    channels = in_channels
    for entry in config:
        if entry == "M":
            layers.append(nn.MaxPool2d(kernel_size=2, stride=2))
        else:
            layers.append(nn.Conv2d(channels, entry, kernel_size=3, padding=1))
            layers.append(nn.ReLU())
            channels = entry
    return nn.Sequential(*layers)
