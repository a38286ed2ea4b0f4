"""Calls in words."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from gradkit.wire.call import Call, Step, Vjp
from gradkit.wire.naming import in_words
from gradkit.wire.values import Ref


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (0, ""),
        (2, "x0 (0, 3), x1 (1, 3)"),
        (4, "x0 (0, 3), x1 (1, 3), x2 (2, 3), x3 (3, 3)"),
        (5, "x0 (0, 3), x1 (1, 3), x2 (2, 3), x3 (3, 3) and 1 more input"),
        (45, "x0 (0, 3), x1 (1, 3), x2 (2, 3), x3 (3, 3) and 41 more inputs"),
    ],
)
def test_a_call_with_many_inputs_is_described_by_the_first_few(number: int, words: str) -> None:
    call = Call(steps=(), inputs={f"x{size}": torch.zeros(size, 3) for size in range(number)}, observe=())
    assert call.describe() == words


def test_tensors_in_lists_and_dicts_are_described_by_names_of_their_own() -> None:
    call = Call(
        steps=(), inputs={"weights": [torch.zeros(2, 3), {"a": (torch.zeros(4), 5)}], "sizes": [3, 2]}, observe=()
    )
    assert call.describe() == "weights[0] (2, 3), weights[1]['a'][0] (4,)"
    assert call.size() == 10


def test_an_input_is_described_by_its_words() -> None:
    call = Call((), {"held_out": torch.zeros(2, 3)}, observe=(), words={"held_out": "the images held out"})
    assert call.describe() == "the images held out (2, 3)"


MODEL = Step("model", "student:Net", [2])


@pytest.mark.parametrize(
    ("steps", "options", "name"),
    [
        ([MODEL], {}, "result"),
        ([MODEL], {"observe": ["modle.state"]}, "modle"),
        ([Step("model", "object:net.to", [1]), Step("net", "student:Net")], {"observe": []}, "net"),
        ([Step("a", "torch:add", [[{"x": Ref("y")}]])], {"observe": []}, "y"),
        ([Step("a", "builtin:list", kwargs={"x": Ref("x[0]")})], {"observe": []}, "x"),
        ([MODEL], {"observe": [], "parameters": {"net": {}}}, "net"),
        ([MODEL], {"observe": [], "vjp": Vjp("model", ["x"], [])}, "x"),
        ([MODEL], {"observe": [], "vjp": Vjp("result", [], [])}, "result"),
        ([MODEL], {"observe": [], "words": {"result[0]": "zs"}}, "result"),
    ],
)
def test_a_name_that_nothing_has_is_a_mistake_of_the_suites(
    steps: list[Step], options: dict[str, Any], name: str
) -> None:
    with pytest.raises(ValueError, match=f'no input and no earlier step is called "{name}"'):
        Call(steps, **options)


@pytest.mark.parametrize(
    ("step", "observe"),
    [
        (Step("before", "object:x.data_ptr"), "before"),
        (Step("before", "builtin:id", [Ref("x")]), "before"),
        (Step("before", "builtin:len", [Ref("x")]), "x.data_ptr()"),
    ],
)
def test_a_place_in_memory_is_not_observed_but_compared_in_a_step(step: Step, observe: str) -> None:
    with pytest.raises(ValueError, match="a memory address, which differs between processes"):
        Call([step], {"x": torch.ones(2)}, observe=[observe])
    same = Step("same", "operator:eq", [Ref("before"), Ref("before")])
    Call([step, same], {"x": torch.ones(2)}, observe=["same"])


X = torch.ones(2)
PAIR = [Step("result", "student:pair", [Ref("x")])]
VALUES = [
    Step("a", "student:Value", [1.0]),
    Step("b", "student:Value", [2.0]),
    Step("p", "operator:mul", [Ref("a"), Ref("b")]),
    Step("result", "operator:add", [Ref("p"), 1]),
]
NET = [
    Step("module", "student:Net", [2]),
    Step("module", "object:module.to", [torch.float64]),
    Step("scores", "object:module.__call__", [Ref("x")]),
    Step("result", "object:module", [Ref("x")]),
    Step("layers", "builtin:getattr", [Ref("module"), "layers"]),
    Step("cut", "object:scores.detach"),
    Step("sum", "object:scores.sum"),
    Step("made", "student:make", []),
    Step("kept", "builtin:list", [Ref("made")]),
    Step("entry", "operator:getitem", [Ref("made"), 2]),
    Step("model", "torch:nn.Linear", [2, 1]),
]


@pytest.mark.parametrize(
    ("steps", "path", "words"),
    [
        (PAIR, "result", "the result"),
        (PAIR, "result[0][1]", "zs[1]"),
        (PAIR, "result[1][0]", "result[1][0]"),
        (PAIR, "result.data", "data of the result"),
        (PAIR, "x", "x"),
        (VALUES, "a.grad", "a.grad"),
        (VALUES, "p.grad", "grad of a * b"),
        (VALUES, "result.grad", "grad of the result"),
        (NET, "module", "Net"),
        (NET, "module.state", "Net afterwards"),
        (NET, "module.state.layers.0.weight", "layers.0.weight of Net afterwards"),
        (NET, "module.w.requires_grad", "Net.w.requires_grad"),
        (NET, "model.state.weight", "weight of the model afterwards"),
        (NET, "model.gradients", "the .grad of each parameter of the model"),
        (NET, "model.gradients.bias", "the .grad of bias"),
        (NET, "scores", "the output of Net"),
        (NET, "cut", "the output of Net"),
        (NET, "sum", "(the output of Net).sum()"),
        (NET, "result", "the result"),
        (NET, "layers", "Net.layers"),
        (NET, "kept[0]", "entry [0] of what make returns"),
        (NET, "entry", "what make returns[2]"),
    ],
)
def test_an_object_is_called_after_what_made_it(steps: list[Step], path: str, words: str) -> None:
    call = Call(steps, {"x": X}, observe=(), words={"result[0]": "zs"} if steps is PAIR else {})
    assert in_words(path, call) == words
