"""A replaced operator takes numbers beside tensors as torch does."""

from __future__ import annotations

import subprocess
import sys

# In a process of its own: what is replaced stays so.
PROGRAM = """
import itertools
import torch
from gradkit.bans.replacing import replace_calls

tensors = [torch.ones(2), torch.tensor(3.0), torch.ones(2, dtype=torch.float64), torch.ones(2, dtype=torch.int32),
           torch.tensor(2), torch.tensor(True), torch.ones(2, dtype=torch.complex64), torch.ones(2, dtype=torch.bool)]
numbers = [2, 2.5, True, 1 + 2j, 0.1]
ways = [torch.mul, torch.add, torch.div, torch.pow, torch.sub, lambda a, b: b * a, lambda a, b: b - a, torch.eq,
        torch.multiply, torch.true_divide, torch.Tensor.mul_]

def results():
    for way, tensor, number in itertools.product(ways, tensors, numbers):
        try:
            found = way(tensor.clone(), number)
            yield found.dtype, found.shape, found.tolist()
        except RuntimeError as error:
            yield str(error)

before = list(results())
replace_calls(["mul", "mul_", "add", "div", "pow", "sub", "rsub", "eq", "multiply", "true_divide"])
print(sum(one != other for one, other in zip(before, results(), strict=True)), len(before))
"""


def test_numbers_beside_tensors_are_taken_as_before() -> None:
    command = [sys.executable, "-W", "ignore", "-c", PROGRAM]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout  # noqa: S603 - the text above
    assert said.split() == ["0", "440"]
