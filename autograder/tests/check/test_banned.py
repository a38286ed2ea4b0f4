"""The public checks find the calls that a question does not allow as grading does, and say the same."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from gradkit.check.checks import run_checks
from gradkit.check.homework import find_homework
from gradkit.check.process import Apart
from gradkit.check.results import Report
from gradkit.course import BanGroup
from gradkit.course.assignment import Question
from gradkit.grading.bans import find_banned
from gradkit.grading.reader import Reading

from .conftest import solve

REASON = "Twice a number is what you build in this question."
NAMES = ["torch.add", "torch.Tensor.backward", "torch.nn.Linear", "torch.no_such_name"]
OPERATORS = [
    "add",
    "add_",
    "torch.Tensor.backward",
    "torch.nn.functional.gaussian_nll_loss",
    "math.fsum",
    "no_such_operator",
]


@pytest.fixture
def banning(homework: Path) -> Path:
    """The homework, in which `double` may not add."""
    data = json.loads((homework / "homework.json").read_text())
    data["banned"] = {"adding": {"reason": REASON, "names": NAMES, "operators": OPERATORS}}
    data["questions"][0] |= {"banned": ["adding"], "beyond": "gradients and float64"}
    data["questions"][1] |= {"beyond": "longer lists"}
    (homework / "homework.json").write_text(json.dumps(data))
    checks = (homework / "test_public.py").read_text()
    # What a check itself uses does not count.
    own = "    assert torch.add(torch.ones(1), 1) + torch.ones(1) == 3\n    found ="
    (homework / "test_public.py").write_text(checks.replace("    found =", own, 1))
    return homework


def told(report: Report) -> tuple[str, int | None]:
    """What is said of the one check that `double` does not pass."""
    (wrong,) = [check for check in report.questions[0].checks if check.status != "passed"]
    return wrong.message, wrong.line


@pytest.mark.parametrize(
    ("body", "what", "line"),
    [
        ("return torch.add(torch.as_tensor(x), x)", "torch.add is used (line 8)", 8),
        ("return x + x", "add is used (seen while your code ran)", 8),
        ("return 2 * x\n\ndef unused(x): return torch.nn.Linear(x, x)", None, None),
        ("y = torch.as_tensor(2 * x)\n    y += 0\n    return y", "add_ is used (seen while your code ran)", 9),
        (
            "import math\n    return math.fsum([x, x]) if type(x) is int else 2 * x",
            "math.fsum is used (seen while your code ran)",
            9,
        ),
        (
            "y = torch.ones(1, requires_grad=True)\n    y.backward()\n    return 2 * x",
            "torch.Tensor.backward is used",
            9,
        ),
        (
            "from threading import Thread\n    def work(): x + x\n    one = Thread(target=work)\n    one.start()\n"
            "    one.join()\n    return 2 * x",
            "add is used (seen while your code ran)",
            9,
        ),
    ],
)
def test_a_banned_call_is_said_in_the_words_of_grading(
    banning: Path, body: str, what: str | None, line: int | None
) -> None:
    """By its name, by an operator in any thread, a method or a function written in C; where the student uses it."""
    solve(banning, body)
    report = run_checks(find_homework(banning))
    if what is None:
        assert report.questions[0].status == "passed"
        return
    message, found_line = told(report)
    assert message.startswith(what)
    assert message.endswith(f". {REASON}")
    assert (found_line, report.passed) == (line, False)


def test_the_sentence_is_that_of_grading(banning: Path) -> None:
    solve(banning, "return x + x")
    (group,) = find_homework(banning).questions[0].bans
    question = Question("double", ("double",), 2.0, ("adding",))
    assignment = type(
        "Assignment", (), {"banned": {"adding": BanGroup(REASON, group.names, group.operators)}, "module": ""}
    )
    use = find_banned(assignment(), question, Reading(), {"add"})  # type: ignore[arg-type]
    assert use is not None
    assert told(run_checks(find_homework(banning)))[0] == use.message


def test_a_process_whose_calls_are_replaced_bears_no_traces(banning: Path) -> None:
    """A check and the next one run in one process, and what a question bans is free in the other and in a stub."""
    with Apart(find_homework(banning), 10) as checks:
        process = checks._process
        assert checks.run().questions[0].status == "not started"
        solve(banning, "return 2 * x")
        (banning / "demo.py").write_text((banning / "demo.py").read_text().replace("[2 * x for", "[x + x for"))
        report = checks.run()
        assert report.passed
        solve(banning, "return x + x")
        message, _ = told(checks.run())
        assert message.startswith("add is used")
        assert checks._process is process
    assert report.beyond() == [
        "double: grading also tries gradients and float64.",
        "double_all: grading also tries longer lists.",
    ]
    assert all(sentence in shown for sentence in report.beyond() for shown in (repr(report), report._repr_html_()))
