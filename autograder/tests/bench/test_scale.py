"""The command on a class: it is graded twice, and the memory of those who grade it is told."""

from __future__ import annotations

import json

import pytest

from bench.__main__ import main
from gradkit.course import Course


def gradkit_bench(monkeypatch: pytest.MonkeyPatch, *words: str) -> int:
    monkeypatch.setattr("sys.argv", ["bench", *words])
    with pytest.raises(SystemExit) as ended:
        main()
    return int(ended.value.code or 0)


def test_class_is_graded_twice_and_its_processes_are_known(
    course: Course, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(course.root)
    assert gradkit_bench(monkeypatch, "--scale", "20", "--json") == 0
    data = json.loads(capsys.readouterr().out)
    scaled = data["scale"]
    assert (scaled["submissions"], data["machine"].keys() >= {"processors", "load"}) == (20, True)
    assert scaled["submissions_per_second"] == pytest.approx(20 / scaled["seconds"])
    assert scaled["again_seconds"] > 0
    assert 10 <= scaled["first"] <= 20
    names = [one["name"] for one in scaled["memory"]]
    assert names.count("gradkit grade") == names.count("worker base") == 1
    assert names.count("forked grader") == (scaled["graders"] if scaled["graders"] > 1 else 0)
    assert all(0 < megabytes < 2000 for one in scaled["memory"] for megabytes in (one["first_mb"], one["last_mb"]))
    assert len(data["goals"]) == 2


@pytest.mark.parametrize(
    "words", [["--submissions", "9"], ["--slow", "1"], ["--scale", "19"], ["--scale", "20", "--page", "."]]
)
def test_too_few_to_tell_anything_or_two_things_at_once_are_refused(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], words: list[str]
) -> None:
    assert gradkit_bench(monkeypatch, *words) == 2
    assert words[0] in capsys.readouterr().err
