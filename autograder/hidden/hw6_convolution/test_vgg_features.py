"""Hidden tests of vgg_features: parameters by their order, and outputs."""

import math
from collections.abc import Sequence
from typing import Any

import pytest

from gradkit.suite import Call, Ref, Rng, Runner, Step, Vjp, assert_matches, check, figures

pytestmark = pytest.mark.question("vgg_features")

HINT = "each number: a 3x3 convolution with bias and padding 1, then a ReLU; each M: a 2x2 max pooling"
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
    """The result is an nn.Sequential whose parameters have the right shapes, in their order."""
    steps = [
        Step("model", "student:vgg_features", [config, channels]),
        Step("sequential", "builtin:isinstance", [Ref("model"), Ref("torch:nn.Sequential")]),
    ]
    found = student.run(Call(steps, observe=("sequential", "model.state", "model.gradients")))
    check(found.equals("sequential", True), "vgg_features must return an nn.Sequential.")
    right = [tuple(one.shape) for one in found.parameters("model").values()] == shapes(config, channels)
    check(right, f"The parameters do not have the shapes that the list asks for: {HINT}.")


@pytest.mark.points(1)
@pytest.mark.parametrize(
    ("config", "channels", "height", "width"),
    [([4, "M", 6], 3, 8, 6), ([2, 3, "M", 5, "M"], 1, 9, 7), (["M", 2], 2, 4, 6), ([3, 2], 3, 5, 5), ([1], 1, 1, 3)],
    ids=str,
)
def test_output_and_gradient(
    student: Runner, reference: Runner, rng: Rng, config: list[Any], channels: int, height: int, width: int
) -> None:
    """With given weights, the output and the gradient of the images are right."""
    pools = config.count("M")
    last = next((item for item in reversed(config) if item != "M"), channels)
    count = sum(math.prod(shape) for shape in shapes(config, channels))
    steps = [
        Step("model", "student:vgg_features", [config, channels]),
        Step("model", "object:model.double"),
        Step("loaded", "torch:nn.utils.vector_to_parameters", [Ref("numbers"), Ref("model.parameters()")]),
        Step("result", "object:model.__call__", [Ref("x")]),
    ]
    inputs = {"x": rng.normal(2, channels, height, width), "numbers": 0.3 * rng.normal(count)}
    cotangent = rng.normal(2, last, height // 2**pools, width // 2**pools)
    call = Call(steps, inputs=inputs, vjp=Vjp("result", ["x"], [cotangent]))
    assert_matches(student.run(call), reference.run(call), hint=HINT)


@pytest.mark.points(0.5)
def test_figures_of_vgg19(student: Runner) -> None:
    """The network of 19 layers has 16 convolutions and 20,024,384 parameters; 3 channels are the default."""
    steps = [
        Step("model", "student:vgg_features", [VGG19]),
        Step("parameters", "builtin:list", [Ref("model.parameters()")]),
        Step("tensors", "builtin:len", [Ref("parameters")]),
        Step("together", "torch:nn.utils.parameters_to_vector", [Ref("parameters")]),
        Step("numbers", "object:together.numel"),
    ]
    found = student.run(Call(steps, observe=("tensors", "numbers")))
    assert_matches(found, figures(tensors=32, numbers=20_024_384), hint=HINT)
