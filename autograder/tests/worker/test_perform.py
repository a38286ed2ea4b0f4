"""The worker performs calls and reports facts, whatever the student's code does."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import numpy as np
import pytest
import torch

from gradkit.errors import GraderFault
from gradkit.suite import function_call, module_call
from gradkit.wire.call import Call, Step
from gradkit.wire.observation import Failure, Observation
from gradkit.wire.values import ObservedTensor, Opaque, Ref
from gradkit.worker.loading import load_module
from gradkit.worker.perform import perform

SOURCE = """
import sys
import numpy as np
import torch
from torch import nn

class Number:
    def __init__(self, data): self.data = data
    def __rmul__(self, other): return Number(torch.sigmoid(torch.tensor(self.data * other)).item())
def apply(f, x): return f(x)
def batches(x): yield torch.sigmoid(x)

class Equal(float):
    def __eq__(self, other): return True
    def __float__(self): return 1.0

class Sub(torch.Tensor): pass

class Rude(Exception):
    def __str__(self): raise RuntimeError("no")

def double(x): return 2 * x
def double_second(weights): return 2 * weights[1]
def detached(x): return (2 * x).detach()
def change(x):
    with torch.no_grad(): x += 1
    return x.clone()
def keep(*args, **kwargs): pass
def reverse(weights): weights.reverse()
def pop(sizes): return [sizes.pop(), *sizes]
def replace(weights): weights[0] = weights[0].clone()
def scale(weights): weights[1].data *= 2
def forget(config): return config.pop("size")
def deeper(config): config["layers"][0]["w"].data.zero_()
def cast(x): x.data = x.data.float()
def grow(x): x.resize_(3, 3)
def put_back(weights): weights.append(weights.pop())
def arrays(x): return [np.ones((2, 3))[:, ::2], np.float64(2.5), np.int32(3), np.array(1.5), np.bool_(True)]
def odd_arrays(x): return [np.array([object()]), np.array([1j]), np.ma.masked_array([1.0]), np.longdouble(1), Loud(2.5)]
class Loud(np.float64):
    def __eq__(self, other): return True
def add_to(a): a += 1
def affine(x, ws): print("once"); return x @ ws[0] + np.random.rand(), 7
def sort_first(a): a[0].sort()
def flatten(a): a.shape = (a.size,)
def several(x): return {"a": [x, (1, 2.5, None, True, "t")], 3: x}
def strange(x): return [Equal(7.0), x.as_subclass(Sub), {1, 2}, 2**70]
def says(x): print("epoch: 0"); return x
def leave(x): sys.exit(3)
def rude(x): raise Rude()
def fail(x):
    raise ValueError("bad x")
def empty(x): return torch.zeros((10**15,))

class ShapeError(ValueError): pass
def shapes(x): raise ShapeError("bad shape")
def nothing(x): return None
def one_number(x): return 1.0
def made_of_text(x): exec("def f(): raise ValueError('from text')\\nf()")
class Silent(nn.Module): pass

class Net(nn.Module):
    def __init__(self, size):
        super().__init__()
        self.w = nn.Parameter(torch.zeros(size, 1))
        self.drop = nn.Dropout()
    def forward(self, x): return x @ self.w

class TwoNames(nn.Module):
    def __init__(self, size):
        super().__init__()
        self.parts = nn.Sequential(nn.Linear(size, 1))
        self.layer = self.parts[0]
    def forward(self, x): return self.parts(x)
"""


@pytest.fixture(scope="module")
def module() -> ModuleType:
    return load_module("answer.py", {"answer.py": SOURCE.encode()})


def run(module: ModuleType, name: str) -> Observation:
    x = torch.tensor([1.0, 2.0], dtype=torch.float64)
    return perform(function_call(name, {"x": x}, cotangent=torch.tensor([3.0, 5.0], dtype=torch.float64)), module)


def test_values_and_gradients_are_reported(module: ModuleType) -> None:
    found = run(module, "double")
    assert found.failure is None
    assert found.values["result"].data.tolist() == [2.0, 4.0]
    assert found.values["result"].attached
    assert found.gradients["x"].tolist() == [6.0, 10.0]  # type: ignore[union-attr]
    assert found.mutated == ()


def test_a_detached_result_has_no_gradient(module: ModuleType) -> None:
    found = run(module, "detached")
    assert not found.values["result"].attached
    assert found.gradients == {"x": None}


def test_a_changed_input_is_reported(module: ModuleType) -> None:
    assert run(module, "change").mutated == ("x",)


def run_on(module: ModuleType, name: str, value: Any) -> Observation:
    return perform(function_call(name, {"given": value}), module)


ONES = torch.ones(2, 2, dtype=torch.float64)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("reverse", [ONES, ONES.clone()]),
        ("pop", [3, 4, 2]),
        ("replace", [ONES, ONES]),
        ("scale", (ONES, ONES)),
        ("forget", {"size": 3}),
        ("deeper", {"layers": ({"w": ONES},), "name": "mlp"}),
        ("cast", ONES),
        ("grow", ONES),
        ("cast", torch.full((2,), torch.nan, dtype=torch.float64)),
        ("scale", [1, torch.tensor([torch.inf, 1e300, 1])]),
        ("add_to", np.zeros((2, 3))),
        ("add_to", np.array([np.nan, 0.0])),
        ("sort_first", (np.array([3, 1]),)),
        ("flatten", np.zeros((2, 3))),
    ],
)
def test_a_change_anywhere_in_an_input_is_reported(module: ModuleType, name: str, value: Any) -> None:
    assert run_on(module, name, value).mutated == ("given",)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("put_back", [ONES, ONES]),
        ("keep", {"layers": [3, 0.5, "t", None, (ONES, [torch.nan, torch.tensor([torch.nan, torch.inf])])]}),
        ("keep", torch.zeros(0, 3)),
        ("keep", [np.array([np.nan, np.inf]), np.array([1, 2]), np.array([True]), np.float32(1)]),
        ("keep", torch.tensor([True, False])),
    ],
)
def test_what_is_left_as_it_was_is_not_reported(module: ModuleType, name: str, value: Any) -> None:
    assert run_on(module, name, value).mutated == ()


def test_inputs_without_a_gradient_are_compared_too(module: ModuleType) -> None:
    assert perform(function_call("change", {"x": ONES}), module).mutated == ("x",)


def test_changed_arguments_of_steps_are_named_by_place_or_keyword(module: ModuleType) -> None:
    sizes = [3, 4]
    steps = [
        Step("kept", "student:keep", [sizes, Ref("x")]),
        Step("one", "student:pop", [sizes]),
        Step("two", "student:pop", [], {"sizes": sizes}),
        Step("again", "student:pop", [sizes]),
        Step("ours", "builtin:sorted", [sizes]),
    ]
    found = perform(Call(steps, {"x": ONES}, observe=("one", "again")), module)
    assert found.mutated == ("argument 1 of pop", "argument sizes of pop")
    assert found.values == {"one": [4, 3], "again": [4, 3]}, "each step is given a copy of its own"
    assert sizes == [3, 4]


def test_a_gradient_is_taken_with_respect_to_a_tensor_in_a_list(module: ModuleType) -> None:
    call = function_call("double_second", {"weights": [ONES, 3 * ONES]}, cotangent=ONES)
    found = perform(call, module)
    assert found.gradients["weights[0]"] is None
    assert torch.equal(found.gradients["weights[1]"], 2 * ONES)  # type: ignore[arg-type]
    only = function_call("double_second", {"weights": {"a": ONES, 1: ONES}}, grad=["weights[1]"], cotangent=ONES)
    assert list(perform(only, module).gradients) == ["weights[1]"]


def test_gradients_by_differences_are_those_of_the_function(module: ModuleType) -> None:
    x, w, v = np.array([[1.0, 2.0]]), np.array([[3.0, 1.0, 2.0], [4.0, 5.0, -1.0]]), torch.tensor([[1.0, 0.5, 3.0]])
    call = function_call("affine", {"x": x, "ws": [w]}, cotangent=v.double(), differences=["x", "ws[0]"])
    found = perform(call, module)
    assert found.gradients["x"].numpy() == pytest.approx(v.double().numpy() @ w.T, rel=1e-8)  # type: ignore[union-attr]
    assert found.gradients["ws[0]"].numpy() == pytest.approx(x.T @ v.double().numpy(), rel=1e-8)  # type: ignore[union-attr]
    assert (x.tolist(), found.mutated) == ([[1.0, 2.0]], ())
    tensor = function_call("double", {"x": ONES}, cotangent=ONES, differences=["x"])
    with_graph = function_call("double", {"x": ONES}, cotangent=ONES)
    by_differences = perform(tensor, module).gradients["x"]
    assert torch.allclose(by_differences, perform(with_graph, module).gradients["x"])  # type: ignore[arg-type]


def test_differences_need_float64_and_a_cotangent() -> None:
    for value, cotangent, name in ((ONES.float(), ONES, "x"), (ONES, None, "x"), (ONES, ONES, "y"), (3, ONES, "x")):
        with pytest.raises(GraderFault, match="differences need"):
            function_call("double", {"x": value}, cotangent=cotangent, differences=[name])


def test_containers_keep_their_types(module: ModuleType) -> None:
    value = run(module, "several").values["result"]
    assert isinstance(value["a"][0], ObservedTensor)
    assert value["a"][1] == (1, 2.5, None, True, "t")
    assert list(value) == ["a", 3]


def test_values_that_lie_about_themselves_are_seen_through(module: ModuleType) -> None:
    number, subclass, a_set, large = run(module, "strange").values["result"]
    assert type(number) is float
    assert number == 7.0
    assert subclass == Opaque("answer.Sub")
    assert a_set == Opaque("set")
    assert isinstance(large, Opaque)


def test_arrays_and_scalars_are_reported_as_what_they_are(module: ModuleType) -> None:
    array, *scalars = run(module, "arrays").values["result"]
    assert (type(array), array.dtype, array.tolist()) == (np.ndarray, np.float64, [[1, 1], [1, 1]])
    kinds = [np.float64, np.int32, np.ndarray, np.bool_]
    assert [type(scalar) for scalar in scalars] == kinds
    assert [scalar.item() for scalar in scalars] == [2.5, 3, 1.5, True]


def test_arrays_that_are_not_plain_numbers_are_opaque(module: ModuleType) -> None:
    *odd, loud = run(module, "odd_arrays").values["result"]
    kinds = ["numpy.ndarray of object", "numpy.ndarray of complex128", "numpy.ma.MaskedArray", "numpy.longdouble"]
    assert [value.type_name.replace("ma.core", "ma") for value in odd] == kinds
    assert (type(loud), loud) == (float, 2.5)


def test_what_is_printed_is_reported(module: ModuleType) -> None:
    assert run(module, "says").printed == "epoch: 0\n"


@pytest.mark.parametrize(("name", "type_name"), [("leave", "SystemExit"), ("rude", "Rude"), ("fail", "ValueError")])
def test_whatever_is_raised_is_an_answer(module: ModuleType, name: str, type_name: str) -> None:
    failure = run(module, name).failure
    assert failure is not None
    assert (failure.kind, failure.type_name) == ("raised", type_name)


def test_a_failure_names_the_students_own_line(module: ModuleType) -> None:
    failure = run(module, "fail").failure
    assert failure is not None
    assert failure.line == SOURCE.split("\n").index('    raise ValueError("bad x")') + 1


def test_the_built_in_exceptions_that_one_is_are_reported(module: ModuleType) -> None:
    failure = run(module, "shapes").failure
    assert failure is not None
    assert (failure.type_name, failure.bases) == ("ShapeError", ("ValueError", "Exception", "BaseException"))


MADE = Step("made", "student:nothing", [Ref("x")])


@pytest.mark.parametrize(
    ("steps", "kind", "name"),
    [
        ([MADE, Step("result", "builtin:list", [Ref("made")])], "unusable", "1"),
        ([MADE, Step("result", "torch:add", [Ref("made"), 1])], "unusable", "1"),
        ([MADE, Step("result", "object:made", [1])], "unusable", "1"),
        ([MADE, Step("result", "operator:mul", [Ref("made"), 2])], "unusable", "1"),
        ([Step("result", "student:nothing", [])], "raised", ""),  # called with the wrong arguments
        ([Step("result", "student:fail", [Ref("x")])], "raised", ""),
        ([Step("result", "student:made_of_text", [Ref("x")])], "raised", ""),
        ([Step("made", "student:Net", [2]), Step("result", "object:made", [])], "raised", ""),
        ([Step("made", "student:Silent"), Step("result", "object:made", [Ref("x")])], "raised", ""),
        ([Step("result", "student:apply", [Ref("torch:add"), Ref("x")])], "raised", ""),
    ],
)
def test_an_error_of_our_own_step_is_told_apart_from_one_of_the_students(
    module: ModuleType, steps: list[Step], kind: str, name: str
) -> None:
    failure = perform(Call(steps, {"x": torch.ones(2)}), module).failure
    assert failure is not None
    assert (failure.kind, failure.name) == (kind, name)
    assert (failure.bases != ()) == (kind == "raised")


def test_running_out_of_memory_is_told_apart(module: ModuleType) -> None:
    failure = run(module, "empty").failure
    assert failure is not None
    assert failure.kind == "memory"


def test_a_missing_name_is_said(module: ModuleType) -> None:
    failure = run(module, "nowhere").failure
    assert failure is not None
    assert (failure.kind, failure.name) == ("missing", "student:nowhere")


def net_call(**parameters: torch.Tensor) -> Call:
    x = torch.ones(3, 2, dtype=torch.float64)
    return module_call("Net", [2], {"x": x}, parameters=parameters, cotangent=torch.ones(3, 1, dtype=torch.float64))


def test_a_module_gets_parameters_and_gives_their_gradients(module: ModuleType) -> None:
    found = perform(net_call(w=torch.tensor([[1.0], [2.0]], dtype=torch.float64)), module)
    assert found.values["result"].data.flatten().tolist() == [3.0, 3.0, 3.0]
    assert found.gradients["module.w"].flatten().tolist() == [3.0, 3.0]  # type: ignore[union-attr]


def test_a_parameter_may_go_by_two_names(module: ModuleType) -> None:
    parameters = {"layer.weight": torch.tensor([[2.0, 3.0]]), "layer.bias": torch.tensor([1.0])}
    call = module_call(
        "TwoNames", [2], {"x": torch.ones(1, 2)}, parameters=parameters, cotangent=torch.ones(1, 1), dtype=torch.float32
    )
    observation = perform(call, module)
    assert isinstance(result := observation.values["result"], ObservedTensor)
    assert result.data.tolist() == [[6.0]]
    gradients = {name: None if value is None else value.tolist() for name, value in observation.gradients.items()}
    assert gradients == {"x": [[2.0, 3.0]], "module.layer.weight": [[1.0, 1.0]], "module.layer.bias": [1.0]}


@pytest.mark.parametrize(
    ("parameters", "name", "shape"),
    [({"v": torch.ones(2, 1)}, "module.v", None), ({"w": torch.ones(1, 2)}, "module.w", (2, 1))],
)
def test_a_parameter_that_is_not_as_agreed_is_said(
    module: ModuleType, parameters: dict[str, torch.Tensor], name: str, shape: tuple[int, ...] | None
) -> None:
    failure = perform(net_call(**parameters), module).failure
    assert failure == Failure("parameter", name=name, shape=shape)


def test_steps_can_use_torch_and_earlier_results(module: ModuleType) -> None:
    call = Call(
        steps=[
            Step("model", "torch:nn.Linear", (2, 1)),
            Step("_", "object:model.eval"),
            Step("optimizer", "torch:optim.SGD", (Ref("model.parameters()"),), {"lr": 0.1}),
        ],
        parameters={"model": {"weight": torch.ones(1, 2), "bias": torch.zeros(1)}},
        observe=("model.training", "model.state", "model.gradients"),
    )
    found = perform(call, module)
    assert found.failure is None
    assert found.values["model.training"] is False
    assert found.values["model.state"]["weight"].data.tolist() == [[1.0, 1.0]]
    assert found.values["model.gradients"] == {"weight": None, "bias": None}


def test_steps_can_use_operators_and_hand_functions_over(module: ModuleType) -> None:
    call = Call(
        steps=[
            Step("number", "student:Number", [0.0]),
            Step("product", "operator:mul", [2, Ref("number")]),
            Step("sine", "student:apply", [Ref("torch:sin"), Ref("x")]),
        ],
        inputs={"x": torch.zeros(2)},
        observe=["product.data", "sine"],
    )
    values = perform(call, module).values
    assert values["product.data"] == 0.5
    assert torch.equal(values["sine"].data, torch.zeros(2))


@pytest.mark.parametrize(
    "steps",
    [
        [Step("made", "student:batches", [Ref("x")]), Step("result", "builtin:list", [Ref("made")])],
        [Step("made", "student:Number", [1.0]), Step("result", "operator:mul", [2, Ref("made")])],
    ],
    ids=["a generator", "a method"],
)
def test_operators_are_seen_where_a_step_of_ours_runs_students_code(module: ModuleType, steps: list[Step]) -> None:
    call = Call(steps=steps, inputs={"x": torch.zeros(2)}, observe=(), banned=["sigmoid", "tanh"])
    assert perform(call, module).operators == {"sigmoid"}


def test_the_seed_of_a_call_is_torchs(module: ModuleType) -> None:
    call = Call([Step("result", "torch:randn", (3,))], seed=7)
    first, second = perform(call, module), perform(call, module)
    assert torch.equal(first.values["result"].data, second.values["result"].data)


def test_depth_of_a_result_can_be_observed() -> None:
    steps = [Step("y", "torch:tanh", [Ref("x")]), Step("z", "torch:sin", [Ref("y")])]
    call = Call(steps, {"x": torch.ones(2)}, observe=("z.depth",))
    assert perform(call, ModuleType("m")).values == {"z.depth": 0}
    linear = [Step("layer", "torch:nn.Linear", [2, 3]), Step("y", "object:layer", [Ref("x")])]
    call = Call([*linear, Step("z", "torch:tanh", [Ref("y")])], {"x": torch.ones(1, 2)}, observe=("y.depth", "z.depth"))
    assert perform(call, ModuleType("m")).values == {"y.depth": 0, "z.depth": 1}
