"""A term of three homeworks with 30 students: late, extended, excused, dropped, handed in twice."""

from __future__ import annotations

import csv
import json
import random
import re
import subprocess
import sysconfig
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from gradkit.collect.exchange import fetch, publish, submit
from gradkit.course import Course, load_course
from gradkit.gradebook.marks import read_marks
from gradkit.release import build_course
from gradkit.term.ledger import ledger_path

from ..demo_course import FILES, HW, complete, write_tree
from ..postgresql_server import forget, put_on_server

# The clocks go back on 25 October 2026: the third homework's late day has 25 hours.
DUE = {
    "hw0_scaling": datetime(2026, 10, 5, 20, 0, tzinfo=UTC),
    "hw1_scaling": datetime(2026, 10, 12, 20, 0, tzinfo=UTC),
    "hw2_scaling": datetime(2026, 10, 24, 20, 0, tzinfo=UTC),
}
RULES = """
[late]
percent_per_day = 10
floor_percent = 50

[policy]
slip_days = 2
max_slip = 1
"""
KINDS = ("early", "late", "twice", "extended", "excused", "dropped")
NUMBER = 5  # students of each kind
# Points of the hidden suite, late penalty; None: not in the gradebook.
EXPECTED: Mapping[str, tuple[tuple[float, float] | None, ...]] = {
    "early": ((5, 0), (5, 0), (5, 0)),
    "late": ((5, 0), (5, 0), (5, 0.5)),  # a slip day each, then none is left
    "twice": ((3, 0), (3, 0), (5, 0)),  # the last counts
    "extended": ((5, 0), (5, 0), (5, 0)),  # in time, a slip day, and in time across the change of the clocks
    "excused": ((5, 0), (5, 0), None),
    "dropped": ((5, 0), None, None),
}


def gradkit(course: Course, *words: str | Path, status: int = 0) -> str:
    command = Path(sysconfig.get_path("scripts")) / "gradkit"
    done = subprocess.run(  # noqa: S603 - our own command
        [str(command), *map(str, words)], cwd=course.root, capture_output=True, text=True, check=False
    )
    assert done.returncode == status, done.stdout + done.stderr
    return done.stdout + done.stderr


def students(kind: str) -> list[str]:
    return [f"{kind}{number}" for number in range(NUMBER)]


def hand_ins(week: int) -> Iterator[tuple[str, timedelta, bool]]:
    """(student, after the due time, whether it is right) for a homework."""
    for kind in KINDS:
        for student in students(kind):
            if kind == "late":
                yield student, timedelta(hours=20), True
            elif kind == "extended":
                yield student, timedelta(hours=(47, 70, 24.5)[week]), True
            elif kind == "twice":
                yield student, timedelta(hours=-30), week != 2
                yield student, timedelta(hours=-1), week == 2
            elif (kind, week) not in (("excused", 2), ("dropped", 1), ("dropped", 2)):
                yield student, timedelta(hours=-1), True


@pytest.fixture(scope="module", params=["SQLite", "PostgreSQL"])
def course(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Course:
    """Three homeworks, built and published, the gradebook in SQLite's file or on a server."""
    root = complete(write_tree(tmp_path_factory.mktemp("term") / "course", FILES))
    for name in list(DUE)[1:]:
        for folder in (root / "assignments", root / "autograder" / "hidden"):
            files = {path.name: path.read_text().replace(HW, name) for path in (folder / HW).iterdir()}
            write_tree(folder / name, files)
    for name, due in DUE.items():
        path = root / "assignments" / name / "assignment.toml"
        path.write_text(re.sub("due = .*", f"due = {due:%Y-%m-%dT%H:%M:%SZ}", path.read_text()))
    path = root / "course.toml"
    path.write_text(path.read_text().replace('id = "', 'timezone = "Europe/Berlin"\nid = "', 1) + RULES)
    put_on_server(root, request)
    made = load_course(root)
    build_course(made)
    for name in DUE:
        publish(made, name)
    return made


@pytest.fixture(scope="module")
def term(course: Course, tmp_path_factory: pytest.TempPathFactory) -> Course:
    """The same after the term: each week decisions, hand-ins, collecting and grading."""
    homes = tmp_path_factory.mktemp("homes")
    for week, (name, due) in enumerate(DUE.items()):
        decisions(course, week, name, homes)
        source = (course.solution(name) / "scaling.py").read_text()
        for student, after, right in hand_ins(week):
            home = homes / f"{name} {student} {after}"
            home.mkdir()
            folder = fetch(course, student, name, home)
            (folder / "scaling.py").write_text(source if right else source.replace("x + self", "x - self"))
            submit(course, student, folder, due + after)
        gradkit(course, "collect")
        gradkit(course, "grade", "--no-feedback")
    return course


def decisions(course: Course, week: int, name: str, folder: Path) -> None:
    """What the instructor decides before a homework is due."""
    days = (2, 2, 1)[week]
    rows = [[student, name, str(days), "ill"] for student in students("extended")]
    with (folder / "extensions.csv").open("w", newline="") as file:
        csv.writer(file).writerows([["student", "assignment", "days", "reason"], *rows])
    gradkit(course, "extend", "--csv", folder / "extensions.csv")
    for student in students("dropped") if week == 1 else ():
        gradkit(course, "drop", student)
    for student in students("excused") if week == 2 else ():
        gradkit(course, "excuse", student, name, "--reason", "a conference")


def found(course: Course) -> dict[str, tuple[tuple[float, float] | None, ...]]:
    """Each student's points and penalties in the gradebook."""
    marks = [read_marks(course, name) for name in DUE]

    def of(student: str) -> tuple[tuple[float, float] | None, ...]:
        mine = [each.get(student) for each in marks]
        return tuple(None if mark is None else (mark.raw_score, mark.penalty) for mark in mine)

    return {student: of(student) for kind in KINDS for student in students(kind)}


def test_each_student_has_what_the_rules_give(term: Course) -> None:
    assert found(term) == {student: EXPECTED[kind] for kind in KINDS for student in students(kind)}


def test_the_reckoning_is_explained(term: Course) -> None:
    said = json.loads(gradkit(term, "policy", "late0", "--json"))
    assert [one["score"] for one in said.values()] == [5.0, 5.0, 4.5]
    assert "1 slip day used, 1 left." in said["hw0_scaling"]["explained"]
    assert "0 slip days used, 0 left." in said["hw2_scaling"]["explained"]
    extended = json.loads(gradkit(term, "policy", "extended0", "--json"))["hw2_scaling"]["explained"]
    assert extended[:2] == ["Due 2026-10-24 22:00 CEST.", "Extended until 2026-10-25 22:00 CET (ill)."]


def test_report_and_export_agree_with_the_gradebook(term: Course, tmp_path: Path) -> None:
    assert "left out because they have left the course" in gradkit(term, "report", "--stale")
    with (term.report / "students.csv").open(encoding="utf-8-sig") as file:
        sums = {row["student"]: float(row["sum"]) for row in csv.DictReader(file)}
    assert {kind: sums[f"{kind}0"] for kind in KINDS[:-1]} == {
        "early": 15.0,
        "late": 14.5,
        "twice": 11.0,
        "extended": 15.0,
        "excused": 10.0,
    }
    assert not set(students("dropped")) & sums.keys()
    page = (term.report / "report.html").read_text(encoding="utf-8")
    assert page.count('<abbr title="excused: does not count">e</abbr>') == NUMBER
    assert "e: excused, so it does not count in the sum." in page
    missing = {
        each["id"]: each["missing"] for each in json.loads((term.report / "report.json").read_text())["assignments"]
    }
    assert not set(students("excused")) & set(missing["hw2_scaling"])
    roster = tmp_path / "roster.csv"
    roster.write_text("student,name\n" + "".join(f"{student},{student}\n" for student in found(term)))
    said = gradkit(
        *(term, "export", "canvas", "hw0_scaling", "--roster", roster, "--output", tmp_path / "out.csv", "--stale"),
    )
    assert "left the course" in said
    gradkit(term, "export", "canvas", "hw2_scaling", "--roster", roster, "--output", tmp_path / "hw2.csv", "--stale")
    with (tmp_path / "hw2.csv").open(encoding="utf-8-sig") as file:
        cells = {row["Student"]: [*row.values()][-1] for row in csv.DictReader(file)}
    assert {kind: cells[f"{kind}0"] for kind in KINDS} == {
        "early": "5",
        "late": "4.5",
        "twice": "5",
        "extended": "5",
        "excused": "EX",  # without a hand-in
        "dropped": "",
    }


def test_another_order_and_a_new_gradebook_give_the_same(term: Course) -> None:
    before = found(term)
    path = ledger_path(term)
    lines = path.read_text(encoding="utf-8").splitlines()
    random.Random(1).shuffle(lines)  # noqa: S311 - not a secret
    path.write_text("\n".join(lines), encoding="utf-8")
    forget(term)
    gradkit(term, "grade", "--no-feedback")
    gone = set(students("dropped"))  # their rows are not made again
    assert {student: marks for student, marks in found(term).items() if student not in gone} == {
        student: marks for student, marks in before.items() if student not in gone
    }
