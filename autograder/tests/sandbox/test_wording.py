"""The grader's sentences about a failure, and the lines that it reads from the file it holds."""

from __future__ import annotations

import pytest
import torch

from gradkit.course import Limits
from gradkit.sandbox.wording import Submitted, complete
from gradkit.suite import function_call, module_call
from gradkit.wire import Call, Failure, Ref, Step

SOURCE = b"def net(x):\r\n    y = 1  # \x0c a form feed is no end of line\r    return y\n"
SUBMITTED = Submitted("answer.py", {"answer.py": SOURCE, "helper.py": b"secret = 1\n"})
CALL = module_call("Net", [2], {"x": torch.ones(3, 2)}, parameters={"layer.w": torch.ones(2, 1)})
OF_A_FUNCTION = Call(
    [*function_call("pair", {"x": torch.ones(3)}).steps, Step("a", "student:use", [Ref("result.first.grad")])],
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
        (Failure("missing", name="student:Net"), CALL, "answer.py has no Net"),
        (Failure("missing", name="module.layers"), CALL, "Net has no attribute layers"),
        (Failure("missing", name="module.state"), CALL, "Net is not an nn.Module, so it has no parameters"),
        (
            Failure("missing", name="result.first.grad"),
            OF_A_FUNCTION,
            "first of what pair returns has no attribute grad",
        ),
        (
            Failure("parameter", name="module.layer.w"),
            CALL,
            "Net has no parameter named layer.w. Is it an nn.Parameter, assigned to self.layer.w in __init__?",
        ),
        (
            Failure("parameter", name="module.layer.w", shape=(1, 2)),
            CALL,
            "Parameter layer.w has shape (1, 2); it must be (2, 1).",
        ),
        (Failure("memory", line=1), None, "it asked for more than 700 MiB of memory"),
        (Failure("protocol"), CALL, "the answer is larger than can be sent, or holds something that is not plain data"),
    ],
)
def test_what_a_process_states_in_names_is_said_in_words(failure: Failure, call: Call | None, message: str) -> None:
    assert completed(failure, call).message == message
