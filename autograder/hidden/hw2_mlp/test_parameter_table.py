"""Hidden tests of parameter_table."""

from collections.abc import Sequence
from typing import Any

import pytest
import torch

from gradkit.suite import Call, Found, Ref, Runner, Step, assert_matches, check, expected, message

pytestmark = pytest.mark.question("parameter_table")

HINT = message(
    "a list of tuples (name, shape, number of elements), one for each of model.named_parameters(), in that order"
)


def table_of(*steps: Step) -> Call:
    """Build a model by these steps, the last of which gives ``model``, and call parameter_table."""
    return Call([*steps, Step("result", "student:parameter_table", [Ref("model")])])


def sequential(*layers: tuple[str, Sequence[Any]]) -> Call:
    """The table of an nn.Sequential of these layers."""
    steps = [Step(f"layer{number}", f"torch:nn.{kind}", arguments) for number, (kind, arguments) in enumerate(layers)]
    return table_of(*steps, Step("model", "torch:nn.Sequential", [Ref(step.name) for step in steps]))


def assert_same_table(found: Found, right: Found) -> None:
    """The tables are equal in Python: a list is not a tuple."""
    assert_matches(found, right, hint=HINT, strict_types=True)


@pytest.mark.points(0.5)
def test_figures_counted_by_hand(student: Runner) -> None:
    """The table of a network with 4 inputs and 2 hidden neurons is right: 4 rows, 13 elements.

    The layers have 2 * 4 weights and 2 biases, then 1 * 2 weights and 1 bias: 8 + 2 + 2 + 1 = 13.
    """
    call = sequential(("Linear", [4, 2]), ("Sigmoid", []), ("Linear", [2, 1]))
    rows = [("0.weight", (2, 4), 8), ("0.bias", (2,), 2), ("2.weight", (1, 2), 2), ("2.bias", (1,), 1)]
    found = student.run(call)
    assert_same_table(found, expected(result=rows))
    check(
        sum(row[2] for row in found.sequence()) == 13,
        message("The third column should sum to the total number of elements."),
    )


@pytest.mark.points(1)
@pytest.mark.parametrize(
    "layers",
    [
        [("Conv2d", [3, 5, (2, 4)]), ("BatchNorm2d", [5])],
        [("Linear", [3, 2, False])],
        [("ReLU", [])],
        [("Bilinear", [2, 3, 4])],
        [("MultiheadAttention", [4, 2]), ("GRU", [3, 2])],
    ],
    ids=["convolution and buffers", "no bias", "no parameters", "three dimensions", "nested"],
)
def test_other_models_match_reference(student: Runner, reference: Runner, layers: list[Any]) -> None:
    """The table is right for other kinds of models: parameters of any shape, in order, without buffers."""
    call = sequential(*layers)
    assert_same_table(student.run(call), reference.run(call))


@pytest.mark.points(0.5)
@pytest.mark.parametrize("shape", [(), (3, 1, 2)])
def test_any_module(student: Runner, reference: Runner, shape: tuple[int, ...]) -> None:
    """The model's own parameters, including those of shape (), are listed before those of its sub-modules."""
    steps = [
        Step("model", "torch:nn.PReLU"),
        Step("data", "torch:zeros", [shape]),
        Step("own", "torch:nn.Parameter", [Ref("data")]),
        Step("below", "torch:nn.Linear", [2, 1]),
        Step("hung", "builtin:setattr", [Ref("model"), "below", Ref("below")]),
        Step("hung", "builtin:setattr", [Ref("model"), "another", Ref("own")]),
    ]
    call = table_of(*steps)
    assert_same_table(student.run(call), reference.run(call))


@pytest.mark.points(0.5)
@pytest.mark.parametrize("grad", [True, False])
def test_frozen_and_shared_parameters(student: Runner, reference: Runner, grad: bool) -> None:
    """A frozen parameter is listed like any other, and one shared by two layers is listed once."""
    steps = [
        Step("first", "torch:nn.Linear", [3, 3]),
        Step("frozen", "object:first.requires_grad_", [grad]),
        Step("second", "torch:nn.Linear", [3, 3]),
        Step("shared", "builtin:setattr", [Ref("second"), "weight", Ref("first.weight")]),
        Step("model", "torch:nn.Sequential", [Ref("first"), Ref("second")]),
    ]
    call = table_of(*steps)
    assert_same_table(student.run(call), reference.run(call))


@pytest.mark.points(0.5)
@pytest.mark.parametrize(("training", "learning"), [(True, True), (False, True), (True, False)])
def test_model_is_left_unchanged(student: Runner, reference: Runner, training: bool, learning: bool) -> None:
    """The model's parameters, gradients, requires_grad and train/eval mode are unchanged."""
    steps = [
        Step("model", "torch:nn.Linear", [2, 3]),
        Step("model", "object:model.train", [training]),
        Step("y", "object:model.__call__", [Ref("x")]),
        Step("loss", "object:y.sum"),
        Step("backward", "object:loss.backward"),
        Step("frozen", "object:model.weight.requires_grad_", [learning]),
        Step("result", "student:parameter_table", [Ref("model")]),
    ]
    observe = ("result", "model.state", "model.gradients", "model.training", "model.weight.requires_grad")
    call = Call(steps, {"x": torch.ones(4, 2)}, observe=observe)
    hint = message("read the parameters, and do not change them or the model")
    assert_matches(student.run(call), reference.run(call), hint=hint, strict_types=True)
