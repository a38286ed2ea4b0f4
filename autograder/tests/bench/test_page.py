"""Timing the class report: a real browser, on records of the bench's own."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.page import STUDENTS, measure_page
from gradkit.errors import UsageError
from gradkit.grading.record import QuestionResult, Record, TestResult
from gradkit.grading.store import write_record


def test_a_class_is_made_of_a_few_records(tmp_path: Path) -> None:
    for number, score in enumerate((0.0, 1.0, 2.0)):
        test = TestResult("scale", "test_values", "Values are right.", score, 2.0)
        record = Record(
            f"student{number}",
            "hw0",
            "Scaling",
            "graded",
            2.0,
            questions=(QuestionResult("scale", score, 2.0),),
            tests=(test,),
        )
        write_record(record, tmp_path / "results" / record.student / "hw0.json")
    said: list[str] = []
    (tmp_path / "work").mkdir()
    found = measure_page(tmp_path / "work", tmp_path / "results", said.append)
    assert 0.8 * STUDENTS < found.submissions < STUDENTS
    assert found.megabytes > 0.1
    assert min(found.made, found.opened, found.sort, found.filter) > 0


def test_no_record_no_page(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="contains no records"):
        measure_page(tmp_path, tmp_path, lambda _: None)
