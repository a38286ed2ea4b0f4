"""From records to the class report, its CSV and its JSON."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest

from gradkit.grading.reader import FoundSign
from gradkit.grading.record import QuestionResult, Record, TestResult
from gradkit.pages.class_report import class_page
from gradkit.report import ClassReport, summarize
from gradkit.report.similarity import Pair
from gradkit.report.tables import as_csv, as_json

PAIR = Pair("ada", "bob", 0.75, 120, (((0, 3),), ((1, 4),)))


def record(student: str, scale: bool, shift: bool, assignment: str = "hw0", **more: Any) -> Record:
    def test(question: str, passed: bool, most: float) -> TestResult:
        kind = None if passed else "value"
        mistake = None if passed else f"{question}_upside_down"
        return TestResult(question, "test_it", "It is right.", most * passed, most, kind=kind, mistake=mistake)

    questions = (QuestionResult("scale", 3.0 * scale, 3.0), QuestionResult("shift", 2.0 * shift, 2.0))
    tests = (test("scale", scale, 3.0), test("shift", shift, 2.0))
    values: dict[str, Any] = {"status": "graded", "questions": questions, "tests": tests, "seconds": 0.1}
    return Record(student, assignment, "Scaling", max_score=5.0, **(values | more))


@pytest.fixture
def report() -> ClassReport:
    records = [
        record("ada", True, True),
        record("bob", False, False, seconds=7.0),
        record("cyd", True, False),
        record("dee", True, True),
        record("eve", False, False),
        record("=cmd()", True, False),
        record("fay", False, False, status="refused", questions=(), tests=(), problems=("It is a link.",)),
        record("ada", True, True, "hw1"),
    ]
    sentences = {"hw0": {"scale_upside_down": "It stands on its head."}}
    return summarize("A course", records, ["gus", "ada"], sentences=sentences, pairs={"hw0": [PAIR]})


def test_scores_and_who_is_missing(report: ClassReport) -> None:
    hw0, hw1 = report.assignments
    assert (hw0.scores.number, hw0.scores.mean) == (6, pytest.approx(16 / 6))
    assert hw0.missing == ("gus",)
    assert hw0.refused == (("fay", "It is a link."),)
    assert set(hw1.missing) == {"bob", "cyd", "dee", "eve", "fay", "gus", "=cmd()"}
    assert hw0.slowest[0] == ("bob", 7.0)
    assert hw0.pairs == (PAIR,)


def test_questions_and_tests(report: ClassReport) -> None:
    scale, shift = report.assignments[0].questions
    assert (scale.full, scale.item.difficulty) == (4, pytest.approx(4 / 6))
    assert (shift.full, shift.item.difficulty) == (2, pytest.approx(2 / 6))
    # passed scale 1 0 1 1 0 1, shift 1 0 0 1 0 0: phi = (2 * 2 - 2 * 0) / sqrt(4 * 2 * 2 * 4)
    assert scale.item.discrimination == pytest.approx(4 / 64**0.5)
    first, _ = report.assignments[0].tests
    assert (first.passed, first.kinds) == (4, (("value", 2),))


def test_misconceptions_in_the_order_of_the_questions(report: ClassReport) -> None:
    found = report.assignments[0].misconceptions
    assert [(one.mistake, one.sentence, one.students) for one in found] == [
        ("scale_upside_down", "It stands on its head.", ("bob", "eve")),
        ("shift_upside_down", "", ("=cmd()", "bob", "cyd", "eve")),
    ]


def test_a_student_without_a_score_has_none(report: ClassReport) -> None:
    lines = {line.student: line for line in report.students}
    assert lines["fay"].scores == {"hw0": None}
    assert (lines["gus"].scores, lines["gus"].total) == ({}, 0)
    assert lines["ada"].total == 10


def test_an_assignment_of_which_nothing_was_graded() -> None:
    (hw0,) = summarize("A course", [record("ada", True, True, status="error", log="secret")]).assignments
    assert (hw0.scores.number, hw0.questions, hw0.tests, hw0.alpha) == (0, (), (), None)
    assert hw0.refused == (("ada", "the grader failed"),)


def test_a_record_of_an_older_suite_takes_its_tests_out_of_the_count() -> None:
    older = record("ada", True, True)
    older = record("ada", True, True, tests=older.tests[:1])
    (hw0,) = summarize("A course", [record("bob", True, False), older]).assignments
    assert [line.question for line in hw0.tests] == ["scale"]


def test_tables_say_what_the_report_says(report: ClassReport) -> None:
    tables = {name: list(csv.DictReader(io.StringIO(text))) for name, text in as_csv(report).items()}
    students = {row["student"]: row for row in tables["students.csv"]}
    assert students["ada"] == {"student": "ada", "hw0": "5", "hw1": "5", "sum": "10"}
    assert students["fay"]["hw0"] == ""
    assert "'=cmd()" in students
    assert [row["question"] for row in tables["questions.csv"]] == ["scale", "shift"] * 2
    assert float(tables["questions.csv"][0]["discrimination"]) == pytest.approx(0.5)
    assert tables["tests.csv"][0]["kinds"] == "value:2"
    assert tables["misconceptions.csv"][0]["students"] == "2"
    assert tables["misconceptions.csv"][0]["who"] == "bob, eve"
    assert [(row["student"], row["reason"]) for row in tables["not_graded.csv"][:2]] == [
        ("fay", "It is a link."),
        ("gus", "missing"),
    ]
    assert tables["slowest.csv"][0] == {"assignment": "hw0", "student": "bob", "seconds": "7"}
    assert tables["similar.csv"] == [
        {"assignment": "hw0", "one": "ada", "other": "bob", "share": "0.75", "runs": "120"}
    ]
    assert tables["assignments.csv"][0]["graded"] == "6"
    assert [tables["assignments.csv"][0][f"tenth_{number}"] for number in (1, 7, 10)] == ["2", "2", "2"]


def test_json_holds_all_of_it(report: ClassReport) -> None:
    data = json.loads(as_json(report))
    assert data["assignments"][0]["questions"][0]["item"]["discrimination"] == pytest.approx(0.5)
    assert data["assignments"][0]["missing"] == ["gus"]
    assert data["students"][0] == {"student": "=cmd()", "scores": {"hw0": 3.0}, "excused": [], "sum": 3.0}


def test_signs_are_listed_by_student_for_the_instructor() -> None:
    signs = tuple(FoundSign("m.py", line, "gc: it reaches objects that were not handed to it") for line in (3, 7))
    report = summarize("A course", [record("bob", True, True, look_at=signs), record("ada", True, True)])
    assert report.assignments[0].look_at == tuple(("bob", "m.py", sign.line, sign.why) for sign in signs)
    rows = list(csv.DictReader(io.StringIO(as_csv(report)["look_at.csv"])))
    assert [(row["student"], row["file"], row["line"]) for row in rows] == [("bob", "m.py", "3"), ("bob", "m.py", "7")]
    page = class_page(report, lambda _student, _assignment: None, {})
    assert "m.py:7</code>" in page
