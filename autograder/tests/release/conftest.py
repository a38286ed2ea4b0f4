"""A small course in the shape of the real one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from gradkit.course import Assignment, Course, load_course
from gradkit.release import build_course

from ..demo_course import write_tree

HW = "hw9_scale"
TEXTS = {
    "course.toml": 'id = "tiny"\ntitle = "A tiny course"\n',
    f"assignments/{HW}/assignment.toml": """\
id = "hw9_scale"
title = "Scaling"
due = 2030-10-05T22:00:00Z
module = "scale.py"

[[question]]
id = "scale"
targets = ["scale"]
points = 3

[[question]]
id = "Line"
targets = ["Line"]
points = 2.5

[[written]]
id = "why"
points = 1
""",
    f"assignments/{HW}/scale.py": '''\
"""Homework 9: scaling."""

import torch
from torch import Tensor, nn


def scale(x: Tensor, factor: float) -> Tensor:
    """Every element times the factor, less the mean."""
    ### BEGIN SOLUTION scale: multiply, then take the mean away.
    ###   Two lines are enough.
    # The mean moves with the factor, so scale first.
    scaled = x * factor
    return scaled - scaled.mean()
    ### END SOLUTION


class Line(nn.Module):
    """A straight line."""

    def __init__(self) -> None:
        super().__init__()
        self.slope = nn.Parameter(torch.ones(1))

    def forward(self, x: Tensor) -> Tensor:
        """The line's height at x."""
        ### BEGIN SOLUTION Line: the slope times x, plus three.
        return self.slope * x + 3
        ### END SOLUTION
''',
    f"assignments/{HW}/notebook.md": """\
# Scaling für $x \\mapsto a x$

```python
import torch

from scale import Line, scale
```

Scale something here.

```python question="scale"
!python -m pytest -q --no-header test_public.py -k scale
```

```python
x = torch.arange(4.0)
### BEGIN SOLUTION Line: draw the line's heights.
heights = [line(v).item() for v in x * 2]
### END SOLUTION
```

```python question="Line"
!python -m pytest -q --no-header test_public.py -k Line
```

Why does the mean vanish?

<!-- #region written="why" -->
Because the mean is linear, it moves along with the factor. Taking
it away after scaling therefore leaves zero.
<!-- #endregion -->
""",
    f"assignments/{HW}/test_public.py": '''\
"""Public checks."""

import torch

import scale


def test_scale_keeps_the_shape():
    """One number for each."""
    assert scale.scale(torch.tensor([1.0, 2.0, 4.0, 8.0]), 2.0).shape == (4,)


def test_Line_is_there():
    """The line can be drawn."""
''',
    f"assignments/{HW}/README.md": "# Homework 9\n\nFill in `scale.py`.\n",
    "autograder/hidden/secret.txt": "correct-horse-battery-staple\n",
    f"autograder/hidden/{HW}/test_scale.py": '''\
"""Hidden tests of scale."""

import pytest
import torch
from gradkit.suite import assert_matches, expected, function_call

pytestmark = pytest.mark.question("scale")


@pytest.mark.points(3)
def test_figures_by_hand(student, reference):
    """Four numbers come out right.

    The mean of 3, 6, 12, 24 is 11.25 exactly.
    """
    x = torch.tensor([1.0, 2.0, 4.0, 8.0])
    call = function_call("scale", {"x": x, "factor": 3.0})
    assert_matches(student.run(call), expected(result=x * 3 - 11.25), hint="x has shape (n,)")
''',
    f"autograder/hidden/{HW}/mistakes.py": '''\
"""Wrong solutions."""

from gradkit.suite import mistake


@mistake("scale")
def mean_kept_back(x, factor):
    """The mean is still in the result."""
    return x.mul(factor).add(0 * factor)


@mistake("scale")
def double(x, factor):
    """Twice too large."""
    return 2 * x * factor
''',
}


def write_course(root: Path, changes: dict[str, str | None]) -> Course:
    """Write the course, with some files changed; None leaves one out. ``<hw>`` stands for the assignment's folder."""
    changed = {name.replace("<hw>", f"assignments/{HW}"): text for name, text in changes.items()}
    return load_course(write_tree(root, {name: text for name, text in (TEXTS | changed).items() if text is not None}))


@pytest.fixture
def write(tmp_path: Path) -> Callable[[dict[str, str | None]], Course]:
    """Write the course into a folder of the test, with changes: ``write({"<hw>/README.md": "..."})``."""
    return lambda changes: write_course(tmp_path / "course", changes)


@pytest.fixture
def original() -> Callable[[str], str]:
    """The unchanged text of one of the assignment's files: ``original("scale.py")``."""
    return lambda name: TEXTS[f"assignments/{HW}/{name}"]


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Course:
    """The course, built once; tests only read it."""
    course = write_course(tmp_path_factory.mktemp("built"), {"<hw>/data/numbers.csv": "a,b\n1,2\n"})
    build_course(course)
    return course


@pytest.fixture
def assignment(built: Course) -> Assignment:
    """The course's only assignment."""
    return built.assignment(HW)
