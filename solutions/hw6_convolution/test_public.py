"""Public checks for hw6: a first look at your work. More is tested when you hand in.

Run them in this folder:  gradkit check
"""

import convolution
import torch


def test_correlate2d_has_the_right_shape():
    """The output has one number for each place where the kernel fits."""
    out = convolution.correlate2d(torch.randn(6, 9), torch.randn(2, 4))
    assert out.shape == (5, 6), (
        f"A 2x4 kernel fits into a 6x9 image at 6 - 2 + 1 = 5 heights and 9 - 4 + 1 = 6 widths; "
        f"your output has shape {tuple(out.shape)}."
    )


def test_correlate2d_slides_the_kernel_as_it_is():
    """The kernel slides as it is; it is not flipped."""
    image = torch.tensor([[1.0, 2.0, 4.0], [0.0, 3.0, 5.0]])
    out = convolution.correlate2d(image, torch.tensor([[10.0, 1.0]]))
    assert torch.allclose(out, torch.tensor([[12.0, 24.0], [3.0, 35.0]])), (
        "The first output is 10 * 1 + 1 * 2 = 12, the one beside it 10 * 2 + 1 * 4 = 24. If yours are 21 and 42, "
        f"the kernel was flipped. Yours are\n{out}"
    )


def test_correlate2d_passes_gradients_to_both_inputs():
    """Gradients reach the image and the kernel."""
    image, kernel = torch.randn(4, 5, requires_grad=True), torch.randn(3, 2, requires_grad=True)
    convolution.correlate2d(image, kernel).pow(2).sum().backward()
    assert image.grad is not None, "No gradient reaches the image: stay with torch, without .item() or .detach()."
    assert kernel.grad is not None, "No gradient reaches the kernel: stay with torch, without .item() or .detach()."


def test_conv2d_has_the_right_shape():
    """Stride and padding give the right shape, also as pairs."""
    x, w, b = torch.randn(2, 3, 8, 11), torch.randn(4, 3, 3, 2), torch.randn(4)
    found = [tuple(convolution.conv2d(x, w, b, stride, (1, 0)).shape) for stride in (1, 2, (3, 1))]
    assert found == [(2, 4, 8, 10), (2, 4, 4, 5), (2, 4, 3, 10)], (
        "With padding (1, 0) the images are 10 high and 11 wide, and 3x2 filters fit at 8 heights and 10 widths. Of "
        f"these a stride of 2 takes every second, (3, 1) every third height. Your shapes are {found}."
    )


def test_conv2d_adds_up_the_channels_and_adds_the_bias():
    """Channels are added up, and each filter adds its bias."""
    x = torch.tensor([[[[1.0, 2.0]], [[3.0, 4.0]]]])  # one image, two channels of 1x2 pixels
    w = torch.tensor([[[[1.0]], [[10.0]]], [[[2.0]], [[0.0]]]])  # two filters, two channels, 1x1
    out = convolution.conv2d(x, w, torch.tensor([0.5, -1.0]))
    assert torch.allclose(out, torch.tensor([[[[31.5, 42.5]], [[1.0, 3.0]]]])), (
        "The first filter gives 1 * 1 + 10 * 3 + 0.5 = 31.5 at the first pixel: the channels are added up, and the "
        f"filter's own bias is added. Yours is\n{out}"
    )


def test_conv2d_passes_gradients_to_all_inputs():
    """Gradients reach images, filters and biases."""
    shapes = {"x": (2, 3, 5, 4), "w": (4, 3, 2, 2), "b": (4,)}
    inputs = {name: torch.randn(shape, requires_grad=True) for name, shape in shapes.items()}
    convolution.conv2d(**inputs, stride=2, padding=1).pow(2).sum().backward()
    missing = [name for name, tensor in inputs.items() if tensor.grad is None]
    assert not missing, f"No gradient reaches {', '.join(missing)}: stay with torch, without .item() or .detach()."


def test_output_size_of_eight_pixels():
    """Eight pixels, with and without stride and padding."""
    found = [convolution.output_size(8, 3), convolution.output_size(8, 3, 2), convolution.output_size(8, 3, 2, 1)]
    assert found == [6, 3, 4], f"A kernel of 3 in 8 pixels: 6 places, 3 with stride 2, 4 with padding 1; yours: {found}"


def test_output_size_refuses_a_kernel_that_is_too_large():
    """A kernel that does not fit is a ValueError."""
    refused = False
    try:
        convolution.output_size(2, 5, padding=1)
    except ValueError:
        refused = True
    assert refused, "A kernel of 5 does not fit into 2 pixels with a padding of 1: raise a ValueError."


def test_max_pool2d_takes_the_largest_of_each_window():
    """Each window gives its largest number, negative ones too."""
    x = torch.tensor([[[[1.0, 2.0, -5.0, -6.0], [3.0, 4.0, -7.0, -8.0]]]])
    out = convolution.max_pool2d(x, 2)
    assert torch.allclose(out, torch.tensor([[[[4.0, -5.0]]]])), f"The largest are 4 and -5; yours is\n{out}"


def test_max_pool2d_adds_up_the_gradients_of_windows_that_overlap():
    """Where windows overlap, their gradients add up."""
    x = torch.tensor([[[[1.0, 9.0, 2.0], [3.0, 4.0, 5.0]]]], requires_grad=True)
    convolution.max_pool2d(x, 2, stride=1).sum().backward()
    assert x.grad is not None, "No gradient reaches x: stay with torch, without .item() or .detach()."
    assert x.grad[0, 0, 0, 1] == 2, (
        f"The 9 is the largest of two windows, so it gets 2; yours gets {x.grad[0, 0, 0, 1]}."
    )


def test_SmallCNN_has_the_right_shape_and_size():
    """One score for each class, from fewer than 20,000 parameters."""
    model = convolution.SmallCNN()
    out = model(torch.zeros(5, 1, 8, 8))
    assert tuple(out.shape) == (5, 10), f"5 images and 10 classes make the shape (5, 10); yours is {tuple(out.shape)}."
    count = sum(parameter.numel() for parameter in model.parameters())
    assert count < 20_000, f"The model must have fewer than 20,000 parameters; yours has {count:,}."


def test_vgg_features_of_a_short_list():
    """A short list gives the right layers and the right output."""
    model = convolution.vgg_features([4, "M", 6], in_channels=1)
    shapes = [tuple(parameter.shape) for parameter in model.parameters()]
    assert shapes == [(4, 1, 3, 3), (4,), (6, 4, 3, 3), (6,)], f"Two convolutions with bias; yours have {shapes}."
    out = model(torch.zeros(2, 1, 8, 6))
    assert tuple(out.shape) == (2, 6, 4, 3), f"(2, 1, 8, 6) becomes (2, 6, 4, 3); yours is {tuple(out.shape)}."
