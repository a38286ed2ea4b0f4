"""JUnit XML, whatever the student's text."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

from hypothesis import given
from hypothesis import strategies as st

from gradkit.check.ci import as_junit
from gradkit.check.results import CheckResult, QuestionReport, Report

from .conftest import solve

COMMAND = [sys.executable, "-c", "from gradkit.check.command import main; main()", "check"]


def test_passed_failed_and_not_started(homework: Path, tmp_path: Path) -> None:
    solve(homework, "return 3 * x if isinstance(x, int) else 2 * x")
    file = tmp_path / "reports" / "demo.xml"
    done = subprocess.run([*COMMAND, str(homework), "--junit", str(file)], capture_output=True, check=False)  # noqa: S603 - our own
    assert done.returncode == 1
    (suite,) = ET.parse(file).getroot()  # noqa: S314 - our own
    assert (suite.tag, suite.attrib["tests"], suite.attrib["failures"]) == ("testsuite", "3", "1")
    cases = {case.attrib["name"]: case for case in suite}
    assert cases["Twice a tensor."].find("failure") is None
    failure = cases["Twice a number."].find("failure")
    assert failure is not None
    assert failure.attrib["message"] == "twice 3 is 6"
    assert cases["Twice a number."].attrib["file"].endswith("hw0_demo/demo.py")
    assert cases["Twice a list."].findtext("system-out") == "hello\n"


@given(st.text(st.characters()), st.sampled_from(["failed", "stopped", "not started"]))
def test_any_text_is_well_formed(text: str, status: str) -> None:
    check = CheckResult("test_a", text, status, text, 1, text, text, 0.1)  # type: ignore[arg-type]
    root = ET.fromstring(as_junit(Report(text, text, text, (QuestionReport(text, 1.0, (check,)),), 0.1), text))  # noqa: S314
    assert root.tag == "testsuites"
    assert len(root.findall("testsuite/testcase")) == 1
