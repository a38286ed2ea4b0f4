"""Calls to the kernel that Python does not offer."""

from __future__ import annotations

import subprocess
import sys


def test_a_process_offers_itself_and_what_it_starts() -> None:
    code = "from gradkit.jail import kernel; kernel.set_oom_score(700); print(open('/proc/self/oom_score_adj').read())"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)  # noqa: S603
    assert int(said.stdout) == 700
