"""A class graded without Dask, on one node and on two."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.cluster import WAYS, measure_cluster
from bench.figures import cluster_report
from bench.stopwatch import Cost
from bench.ways import per_submission
from gradkit.course import Course

from ..demo_course import HW


def test_each_way_grades_all_and_is_measured(course: Course, tmp_path: Path) -> None:
    work = tmp_path / "work"
    found = measure_cluster(work, course, HW, 12, lambda _text: None)
    assert (found.submissions, found.ways.keys()) == (12, WAYS.keys())
    assert all(way.total.cpu > 0.5 and way.total.wall > 0.5 for way in found.ways.values())
    assert len([*work.glob("* many *")]) == 2 * len(WAYS)  # a short run is repeated
    same = [{path.parent.name for path in folder.glob("*/*.json")} for folder in work.glob("* many *")]
    assert all(students == same[0] for students in same)
    report = cluster_report(found)
    assert [row[0] for row in report.rows[1:]] == [*WAYS]
    assert len(report.goals) == 2


def test_starting_is_not_counted_for_a_submission() -> None:
    found = per_submission(Cost(3.0, 2.0, 100.0), 10, Cost(12.0, 11.0, 120.0), 100)
    assert (found.each.cpu, found.each.wall) == pytest.approx((0.1, 0.1))
    assert (found.start, found.submissions) == (pytest.approx(2.0), 100)
