"""The banned call that a student reads of: named in the source, seen at run time, or possible in an unreadable file."""

from __future__ import annotations

import ast
from datetime import UTC, datetime

from gradkit.bans.names import Asked, find_uses
from gradkit.bans.uses import BannedUse
from gradkit.course import Assignment, BanGroup, Question
from gradkit.grading.bans import find_banned
from gradkit.grading.reader import Reading

GROUP = BanGroup(
    "Not here.", names=("torch.nn.Linear", "torch.nn.functional.linear", "torch.optim.*"), operators=("linear",)
)
QUESTION = Question("Net", ("Net",), 1.0, ("linear",))
HEAD = "import torch\nfrom torch import nn\nimport torch.nn.functional as F\n"


def find(source: str, operators: frozenset[str] = frozenset()) -> BannedUse | None:
    assignment = Assignment("hw", "t", datetime(2026, 1, 1, tzinfo=UTC), "m.py", (QUESTION,), banned={"linear": GROUP})
    (use,) = find_uses(ast.parse(source), [Asked(QUESTION.targets, [GROUP.names])])
    return find_banned(assignment, QUESTION, Reading({} if use is None else {"Net": use}), operators)


def test_an_operator_that_ran_is_found_whatever_the_file_says() -> None:
    use = find("def Net(x): return x\n", frozenset({"mm", "linear"}))
    assert use is not None
    assert "seen while your code ran" in use.message


def test_the_first_use_in_the_file_is_told() -> None:
    use = find(HEAD + "def Net(x):\n    y = F.linear(x, x)\n    return torch.optim.SGD(y)\n")
    assert use is not None
    assert use.message == "torch.nn.functional.linear is used (line 5). Not here."


def test_whether_a_file_that_cannot_be_read_uses_a_banned_call_is_not_known() -> None:
    free = Question("Free", ("Free",), 1.0)
    assignment = Assignment("hw", "t", datetime(2026, 1, 1, tzinfo=UTC), "m.py", (QUESTION,), banned={"linear": GROUP})
    reading = Reading(unreadable={"m.py": "it is nested too deeply"})
    use = find_banned(assignment, QUESTION, reading, frozenset())
    assert use is not None
    assert use.message.startswith("m.py cannot be read: it is nested too deeply. Write it in smaller steps.")
    assert find_banned(assignment, free, reading, frozenset()) is None
