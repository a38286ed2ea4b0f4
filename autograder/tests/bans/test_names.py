"""Banned calls are found under every name, and only where the question's own code reaches them."""

from __future__ import annotations

import ast

import pytest

from gradkit.bans.names import Asked, find_uses

BANNED = ("torch.nn.Linear", "torch.nn.functional.linear", "torch.optim.*")
HEAD = "import torch\nfrom torch import nn\nimport torch.nn.functional as F\n"


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
        HEAD + "try:\n    import nothing\nexcept ImportError:\n    def Net(x): return F.linear(x, x)\n",
        HEAD + "match 1:\n    case _:\n        def Net(x): return F.linear(x, x)\n",
        HEAD + "class Net: pass\nNet.layer = F.linear\n",
        HEAD + "table = {}\ntable[0] = F.linear\ndef Net(x): return table[0](x, x)\n",
        HEAD + "(found, *others), name = [F.linear], 1\ndef Net(x): return found(x, x)\n",
        HEAD + "print(found := F.linear)\ndef Net(x): return found(x, x)\n",
        HEAD + "def Net(x): return F.linear.__call__(x, x)\n",
        HEAD + "if __name__ == '__main__': pass\nelse: f = F.linear\ndef Net(x): return f(x, x)\n",
        HEAD + "x = F.linear\ndef Net(f=x): return f(1, 1)\n",
        HEAD + "x = F.linear\ndef Net():\n    class A:\n        y = x\n        x = 1\n    x = 2\n    return A\n",
        HEAD
        + "x = F.linear\ndef Net():\n    class A:\n        y = x\n        def x(self): 0\n    x = 2\n    return A\n",
        HEAD + "x = F.linear\ndef Net():\n    def f():\n        global x\n        return x\n    x = 2\n    return f\n",
        HEAD + "x = F.linear\ndef Net():\n    def f(x): return x\n    return x(1, 1)\n",
        HEAD + "x = F.linear\ndef Net():\n    [0 for x in []]\n    return x(1, 1)\n",
        HEAD + "x = F.linear\nNet = (lambda x: x)(x)\n",
        HEAD + "__name__ = '__main__'\nif __name__ == '__main__': f = F.linear\ndef Net(x): return f(x, x)\n",
        HEAD + "import sys as __name__\nif __name__ == '__main__': f = F.linear\ndef Net(x): return f(x, x)\n",
        HEAD + "def Net(x): return F.linear(x, x).sum().item()\n",
    ],
)
def test_a_banned_name_is_found(source: str) -> None:
    (use,) = find_uses(ast.parse(source), [Asked(("Net",), [BANNED])])
    assert use is not None
    assert 1 <= use.line <= source.count("\n")


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
        HEAD + "def Net(x): return x\nif __name__ == '__main__':\n    x = 1\n    print(Net(x), F.linear(x, x))\n",
        HEAD + "x = F.linear(1, 1)\ndef Net(x): return x\nprint(x)\n",
        HEAD + "x = F.linear(1, 1)\ndef Net(y):\n    x = y\n    return [x for _ in y]\n",
        HEAD + "x = F.linear(1, 1)\nclass Net:\n    def forward(self, *x): return (lambda: x)()\n",
    ],
)
def test_what_is_not_a_banned_call_is_not_found(source: str) -> None:
    assert find_uses(ast.parse(source), [Asked(("Net",), [BANNED])]) == [None]
