"""Grading from the command line: one folder, a folder of folders, and the course's own submissions."""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from gradkit.cli.grade import _complain_about
from gradkit.course import Course
from gradkit.grading.batch import ClassResult
from gradkit.grading.record import Record

Gradkit = Callable[..., Any]
Submissions = Callable[[Mapping[str, str | bytes]], Path]
HW = "hw0_scaling"
LATIN = "x = 'é'\n".encode("latin-1")
CHINESE = re.compile("[\u4e00-\u9fff]")
TIMES = re.compile(rb'"(?:seconds|execution_time|at)": [^,}]*|"slowest": \[.*?\]\s*\]', re.DOTALL)
SCHEMA = Path(__file__).parents[3] / "docs" / "record.schema.json"


def files_below(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*")}


def row_of(ran: Any, student: str) -> list[str]:
    """A student's row of the printed table, cell by cell."""
    return next(line.split() for line in ran.out.splitlines() if line.startswith(student))


# ---- one folder


def test_one_folder_needs_nothing_else_and_low_scores_are_no_failure(
    gradkit_command: Gradkit, course: Course, submissions: Submissions, reference_source: str, tmp_path: Path
) -> None:
    wrong = reference_source.replace("factor: float = 2.0", "factor: float = 3.0")
    folder = submissions({f"ada/{HW}/scaling.py": wrong}) / "ada" / HW
    output = tmp_path / "a folder" / "results.json"
    suite = course.hidden(HW) / "test_shift.py"
    suite.write_text(
        f"{suite.read_text()}    if not __debug__:\n        raise RuntimeError('no assert is looked at')\n"
    )
    before = files_below(course.root)
    # As some containers set it; grading must not leave out the suite's asserts.
    ran = gradkit_command("grade", "--submission", folder, "--assignment", HW, "--output", output, PYTHONOPTIMIZE="2")
    assert ran.status == 0
    assert f"{HW}: 4 of 5 points" in ran.out
    record = json.loads(output.read_text())
    jsonschema.validate(record, json.loads(SCHEMA.read_text()))
    assert (record["score"], record["extra_data"]["status"]) == (4.0, "graded")
    assert files_below(course.root) - {".gradkit"} == before

    again = gradkit_command("grade", "--submission", folder, "--assignment", HW, "--output", output, "--json")
    assert (again.status, json.loads(again.out)) == (0, record)
    assert "sandbox" not in again.err  # nothing has changed, so nothing was run


def test_the_language_changes_what_is_printed_and_no_file(
    gradkit_command: Gradkit, built: Course, submissions: Submissions, reference_source: str
) -> None:
    wrong = reference_source.replace("factor: float = 2.0", "factor: float = 3.0")
    folder = submissions({f"ada/{HW}/scaling.py": wrong, f"bob/{HW}/scaling.py": LATIN})

    def made(language: str) -> tuple[str, dict[str, bytes]]:
        results, report = built.root / "results" / language, built.root / "report" / language
        said = ""
        for words in (
            ["grade", "--submissions", folder, "--results", results],
            ["report", "--results", results, "--output", report],
            ["extend", "ada", HW, "--days", "2", "--reason", "ill"],
            ["export", "moodle-csv", "--results", results, "--output", report / "moodle.csv"],
        ):
            ran = gradkit_command(*words, GRADKIT_LANGUAGE=language)
            assert ran.status == int(words[0] == "grade"), ran.err
            said += ran.out + ran.err
        ledger = built.root / "term" / "ledger.jsonl"
        files = {path.name: path.read_bytes() for path in report.glob("*.[cj]s*") if path.name != "slowest.csv"}
        files |= {str(path.relative_to(results)): path.read_bytes() for path in results.rglob("*.json")}
        files["ledger"] = ledger.read_bytes()
        ledger.unlink()
        return said, {name: TIMES.sub(b"", data) for name, data in files.items()}

    english, chinese = made("en"), made("zh")
    assert english[1] == chinese[1]
    assert "graded, 0 missing" in english[0]
    assert CHINESE.search(english[0]) is None
    assert CHINESE.search(chinese[0]) is not None


def test_a_refused_folder_is_named_and_has_no_score(gradkit: Gradkit, submissions: Submissions, tmp_path: Path) -> None:
    folder = submissions({f"ada/{HW}/scaling.py": LATIN}) / "ada" / HW
    ran = gradkit("grade", "--submission", folder, "--assignment", HW, "--output", tmp_path / "r.json")
    assert (ran.status, ran.out) == (1, "")
    assert f"refused: {HW}" in ran.err
    assert "Python cannot read scaling.py (SyntaxError: (unicode error) 'utf-8' codec can't decode" in ran.err
    record = json.loads((tmp_path / "r.json").read_text())
    assert record["extra_data"]["status"] == "refused"
    assert "score" not in record


def test_a_notebook_that_cannot_be_read_is_named(
    gradkit_command: Gradkit, submissions: Submissions, reference_source: str, tmp_path: Path
) -> None:
    files = {"scaling.py": reference_source, "scaling.ipynb": "not a notebook"}
    folder = submissions({f"ada/{HW}/{name}": text for name, text in files.items()}) / "ada" / HW
    output = tmp_path / ("long" * 30) / "[r].json"
    ran = gradkit_command("grade", "--submission", folder, "--assignment", HW, "--output", output)
    assert ran.status == 1
    assert f"note: {HW}: scaling.ipynb cannot be read as a notebook" in ran.err
    assert "refused" not in ran.err  # it was graded
    assert "5 of 5 points" in ran.out
    assert f"{'long' * 30}/[r].json" in ran.out  # whole, and as it is called


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--submission", "."], "--submission DIR needs exactly one --assignment HW and --output FILE"),
        (["--submission", ".", "--assignment", HW], "needs exactly one --assignment HW and --output FILE"),
        (["--submission", ".", "--output", "r"], "needs exactly one --assignment HW and --output FILE"),
        (["--submission", ".", "--assignment", HW, "--assignment", HW, "--output", "r"], "needs exactly one"),
        (["--submission", ".", "--submissions", ".", "--assignment", HW, "--output", "r"], "needs exactly one"),
        (["--submission", "nowhere", "--assignment", HW, "--output", "r"], "nowhere is not a folder"),
        (["--submissions", "."], "--submissions DIR needs --results DIR"),
        (["--submissions", "nowhere", "--results", "r"], "nowhere is not a folder"),
        (["--assignment", "hw7"], 'No assignment "hw7"'),
        ([], "Nothing to grade in submitted. Run `gradkit collect` first."),
    ],
)
def test_wrong_uses_say_what_is_missing(gradkit: Gradkit, course: Course, words: list[str], said: str) -> None:
    before = files_below(course.root)
    ran = gradkit("grade", *words)
    assert (ran.status, ran.out) == (2, "")
    assert said in ran.err
    assert not (files_below(course.root) - before) & {"r", "results", "autograded", "feedback"}


def test_an_unknown_sandbox_is_a_wrong_use(gradkit: Gradkit, submissions: Submissions, tmp_path: Path) -> None:
    folder = submissions({f"ada/{HW}/scaling.py": "x = 1"})
    words = ["--submissions", folder, "--results", tmp_path / "r", "--sandbox", "cellar"]
    ran = gradkit("grade", *words)
    assert ran.status == 2
    assert 'Unknown sandbox "cellar". Choose auto, strict or one of:' in ran.err


# ---- a folder of folders


def test_a_class_with_every_kind_of_trouble_is_graded_all_the_same(
    gradkit_command: Gradkit,
    course: Course,
    add_assignment: Callable[[str], Path],
    submissions: Submissions,
    reference_source: str,
    tmp_path: Path,
) -> None:
    toml = add_assignment("hw1_broken") / "assignment.toml"
    toml.write_text(toml.read_text().replace("points = 2", "points = 'two'"))
    add_assignment("hw2_faulty")
    suite = course.hidden("hw2_faulty") / "test_shift.py"
    suite.write_text(suite.read_text().replace("assert_matches(student", "1 / 0\n    assert_matches(student"))
    folder = submissions(
        {
            f"ada/{HW}/scaling.py": reference_source,
            f"bob/{HW}/scaling.py": "import os; os._exit(0)\n",
            f"cleo/{HW}/scaling.py": LATIN,
            f"dan/{HW}/scaling.py": "raise ValueError('\x1b[31m\x1b]0;owned\x07')\n",
            f"dan/{HW}/scaling.ipynb": "no notebook",
            "ada/hw1_broken/scaling.py": reference_source,
            "ada/hw2_faulty/scaling.py": reference_source,
            "bob/hw9_unknown/scaling.py": "",
            f"\x1b[31meve/{HW}/scaling.py": reference_source,
            f"fay/hw\x1b[31m/{HW}/scaling.py": reference_source,
        }
    )
    words = ["grade", "--submissions", folder, "--results", tmp_path / "results"]

    # A fault of the grader outweighs all else: status 3, and no score for what it struck.
    ran = gradkit_command(*words)
    assert ran.status == 3
    assert row_of(ran, "ada") == ["ada", "5", "-", "?"]
    assert row_of(ran, "bob") == ["bob", "0", "!*", "-"]
    assert row_of(ran, "cleo") == ["cleo", "-", "x", "-"]
    assert row_of(ran, "dan") == ["dan", "0", "!", "-"]
    assert "? not graded: the grader failed   x refused   ! something went wrong" in ran.out
    assert "not graded: ada, hw2_faulty" in ran.err
    faulty = json.loads((tmp_path / "results" / "ada" / "hw2_faulty.json").read_text())
    assert faulty["extra_data"]["status"] == "error"
    assert "score" not in faulty
    # The course's own mistake, by file and key; the refused, by name.
    assert f'{toml}: question[2].points: expected a valid number, found "two"' in ran.err
    assert not (tmp_path / "results" / "ada" / "hw1_broken.json").exists()
    assert f"refused: cleo, {HW}: Python cannot read scaling.py (SyntaxError: " in ran.err
    assert "refused: dan" not in ran.err  # it was graded
    assert f"note: dan, {HW}: scaling.ipynb cannot be read as a notebook" in ran.err
    assert "bob: there is no assignment 'hw9_unknown' (the course has: hw0_scaling, hw1_broken, hw2_faulty)" in ran.err
    # What students named or wrote does nothing to the terminal.
    assert "\x1b" not in ran.out + ran.err
    assert '"?[31meve" (U+001B) cannot be a student\'s id' in ran.err
    assert "fay: there is no assignment 'hw\\x1b[31m'" in ran.err

    # Without the faulty one: status 2, for the course's file. What was graded before stands.
    shutil.rmtree(folder / "ada" / "hw2_faulty")
    ran = gradkit_command(*words)
    assert ran.status == 2
    assert row_of(ran, "ada") == ["ada", "5"]
    assert "sandbox" not in ran.err

    # Only what is sound: status 1, since something was refused; the same as JSON.
    ran = gradkit_command(*words, "--assignment", HW, "--json")
    assert ran.status == 1
    data = json.loads(ran.out)
    assert [(row["student"], row["status"], row["score"]) for row in data["records"]] == [
        ("ada", "graded", 5.0),
        ("bob", "graded", 0.0),
        ("cleo", "refused", None),
        ("dan", "graded", 0.0),
    ]
    assert "\x1b" not in ran.out
    assert data["faults"] == []

    # An assignment whose file is broken cannot be asked for.
    ran = gradkit_command(*words, "--assignment", "hw1_broken")
    assert (ran.status, ran.out) == (2, "")
    assert f"{toml}: question[2].points" in ran.err


def test_a_file_name_that_is_no_text_is_refused_and_the_others_go_on(
    gradkit: Gradkit, submissions: Submissions, tmp_path: Path
) -> None:
    folder = submissions({f"ada/{HW}/scaling.py": "x = 1", f"bob/{HW}/scaling.py": LATIN})
    (folder / "ada" / HW / "\udcff.py").touch()  # the byte 0xff, which no UTF-8 has
    ran = gradkit("grade", "--submissions", folder, "--results", tmp_path / "results")
    assert ran.status == 1
    assert f"refused: ada, {HW}: " in ran.err
    assert f"refused: bob, {HW}: " in ran.err


@pytest.fixture
def deep(tmp_path: Path) -> Iterator[Path]:
    """1200 folders, one inside the other, below ``class/ada/hw0_scaling``: more than Python's recursion goes down."""
    top = tmp_path / "class" / "ada" / HW / "d"
    here = Path.cwd()
    try:
        for path in (top, *[Path("d")] * 1200):
            path.mkdir(parents=True)
            os.chdir(path)
    finally:
        os.chdir(here)
    yield top
    # Neither Python nor pytest could remove them: take out one of the two uppermost at a time.
    while (top / "d").exists():
        (top / "d").rename(top.with_name("next"))
        top.rmdir()
        top.with_name("next").rename(top)


@pytest.mark.usefixtures("deep")
def test_folders_without_end_are_refused_and_the_others_go_on(
    gradkit: Gradkit, submissions: Submissions, tmp_path: Path
) -> None:
    folder = submissions({f"ada/{HW}/scaling.py": "x = 1", f"bob/{HW}/scaling.py": LATIN})
    ran = gradkit("grade", "--submissions", folder, "--results", tmp_path / "results")
    assert ran.status == 1
    assert f"refused: ada, {HW}: " in ran.err
    assert f"refused: bob, {HW}: " in ran.err


def test_students_called_like_markup_keep_their_names(
    gradkit: Gradkit, submissions: Submissions, tmp_path: Path
) -> None:
    folder = submissions({f"[red]eve/{HW}/scaling.py": LATIN})
    ran = gradkit("grade", "--submissions", folder, "--results", tmp_path / "[results]")
    assert row_of(ran, "[red]eve") == ["[red]eve", "-", "x"]
    assert "[results]" in ran.out


# ---- the course's own submissions


def test_the_courses_own_submissions_go_into_gradebook_and_pages(
    gradkit_command: Gradkit, built: Course, reference_source: str, tmp_path: Path
) -> None:
    for student, module, time in (
        ("ada", reference_source, "2026-09-30 10:00:00 UTC"),
        ("bob", "def scale(x, factor=2.0):\n    return x\n", "2026-10-01 22:00:01 UTC"),
    ):
        folder = built.submitted / student / HW
        shutil.copytree(built.release(HW), folder)
        (folder / "scaling.py").write_text(module)
        (folder / "timestamp.txt").write_text(time)
    path = built.root / "course.toml"
    path.write_text(path.read_text() + "[late]\npercent_per_day = 10\n")

    ran = gradkit_command("grade", "--sample", tmp_path / "is not looked at")
    assert (ran.status, "refused" in ran.err) == (0, False)
    assert "sample" not in ran.err  # nobody with a class of their own reads of another one
    assert row_of(ran, "ada") == ["ada", "5"]
    for name in ("gradebook.db", "results", "feedback"):
        assert name in ran.out
        assert (built.root / name).exists()
    assert {page.parent.parent.name for page in (built.root / "feedback").rglob("scaling.html")} == {"ada", "bob"}

    again = gradkit_command("grade")
    assert (again.status, again.out) == (0, ran.out)
    assert "sandbox" not in again.err


def test_a_record_that_cannot_be_written_is_the_graders_failure(
    gradkit: Gradkit, submissions: Submissions, reference_source: str, tmp_path: Path
) -> None:
    folder = submissions({f"ada/{HW}/scaling.py": reference_source}) / "ada" / HW
    (tmp_path / "taken").write_text("")
    ran = gradkit("grade", "--submission", folder, "--assignment", HW, "--output", tmp_path / "taken" / "record.json")
    assert ran.status == 3
    assert "cannot be written" in ran.err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--output", "x.json"], "give both"),
        (["--results", "x"], "give both"),
        (["--submission", ".", "--assignment", HW, "--output", "."], "is a folder"),
        (["--submissions", ".", "--results", "course.toml"], "is a file"),
    ],
)
def test_where_records_go_is_looked_at_first(gradkit: Gradkit, words: list[str], said: str) -> None:
    ran = gradkit("grade", *words)
    assert ran.status == 2
    assert said in ran.err


def test_what_many_were_refused_for_is_one_line_with_their_names(capsys: pytest.CaptureFixture[str]) -> None:
    records = [Record(student, HW, "T", "refused", 5.0, problems=("No file.",)) for student in ("ada", "bob", "cyd")]
    records += [Record("dee", HW, "T", "refused", 5.0, problems=("A link.",))]
    records += [Record(student, HW, "T", "error", 5.0, log="The suite broke.") for student in ("eve", "fay")]
    _complain_about(ClassResult(records))
    assert capsys.readouterr().err.splitlines() == [
        f"refused: {HW}: No file. (3 submissions: ada, bob, cyd)",
        f"refused: dee, {HW}: A link.",
        f"not graded: {HW}: The suite broke. (2 submissions: eve, fay)",
    ]
