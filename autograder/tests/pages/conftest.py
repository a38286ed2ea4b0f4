"""Records with something of everything, and a real browser to look at their pages with."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace

import pytest
from playwright.sync_api import Browser, sync_playwright

from gradkit.grading.record import QuestionResult, Record, TestResult

HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(2)> \"' {{ 7 * 7 }} ]]> \x1b[31m\u202egnp.\x00"


def failed(title: str, output: str, **more: object) -> TestResult:
    """A failed test of the question ``conv2d``."""
    test = TestResult("conv2d", "test_secret_name", title, 0.0, 1.0, output, "value", "out (H, W)", None)
    return replace(test, **more)


@pytest.fixture
def record() -> Record:
    """A submission with a passed test and each kind of picture; its student wrote HTML wherever that is possible."""
    errors = {"of": "value", "shape": [2, 3, 4], "at": [1], "rows": ["0123", "4000", "0000"], "whole": True}
    values = {"of": "gradient", "shape": [3], "at": [], "found": [[1.0, 2.5, -3e-7]], "expected": [[1.0, 2.0, 0.0]]}
    tests = (
        TestResult("scale", "test_other_secret", "Values are right.", 2.0, 2.0),
        failed("Shapes.", "Wrong shape.", picture={"kind": "shape", "found": [3, 1], "expected": [3]}),
        failed("Images.", f"Wrong.\nA likely reason: flipped.\n{HOSTILE}", picture={"kind": "errors", **errors}),
        failed("Gradients.", "Wrong.", picture={"kind": "values", **values}, mistake="flipped_kernel"),
    )
    return Record(
        student=HOSTILE,
        assignment="hw0_scaling",
        title="Scaling",
        status="graded",
        max_score=5.0,
        output=HOSTILE,
        problems=(HOSTILE,),
        questions=(QuestionResult("scale", 2.0, 2.0), QuestionResult("conv2d", 0.0, 3.0)),
        tests=tests,
        log="what the code printed",
        key={"submission": "0123456789abcdef" * 4},
        versions={"gradkit": "0.1.0", "python": "3.11.2", "torch": "2.13.0"},
    )


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium, as it is installed; it has threads here, which end with it."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        pytest.fail("Pages are looked at in Chromium, and there is none. Install it: apt-get install chromium")
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=chromium)
        yield found
        found.close()
