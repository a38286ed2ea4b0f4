"""The grader's sentences about a failure, and the lines that it reads from the file it holds."""

from __future__ import annotations

import pytest
import torch

from gradkit.course import Limits
from gradkit.sandbox.wording import Submitted, complete
from gradkit.suite import function_call, module_call
from gradkit.suite.mismatch import explain_failure
from gradkit.wire.call import Call, Step
from gradkit.wire.observation import Failure
from gradkit.wire.values import Ref

SOURCE = b"def net(x):\r\n    y = 1  # \x0c a form feed is no end of line\r    return y\n"
SUBMITTED = Submitted("answer.py", {"answer.py": SOURCE, "helper.py": b"secret = 1\n"})
CALL = module_call("Net", [2], {"x": torch.ones(3, 2)}, parameters={"layer.w": torch.ones(2, 1)})
OF_A_FUNCTION = Call(
    [*function_call("pair", {"x": torch.ones(3)}).steps, Step("a", "student:use", [Ref("result.first.grad")])],
    {"x": torch.ones(3)},
)

OF_LAYERS = module_call("Net", [2], {"x": torch.ones(3, 2)}, parameters={"layers.0.w": torch.ones(2, 1)})
SUMMED = Call([Step("result", "student:pair"), Step("sum", "object:result.sum")])
OTHERWISE = Call(
    [
        Step("result", "student:pair"),
        Step("cut", "object:result.narrow", [0, 0, 1], otherwise="pair must return one tensor."),
    ]
)


def completed(failure: Failure, call: Call | None = CALL) -> Failure:
    return complete(failure, SUBMITTED, Limits(memory_mb=700), call)


@pytest.mark.parametrize(
    ("line", "kept", "source"),
    [
        (1, 1, "def net(x):"),
        (2, 2, "y = 1  # \x0c a form feed is no end of line"),
        (3, 3, "return y"),
        (4, 4, ""),
        (5, None, ""),
        (1 << 30, None, ""),
        (None, None, ""),
    ],
)
def test_a_line_is_read_from_the_file_that_was_handed_in(line: int | None, kept: int | None, source: str) -> None:
    failure = completed(Failure("raised", "m", "ValueError", line))
    assert (failure.message, failure.line, failure.source) == ("m", kept, source)


def test_a_long_line_is_cut() -> None:
    submitted = Submitted("answer.py", {"answer.py": b"x = " + b"1" * 100_000})
    assert len(complete(Failure("raised", line=1), submitted, Limits(), CALL).source) == 300


@pytest.mark.parametrize(
    ("failure", "call", "message"),
    [
        (
            Failure("missing", name="student:Net"),
            CALL,
            "answer.py has no Net. Names must be as the handout gives them.",
        ),
        (
            Failure("missing", name="module.layers"),
            CALL,
            "Net has no attribute layers. Names must be as the handout gives them.",
        ),
        (Failure("missing", name="module.state"), CALL, "Net is not an nn.Module, so it has no parameters."),
        (
            Failure("missing", name="result.first.grad"),
            OF_A_FUNCTION,
            "first of the result has no attribute grad. Names must be as the handout gives them.",
        ),
        (
            Failure("parameter", name="module.layer.w"),
            CALL,
            "Net has no parameter named layer.w. Is self.layer a layer that __init__ makes?",
        ),
        (
            Failure("parameter", name="module.layer.w", shape=(1, 2)),
            CALL,
            "Parameter layer.w has shape (1, 2); it must be (2, 1).",
        ),
        (
            Failure("parameter", name="module.layers.0.w"),
            OF_LAYERS,
            "Net has no parameter named layers.0.w. A plain list hides its layers from the model: put them into an "
            "nn.ModuleList.",
        ),
        (Failure("missing", name="module.to"), CALL, "Net is not an nn.Module, so it has no to()."),
        (Failure("missing", name="result.sum"), SUMMED, "the result is not a tensor, so it has no sum()."),
        (Failure("missing", name="result.narrow"), OTHERWISE, "pair must return one tensor."),
        (Failure("memory", line=1), None, "it asked for more than 700 MiB of memory"),
        (Failure("protocol"), CALL, "the answer is larger than can be sent, or holds something that is not plain data"),
    ],
)
def test_what_a_process_states_in_names_is_said_in_words(failure: Failure, call: Call | None, message: str) -> None:
    assert completed(failure, call).message == message


STEPS = [
    Step("model", "student:vgg", [[4]]),
    Step("loaded", "torch:nn.utils.vector_to_parameters", [Ref("x"), Ref("model.parameters()")]),
    Step("batches", "student:batches"),
    Step("every", "builtin:list", [Ref("batches")]),
    Step("result", "object:model", [Ref("x")]),
    Step("cut", "object:result.narrow", [0, 0, 1]),
    Step("layer", "builtin:getattr", [Ref("model"), "layers"]),
    Step("p", "operator:mul", [Ref("model"), Ref("result")]),
    Step("inside", "torch:load", [Ref("x")], otherwise="The file must hold model.state_dict()."),
]


@pytest.mark.parametrize(
    ("name", "type_name", "sentence"),
    [
        (
            "1",
            "RuntimeError",
            "torch.nn.utils.vector_to_parameters() of parameters of what vgg returns raised RuntimeError: m",
        ),
        ("3", "TypeError", "list() of what batches returns raised TypeError: m"),
        ("4", "TypeError", "Calling what vgg returns raised TypeError: m"),
        ("5", "RuntimeError", "narrow() of the result raised RuntimeError: m"),
        ("6", "AttributeError", "What vgg returns has no attribute layers. Names must be as the handout gives them."),
        ("7", "TypeError", "The operator mul of what vgg returns and the result raised TypeError: m"),
        ("8", "UnpicklingError", "The file must hold model.state_dict()."),
        ("model.state", "AttributeError", "Looking at what vgg returns afterwards raised AttributeError: m"),
    ],
)
def test_a_step_of_the_suites_own_is_never_said_to_be_the_students(name: str, type_name: str, sentence: str) -> None:
    call = Call(STEPS, {"x": torch.ones(3)}, observe=("model.state",))
    kind, said = explain_failure(completed(Failure("unusable", "m", type_name, name=name), call))
    assert (kind, said.text) == ("unusable", sentence)
