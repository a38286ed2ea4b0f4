"""Banned calls are found under every name, and only where the question's own code reaches them."""

from __future__ import annotations

import pytest

from gradkit.course import Assignment, BanGroup, Question
from gradkit.grading.bans import BannedUse, find_banned

GROUP = BanGroup(
    "Not here.", names=("torch.nn.Linear", "torch.nn.functional.linear", "torch.optim.*"), operators=("linear",)
)
QUESTION = Question("Net", ("Net",), 1.0, ("linear",))
HEAD = "import torch\nfrom torch import nn\nimport torch.nn.functional as F\n"


def find(source: str, operators: frozenset[str] = frozenset()) -> BannedUse | None:
    from datetime import UTC, datetime

    assignment = Assignment("hw", "t", datetime(2026, 1, 1, tzinfo=UTC), "m.py", (QUESTION,), banned={"linear": GROUP})
    return find_banned(assignment, QUESTION, source.encode(), operators)


@pytest.mark.parametrize(
    "source",
    [
        HEAD + "class Net(nn.Module):\n    def __init__(self): self.l = nn.Linear(1, 1)\n",
        HEAD + "def Net(x): return F.linear(x, x)\n",
        HEAD + "def Net(x): return torch.nn.functional.linear(x, x)\n",
        "from torch.nn.functional import linear as l\ndef Net(x): return l(x, x)\n",
        "import torch as t\nL = t.nn.Linear\ndef Net(x): return L(1, 1)\n",
        HEAD + "def helper(x): return F.linear(x, x)\ndef Net(x): return helper(x)\n",
        HEAD + "class Base:\n    def go(self): return F.linear\nclass Net(Base): pass\n",
        HEAD + "table = {'a': F.linear}\ndef Net(x): return table['a'](x, x)\n",
        "import torch\ndef Net(x): return torch.optim.SGD(x)\n",
        "def Net(x):\n    from torch.nn import functional as G\n    return G.linear(x, x)\n",
        HEAD + "if True:\n    def Net(x): return F.linear(x, x)\n",
    ],
)
def test_a_banned_name_is_found(source: str) -> None:
    use = find(source)
    assert use is not None
    assert use.line is not None
    assert "Not here." in use.message


@pytest.mark.parametrize(
    "source",
    [
        HEAD + "def Net(x): return x @ x\nclass Other:\n    layer = nn.Linear(1, 1)\n",
        HEAD + "def Net(x: nn.Linear) -> nn.Linear: return x\n",
        HEAD + "def Net(x): return isinstance(x, nn.Linear)\n",
        HEAD + "def Net(x):\n    '''Like nn.Linear.'''\n    return x  # nn.Linear(1, 1)\n",
        "def linear(x): return x\ndef Net(x): return linear(x)\n",
        HEAD + "class Net:\n    def linear(self): return 1\n    def go(self): return self.linear()\n",
        HEAD + "if __name__ == '__main__':\n    print(nn.Linear(1, 1))\ndef Net(x): return x\n",
        "def Net(:\n",
    ],
)
def test_what_is_not_a_banned_call_is_not_found(source: str) -> None:
    assert find(source) is None


def test_an_operator_that_ran_is_found_whatever_the_file_says() -> None:
    use = find("def Net(x): return x\n", frozenset({"mm", "linear"}))
    assert use is not None
    assert "seen while your code ran" in use.message
