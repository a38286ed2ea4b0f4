"""A course of one small assignment, for the tests of the engine: the engine knows nothing of any real one."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

HW = "hw0_scaling"
COURSE = """
id = "demo"
title = "A demonstration"
"""

ASSIGNMENT = """
id = "hw0_scaling"
title = "Scaling"
due = 2026-10-01T22:00:00Z
module = "scaling.py"

[[question]]
id = "scale"
targets = ["scale"]
points = 3
banned = ["mul"]

[[question]]
id = "Shift"
targets = ["Shift"]
points = 2

[banned.mul]
names = ["torch.mul"]
operators = ["mul"]
reason = "Write the product without torch.mul: that is the point here."

[limits]
seconds_per_call = 2.0
seconds = 20.0
restarts = 2
output_kb = 4
"""

REFERENCE = '''
"""The reference of the demonstration."""

import torch
from torch import Tensor, nn


def scale(x: Tensor, factor: float = 2.0) -> Tensor:
    return x / (1 / factor)


class Shift(nn.Module):
    def __init__(self, size: int) -> None:
        super().__init__()
        self.offset = nn.Parameter(torch.zeros(size))

    def forward(self, x: Tensor) -> Tensor:
        return x + self.offset
'''

SUITE_SCALE = '''
"""Hidden tests of scale."""

import pytest
import torch

from gradkit.suite import Rng, Runner, assert_matches, expected, function_call

pytestmark = pytest.mark.question("scale")


@pytest.mark.points(2)
@pytest.mark.parametrize("n", [5, 2, 3])
def test_secret_name_values(student: Runner, reference: Runner, rng: Rng, n: int) -> None:
    """Values and gradients are right."""
    call = function_call("scale", {"x": rng.normal(n)}, factor=3.0, cotangent=rng.normal(n))
    assert_matches(student.run(call), reference.run(call), hint="x (n,): result (n,)")


@pytest.mark.points(1)
def test_secret_name_figures(student: Runner) -> None:
    """The default factor is 2."""
    x = torch.tensor([1.5], dtype=torch.float64)
    right = expected(result=torch.tensor([3.0], dtype=torch.float64))
    assert_matches(student.run(function_call("scale", {"x": x})), right, hint="the default factor is 2")
'''

SUITE_SHIFT = '''
"""Hidden tests of Shift."""

import pytest

from gradkit.suite import Rng, Runner, assert_matches, module_call

pytestmark = pytest.mark.question("Shift")


@pytest.mark.points(2)
def test_secret_name_shift(student: Runner, reference: Runner, rng: Rng) -> None:
    """The offset is added, and gradients reach it."""
    call = module_call(
        "Shift", [4], {"x": rng.normal(3, 4)}, parameters={"offset": rng.normal(4)}, cotangent=rng.normal(3, 4)
    )
    assert_matches(student.run(call), reference.run(call), hint="x (N, size)")
'''

# With these it can be built, handed in and filed too.
QUESTIONS = {"scale": "return x / (1 / factor)", "Shift": "return x + self.offset"}
CHECK = '```python question="{0}"\n!python -m pytest -q --no-header test_public.py -k {0}\n```\n'
PUBLIC = '\n\ndef test_{0}_is_there():\n    "It is there."\n    assert callable(scaling.{0})\n'
CONFIG = """\
from pathlib import Path

from gradkit.gradebook.settings import configure

configure(get_config(), Path(__file__).resolve().parent)
"""

# A course without an assignment.
BARE = {"course.toml": COURSE, "autograder/hidden/secret.txt": "a secret\n"}

FILES = BARE | {
    f"assignments/{HW}/assignment.toml": ASSIGNMENT,
    f"assignments/{HW}/scaling.py": REFERENCE,
    f"autograder/hidden/{HW}/test_scale.py": SUITE_SCALE,
    f"autograder/hidden/{HW}/test_shift.py": SUITE_SHIFT,
}


def write_tree(root: Path, files: Mapping[str, str | bytes]) -> Path:
    """Write files below ``root``; returns ``root``."""
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    return root


def complete(root: Path) -> Path:
    """Add to the course in ``root`` all that a build needs; returns ``root``."""
    module = REFERENCE.lstrip()
    for question, line in QUESTIONS.items():
        indent = " " * (module.index(line) - module.rindex("\n", 0, module.index(line)) - 1)
        region = f"### BEGIN SOLUTION {question}: one line.\n{indent}{line}\n{indent}### END SOLUTION"
        module = module.replace(line, region)
    files = {
        f"assignments/{HW}/scaling.py": module,
        f"assignments/{HW}/notebook.md": "\n".join(["# Scaling\n", *map(CHECK.format, QUESTIONS)]),
        f"assignments/{HW}/test_public.py": "import scaling\n" + "".join(map(PUBLIC.format, QUESTIONS)),
        f"assignments/{HW}/README.md": "# Scaling\n\nFill in `scaling.py`.\n",
        "nbgrader_config.py": CONFIG,
    }
    return write_tree(root, files)
