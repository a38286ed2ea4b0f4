"""A class on simulated nodes: the head writes real records, each for its own student."""

from __future__ import annotations

import json
from pathlib import Path

from bench.figures import simulation_report
from bench.simulated_node import record_for
from bench.simulation import measure_simulation
from gradkit.course import Course
from gradkit.grading.store import read_record

from ..demo_course import HW


def test_every_submission_gets_the_record_of_one_like_it(course: Course, tmp_path: Path) -> None:
    work = tmp_path / "work"
    heads = measure_simulation(work, course, HW, 1000, lambda _text: None, nodes=5)
    assert [head.submissions for head in heads] == [100, 1000]
    assert all(0 < head.middle < head.seconds and head.cpu > 0 and head.start_mb <= head.peak_mb for head in heads)
    paths = [*(work / "simulated-1000" / "records").glob("*/*.json")]
    assert len(paths) == 1000
    for path in paths[::50]:
        student = path.parent.name
        like = (work / "tried" / "results" / student.rpartition("-")[0] / path.name).read_text()
        record = read_record(path)
        assert record is not None
        assert (record.student, record.status) == (student, "graded")
        assert path.read_text() == record_for(student, {student.rpartition("-")[0]: like})
        assert json.loads(like)["tests"] == json.loads(path.read_text())["tests"]
    assert [row[0] for row in simulation_report(heads).rows[1:]] == ["100", "1,000"]
