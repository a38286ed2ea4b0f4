"""Convolution: a small kernel slides over an image, first by itself, then with batches, channels and filters."""

from collections.abc import Sequence

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
        that gradients reach ``image`` and ``kernel``. Both are left unchanged.
    """
    ### BEGIN SOLUTION correlate2d: write the formula above. torch's own convolutions and scipy are not allowed here.
    h, w = kernel.shape
    windows = image.unfold(0, h, 1).unfold(1, w, 1)  # (H - h + 1, W - w + 1, h, w)
    return torch.einsum("ijuv,uv->ij", windows, kernel)
    ### END SOLUTION


def output_size(size: int, kernel_size: int, stride: int = 1, padding: int = 0) -> int:
    """The output size of a convolution along one dimension: at how many places the kernel fits.

        floor((size + 2 padding - kernel_size) / stride) + 1

    Args:
        size: pixels of the image along this dimension, at least 1.
        kernel_size: pixels of the kernel, at least 1.
        stride: pixels from one place to the next, at least 1.
        padding: zeros that are put on either side, at least 0.

    Returns:
        The number of places, an int.

    Raises:
        ValueError: the kernel is larger than the padded image, ``size + 2 padding``. One as large fits once.
    """
    ### BEGIN SOLUTION output_size: raise the ValueError where it is due; // divides and rounds down.
    room = size + 2 * padding - kernel_size
    if room < 0:
        msg = f"a kernel of {kernel_size} does not fit into {size} pixels with a padding of {padding}"
        raise ValueError(msg)
    return room // stride + 1
    ### END SOLUTION


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
        stride: how far the filters move from one place to the next: a tuple (down, to the right), or one int for both.
        padding: how many zeros are put on either side: a tuple (p, q), p rows above and p below, q columns left and q
            right, or one int for both.

    Returns:
        The output, shape (N, F, floor((H + 2p - h) / s) + 1, floor((W + 2q - w) / t) + 1), with the dtype of x, still
        attached to the graph, so that gradients reach ``x``, ``w`` and ``b``. All three are left unchanged.
    """
    ### BEGIN SOLUTION conv2d: write the formula above. torch's own convolutions and scipy are not allowed here;
    ###   nn.functional.pad, unfold and einsum are.
    s, t = (stride, stride) if isinstance(stride, int) else stride
    p, q = (padding, padding) if isinstance(padding, int) else padding
    windows = (
        nn.functional.pad(x, (q, q, p, p)).unfold(2, w.shape[2], s).unfold(3, w.shape[3], t)
    )  # (N, C, rows, columns, h, w)
    out = torch.einsum("ncijuv,fcuv->nfij", windows, w)
    return out if b is None else out + b[:, None, None]
    ### END SOLUTION


def max_pool2d(x: Tensor, kernel_size: int, stride: int | None = None) -> Tensor:
    """The largest number of each window, for each image and each channel separately.

        out[n, c, i, j] = the largest of x[n, c, i * stride + u, j * stride + v],    u, v = 0 .. kernel_size - 1

    Windows may overlap or leave gaps, and only those that fit completely count. The gradient of an output goes to the
    largest number of its window; where that is the largest of several windows, the gradients add up. If several numbers
    of a window are the largest, any of them may get the gradient, or each a share.

    Args:
        x: a batch of N images with C channels, shape (N, C, H, W), with numbers of any size and sign.
        kernel_size: the height and width of a window.
        stride: how far windows move, down and to the right; as far as ``kernel_size`` when None.

    Returns:
        The output, shape (N, C, floor((H - kernel_size) / stride) + 1, floor((W - kernel_size) / stride) + 1), with the
        dtype of x, still attached to the graph. x is left unchanged.
    """
    ### BEGIN SOLUTION max_pool2d: torch's own pooling is not allowed here; unfold and amax are.
    step = kernel_size if stride is None else stride
    windows = x.unfold(2, kernel_size, step).unfold(3, kernel_size, step)  # (N, C, rows, columns, k, k)
    return windows.amax(dim=(4, 5))
    ### END SOLUTION


class SmallCNN(nn.Module):
    """A convolutional network for images of 8 by 8 pixels. How it is built is up to you.

    It must have at least two convolutions, each with weights of its own, shape (F, C, h, w), and fewer than 20,000
    parameters. ``backward()`` must give each parameter a gradient. torch's own layers are allowed.

    It is graded by what it learns, on the handwritten digits of scikit-learn with their pixels divided by 16. A
    stratified quarter is held out (``train_test_split(..., test_size=0.25, stratify=y, random_state=0)``). After
    ``torch.manual_seed(0)`` a new model is made and trained in training mode with the cross-entropy: Adam with lr=0.01,
    shuffled batches of 64, 20 epochs. Then at least 93 percent of the images held out, each pixel of them changed at
    random by at most 1/16, must be right in evaluation mode; good networks reach 98. What it knows must be in its
    parameters: between two images the scores change little by little, and with all numbers of the parameters shuffled
    it knows nothing.

    Args:
        num_classes: how many kinds of images there are.
    """

    def __init__(self, num_classes: int = 10) -> None:
        """Create the layers."""
        super().__init__()
        ### BEGIN SOLUTION SmallCNN: two rounds of convolution, ReLU and pooling, then a linear layer, say.
        self.features = vgg_features([8, "M", 16, "M"], in_channels=1)
        self.scores = nn.Linear(64, num_classes)
        ### END SOLUTION

    def forward(self, x: Tensor) -> Tensor:
        """Score the classes.

        Args:
            x: images, shape (N, 1, 8, 8).

        Returns:
            The scores, shape (N, num_classes), before any softmax, log-softmax or sigmoid, in training and in
            evaluation mode. In evaluation mode the scores of an image depend on no other image.
        """
        ### BEGIN SOLUTION SmallCNN: through the convolutions, made flat, through the linear layer.
        return self.scores(self.features(x).flatten(start_dim=1))
        ### END SOLUTION


def vgg_features(config: Sequence[int | str], in_channels: int = 3) -> nn.Sequential:
    """The convolutional part of a network of the VGG family, from a list that describes it.

    Each number in the list is a convolution with so many filters, 3 by 3, with bias, stride 1 and padding 1, and then
    a ReLU; each "M" is a max pooling with windows of 2 by 2 and stride 2. They follow each other in the order of the
    list. torch's own layers are allowed. Weights and biases are those that torch's layers begin with.

    With 64, 64, "M", 128, 128, "M", 256, 256, 256, 256, "M", 512, 512, 512, 512, "M", 512, 512, 512, 512, "M" it has 16
    convolutions and 20,024,384 parameters.

    Args:
        config: the numbers of filters, and "M". The list is left unchanged.
        in_channels: the channels of the images.

    Returns:
        An nn.Sequential from (N, in_channels, H, W) to (N, the last number of filters, rows, columns).

    Source: Simonyan and Zisserman, "Very deep convolutional networks for large-scale image recognition" (2015).
    """
    ### BEGIN SOLUTION vgg_features: collect layers in a list; a convolution takes the channels that the last one left.
    layers: list[nn.Module] = []
    channels = in_channels
    for item in config:
        if item == "M":
            layers.append(nn.MaxPool2d(2))
        else:
            layers += [nn.Conv2d(channels, item, kernel_size=3, padding=1), nn.ReLU()]
            channels = item
    return nn.Sequential(*layers)
    ### END SOLUTION
