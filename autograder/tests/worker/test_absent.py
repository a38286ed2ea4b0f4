"""Packages that are not in a worker can be imported and not used, and their files cannot be read."""

from __future__ import annotations

from contextlib import closing

import pytest
import torch

from gradkit.course import Limits
from gradkit.sandbox import Sandbox, SubmissionRunner, Submitted, Workers
from gradkit.suite import function_call
from gradkit.wire.observation import Observation
from gradkit.worker.absent import PACKAGES

SOURCE = """
import importlib
import os
import scipy.signal
import sklearn
import torch
import torch._refs.nn.functional as again
from scipy import *
from sklearn.datasets import load_digits
from torch._decomp import decompositions

def unused(x): return x + 1
def attribute(x): return scipy.signal.convolve2d(x, x)
def function(x): return load_digits()
def repeated(x): return again.softplus(x)
def decomposed(x): return decompositions.softplus(x, 1, 20)
def by_name(x): return importlib.import_module("torch._refs").relu(x)
def base(x):
    class Mine(sklearn.base.BaseEstimator): pass
def vmapped(x): return torch.vmap(torch.func.jacfwd(torch.exp))(x)
def optimized(x):
    parameter = torch.nn.Parameter(x.clone())
    for name in ("SGD", "Adam", "AdamW", "RMSprop", "Adagrad"):
        optimizer = getattr(torch.optim, name)([parameter], lr=0.1)
        parameter.sum().backward()
        optimizer.step()
    return parameter.detach()
def read(x):
    folder = next(path for path in __import__("sys").path if path.endswith("site-packages"))
    found = {}
    for package in sorted(os.listdir(folder)):
        path = os.path.join(folder, package, "__init__.py")
        if os.path.isfile(path):
            try:
                open(path).close()
                found[package] = True
            except OSError:
                found[package] = False
    return found
"""


def run(workers: Workers, name: str) -> Observation:
    runner = SubmissionRunner(Submitted("answer.py", {"answer.py": SOURCE.encode()}), Limits(), workers.start)
    found = runner.run(function_call(name, {"x": torch.ones(2, dtype=torch.float64)}))
    runner.close()
    return found


@pytest.mark.parametrize("name", ["unused", "vmapped", "optimized"])
def test_torch_works_and_an_import_costs_nothing(level: Sandbox, name: str) -> None:
    with closing(level.connect()) as workers:
        assert run(workers, name).failure is None


@pytest.mark.parametrize(
    ("name", "package"),
    [
        ("attribute", "scipy"),
        ("function", "sklearn"),
        ("base", "sklearn"),
        ("repeated", "torch._refs.nn.functional"),
        ("decomposed", "torch._decomp.decompositions"),
        ("by_name", "torch._refs"),
    ],
)
def test_the_first_use_says_that_it_is_not_there(sandbox: Sandbox, name: str, package: str) -> None:
    with closing(sandbox.connect()) as workers:
        failure = run(workers, name).failure
    assert failure is not None
    assert (failure.type_name, failure.message) == ("ModuleNotFoundError", f"{package} is not available when graded")


def test_files_of_absent_packages_cannot_be_read(level: Sandbox) -> None:
    with closing(level.connect()) as workers:
        found = run(workers, "read").values["result"]
    assert {"torch", "numpy"} <= {name for name, readable in found.items() if readable}
    if level.level.confined:
        assert {"scipy", "sklearn"} <= {name for name, readable in found.items() if not readable} <= set(PACKAGES)
