"""Chunks whose nodes end, on a real scheduler."""

from __future__ import annotations

import json
import subprocess
import sys
import tarfile
from pathlib import Path

from .poisoned_node import POISONOUS


def test_a_job_that_ends_its_node_is_found_and_costs_no_other(tmp_path: Path) -> None:
    archive = tmp_path / "empty.tar"
    with tarfile.open(archive, "w"):
        pass
    script = Path(__file__).with_name("distribute.py")
    ran = subprocess.run(  # noqa: S603 - our own script
        [sys.executable, str(script), str(archive)], capture_output=True, text=True, timeout=300, check=False
    )
    assert ran.returncode == 0, ran.stderr
    kept, given_up = json.loads(ran.stdout)
    assert kept == [[job, 2 * job] for job in range(100) if job != POISONOUS]
    assert given_up.keys() == {str(POISONOUS)}
    assert "ended twice, the second time" in given_up[str(POISONOUS)]
