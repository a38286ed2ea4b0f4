"""What counts as a trace of a student's code, and what torch does to itself."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

TRACES = """
import torch
from torch import nn
from gradkit.check.side_effects import differ, traces
before = traces()
{code}
print(differ(before, traces()))
"""


def differs(code: str) -> bool:
    """Whether code leaves traces, in a process of its own."""
    command = [sys.executable, "-c", TRACES.format(code=code)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603 - our own
    return done.stdout == "True\n"


def test_the_solutions_of_the_course_leave_none() -> None:
    folders = [str(path) for path in sorted((Path(__file__).resolve().parents[3] / "solutions").iterdir())]
    assert len(folders) == 8
    assert not differs(
        "from pathlib import Path\nfrom gradkit.check.homework import find_homework\n"
        "from gradkit.check.banned import replace_banned\nfrom gradkit.check.checks import run_checks\n"
        f"homeworks = [find_homework(Path(folder)) for folder in {folders}]\n"
        "for one in homeworks: replace_banned(one)\n"
        "before = traces()\n"  # as the process of the checks does it
        "assert all(run_checks(one).passed for one in homeworks)"
    )


def test_ordinary_work_leaves_none() -> None:
    assert not differs(
        "layer = nn.Linear(2, 1); optimizer = torch.optim.Adam(layer.parameters()); layer(torch.ones(3, 2)).sum()"
        ".backward(); optimizer.step(); torch.manual_seed(0); nn.functional.conv2d(torch.ones(1, 1, 3, 3), "
        "torch.ones(1, 1, 2, 2)); torch.linalg.pinv(torch.ones(2, 2)); torch.func.grad(torch.sin)(torch.ones(()))"
    )


@pytest.mark.parametrize(
    "code",
    [
        "torch.allclose = lambda *_, **__: True",
        "torch.Tensor.item = lambda self: 0.0",
        "nn.Module.__call__ = lambda self, x: x",
        "torch.set_grad_enabled(False)",
    ],
)
def test_a_switch_or_a_patch_is_one(code: str) -> None:
    assert differs(code)
