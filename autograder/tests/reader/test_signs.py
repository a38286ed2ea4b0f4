"""Each sign of deception is found where it is, and ordinary code of the same kind is not one."""

from __future__ import annotations

import ast

import pytest

from gradkit.reader.signs import find_signs

SIGNS = """
import threading
import concurrent.futures
import ctypes
from gc import get_referents
import inspect as i
import gradkit.worker
import importlib
import pickle
import torch._refs
from torch._decomp import decompositions
from torch.library import Library
from torch import _C
import torch.fx
torch._C._nn.linear(x, x)
torch.ops.aten.sigmoid(x)
t.ops.aten.sigmoid(x)
torch.DispatchKey.CPU
sys.modules["torch"]
sys._getframe(1)
error.__traceback__.tb_frame
frame.f_back.f_locals
getattr(torch, "sig" + "moid")
getattr(x, name)
setattr(Model, name, 1)
map(getattr, [x], ["y"])
operator.attrgetter(name)(x)
globals()["f"]
vars(torch)
locals()
f.__globals__
f.__code__
torch.__dict__["sigmoid"]
exec("x")
eval("x")
compile("x", "", "exec")
__import__("os")
x.grad_fn.next_functions
torch.autograd.Variable._execution_engine
object.__subclasses__()
x.__class__ = int
torch.sigmoid = f
nn.Linear.forward = f
Model.work = torch.sigmoid
class Mine(torch.Tensor): pass
class Mine: __torch_function__ = f
x: f() = 1
os._exit(0)
signal.alarm(1)
atexit.register(f)
base64.b64decode(x)
torch.jit.script(f)
""".strip().splitlines()
ORDINARY = """
import math
import numpy as np
from torch import Tensor, nn, optim
import matplotlib.pyplot as plt
getattr(x, "shape")
hasattr(x, name)
x.__class__.__name__
self.__dict__
Model.count = 0
Model.__radd__ = Model.build
model.eval()
re.compile("x")
model.w.data = x
optimizer.param_groups[0]["lr"] = 0.1
np.random.seed(0)
torch.autograd.Function
torch.utils.data.DataLoader(x)
x: list[int] = []
torch.__version__
torch.backends.cudnn.deterministic = True
sys.stdout.write("x")
f: Callable[[Tensor], Tensor] = torch.sigmoid
""".strip().splitlines()
BEFORE = """
import atexit, base64, operator, os, re, signal, sys
import numpy as np
import torch
import torch as t
from torch import nn

class Model(nn.Module):
    def build(self, name):
        setattr(self, name, nn.Linear(1, 1))
        return getattr(self, f"layer_{name}")
"""
IMPORTED = len(find_signs(ast.parse(BEFORE)))


@pytest.mark.parametrize("line", SIGNS)
def test_a_sign_is_found_on_its_line(line: str) -> None:
    text = f"{BEFORE}\n{line}\n"
    number = text.count("\n")
    found = [sign for sign in find_signs(ast.parse(text)) if sign.line == number]
    assert found


@pytest.mark.parametrize("line", ORDINARY)
def test_ordinary_code_is_no_sign(line: str) -> None:
    assert len(find_signs(ast.parse(f"{BEFORE}\n{line}\n"))) == IMPORTED


@pytest.mark.parametrize("decorator", ["", "@torch.no_grad()\n    ", "@property\n    "])
@pytest.mark.parametrize("use", ["getattr(self, name)", "vars(self)", "[getattr(self, n) for n in vars(self)]"])
def test_a_method_may_look_at_its_own_object(decorator: str, use: str) -> None:
    source = f"{BEFORE}\nclass Mine:\n    {decorator}def f(self, name=None):\n        return {use}\n"
    assert len(find_signs(ast.parse(source))) == IMPORTED


@pytest.mark.parametrize(
    "source", ["vars(x)", "vars(self, torch)", "map(vars, [torch])", "vars(self).update(vars(torch))"]
)
def test_vars_of_anything_else_is_a_sign(source: str) -> None:
    text = f"{BEFORE}\nclass Mine:\n    def f(self):\n        return {source}\n"
    assert len(find_signs(ast.parse(text))) > IMPORTED


def test_a_sign_says_what_and_why() -> None:
    (sign,) = find_signs(ast.parse("import torch\ntorch._C._nn.linear(1)\n"))
    assert (sign.line, sign.why) == (2, "torch._C: an inner part of torch")


def test_a_name_that_a_method_gives_to_something_else_is_a_sign() -> None:
    source = "class A:\n    def f(self=torch):\n        return getattr(self, name)\n"
    assert find_signs(ast.parse(source))
