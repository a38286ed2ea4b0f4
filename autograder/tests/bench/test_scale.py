"""A class that is graded twice, and the memory of those who grade it."""

from __future__ import annotations

from pathlib import Path

from gradkit.bench.scale import measure_scale


def test_class_is_graded_twice_and_its_processes_are_known(tmp_path: Path) -> None:
    said: list[str] = []
    scaled = measure_scale(tmp_path, 20, said.append)
    assert said == ["building the course", "grading 20 submissions", "grading again 20 submissions"]
    assert scaled.again_seconds < scaled.seconds
    assert 10 <= scaled.first <= 20
    names = [one.name for one in scaled.memory]
    assert names.count("gradkit grade") == names.count("the worker base") == 1
    assert names.count("a grader forked from it") == (scaled.workers if scaled.workers > 1 else 0)
    assert all(50 < one.first_mb <= one.last_mb < 2000 for one in scaled.memory)
