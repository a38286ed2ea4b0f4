"""Regular expressions that meet what a submission says take time in proportion to its length."""

from __future__ import annotations

import importlib
import pkgutil
import re
import time
from collections.abc import Iterator

import pytest

# Those of `release`, `bank` and `audit` read the course's own files; `check` runs at the student's,
# but for the reader of notebooks.
ROOMS = (
    "cli",
    "classroom",
    "collect",
    "export",
    "gradebook",
    "pages",
    "report",
    "grading",
    "diagnosis",
    "suite",
    "sandbox",
    "wire",
    "ids",
    "text",
    "csv_tables",
    "intake",
    "conditions",
    "check.cells",
)
SIZE = 100_000
SECONDS = 3.0  # a quadratic one takes ten; a linear one some hundredths
UNITS = [
    *("1", "a", " ", "\t", "\n", ".", "-", "/", "\\", ":", "é", "=", "@", "٣", "`", "（", "“"),
    *("1.", "1e", "-1", "+.", "1e1", "1234 ", "1234a", "a ", " \n", " :", "#[", "\\ ", "ab1 ", "a.", "://", "0:"),
    *("\x1b", "\x1b[", "\x1b[0", "\x1b]", "\x1b]a", "\x9b", "\x9b0", "\r\n", "\ud800"),
    *("a" * 40 + " ", "1a" * 20 + ".", "\\" + " " * 50, "\x1b[" + "0" * 500, "1" * 500 + "e"),
]
BEFORE = ["", "\x1b[", "\x1b]", "\x9b", "\\", "data:image/png;base64,", "https://", "1.", "-"]


def patterns() -> Iterator[tuple[str, re.Pattern[str]]]:
    """Each expression that a module of these rooms has compiled."""
    for room in ROOMS:
        package = importlib.import_module(f"gradkit.{room}")
        below = pkgutil.iter_modules(getattr(package, "__path__", []), f"{package.__name__}.")
        for module in [room, *(info.name.removeprefix("gradkit.") for info in below)]:
            if not module.endswith("__main__"):
                for name, value in sorted(vars(importlib.import_module(f"gradkit.{module}")).items()):
                    if isinstance(value, re.Pattern) and isinstance(value.pattern, str):
                        yield f"{module}.{name}", value


ALL = dict(patterns())


# What each is used for where a submission has a say in the text, and those that only meet an instructor's or our own.
USED = {
    "csv_tables._QUOTED": "search",
    "check.cells._BASE64": "fullmatch",
    "check.cells._DATA": "search",
    "cli.output._COMMAND": "search",
    "conditions.advice._NOTEBOOK_NAME": "search",
    "conditions.advice._NO_GPU": "search",
    "conditions.advice._UNDECODABLE": "search",
    "conditions.depth._PLAIN": "fullmatch",
    "diagnosis.answers._NUMBER": "search",
    "intake.archive._DRIVE": "match",
    "gradebook.autograded._SECRET": "fullmatch",
    "intake.files._WHEEL": "fullmatch",
    "gradebook.notebooks._TICKS": "search",
    "gradebook.browser_safety._ACTIVE_TEX": "search",
    "gradebook.browser_safety._HIGHLIGHT": "match",
    "gradebook.browser_safety._PICTURE": "match",
    "gradebook.timestamps._SANE": "fullmatch",
    "collect.hand_in_times._CLOCK": "search",
    "collect.hand_in_times._DAY": "search",
    "collect.hand_in_times._EASTERN": "search",
    "collect.hand_in_times._LATE": "search",
    "collect.hand_in_times._PARTICIPANT": "fullmatch",
    "collect.hand_in_times._WORD": "search",
    "collect.hand_in_times._YEAR": "search",
    "collect.upload_names._NUMBER": "search",
    "collect.upload_names._REPEATED": "fullmatch",
    "collect.upload_names._SPOKEN_TIME": "fullmatch",
    "intake.submission._TIMESTAMP": "fullmatch",
    "intake.zip_names._CHINESE": "fullmatch",
    "intake.zip_names._IDEOGRAPHS": "search",
    "text._CONTROL": "search",
    "text._ESCAPES": "search",
    "text._UNIT": "search",
    "ids._CARRIED": "fullmatch",
    "ids._INVISIBLE": "search",
    "ids._WORDS": "search",
    "intake.policy._COPY": "fullmatch",
    "intake.policy._IGNORED": "match",
    "intake.policy._SYSTEM": "match",
    "suite.mismatch._PLACE": "search",
    "suite.mismatch._CARRIER": "search",
}
OURS = {
    "classroom.term._DUE",
    "export.canvas._SUMS",
    "export.canvas._TEST_STUDENT",
    "export.matching._MANTISSA",
    "export.matching._NUMBER",
    "intake.git._ADDRESS",
    "intake.git._COMMIT",
    "intake.git._USER",
    "gradebook.feedback_pages._CELLS",
    "gradebook.logs._INSIDE",
    "collect.classroom50._NAME",
    "collect.repository_list._REMOTE",
    "sandbox.deaths._COUNT",
}


@pytest.mark.parametrize("name", USED)
def test_an_expression_takes_linear_time(name: str) -> None:
    for unit in UNITS:
        for before in BEFORE if len(unit) < 3 else BEFORE[:1]:
            text = before + unit * (SIZE // len(unit))
            start = time.process_time()
            if USED[name] == "search":
                assert sum(1 for _ in ALL[name].finditer(text)) <= SIZE + len(before)
            else:
                getattr(ALL[name], USED[name])(text)
            assert time.process_time() - start < SECONDS, (before, unit)


def test_each_expression_is_one_of_these() -> None:
    assert ALL.keys() == USED.keys() | OURS
