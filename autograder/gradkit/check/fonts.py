"""Fonts for the labels of a notebook's plots: matplotlib's own has no Chinese characters."""

from __future__ import annotations

import sys
import warnings
from functools import cache
from pathlib import Path

from gradkit.check.homework import language_of
from gradkit.messages import Message, message, translate

# What systems bring, by the name that matplotlib knows; of a collection, it knows only the first font.
CHINESE = (
    *("PingFang SC", "Hiragino Sans GB", "Heiti SC", "STHeiti", "Songti SC"),
    *("Microsoft YaHei", "SimHei", "DengXian", "SimSun"),
    *("Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC", "Noto Sans CJK JP", "Noto Serif CJK JP"),
    *("WenQuanYi Micro Hei", "WenQuanYi Zen Hei", "Droid Sans Fallback", "Arial Unicode MS"),
)


def choose_fonts(folder: Path) -> None:
    """Let plots use a font with Chinese characters, where matplotlib's own lacks one, or print once what to install.

    Does nothing if the homework in ``folder`` is not in Chinese, or if matplotlib is not loaded.
    """
    if "matplotlib" not in sys.modules or language_of(folder) != "zh":
        return
    import matplotlib
    from matplotlib import font_manager

    installed = {font.name for font in font_manager.fontManager.ttflist}
    found = [name for name in CHINESE if name in installed]
    if found:
        families = [name for name in matplotlib.rcParams["font.family"] if name not in CHINESE]
        matplotlib.rcParams["font.family"] = [*families, found[0]]
    else:
        _say_once(translate(_missing(matplotlib.get_cachedir()), "zh"))


@cache
def _say_once(text: str) -> None:
    """Print a text in place of matplotlib's warnings, one for each character of a label."""
    sys.stdout.write(text + "\n")
    warnings.filterwarnings("ignore", "Glyph .* missing from")


def _missing(cache: str) -> Message:
    return message(
        "No font with Chinese characters was found, so plots show boxes in their labels. Install one, such as Noto "
        "Sans CJK (Debian and Ubuntu: apt install fonts-noto-cjk), delete the folder {cache} and restart the kernel.",
        cache=cache,
    )
