"""What is kept of a course's last grading run."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from gradkit.course import Course
from gradkit.messages import message, translate
from gradkit.term.runs import Run, last_run, write_run

NOON = datetime(2026, 10, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    "run",
    [Run(NOON), Run(NOON, NOON + timedelta(minutes=2), 3, 200, ('refused: "ä", no module.', "bob: not graded"))],
)
def test_a_run_is_read_as_it_was_written(course: Course, run: Run) -> None:
    assert last_run(course) is None
    write_run(course, Run(NOON, problems=("an older one",)))
    write_run(course, run)
    assert last_run(course) == run


def test_a_problem_can_be_shown_in_another_language(course: Course) -> None:
    write_run(course, Run(NOON, problems=(message("Nothing is taken after {time}.", time="noon"),)))
    run = last_run(course)
    assert run is not None
    assert [translate(problem, "zh") for problem in run.problems] == ["noon 之后不再接受提交。"]


@pytest.mark.parametrize("text", ["", "[]", '{"started": 1}', "null", '{"started": "2026-10-01T12:00:00"}', "\ud800"])
def test_a_file_that_nobody_wrote_like_this_says_nothing(course: Course, text: str) -> None:
    course.work.mkdir(exist_ok=True)
    (course.work / "watch.json").write_bytes(text.encode(errors="surrogatepass"))
    assert last_run(course) is None
