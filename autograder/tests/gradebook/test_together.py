"""Two graders and a person in formgrader write one gradebook on a server at the same time, and nothing is lost."""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
import urllib.error
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from nbgrader.api import SubmittedAssignment
from sqlalchemy import insert

from gradkit.errors import GradebookUnavailable
from gradkit.gradebook.database import ensure_database, open_gradebook
from gradkit.gradebook.filing import file_record
from gradkit.gradebook.marks import read_marks
from gradkit.grading.record import Record
from gradkit.grading.store import write_record

from ..formgrader import Formgrader, formgrader
from ..postgresql_server import Server

DATABASES = "room"
HW = "hw1_lines"
LATE = datetime(2030, 1, 11, 14, 0, tzinfo=UTC)  # 20 percent
STUDENTS = [f"student{number:02}" for number in range(12)]
ROUNDS = 8
SECONDS = 120.0

# Each grader has its own copy of the course's folder, as on two machines, and files the whole class several times.
GRADER = """
import sys
from pathlib import Path
from gradkit.course import load_course
from gradkit.gradebook.database import open_gradebook
from gradkit.gradebook.filing import file_record
from gradkit.gradebook.marks import read_marks
from gradkit.gradebook.registration import register
from gradkit.grading.store import read_record

course = load_course(Path(sys.argv[1]))
assignment = course.assignment("hw1_lines")
print("ready", flush=True)
sys.stdin.readline()
for _ in range(int(sys.argv[2])):
    with open_gradebook(course) as gradebook:
        register(gradebook, course, assignment, course.work / "staged")
        for path in sorted(course.results.glob("*/hw1_lines.json"), reverse=sys.argv[3] == "back"):
            file_record(gradebook, course, assignment, read_record(path))
    read_marks(course, assignment.id)
print("done", flush=True)
"""


def start(code: str, *arguments: object) -> subprocess.Popen[str]:
    return subprocess.Popen(  # noqa: S603 - our own Python
        [sys.executable, "-c", code, *map(str, arguments)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def mark_all(running: Formgrader) -> None:
    """Mark each submission as it appears, as a person does."""
    marked: set[str] = set()
    end = time.monotonic() + SECONDS
    while len(marked) < len(STUDENTS):
        assert time.monotonic() < end
        for notebook in submitted(running):
            if notebook["student"] not in marked:
                grades = running.ask(f"grades?submission_id={notebook['id']}")
                (grade,) = [grade for grade in grades if grade["name"] == "why"]
                running.get(f"api/grade/{grade['id']}", "PUT", {"manual_score": 1.5})
                (comment,) = running.ask(f"comments?submission_id={notebook['id']}")
                running.get(f"api/comment/{comment['id']}", "PUT", {"manual_comment": f"Seen: {notebook['student']}"})
                marked.add(notebook["student"])


def submitted(running: Formgrader) -> list[Any]:
    """The submissions that formgrader lists; none until a grader has registered the assignment."""
    try:
        found: list[Any] = running.ask(f"submitted_notebooks/{HW}/lines")
    except urllib.error.HTTPError:
        return []
    return found


@pytest.mark.parametrize("room", ["PostgreSQL"], indirect=True)
def test_marks_and_records_of_three_at_once_are_all_kept(
    room: Any, make_record: Callable[..., Record], tmp_path: Path
) -> None:
    for number, student in enumerate(STUDENTS):
        room.put(student, room.answer("Because."))
        record = make_record(student, 3.0, number / 8, LATE + timedelta(seconds=number))
        write_record(record, room.course.results / student / f"{HW}.json")
    ensure_database(room.course)
    other = shutil.copytree(room.course.root, tmp_path / "other machine")
    work = [
        start(GRADER, room.course.root, ROUNDS, "forward"),
        start(GRADER, other, ROUNDS, "back"),
    ]
    for process in work:
        assert process.stdout.readline() == "ready\n", process.stderr.read()
    with formgrader(room) as running:
        for process in work:
            process.stdin.write("go\n")
            process.stdin.flush()
        mark_all(running)
        assert [process.poll() for process in work] != [0, 0], "the graders were done before the person"
        assert [process.communicate(timeout=300) for process in work] == [("done\n", "")] * 2

    with open_gradebook(room.course) as gradebook:
        assert sorted(student.id for student in gradebook.students) == STUDENTS
        assert len(gradebook.assignment_submissions(HW)) == len(STUDENTS)
        for number, student in enumerate(STUDENTS):
            grades = {grade.name: grade for grade in gradebook.find_submission(HW, student).notebooks[0].grades}
            assert (grades["slope"].auto_score, grades["offset"].auto_score) == (3.0, number / 8)
            assert (grades["why"].manual_score, grades["why"].needs_manual_grade) == (1.5, False)
            assert gradebook.find_comment("why", "lines", HW, student).comment == f"Seen: {student}"
    marks = read_marks(room.course, HW)
    assert {student: mark.penalty for student, mark in marks.items()} == {
        student: pytest.approx(0.2 * (4.5 + number / 8)) for number, student in enumerate(STUDENTS)
    }


BLOCKED = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"


@pytest.mark.parametrize("room", ["PostgreSQL"], indirect=True)
def test_a_mark_that_is_being_saved_is_waited_for_and_seen(
    room: Any, server: Server, make_record: Callable[..., Record]
) -> None:
    room.put("ada", room.answer("Because."))
    room.file(make_record("ada", offset=1.0))
    with psycopg.connect(room.course.server) as person, ThreadPoolExecutor(1) as grader:
        person.execute("UPDATE grade SET manual_score = 1.5, needs_manual_grade = false WHERE auto_score IS NULL")
        filed = grader.submit(room.file, make_record("ada", offset=2.0))
        while not filed.done() and server.run(BLOCKED, room.course.server) == [(0,)]:
            time.sleep(0.01)
        assert not filed.done()
        person.commit()
        filed.result()
    with open_gradebook(room.course) as gradebook:
        grade = gradebook.find_grade("why", "lines", HW, "ada")
        assert (grade.manual_score, grade.needs_manual_grade) == (1.5, False)
        assert gradebook.find_submission(HW, "ada").score == 3.0 + 2.0 + 1.5


@pytest.mark.parametrize("room", ["PostgreSQL"], indirect=True)
def test_runs_take_turns_by_assignment_and_formgrader_need_not_wait(
    room: Any, make_record: Callable[..., Record]
) -> None:
    room.put("ada")
    room.file(make_record("ada"))
    with psycopg.connect(room.course.server) as other, open_gradebook(room.course, patience=0.1) as gradebook:
        other.execute(f"SELECT id FROM assignment WHERE name = '{HW}' FOR NO KEY UPDATE")  # noqa: S608 - as a filing does
        with pytest.raises(GradebookUnavailable, match="another program is writing to it"):
            file_record(gradebook, room.course, room.lines, make_record("ada", offset=1.0))
        gradebook.find_grade("why", "lines", HW, "ada").manual_score = 1.0
        gradebook.add_student("bob")
        gradebook.db.execute(insert(SubmittedAssignment).values(assignment_id=gradebook.find_assignment(HW).id))
        gradebook.db.commit()
        assert gradebook.find_submission(HW, "ada").score == 4.0
