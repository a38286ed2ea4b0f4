"""A worker base that is killed while it starts says nothing about its level of confinement."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from gradkit.errors import GraderFault
from gradkit.sandbox import SandboxError, open_sandbox
from gradkit.sandbox.worker_base import KILLED

# In place of Python: ends itself by SIGKILL so many times, and is Python from then on.
MORTAL = """#!/bin/sh
lives=$(cat "{folder}/lives")
if [ "$lives" -gt 0 ]; then echo $((lives - 1)) > "{folder}/lives"; kill -9 $$; fi
exec "{python}" "$@"
"""


@pytest.fixture
def mortal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file that says how often the worker base will be killed."""
    program = tmp_path / "python"
    program.write_text(MORTAL.format(folder=tmp_path, python=sys.executable))
    program.chmod(0o755)
    tmp_path.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(program))
    return tmp_path / "lives"


def test_it_is_started_once_more(mortal: Path) -> None:
    mortal.write_text("1")
    with open_sandbox("flat") as sandbox:
        assert sandbox.level.name == "flat"
    assert mortal.read_text() == "0\n"


def test_killed_twice_it_is_the_graders_fault_and_no_weaker_level_is_tried(mortal: Path) -> None:
    mortal.write_text("9")
    with pytest.raises(GraderFault, match=KILLED[:40]) as caught, open_sandbox("flat"):
        pass
    assert not isinstance(caught.value, SandboxError)
    assert mortal.read_text() == "7\n"
