"""Hidden tests of vgg_features: parameters in their order, and outputs."""

import math
from collections.abc import Sequence
from typing import Any

import pytest

from gradkit.suite import Call, Ref, Rng, Runner, Step, Vjp, assert_matches, check, expected, message

pytestmark = pytest.mark.question("vgg_features")

HINT = message("each number: a 3x3 convolution with bias and padding 1, then a ReLU; each M: 2x2 max pooling")
VGG19 = [64, 64, "M", 128, 128, "M", 256, 256, 256, 256, "M", 512, 512, 512, 512, "M", 512, 512, 512, 512, "M"]


def shapes(config: Sequence[Any], channels: int) -> list[tuple[int, ...]]:
    """The shapes of all parameters, in order."""
    found: list[tuple[int, ...]] = []
    for filters in (item for item in config if item != "M"):
        found += [(filters, channels, 3, 3), (filters,)]
        channels = filters
    return found


@pytest.mark.points(0.5)
@pytest.mark.parametrize(("config", "channels"), [([4, "M", 6], 1), ([2, 3, "M", 5, "M"], 3), (["M", 2], 2)], ids=str)
def test_layers(student: Runner, config: list[Any], channels: int) -> None:
    """The result is an nn.Sequential whose parameters have the right shapes, in the right order."""
    steps = [
        Step("model", "student:vgg_features", [config, channels]),
        Step("sequential", "builtin:isinstance", [Ref("model"), Ref("torch:nn.Sequential")]),
    ]
    found = student.run(Call(steps, observe=("sequential", "model.state", "model.gradients")))
    check(found.equals("sequential", True), message("vgg_features must return an nn.Sequential."))
    ours, theirs = shapes(config, channels), [tuple(one.shape) for one in found.parameters("model").values()]
    count = message(
        "The list describes {ours} parameters, a weight and a bias per number; yours has {theirs}.",
        ours=len(ours),
        theirs=len(theirs),
    )
    check(len(theirs) == len(ours), count)
    check(theirs == ours, message("The shapes of the parameters do not match the list: {hint}.", hint=HINT))


@pytest.mark.points(0.25)
@pytest.mark.parametrize(("filters", "channels"), [(12, 7), (7, 12)])
def test_weights_that_torch_begins_with(student: Runner, filters: int, channels: int) -> None:
    """Weights and biases are initialized as in nn.Conv2d: uniform within 1 / sqrt(9 * channels)."""
    step = Step("model", "student:vgg_features", [[filters], channels])
    found = student.run(Call([step], observe=("model.state", "model.gradients")))
    numbers = {value.dim(): value.double() for value in found.parameters("model").values()}
    check(numbers.keys() == {1, 4}, message("A number in the list stands for a convolution, with a weight and a bias."))
    bound = 1 / math.sqrt(9 * channels)
    inside = all(bool((value.abs() <= 1.001 * bound).all()) for value in numbers.values())
    spread = 0.4 < float(numbers[4].abs().mean()) / bound < 0.6 and bool(numbers[1].any())
    check(
        inside and spread,
        message("Weights and biases must have the default initialization of PyTorch's layers: do not set them."),
    )


@pytest.mark.points(1)
@pytest.mark.parametrize(
    ("config", "channels", "height", "width"),
    [
        ([4, "M", 6], 3, 8, 6),
        ([2, 3, "M", 5, "M"], 1, 9, 7),
        (["M", 2], 2, 4, 6),
        ([3, 2], 3, 5, 5),
        ([2, 3], 2, 7, 6),
        ([1], 1, 1, 3),
    ],
    ids=str,
)
def test_output_and_gradient(
    student: Runner, reference: Runner, rng: Rng, config: list[Any], channels: int, height: int, width: int
) -> None:
    """With given weights, the output and the gradient with respect to the images are right."""
    pools = config.count("M")
    last = next((item for item in reversed(config) if item != "M"), channels)
    count = sum(math.prod(shape) for shape in shapes(config, channels))
    steps = [
        Step("model", "student:vgg_features", [config, channels]),
        Step("model", "object:model.double"),
        Step(
            "loaded",
            "torch:nn.utils.vector_to_parameters",
            [Ref("numbers"), Ref("model.parameters()")],
            otherwise=message(
                "The model must have a weight and a bias for each number in the list, and no other parameters."
            ),
        ),
        Step("result", "object:model.__call__", [Ref("x")]),
    ]
    # More than there are parameters, so that a model with extra ones is also compared by its output.
    inputs = {"x": rng.normal(2, channels, height, width), "numbers": 0.3 * rng.normal(5 * count)}
    cotangent = rng.normal(2, last, height // 2**pools, width // 2**pools)
    words = {"numbers": message("values for all parameters")}
    call = Call(steps, inputs=inputs, vjp=Vjp("result", ["x"], [cotangent]), words=words)
    assert_matches(student.run(call), reference.run(call), hint=HINT)


@pytest.mark.points(0.25)
@pytest.mark.parametrize(
    ("config", "tensors", "numbers"), [([4, "M", 6], 4, 334), (VGG19, 32, 20_024_384)], ids=["short", "VGG19"]
)
def test_figures_worked_by_hand(student: Runner, config: list[Any], tensors: int, numbers: int) -> None:
    """The number of parameters is the one counted by hand; images have 3 channels by default.

    4 * 3 * 9 + 4 = 112 and 6 * 4 * 9 + 6 = 222; VGG-19 has 16 convolutions and 20,024,384.
    """
    steps = [
        Step("model", "student:vgg_features", [config]),
        Step("parameters", "builtin:list", [Ref("model.parameters()")]),
        Step("tensors", "builtin:len", [Ref("parameters")]),
        Step("together", "torch:nn.utils.parameters_to_vector", [Ref("parameters")]),
        Step("numbers", "object:together.numel"),
    ]
    words = {"tensors": message("the number of parameter tensors"), "numbers": message("the number of parameters")}
    found = student.run(Call(steps, observe=("tensors", "numbers"), words=words))
    assert_matches(found, expected(tensors=tensors, numbers=numbers), hint=HINT)
