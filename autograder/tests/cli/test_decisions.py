"""A term of one assignment: several hand-ins, an extension, an excuse, a drop, and what is said of them."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from gradkit.collect.exchange import fetch, publish, submit
from gradkit.course import Course, load_course
from gradkit.gradebook.marks import read_marks
from gradkit.term.attempts import put_aside
from gradkit.term.ledger import ledger_path
from gradkit.term.runs import only_run

from ..demo_course import HW
from .conftest import Gradkit

DUE = datetime(2026, 10, 1, 22, 0, tzinfo=UTC)
RULES = """
[late]
grace_minutes = 60
percent_per_day = 10
floor_percent = 50

[policy]
slip_days = 2
counts = "{counts}"
close_after = 5
"""
HandIn = Callable[[str, timedelta, str], None]


@pytest.fixture
def term(built: Course) -> Callable[[str], Course]:
    """Set the rules of the term; returns the course."""

    def run(counts: str) -> Course:
        path = built.root / "course.toml"
        text = path.read_text().replace('id = "', 'timezone = "Europe/Berlin"\nid = "', 1)
        path.write_text(text + RULES.format(counts=counts))
        return load_course(built.root)

    return run


@pytest.fixture
def hand_in(built: Course, tmp_path: Path) -> HandIn:
    """Hand in the reference ("right") or half of it ("half"), so long after the due time."""

    def run(student: str, after: timedelta, work: str) -> None:
        if not (built.exchange / built.id / "outbound").exists():
            publish(built, HW)
        text = (built.solution(HW) / "scaling.py").read_text()
        home = tmp_path / "homes" / f"{student}{after.total_seconds():g}"
        home.mkdir(parents=True)
        folder = fetch(built, student, HW, home)
        (folder / "scaling.py").write_text(text if work == "right" else text.replace("x + self", "x - self"))
        submit(built, student, folder, DUE + after)

    return run


def hours(number: float) -> timedelta:
    return timedelta(hours=number)


def scores(course: Course) -> dict[str, tuple[float, float]]:
    """Points and penalty in the gradebook."""
    return {student: (mark.raw_score, mark.penalty) for student, mark in read_marks(course, HW).items()}


def test_the_best_hand_in_counts_wherever_it_came_in_order(
    term: Callable[[str], Course], hand_in: HandIn, gradkit: Gradkit
) -> None:
    course = term("best")
    hand_in("ada", hours(-24), "right")
    hand_in("bob", hours(30), "half")
    assert gradkit("collect").status == 0
    assert gradkit("grade").status == 0
    assert scores(course) == {"ada": (5.0, 0.0), "bob": (3.0, 0.0)}
    hand_in("ada", hours(30), "half")
    hand_in("bob", hours(31), "half")
    hand_in("bob", hours(96), "right")
    hand_in("cyd", hours(150), "right")
    collected = gradkit("collect")
    assert collected.status == 1
    assert "hw0_scaling closed at 2026-10-07 00:00 CEST" in collected.err
    assert gradkit("grade").status == 0
    assert scores(course) == {"ada": (5.0, 0.0), "bob": (5.0, 1.0)}
    assert gradkit("collect").out.startswith("0 submissions")
    before = {path: path.read_bytes() for path in course.results.rglob("*.json")}
    assert len(before) == 5
    assert gradkit("grade").status == 0
    assert {path: path.read_bytes() for path in course.results.rglob("*.json")} == before
    assert len([*course.attempts.glob("bob/*/*/")]) == 2
    page = course.feedback_page("bob", HW).read_text()
    assert "Hand-in 3, 2026-10-06 00:00 CEST: 5 points; the best one, which counts." in page
    assert "2 slip days used, 0 left." in page


def test_decisions_change_what_counts_and_are_said_to_the_student(
    term: Callable[[str], Course], hand_in: HandIn, gradkit: Gradkit
) -> None:
    course = term("active")
    said = gradkit("extend", "cyd", HW, "--until", "2026-10-08T00:00", "--reason", "a wedding")
    assert said.status == 0
    assert "cyd, hw0_scaling: due 2026-10-08 00:00 CEST." in said.out
    assert "cyd: nobody with this id has handed in anything yet." in said.out
    hand_in("ada", hours(-2), "right")
    hand_in("ada", hours(-1), "half")
    hand_in("cyd", hours(150), "right")
    hand_in("dan", hours(1), "right")
    assert gradkit("collect").status == 0
    assert gradkit("grade").status == 0
    assert scores(course) == {"ada": (3.0, 0.0), "cyd": (5.0, 0.0), "dan": (5.0, 0.0)}
    for words in (("choose", "ada", HW, "1"), ("excuse", "cyd", HW, "--reason", "flu"), ("drop", "dan")):
        assert gradkit(*words).status == 0
    done = gradkit("grade")
    assert "dan" in done.err
    assert scores(course)["ada"] == (5.0, 0.0)
    explained = json.loads(gradkit("policy", "cyd", "--json").out)[HW]["explained"]
    assert explained[:3] == [
        "Due 2026-10-02 00:00 CEST.",
        "Extended until 2026-10-08 00:00 CEST (a wedding).",
        "Excused, so this assignment does not count (flu).",
    ]
    assert "the chosen one, which counts" in gradkit("policy", "ada").out
    assert gradkit("choose", "ada", HW, "--withdraw").status == 0
    assert gradkit("grade").status == 0
    assert scores(course)["ada"] == (3.0, 0.0)


def records(course: Course, *students: str) -> list[dict[str, Any]]:
    """Each student's record, without the id."""
    texts = [(course.results / student / f"{HW}.json").read_text() for student in students]
    return [json.loads(text.replace(f'"{student}"', '"?"')) for student, text in zip(students, texts, strict=True)]


def timeless(data: Any) -> Any:
    """A record without times."""
    if isinstance(data, dict):
        drop = {"seconds", "execution_time"}
        return {key: 0 if key in drop else timeless(value) for key, value in data.items()}
    if isinstance(data, list):
        return [timeless(value) for value in data]
    return 0 if isinstance(data, float) else data


def test_a_group_is_graded_once_and_each_member_has_all_of_it(
    term: Callable[[str], Course], hand_in: HandIn, gradkit: Gradkit
) -> None:
    course = term("last")
    groups = course.root / "groups.csv"
    groups.write_text("group,student\nred,ada\nred,bob\nred,cyd\n")
    hand_in("ada", hours(25), "half")
    hand_in("dan", hours(25), "half")
    assert gradkit("collect").status == 0
    assert gradkit("grade").status == 0
    ada, bob, cyd, dan = records(course, "ada", "bob", "cyd", "dan")
    assert ada == bob == cyd  # the seconds as well: graded once
    assert ada != dan
    assert scores(course) == dict.fromkeys(("ada", "bob", "cyd", "dan"), (3.0, 0.0))
    for student in ("ada", "bob", "cyd"):
        explained = json.loads(gradkit("policy", student, "--json").out)[HW]["explained"]
        assert "1 slip day used, 1 left." in explained
        for page in pages(course, student):
            assert "The offset is added, and gradients reach it." in page
    groups.unlink()
    (course.work / "collected" / "groups.jsonl").unlink()
    shutil.rmtree(course.results)
    assert gradkit("grade").status == 0
    alone = records(course, "ada", "bob")
    assert alone[0] != alone[1]
    assert timeless(alone) == timeless([ada, ada])


def test_a_merged_student_has_the_best_of_both_and_pays_once(
    term: Callable[[str], Course], hand_in: HandIn, gradkit: Gradkit, tmp_path: Path
) -> None:
    course = term("best")
    hand_in("ada", hours(-24), "half")
    hand_in("ada2", hours(25), "right")
    assert gradkit("collect").status == 0
    assert gradkit("grade").status == 0
    merged = gradkit("merge", "ada2", "ada", "--reason", "two accounts")
    assert (merged.status, merged.out) == (0, "ada2: is ada now. What arrives as ada2 counts for ada.\n")
    assert gradkit("rename", "ada", "ada.l").status == 0
    hand_in("ada2", hours(26), "half")
    done = gradkit("grade", "--collect")
    assert done.status == 0
    assert "ada2" not in done.out
    assert scores(course) == {"ada.l": (5.0, 0.0)}
    said = gradkit("policy", "ada2").out
    assert re.search(r"^ada\.l is also ada2, merged in 20.* CES?T \(two accounts\)\.$", said, re.MULTILINE)
    assert re.search(r"^ada\.l is also ada, renamed 20.* CES?T\.$", said, re.MULTILINE)
    assert "Hand-in 2, 2026-10-03 01:00 CEST: 5 points; the best one, which counts." in said
    assert "1 slip day used, 1 left." in said
    assert "ada.l" in course.feedback_page("ada.l", HW).read_text()
    roster = tmp_path / "roster.csv"
    roster.write_text("student,sis_login_id\nada2,al7\n")
    ran = gradkit("export", "canvas", HW, "--roster", roster, "--output", tmp_path / "canvas.csv")
    assert ran.out.startswith("1 grade written"), ran.err


def test_a_table_is_entered_whole_or_not_at_all(
    term: Callable[[str], Course], gradkit: Gradkit, tmp_path: Path
) -> None:
    course = term("last")
    table = tmp_path / "extensions.csv"
    table.write_text(f"student,assignment,days,reason\nada,{HW},2,ill\nbob,{HW},none,ill\n")
    wrong = gradkit("extend", "--csv", str(table))
    assert wrong.status == 2
    assert f'{table}, line 3: --days: expected a number from 1 to 1000, found "none"' in wrong.err
    assert not ledger_path(course).exists()
    table.write_text(f"Student,Assignment,Days,Reason\nada,{HW},2,ill\nbob,{HW},3,\n")
    assert gradkit("extend", "--csv", str(table)).status == 0
    assert "Extended until 2026-10-04 00:00 CEST (ill)." in gradkit("policy", "ada").out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("extend", "ada", HW), "An extension has either days"),
        (("extend", "ada", HW, "--days", "1", "--until", "2026-10-08"), "An extension has either days"),
        (("extend", "ada", HW, "--until", "soon"), "--until: expected a time such as 2026-10-05T22:00"),
        (("extend", "ada"), "Give STUDENT ASSIGNMENT, or --csv FILE."),
        (("extend", "ada", "hw9", "--days", "1"), 'No assignment "hw9"'),
        (("excuse", "../ada", HW), "cannot be a student's id"),
        (("drop",), "Give STUDENT, or --csv FILE."),
        (("choose", "ada", HW, "1"), "the last hand-in counts, so none can be chosen"),
        (("drop", "ada", "--csv", "x.csv"), "give nothing else but --withdraw"),
        (("rename", "ada"), "Give both ids: gradkit rename OLD NEW."),
        (("rename", "--withdraw"), "Give OLD NEW, or --csv FILE."),
        (("rename", "ada", "bob"), '"ada": nothing was handed in or decided under this id'),
        (("rename", "ada", "--withdraw"), "ada was not renamed."),
    ],
)
def test_what_cannot_be_decided_is_said_and_not_entered(
    term: Callable[[str], Course], gradkit: Gradkit, words: tuple[str, ...], said: str
) -> None:
    course = term("last")
    ran = gradkit(*words)
    assert ran.status == 2
    assert said in " ".join(ran.err.split())
    assert not ledger_path(course).exists()


def pages(course: Course, student: str) -> tuple[str, str]:
    """Our page and the one in the exchange."""
    return course.feedback_page(student, HW).read_text(), (course.feedback / student / HW / "scaling.html").read_text()


def test_feedback_is_held_back_until_the_due_time(term: Callable[[str], Course], gradkit: Gradkit) -> None:
    course = term("last")
    path = course.root / "course.toml"
    path.write_text(path.read_text() + 'feedback_until_due = "verdict"\nattempts = 1\n')
    source = course.source(HW) / "assignment.toml"
    due = datetime.now(UTC).replace(microsecond=0) + timedelta(days=1)
    source.write_text(re.sub("due = .*", f"due = {due:%Y-%m-%dT%H:%M:%SZ}", source.read_text()))
    assert gradkit("build").status == 0
    text = (course.solution(HW) / "scaling.py").read_text().replace("x + self", "x - self")
    for number, student in ((1, "ada"), (1, "bob"), (2, "bob")):
        folder = course.submitted / student / HW
        if folder.is_dir():
            put_aside(course, student, HW, due - timedelta(hours=9))
        shutil.copytree(course.release(HW), folder)
        (folder / "scaling.py").write_text(text)
        (folder / "timestamp.txt").write_text(f"{due - timedelta(hours=9 - number):%Y-%m-%d %H:%M:%S} UTC")
    assert gradkit("grade").status == 0
    hint = "The offset is added, and gradients reach it."
    for page in pages(course, "ada"):
        assert "This is not right yet." in page
        assert "x (N, size)" not in page
    for page in pages(course, "bob"):
        assert "No feedback before the due time" in page
        assert "Before the due time 1 hand-in gets feedback." in page
        assert hint not in page
        assert "3 of 5 points" not in page
    source.write_text(re.sub("due = .*", "due = 2026-10-01T22:00:00Z", source.read_text()))
    assert gradkit("build").status == 0
    gradkit("grade")
    for student in ("ada", "bob"):
        for page in pages(course, student):
            assert hint in page
            assert "x (N, size)" in page


def test_with_nothing_to_do_neither_nbgrader_nor_torch_is_imported(
    term: Callable[[str], Course], hand_in: HandIn, gradkit: Gradkit
) -> None:
    course = term("best")
    hand_in("ada", hours(-24), "right")
    hand_in("ada", hours(-23), "half")
    gradkit("collect")
    gradkit("grade")
    code = "import atexit, sys; from gradkit.cli import main; atexit.register(lambda: print(*sys.modules)); main()"
    done = subprocess.run(  # noqa: S603 - our own interpreter
        [sys.executable, "-c", code, "grade"], cwd=course.root, capture_output=True, text=True, check=True
    )
    assert "ada" in done.stdout
    assert not {"nbgrader", "torch"} & set(done.stdout.split())


@pytest.mark.parametrize(
    "words",
    [
        ("rename", "ada", "ada.l"),
        ("merge", "ada", "bob"),
        ("gradebook", "copy", "--to", "copy.db"),
        ("term", "new", "--yes", "--shift-days", "364", "--name", "old"),
    ],
    ids=" ".join,
)
def test_what_moves_files_waits_for_the_run_that_grades_them(
    course: Course, words: tuple[str, ...], tmp_path: Path
) -> None:
    for student in ("ada", "bob"):
        (course.submitted / student / HW).mkdir(parents=True)
    before = sorted(course.root.rglob("*"))
    command = [sys.executable, "-c", "from gradkit.cli import main; main()", *words, "--course", str(course.root)]
    log = tmp_path / "log.txt"
    with log.open("wb") as output:
        with only_run(course, lambda _sentence: None):
            process = subprocess.Popen(command, stdout=output, stderr=output, cwd=tmp_path)  # noqa: S603
            end = time.monotonic() + 60.0
            while b"Waiting for another run" not in log.read_bytes():
                assert time.monotonic() < end, log.read_text()
                assert process.poll() is None, log.read_text()
                time.sleep(0.05)
            assert [path for path in sorted(course.root.rglob("*")) if ".gradkit" not in path.parts] == before
        process.wait(60.0)


def test_a_new_terms_due_times_keep_the_time_of_day_across_a_change_of_the_clocks(
    term: Callable[[str], Course], gradkit: Gradkit
) -> None:
    course = term("last")
    assert gradkit("term", "new", "--yes", "--shift-days", "60", "--name", "old").status == 0
    assert load_course(course.root).assignment(HW).due == datetime(2026, 11, 30, 23, 0, tzinfo=UTC)  # 1 December, 0:00
