"""Fonts with Chinese characters for the labels of a notebook's plots."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from gradkit.check.fonts import CHINESE

# In a process of its own: matplotlib's settings and what is loaded are the process's.
PLOT = """
import matplotlib
matplotlib.use("agg")
import matplotlib.pyplot as plt
from matplotlib import font_manager
{before}
from gradkit.check import check
print(matplotlib.rcParams["font.family"])
plt.title({label!r})
plt.savefig("plot.png")
"""
WITHOUT = "font_manager.fontManager.ttflist = [f for f in font_manager.fontManager.ttflist if f.name == 'DejaVu Sans']"


def plot(folder: Path, language: str, label: str, before: str = "") -> subprocess.CompletedProcess[str]:
    (folder / "homework.json").write_text(json.dumps({"language": language}))
    code = PLOT.format(label=label, before=before)
    return subprocess.run(  # noqa: S603  # our own code
        [sys.executable, "-c", code], cwd=folder, capture_output=True, text=True, check=True
    )


def test_a_chinese_notebook_gets_a_font_of_the_machine(tmp_path: Path) -> None:
    ran = plot(tmp_path, "zh", "损失 $-x$")
    if "方框" in ran.stdout:
        pytest.fail("There is no font with Chinese characters. Install it: apt-get install fonts-noto-cjk")
    assert any(name in ran.stdout for name in CHINESE)
    assert "sans-serif" in ran.stdout
    assert "missing" not in ran.stderr


def test_an_english_notebook_keeps_matplotlibs_font(tmp_path: Path) -> None:
    ran = plot(tmp_path, "en", "loss")
    assert (ran.stdout, ran.stderr) == ("['sans-serif']\n", "")


def test_without_a_font_it_says_once_what_to_install(tmp_path: Path) -> None:
    ran = plot(tmp_path, "zh", "损失", before=WITHOUT)
    assert ran.stdout.count("fonts-noto-cjk") == 1
    assert "['sans-serif']\n" in ran.stdout
    assert ran.stderr == ""  # without a warning for each character


def test_nothing_is_loaded_for_checks_without_plots(tmp_path: Path) -> None:
    (tmp_path / "homework.json").write_text('{"language": "zh"}')
    code = "import sys; from gradkit.check import check; print('matplotlib' in sys.modules)"
    ran = subprocess.run(  # noqa: S603  # our own code
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert ran.stdout == "False\n"
