"""Convolution: first one image and one kernel, then batches, channels and filters."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn


def correlate2d(image: Tensor, kernel: Tensor) -> Tensor:
    """The cross-correlation of an image and a kernel: the kernel is not flipped, and stays inside the image.

        out[i, j] = sum_u sum_v image[i + u, j + v] * kernel[u, v],    u = 0 .. h - 1,  v = 0 .. w - 1

    Args:
        image: the image, shape (H, W).
        kernel: the kernel, shape (h, w), with h <= H and w <= W; they may differ.

    Returns:
        The correlation, shape (H - h + 1, W - w + 1), with the dtype of the image, still attached to the graph, so
        that gradients reach ``image`` and ``kernel``. Neither is modified.
    """
    height = image.size(0) - kernel.size(0) + 1
    width = image.size(1) - kernel.size(1) + 1
    out = []
    for i in range(height):
        for j in range(width):
            window = image[i : i + kernel.size(0), j : j + kernel.size(1)]
            out.append(torch.sum(window * kernel))
    return torch.stack(out).reshape(height, width)


def output_size(size: int, kernel_size: int, stride: int = 1, padding: int = 0) -> int:
    """The output size of a convolution along one dimension.

        floor((size + 2 padding - kernel_size) / stride) + 1

    Args:
        size: the size of the image along this dimension, in pixels, at least 1.
        kernel_size: the size of the kernel, in pixels, at least 1.
        stride: the step from one kernel position to the next, in pixels, at least 1.
        padding: the number of zeros added on each side, at least 0.

    Returns:
        The number of kernel positions, an int.

    Raises:
        ValueError: the kernel is larger than the padded image, ``size + 2 padding``. A kernel of the same size fits.
    """
    room = size + 2 * padding - kernel_size
    if room < 0:
        raise ValueError(f"kernel {kernel_size} is larger than the padded image {size + 2 * padding}")
    return room // stride + 1


def conv2d(
    x: Tensor,
    w: Tensor,
    b: Tensor | None = None,
    stride: int | tuple[int, int] = 1,
    padding: int | tuple[int, int] = 0,
) -> Tensor:
    """A convolution layer: each filter slides over all channels of each image, and its bias is added.

    Let x_pad be x padded with rows of zeros above and below, columns of zeros left and right. With ``stride`` (s, t):

        out[n, f, i, j] = b[f] + sum_c sum_u sum_v x_pad[n, c, i * s + u, j * t + v] * w[f, c, u, v]

    The filters are not flipped, and stay inside x_pad.

    Args:
        x: a batch of N images with C channels, shape (N, C, H, W).
        w: F filters, shape (F, C, h, w); h and w may differ.
        b: one bias per filter, shape (F,), or None for no bias.
        stride: the step of the filters: a tuple (vertical, horizontal), or one int for both.
        padding: the number of zeros added on each side: a tuple (p, q), p rows above and p below, q columns left and q
            right, or one int for both.

    Returns:
        The output, shape (N, F, floor((H + 2p - h) / s) + 1, floor((W + 2q - w) / t) + 1), with the dtype of x, still
        attached to the graph, so that gradients reach ``x``, ``w`` and ``b``. None of the three is modified.
    """
    # TODO(conv2d): write the formula above. torch's own convolutions and scipy are not allowed here;
    # nn.functional.pad, unfold and einsum are.
    raise NotImplementedError("conv2d")


def max_pool2d(x: Tensor, kernel_size: int, stride: int | None = None) -> Tensor:
    """The maximum of each window, for each image and each channel separately.

        out[n, c, i, j] = max x[n, c, i * stride + u, j * stride + v]    over u, v = 0 .. kernel_size - 1

    Windows may overlap or leave gaps, but must fit inside the image. The gradient of an output goes to the maximum of
    its window; if one element is the maximum of several windows, the gradients add up. If several elements of a window
    share the maximum, any of them may get the gradient, or each a share.

    Args:
        x: a batch of N images with C channels, shape (N, C, H, W), with values of any size and sign.
        kernel_size: the height and width of a window.
        stride: the step of the windows in both directions; ``kernel_size`` if None.

    Returns:
        The output, shape (N, C, floor((H - kernel_size) / stride) + 1, floor((W - kernel_size) / stride) + 1), with the
        dtype of x, still attached to the graph. x is not modified.
    """
    # TODO(max_pool2d): torch's own pooling is not allowed here; unfold and amax are.
    raise NotImplementedError("max_pool2d")


class SmallCNN(nn.Module):
    """A convolutional network for images of 8 by 8 pixels. The architecture is up to you.

    It must have at least two convolutions, each with its own weights, shape (F, C, h, w), and fewer than 20,000
    parameters. ``backward()`` must give each parameter a gradient. PyTorch's layers are allowed.

    It is graded by what it learns, on the handwritten digits of scikit-learn with their pixels divided by 16. A
    stratified quarter is held out (``train_test_split(..., test_size=0.25, stratify=y, random_state=0)``). After
    ``torch.manual_seed(0)`` a new model is created and trained in training mode with the cross-entropy loss: Adam with
    lr=0.01, shuffled batches of 64, 20 epochs. Then, in evaluation mode, its accuracy on the held-out images, each
    pixel changed at random by at most 1/16, must be at least 93 percent; good networks reach 98. What it has learned
    must be in its parameters: the logits change gradually from one image to another, and after shuffling all elements
    of the parameters the accuracy is lost.

    Args:
        num_classes: the number of classes.
    """

    def __init__(self, num_classes: int = 10) -> None:
        """Create the layers."""
        super().__init__()
        self.conv1 = nn.Conv2d(1, 16, kernel_size=3, padding=1)
        self.conv2 = nn.Conv2d(16, 32, kernel_size=3, padding=1)
        self.pool = nn.MaxPool2d(2)
        self.fc = nn.Linear(32 * 2 * 2, num_classes)

    def forward(self, x: Tensor) -> Tensor:
        """Compute the logits of the classes.

        Args:
            x: images, shape (N, 1, 8, 8).

        Returns:
            The logits, shape (N, num_classes), without softmax, log-softmax or sigmoid, in training and in evaluation
            mode. In evaluation mode the logits of an image do not depend on the other images of the batch.
        """
        x = self.pool(torch.relu(self.conv1(x)))
        x = self.pool(torch.relu(self.conv2(x)))
        return self.fc(x.flatten(1))


def vgg_features(config: Sequence[int | str], in_channels: int = 3) -> nn.Sequential:
    """The convolutional part of a VGG network, built from a list.

    Each number in the list stands for a 3 by 3 convolution with that many filters, bias, stride 1 and padding 1,
    followed by a ReLU; each "M" stands for max pooling with 2 by 2 windows and stride 2. The layers have the order of
    the list. PyTorch's layers are allowed. Weights and biases keep the default initialization of PyTorch's layers.

    With 64, 64, "M", 128, 128, "M", 256, 256, 256, 256, "M", 512, 512, 512, 512, "M", 512, 512, 512, 512, "M" it has 16
    convolutions and 20,024,384 parameters.

    Args:
        config: the numbers of filters, and "M". The list is not modified.
        in_channels: the number of channels of the images.

    Returns:
        An nn.Sequential from (N, in_channels, H, W) to (N, the last number of filters, rows, columns).

    Source: Simonyan and Zisserman, "Very deep convolutional networks for large-scale image recognition" (2015).
    """
    # TODO(vgg_features): collect layers in a list; a convolution takes the channels that the last one left.
    raise NotImplementedError("vgg_features")
