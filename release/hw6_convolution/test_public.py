"""Public checks for hw6: a first look at your work. Grading tests more.

Run them in this folder:  gradkit check
"""

import math

import convolution
import torch

STAY = "use PyTorch operations, without .item(), .detach() or torch.no_grad()."


def close(found, expected):
    """Whether a tensor has the expected shape and values."""
    return found.shape == expected.shape and torch.allclose(found, expected)


def unchanged(function, tensors, *more):
    """The names of the tensors that the function modifies."""
    before = {name: tensor.clone() for name, tensor in tensors.items()}
    function(*tensors.values(), *more)
    return [name for name, tensor in tensors.items() if not torch.equal(tensor, before[name])]


def dtypes(function, shapes, *more):
    """The dtypes of the results for inputs in float32 and in float64."""
    found = [function(*(torch.randn(s, dtype=d) for s in shapes), *more) for d in (torch.float32, torch.float64)]
    return [out.dtype for out in found]


def without_gradient(function, shapes, *more):
    """The indices of the inputs that no gradient reaches."""
    inputs = [torch.randn(shape, requires_grad=True) for shape in shapes]
    out = function(*inputs, *more)
    assert out.requires_grad, f"The output is detached from the graph, so no gradient can reach the inputs: {STAY}"
    out.pow(2).sum().backward()
    return [number for number, tensor in enumerate(inputs) if tensor.grad is None]


def test_correlate2d_has_the_right_shape():
    """The output has one element for each position where the kernel fits."""
    found = [
        tuple(convolution.correlate2d(torch.randn(image), torch.randn(kernel)).shape)
        for image, kernel in [((6, 9), (2, 4)), ((8, 5), (3, 1))]
    ]
    assert found == [(5, 6), (6, 5)], (
        "A 2x4 kernel has 6 - 2 + 1 = 5 vertical and 9 - 4 + 1 = 6 horizontal positions in a 6x9 image, a 3x1 kernel "
        f"6 and 5 in an 8x5 image; your outputs have the shapes {found}."
    )


def test_correlate2d_slides_the_kernel_as_it_is():
    """The kernel is not flipped."""
    image = torch.tensor([[1.0, 2.0, 4.0], [0.0, 3.0, 5.0]])
    out = convolution.correlate2d(image, torch.tensor([[10.0, 1.0]]))
    assert close(out, torch.tensor([[12.0, 24.0], [3.0, 35.0]])), (
        "The first output is 10 * 1 + 1 * 2 = 12, the next 10 * 2 + 1 * 4 = 24. If yours are 21 and 42, the kernel "
        f"was flipped. Yours are\n{out}"
    )


def test_correlate2d_passes_gradients_to_both_inputs():
    """Gradients reach the image and the kernel."""
    missing = [("the image", "the kernel")[n] for n in without_gradient(convolution.correlate2d, [(4, 5), (3, 2)])]
    assert not missing, f"No gradient reaches {', '.join(missing)}: {STAY}"


def test_correlate2d_keeps_dtype_and_inputs():
    """The output has the dtype of the image; image and kernel are not modified."""
    found = dtypes(convolution.correlate2d, [(4, 7), (2, 3)])
    assert found == [torch.float32, torch.float64], (
        f"Images in float32 and float64 should give outputs in float32 and float64; yours are {found}. "
        "Create new tensors with dtype=image.dtype."
    )
    changed = unchanged(convolution.correlate2d, {"image": torch.randn(4, 7), "kernel": torch.randn(2, 3)})
    assert not changed, f"Your code modifies {', '.join(changed)}. Work on a copy."


def test_conv2d_has_the_right_shape():
    """Stride and padding give the right shape, as ints and as pairs."""
    x, w, b = torch.randn(2, 3, 8, 11), torch.randn(4, 3, 3, 2), torch.randn(4)
    found = [tuple(convolution.conv2d(x, w, b, stride, (1, 0)).shape) for stride in (1, 2, (3, 1))]
    assert found == [(2, 4, 8, 10), (2, 4, 4, 5), (2, 4, 3, 10)], (
        "With padding (1, 0) the images are 10 by 11 pixels, and a 3x2 filter has 8 vertical and 10 horizontal "
        "positions. A stride of 2 uses every second of both, (3, 1) every third vertical one. Your shapes are "
        f"{found}."
    )
    found = [tuple(convolution.conv2d(x, w, padding=padding).shape) for padding in (1, (0, 2))]
    assert found == [(2, 4, 8, 12), (2, 4, 6, 14)], (
        "Without a bias: with padding 1 the images are 10 by 13 pixels, and a 3x2 filter has 8 by 12 positions; with "
        f"padding (0, 2) they are 8 by 15 pixels, with 6 by 14 positions. Your shapes are {found}."
    )


def test_conv2d_of_two_small_images():
    """Two images, three filters: every element is right, in float32 and in float64."""
    x = [
        [[[1, 0, 2, -1], [3, 1, 0, 2], [0, 2, 1, 1]], [[0, 1, -2, 1], [2, 0, 1, 3], [1, -1, 0, 2]]],
        [[[2, 1, 0, 1], [0, -3, 1, 0], [1, 0, 2, 4]], [[1, 1, 0, 0], [0, 2, -1, 1], [3, 0, 1, 0]]],
    ]
    w = [
        [[[1, 0, -1], [2, 1, 0]], [[0, 1, 0], [0, 0, 3]]],
        [[[0, 2, 1], [1, 0, 0]], [[1, 0, 0], [-2, 0, 1]]],
        [[[1, 1, 0], [0, 0, -1]], [[0, 0, 2], [1, 0, 0]]],
    ]
    expected = [
        [[[-3, 6], [6, 12]], [[-11, -11], [-8, -2]], [[3, 7], [11, 10]]],
        [[[6, 3], [7, -1]], [[-10, -11], [-19, -6]], [[6, 5], [1, 1]]],
    ]
    for dtype in (torch.float32, torch.float64):
        images, filters, biases = (torch.tensor(numbers, dtype=dtype) for numbers in (x, w, [1, -10, 5]))
        out = convolution.conv2d(images, filters, biases, stride=(2, 1), padding=(1, 0))
        assert out.dtype == dtype, (
            f"The output should be {dtype}, like x; yours is {out.dtype}. torch.zeros needs a dtype."
        )
        assert close(out, torch.tensor(expected, dtype=dtype)), (
            "For the first output, the first filter covers a row of zeros and the first row of the first image: "
            "2 * 1 + 1 * 0 from channel 0, 3 * (-2) from channel 1, and the bias 1: -3. The outputs should be\n"
            f"{expected}\nyours are\n{out}"
        )


def test_conv2d_adds_up_the_channels_and_adds_the_bias():
    """The channels are summed, and each filter adds its bias."""
    x = torch.tensor([[[[1.0, 2.0]], [[3.0, 4.0]]]])  # one image, two channels of 1x2 pixels
    w = torch.tensor([[[[1.0]], [[10.0]]], [[[2.0]], [[0.0]]]])  # two filters, two channels, 1x1
    out = convolution.conv2d(x, w, torch.tensor([0.5, -1.0]))
    assert close(out, torch.tensor([[[[31.5, 42.5]], [[1.0, 3.0]]]])), (
        "The first filter gives 1 * 1 + 10 * 3 + 0.5 = 31.5 at the first pixel: the channels are summed, and the "
        f"filter's own bias is added. Yours is\n{out}"
    )


def test_conv2d_passes_gradients_to_all_inputs():
    """Gradients reach the images, filters and biases."""
    found = without_gradient(convolution.conv2d, [(2, 3, 5, 4), (4, 3, 2, 2), (4,)], 2, 1)
    missing = ["xwb"[number] for number in found]
    assert not missing, f"No gradient reaches {', '.join(missing)}: {STAY}"


def test_conv2d_leaves_its_inputs_unchanged():
    """Images, filters and biases are not modified."""
    tensors = {"x": torch.randn(2, 3, 5, 4), "w": torch.randn(4, 3, 2, 2), "b": torch.randn(4)}
    changed = unchanged(convolution.conv2d, tensors, 1, 1)
    assert not changed, f"Your code modifies {', '.join(changed)}. Work on a copy."


def test_output_size_of_some_pixels():
    """Sizes with and without stride and padding."""
    sizes = {(8, 3): 6, (8, 3, 2): 3, (8, 3, 2, 1): 4, (9, 3, 2): 4, (9, 4, 1, 2): 10, (5, 5): 1, (2, 4, 1, 1): 1}
    for numbers, expected in sizes.items():
        found = convolution.output_size(*numbers)
        given = ", ".join(map(str, numbers))
        assert found == expected, f"output_size({given}) should be {expected}; yours is {found}."
        assert type(found) is int, (
            f"The result must be an int; yours is {found!r}. Use //, which divides and rounds down."
        )


def test_output_size_refuses_a_kernel_that_is_too_large():
    """A kernel that does not fit raises a ValueError, whatever the stride."""
    for numbers in [(2, 5, 1, 1), (3, 4, 5, 0)]:
        found = "no exception"
        try:
            found = f"{convolution.output_size(*numbers)}"
        except NotImplementedError:
            raise
        except Exception as error:  # noqa: BLE001 - the next line says which
            found = error
        assert isinstance(found, ValueError), (
            "A kernel of size 5 does not fit into 2 pixels with padding 1, nor a kernel of size 4 into 3 pixels: raise "
            f"a ValueError. Yours gives {found!r}."
        )


def test_max_pool2d_takes_the_largest_of_each_window():
    """Each window gives its maximum, for each image and channel, also if it is negative."""
    x = torch.tensor(
        [
            [[[1.0, 2.0, -5.0, -6.0, 9.0], [3.0, 4.0, -7.0, -8.0, 9.0]], [[7.0, 0.0, 0.0, 0.5, 9.0]] * 2],
            [[[-3e9, -2e9, 1.0, 2.0, 9.0]] * 2, [[0.0, 5.0, -1.0, -2.0, 9.0]] * 2],
        ],
        dtype=torch.float64,
    )
    out = convolution.max_pool2d(x, 2)
    expected = [[[[4.0, -5.0]], [[7.0, 0.5]]], [[[-2e9, 2.0]], [[5.0, -1.0]]]]
    assert out.dtype == x.dtype, f"The output should be {x.dtype}, like x; yours is {out.dtype}."
    assert out.tolist() == expected, (
        "Two 2x2 windows fit side by side into 2x5 pixels; the fifth column is left out. The maxima are\n"
        f"{expected}\nyours:\n{out.tolist()}"
    )


def test_max_pool2d_has_the_right_shape():
    """Only windows inside the image count."""
    x = torch.randn(2, 3, 7, 12)
    shapes = {(3,): (2, 4), (3, None): (2, 4), (3, 2): (3, 5), (2, 1): (6, 11), (2, 5): (2, 3)}
    for options, places in shapes.items():
        found = tuple(convolution.max_pool2d(x, *options).shape)
        given = ", ".join(map(str, options))
        assert found == (2, 3, *places), (
            f"max_pool2d(x, {given}) of 7 by 12 pixels should have {places[0]} by {places[1]} windows, shape "
            f"{(2, 3, *places)}; yours has shape {found}."
        )


def test_max_pool2d_adds_up_the_gradients_of_windows_that_overlap():
    """The gradients of overlapping windows add up."""
    x = torch.tensor([[[[1.0, 9.0, 2.0, 4.5], [3.0, 4.0, 5.0, 0.0]]]], requires_grad=True)
    out = convolution.max_pool2d(x, 2, stride=1)
    assert out.requires_grad, f"The output is detached from the graph, so no gradient can reach x: {STAY}"
    out.sum().backward()
    assert x.grad is not None, f"No gradient reaches x: {STAY}"
    assert x.grad.tolist() == [[[[0, 2, 0, 0], [0, 0, 1, 0]]]], (
        "The 9 is the maximum of two windows, so its gradient is 1 + 1 = 2; the 5 is the maximum of one, so its "
        f"gradient is 1; all others are 0. Yours are {x.grad.tolist()}."
    )


def test_max_pool2d_keeps_dtype_and_input():
    """The output has the dtype of x, which is not modified."""
    found = dtypes(convolution.max_pool2d, [(2, 3, 4, 5)], 2)
    assert found == [torch.float32, torch.float64], (
        f"Images in float32 and float64 should give outputs in float32 and float64; yours are {found}."
    )
    changed = unchanged(convolution.max_pool2d, {"x": torch.randn(2, 3, 4, 5)}, 2)
    assert not changed, "Your code modifies x. Work on a copy."


def test_SmallCNN_has_the_right_shape_and_size():
    """One logit per class, from at least two convolutions and fewer than 20,000 parameters."""
    x = torch.rand(5, 1, 8, 8)
    shapes = [tuple(model(x).shape) for model in (convolution.SmallCNN(), convolution.SmallCNN(4))]
    assert shapes == [(5, 10), (5, 4)], (
        f"For 5 images the logits have shape (5, 10), and (5, 4) for 4 classes; yours are {shapes}."
    )
    parameters = list(convolution.SmallCNN().parameters())
    count = sum(parameter.numel() for parameter in parameters)
    assert count < 20_000, f"The model must have fewer than 20,000 parameters; yours has {count:,}."
    kernels = sum(parameter.dim() == 4 for parameter in parameters)
    assert kernels >= 2, (
        "parameters() must contain the weights (F, C, h, w) of at least two convolutions; yours contains those of "
        f"{kernels}. Layers in a plain list are not registered: use nn.ModuleList or nn.Sequential."
    )


def test_SmallCNN_passes_gradients_to_all_parameters():
    """backward() gives each parameter a gradient."""
    model = convolution.SmallCNN()
    model(torch.rand(5, 1, 8, 8)).pow(2).sum().backward()
    missing = [name for name, parameter in model.named_parameters() if parameter.grad is None]
    assert not missing, f"No gradient reaches {', '.join(missing)}: forward must use every layer."


def test_SmallCNN_scores_each_image_before_any_softmax():
    """Logits are returned, and in evaluation mode they do not depend on the rest of the batch."""
    torch.manual_seed(0)
    model, x = convolution.SmallCNN(), torch.rand(6, 1, 8, 8)
    for mode in ("training", "evaluation"):
        scores = model.train(mode == "training")(x).detach()
        raw = not any(torch.allclose(sums.sum(1), torch.ones(6), atol=1e-4) for sums in (scores, scores.exp()))
        assert raw, f"In {mode} mode a softmax is applied to the logits. Leave it to the loss."
    with torch.no_grad():
        alone = torch.cat([model(one[None]) for one in x])
    assert torch.allclose(alone, scores, atol=1e-5), (
        "In evaluation mode an image's logits change when it is passed alone."
    )


def bars(count):
    """Noisy images with a bright bar in row 1, 3, 5 or 7, and their labels 0 to 3."""
    labels = torch.arange(count) % 4
    x = 0.3 * torch.rand(count, 1, 8, 8)
    x[torch.arange(count), 0, 2 * labels + 1] += 0.7
    return x, labels


def test_SmallCNN_learns_where_a_bar_is():
    """After a short training, the parameters can tell in which of four rows a bar is."""
    torch.manual_seed(0)
    model = convolution.SmallCNN()
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    lowest, highest = 0.0, 1.0
    for _ in range(60):
        x, labels = bars(32)
        scores = model(x)
        lowest, highest = min(lowest, scores.min().item()), max(highest, scores.max().item())
        optimizer.zero_grad()
        torch.nn.functional.cross_entropy(scores, labels).backward()
        optimizer.step()
    x, labels = bars(64)
    model.eval()
    with torch.no_grad():
        right = (model(x).argmax(1) == labels).float().mean().item()
        assert right > 0.8, f"After 60 steps it should classify nearly all bars; yours classifies {right:.0%}."
        assert lowest < 0 or highest > 1, "All outputs are between 0 and 1: remove the softmax or sigmoid."
        found = []
        for _ in range(4):
            numbers = torch.nn.utils.parameters_to_vector(model.parameters())
            torch.nn.utils.vector_to_parameters(numbers[torch.randperm(len(numbers))], model.parameters())
            found.append((model(x).argmax(1) == labels).float().mean().item())
    assert min(found) < 0.6, "Its accuracy is the same with shuffled parameters: it does not depend on them."


def test_vgg_features_of_a_short_list():
    """A short list gives the right layers and the right output, and is not modified."""
    config = [4, "M", 6]
    model = convolution.vgg_features(config, in_channels=1)
    assert config == [4, "M", 6], f"The list must not be modified; it is {config} afterwards."
    assert isinstance(model, torch.nn.Sequential), f"Return an nn.Sequential; yours is a {type(model).__name__}."
    shapes = [tuple(parameter.shape) for parameter in model.parameters()]
    assert shapes == [(4, 1, 3, 3), (4,), (6, 4, 3, 3), (6,)], (
        "The parameters should be those of two convolutions, (4, 1, 3, 3), (4,), (6, 4, 3, 3), (6,), and no others; "
        f"yours are {shapes}."
    )
    out = model(torch.zeros(2, 1, 8, 6))
    assert tuple(out.shape) == (2, 6, 4, 3), f"Input (2, 1, 8, 6) gives (2, 6, 4, 3); yours: {tuple(out.shape)}."
    colors = next(convolution.vgg_features([5]).parameters())
    assert tuple(colors.shape) == (5, 3, 3, 3), f"in_channels defaults to 3; your weights are {tuple(colors.shape)}."


def test_vgg_features_with_given_weights():
    """With given weights the output is right."""
    model = convolution.vgg_features([2, "M", 1], in_channels=1)
    numbers = [
        [[[[1, 0, 0], [0, 1, 0], [0, 0, 2]]], [[[0, 1, 0], [1, -4, 1], [0, 1, 0]]]],
        [0, -1],
        [[[[0, 1, 0], [1, 2, 0], [0, 0, 1]], [[1, 0, 0], [0, 1, 0], [0, 0, -1]]]],
        [-25],
    ]
    with torch.no_grad():
        for parameter, values in zip(model.parameters(), numbers, strict=False):
            parameter.copy_(torch.tensor(values))
        x = [[1.0, 0.0, 2.0, 0.0, 1.0], [0.0, 3.0, 0.0, 1.0, 0.0], [2.0, 0.0, 1.0, 0.0, 2.0], [0.0, 1.0, 0.0, 4.0, 0.0]]
        out = model(torch.tensor([[x]]))
    expected = [[[[0.0, 2.0], [0.0, 22.0]]]]
    assert out.tolist() == expected, (
        "Convolution (zero padding 1), ReLU, 2x2 max pooling (stride 2), convolution and ReLU should give "
        f"{expected} here; yours is {out.tolist()}."
    )


def test_vgg_features_leaves_the_weights_alone():
    """The weights and biases have PyTorch's default initialization."""
    torch.manual_seed(0)
    weight, bias = convolution.vgg_features([20], in_channels=5).parameters()
    bound = 1 / math.sqrt(5 * 9)
    mean, largest = weight.abs().mean().item() / bound, max(weight.abs().max().item(), bias.abs().max().item()) / bound
    assert 0.4 < mean < 0.6, "The weights must have PyTorch's default initialization: do not set them."
    assert largest <= 1.001, "Weights and biases must have PyTorch's default initialization: do not set them."
    assert bias.any(), "The biases must have PyTorch's default initialization: do not set them."
