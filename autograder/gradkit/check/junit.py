"""A report as JUnit XML, which GitLab and most other CI systems show.

The elements and attributes are those that the Jenkins xunit plugin's schema and GitLab's documentation name.
"""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

from gradkit.check.report import CheckResult, Report

# What XML 1.0 cannot hold, escaped or not.
_NO_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def as_junit(report: Report, path: str) -> str:
    """The report as an XML document: a test case for each check, skipped where the TODO is still there.

    Args:
        report: the report.
        path: of the student's module, as the CI system knows it.
    """
    checks = [check for question in report.questions for check in question.checks]
    counts = {
        "tests": str(len(checks)),
        "failures": str(sum(check.status in ("failed", "stopped") for check in checks)),
        "skipped": str(sum(check.status == "not started" for check in checks)),
        "time": f"{report.seconds:.3f}",
    }
    root = ET.Element("testsuites", {"name": "gradkit check", **counts})
    suite = ET.SubElement(root, "testsuite", {"name": _xml(report.id), **counts})
    for question in report.questions:
        for check in question.checks:
            _case(suite, report, path, question.id, check)
    warnings = [line for warning in report.warnings for line in (warning.message, warning.place) if line]
    first = suite.find("testcase")
    if warnings and first is not None:  # the file as a whole has no place that CI systems show
        ET.SubElement(first, "system-err").text = _xml("\n".join(warnings))
    ET.indent(root)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def _case(suite: ET.Element, report: Report, path: str, question: str, check: CheckResult) -> None:
    about = {"classname": _xml(f"{report.id}.{question}"), "name": _xml(check.title), "time": f"{check.seconds:.3f}"}
    if check.line is not None:
        about |= {"file": _xml(path), "line": str(check.line)}
    case = ET.SubElement(suite, "testcase", about)
    if check.status == "not started":
        ET.SubElement(case, "skipped", {"message": _xml(check.message)})
    elif check.status != "passed":
        failure = ET.SubElement(case, "failure", {"message": _xml(check.message), "type": check.status})
        place = "" if check.line is None else f"\n{report.module}, line {check.line}: {check.source}"
        failure.text = _xml(check.message + place)
    if check.printed.strip():
        ET.SubElement(case, "system-out").text = _xml(check.printed)


def _xml(text: str) -> str:
    return _NO_XML.sub("\ufffd", text)
