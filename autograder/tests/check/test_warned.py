"""A warning is in every form of the report, escaped, and changes no verdict."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest

from gradkit.check.ci import as_junit, error_commands, summary, warning_commands
from gradkit.check.results import CheckResult, QuestionReport, Report, Warned

PASSED = CheckResult("test_a", "It works.", "passed", "", None, "", "", 0.1)
WARNINGS = (Warned("<b>refused</b>, 100 %", "helper.py", 7, "open('x')"), Warned("Loading your file ...", "demo.py"))


@pytest.fixture
def report() -> Report:
    return Report("hw0", "Zero", "demo.py", (QuestionReport("a", 1.0, (PASSED,)),), 0.1, warnings=WARNINGS)


def test_it_survives_the_way_between_two_processes(report: Report) -> None:
    assert Report.from_data(report.as_data()) == report
    assert report.passed


def test_text_and_page_have_it_with_its_place(report: Report) -> None:
    assert "<b>refused</b>, 100 %" in repr(report)
    assert "helper.py, line 7: open('x')" in repr(report)
    page = report._repr_html_()
    assert "&lt;b&gt;refused&lt;/b&gt;" in page
    assert "Loading your file ..." in page


def test_github_has_it_as_a_warning_at_its_own_file(report: Report) -> None:
    assert error_commands(report, "hw0/demo.py") == []
    assert warning_commands(report, "hw0/demo.py") == [
        "::warning file=hw0/helper.py,line=7,title=When graded::<b>refused</b>, 100 %25",
        "::warning file=hw0/demo.py,line=1,title=When graded::Loading your file ...",
    ]
    assert "&lt;b&gt;refused" in summary(report)


def test_junit_has_it_beside_the_first_case(report: Report) -> None:
    root = ET.fromstring(as_junit(report, "demo.py"))  # noqa: S314 - our own
    assert "helper.py, line 7" in (root.findtext("testsuite/testcase/system-err") or "")
