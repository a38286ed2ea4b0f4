"""Two graders and a person in formgrader write one gradebook on a server at the same time, and nothing is lost."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from gradkit.gradebook.database import ensure_database, open_gradebook
from gradkit.gradebook.marks import read_marks
from gradkit.grading.record import Record
from gradkit.grading.store import write_record

DATABASES = "room"
HW = "hw1_lines"
LATE = datetime(2030, 1, 11, 14, 0, tzinfo=UTC)  # 20 percent
STUDENTS = [f"student{number:02}" for number in range(12)]
ROUNDS = 4

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

# What formgrader does for each mark and comment that a person enters: find by id, set, commit, in one long session.
PERSON = """
import sys
from pathlib import Path
from gradkit.course import load_course
from gradkit.gradebook.settings import nbgrader_url
from nbgrader.api import Gradebook
from sqlalchemy import text

course = load_course(Path(sys.argv[1]))
print("ready", flush=True)
sys.stdin.readline()
marked = {}
gradebook = Gradebook(nbgrader_url(course), course.id)
while len(marked) < int(sys.argv[2]):
    for notebook in gradebook.db.execute(text("SELECT id FROM submitted_notebook")).scalars().all():
        if notebook not in marked:
            found = gradebook.find_submission_notebook_by_id(notebook)
            (grade,) = [each for each in found.grades if each.name == "why"]
            grade = gradebook.find_grade_by_id(grade.id)
            grade.manual_score, grade.needs_manual_grade = 1.5, False
            gradebook.db.commit()
            (comment,) = [each for each in found.comments if each.name == "why"]
            gradebook.find_comment_by_id(comment.id).manual_comment = f"Seen: {found.student.id}"
            gradebook.db.commit()
            marked[notebook] = True
    gradebook.db.rollback()
gradebook.close()
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
        start(PERSON, room.course.root, len(STUDENTS)),
    ]
    for process in work:
        assert process.stdout.readline() == "ready\n", process.stderr.read()
    for process in work:
        process.stdin.write("go\n")
        process.stdin.flush()
    ended = [process.communicate(timeout=300) for process in work]
    assert [(out, err) for out, err in ended if out != "done\n" or "Error" in err] == [], json.dumps(ended)

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
