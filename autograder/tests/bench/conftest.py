"""The demonstration course, built and with a small bank."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from gradkit.course import Course, load_course
from gradkit.release.builder import build_course

from ..demo_course import FILES, HW, complete, write_tree

MISTAKES = '''
import os

from gradkit.bank import mistake


@mistake("scale")
def doubled(x, factor=2.0):
    """The factor is ignored."""
    return 2 * x


@mistake("scale")
def ended(x, factor=2.0):
    """It ends the process."""
    os._exit(3)


@mistake("scale")
def divided(x, factor=2.0):
    """It divides by the factor."""
    return x / factor


@mistake("Shift")
class NoShift(nn.Module):
    """The offset is not added."""

    def __init__(self, size):
        super().__init__()
        self.offset = nn.Parameter(torch.zeros(size))

    def forward(self, x):
        return x
'''

ACCEPTED = '''
from gradkit.bank import accepted


@accepted("scale", form="bom")
def by_sum(x, factor=2.0):
    """A sum, in a file with a byte order mark."""
    return x / (1 / factor) + 0
'''


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the course."""
    bank = {f"autograder/hidden/{HW}/mistakes.py": MISTAKES, f"autograder/hidden/{HW}/accepted.py": ACCEPTED}
    root = complete(write_tree(tmp_path_factory.mktemp("measured"), {**FILES, **bank}))
    build_course(load_course(root))
    return root


@pytest.fixture
def course(built: Path, tmp_path: Path) -> Course:
    """A copy of the course."""
    return load_course(shutil.copytree(built, tmp_path / "course"))
