"""Time the class report of a thousand students in a real browser."""

from __future__ import annotations

import random
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from gradkit.errors import GradkitError, UsageError
from gradkit.grading.record import Record
from gradkit.grading.store import read_records
from gradkit.pages.class_report import class_page
from gradkit.report import summarize

if TYPE_CHECKING:
    from playwright.sync_api import Page

STUDENTS = 1_000
_SUBMITTED = 0.9  # share of the class, for each assignment
_TIMES = 5
_PAINTED = "new Promise(done => requestAnimationFrame(() => setTimeout(done, 0)))"


@dataclass(frozen=True)
class Opened:
    """The measurements of one page.

    Attributes:
        submissions: the number of submissions in it.
        megabytes: its size.
        made: seconds to make it from the records.
        opened: median seconds until it is rendered in Chromium.
        sort: median seconds to sort the students by their sum.
        filter: median seconds to show a single student.
    """

    submissions: int
    megabytes: float
    made: float
    opened: float
    sort: float
    filter: float


def measure_page(folder: Path, results: Path, report: Callable[[str], None]) -> Opened:
    """Make the report of a class of `STUDENTS`, with records drawn from ``results``, and open it in Chromium.

    Args:
        folder: an empty folder to work in.
        results: the records of a course, ``<student>/<assignment>.json``.
        report: called with a description of each step.

    Raises:
        UsageError: there is no record in ``results``.
        GradkitError: there is no Chromium, or no playwright.
    """
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        raise GradkitError("Driving Chromium needs playwright: pip install playwright") from None
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        raise GradkitError("Chromium is not installed: apt-get install chromium")
    records = _class_of(STUDENTS, results)
    report("making the page")
    begun = time.perf_counter()
    text = class_page(summarize("Bench", records), lambda student, hw: f"{student}/{hw}.html", {})
    made = time.perf_counter() - begun
    path = folder / "report.html"
    path.write_text(text, encoding="utf-8")
    took = []
    with sync_playwright() as playwright, playwright.chromium.launch(executable_path=chromium) as browser:
        for number in range(_TIMES):
            report(f"opening it, {number + 1} of {_TIMES}")
            with browser.new_page() as page:
                took.append(_try(page, path))
    return Opened(len(records), len(text.encode()) / 1e6, made, *map(median, zip(*took, strict=True)))


def _class_of(students: int, results: Path) -> list[Record]:
    """Records of a class, each drawn from those of ``results``."""
    known: dict[str, list[Record]] = {}
    for record in read_records(results):
        known.setdefault(record.assignment, []).append(record)
    if not known:
        raise UsageError(f"{results}: contains no records. Grade a class first: make grade")
    rng = random.Random(0)  # noqa: S311 - not a secret
    return [
        replace(rng.choice(choice), student=f"student{number:04}")
        for number in range(students)
        for choice in known.values()
        if rng.random() < _SUBMITTED
    ]


def _try(page: Page, path: Path) -> tuple[float, float, float]:
    """Seconds to open, sort and filter the page, each until it is painted."""
    acts: tuple[Callable[[], object], ...] = (
        lambda: page.goto(path.as_uri()),
        lambda: page.get_by_role("button", name="Sum").click(),
        lambda: page.get_by_label("Show students").fill(f"{STUDENTS - 1:04}"),
    )
    times = [time.perf_counter()]
    for act in acts:
        act()
        page.evaluate(_PAINTED)
        times.append(time.perf_counter())
    opened, sort, chosen = (after - before for before, after in pairwise(times))
    return opened, sort, chosen
