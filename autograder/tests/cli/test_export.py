"""``gradkit export``."""

from __future__ import annotations

import codecs
import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from nbgrader.api import Gradebook

from gradkit.course import Course

HW = "hw0_scaling"


@pytest.fixture
def results(
    gradkit: Callable[..., Any], submissions: Callable[..., Path], course: Course, reference_source: str
) -> Path:
    """Records of ada, who is right, and of bob, who handed in a link."""
    folder = submissions({f"ada/{HW}/scaling.py": reference_source, f"bob/{HW}/notes.txt": ""})
    (folder / "bob" / HW / "scaling.py").symlink_to("/etc/hostname")
    gradkit("grade", "--submissions", folder, "--results", course.root / "records")
    return course.root / "records"


@pytest.fixture
def roster(tmp_path: Path) -> Path:
    """A roster of ada and cyd."""
    path = tmp_path / "roster.csv"
    path.write_text("student,name,sis_login_id,email,moodle_id\nada,Ada,al,ada@x.org,Participant 1\ncyd,C,cyd,,\n")
    return path


def read(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_canvas(gradkit: Callable[..., Any], results: Path, roster: Path, tmp_path: Path) -> None:
    output = tmp_path / "out" / "canvas.csv"
    ran = gradkit("export", "canvas", "--roster", roster, "--results", results, "--output", output)
    assert ran.status == 1  # bob is not in the roster
    assert "1 grade written" in ran.out
    assert "bob" in ran.err
    assert [row["SIS Login ID"] for row in read(output)] == ["", "al", "cyd"]
    assert read(output)[1]["Scaling"] == "5"
    assert read(output.with_name("canvas.unmatched.csv")) == [
        {"student": "bob", "assignment": HW, "score": "", "max_score": "5"}
    ]


def test_moodle_and_its_import(gradkit: Callable[..., Any], results: Path, roster: Path, tmp_path: Path) -> None:
    worksheet, table = tmp_path / "worksheet.csv", tmp_path / "import.csv"
    gradkit("export", "moodle", HW, "--roster", roster, "--results", results, "--output", worksheet)
    (row,) = read(worksheet)
    assert (row["Identifier"], row["Grade"]) == ("Participant 1", "5")
    ran = gradkit("export", "moodle-csv", "--roster", roster, "--results", results, "--output", table, "--json")
    assert json.loads(ran.out)["not_submitted"] == ["cyd"]
    assert {row["Username"]: row["Scaling"] for row in read(table)} == {"al": "5", "cyd": ""}


def test_excel_is_told_the_encoding_where_asked(gradkit: Callable[..., Any], results: Path, tmp_path: Path) -> None:
    roster = tmp_path / "roster.csv"
    roster.write_text("student,name,email,moodle_id\nada,王小明,ada@x.org,Participant 1\n", encoding="utf-8-sig")
    more = ("--roster", roster, "--results", results, "--output")
    for words in (("canvas",), ("moodle", HW), ("moodle-csv", HW)):
        plain, marked = tmp_path / "plain.csv", tmp_path / "marked.csv"
        gradkit("export", *words, *more, plain)
        gradkit("export", *words, *more, marked, "--bom")
        for path in (plain, plain.with_name("plain.unmatched.csv")):
            text = path.read_bytes()
            assert not text.startswith(codecs.BOM_UTF8)
            assert path.with_name(path.name.replace("plain", "marked")).read_bytes() == codecs.BOM_UTF8 + text


def test_classroom50(gradkit: Callable[..., Any], results: Path, tmp_path: Path) -> None:
    roster, scores, output = tmp_path / "who.csv", tmp_path / "scores.json", tmp_path / "out.json"
    roster.write_text("student,github\nada,Ada-L\nbob,bob50\n")
    scores.write_text('{"schema": "classroom50/scores/v1", "assignments": {}}')
    words = ("export", "classroom50", "--into", scores, "--roster", roster, "--classroom", "nn101")
    ran = gradkit(*words, "--results", results, "--output", output)
    assert (ran.status, "1 grade written" in ran.out, "bob" in ran.err) == (0, True, True)
    (entry,) = json.loads(output.read_text())["assignments"]["hw0-scaling"]["entries"]
    assert (entry["owner"], entry["override"], entry["submissions"][0]["score"]) == ("Ada-L", True, 5)
    assert json.loads(scores.read_text())["assignments"] == {}
    scores.write_text("<html>")
    ran = gradkit(*words, "--results", results, "--output", output)
    assert (ran.status, "scores.json: cannot be read as JSON" in ran.err) == (2, True)
    assert "as public" in gradkit("export", "classroom50", "--help").out


def test_gradescope_results(gradkit: Callable[..., Any], results: Path, tmp_path: Path) -> None:
    output = tmp_path / "results.json"
    assert (
        gradkit("export", "gradescope-results", "--record", results / "ada" / f"{HW}.json", "--output", output).status
        == 0
    )
    assert json.loads(output.read_text())["score"] == 5


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["canvas"], "Give --into FILE"),
        (["canvas", "--assignment-id", "7"], "name that assignment"),
        (["canvas", HW, "--assignment-id", "x"], "give a number"),
        (["canvas", "hw9"], 'No assignment "hw9"'),
        (["moodle", HW, "--into", "nowhere.csv"], "nowhere.csv: cannot be read"),
    ],
)
def test_used_wrongly(
    gradkit: Callable[..., Any], results: Path, tmp_path: Path, arguments: list[str], words: str
) -> None:
    ran = gradkit("export", *arguments, "--results", results, "--output", tmp_path / "out.csv")
    assert ran.status == 2
    assert words in ran.err


def test_what_the_gradebook_adds(
    gradkit: Callable[..., Any], built: Course, reference_source: str, tmp_path: Path
) -> None:
    for name, source in {"aaron": b"\xff", "bob": reference_source.encode()}.items():
        module = built.submitted / name / HW / "scaling.py"
        module.parent.mkdir(parents=True)
        module.write_bytes(source)
    assert gradkit("grade").status == 1  # aaron's is no text
    roster = tmp_path / "roster.csv"
    roster.write_text("student\naaron\nbob\n")
    output = tmp_path / "canvas.csv"
    lost = tmp_path / "canvas.unmatched.csv"
    lost.write_text("an earlier export's")
    ran = gradkit("export", "canvas", "--roster", roster, "--output", output)
    assert ran.status == 0, ran.err
    assert [row["Scaling"] for row in read(output)] == ["5", "", "5"]
    assert not lost.exists()

    with Gradebook(f"sqlite:///{built.root}/gradebook.db") as gradebook:
        grade = gradebook.find_grade("scale", "scaling", HW, "bob")
        grade.manual_score = 1.0
        gradebook.db.commit()
    table = tmp_path / "import.csv"
    gradkit("export", "moodle-csv", "--output", table)
    assert {row["Username"]: row["Scaling (comment)"] for row in read(table)} == {
        "aaron": "",
        "bob": "scale 3 of 3; Shift 2 of 2; manual grading -2",
    }

    # What is out of date does not go out, by whatever command, until --stale says so.
    toml, text = built.source(HW) / "assignment.toml", (built.source(HW) / "assignment.toml").read_text()
    toml.write_text(text.replace("points = 2", "points = 4"))
    before = table.read_text()
    ways = [["export", way, "--output", table] for way in ("moodle-csv", "nbgrader")]
    for words in (*ways, ["export", "canvas", "--roster", roster, "--output", table], ["feedback"], ["report"]):
        ran = gradkit(*words)
        assert ran.status == 1
        assert f"out of date: bob, {HW}: graded with a different assignment.toml" in ran.err
        assert "--stale" in ran.err
    assert table.read_text() == before
    assert gradkit("export", "moodle-csv", "--output", table, "--stale").status == 0
    toml.write_text(text)
    (built.submitted / "bob" / HW / "scaling.py").write_text(reference_source + "# more\n")
    ran = gradkit("export", "nbgrader", "--output", table)
    assert (ran.status, "submitted again since it was graded" in ran.err) == (1, True)
    (built.submitted / "bob" / HW / "scaling.py").write_text(reference_source)

    (built.root / "gradebook.db").unlink()
    ran = gradkit("export", "canvas", "--roster", roster, "--output", output)
    assert (ran.status, "bob, hw0_scaling: graded, but not in the gradebook yet" in ran.err) == (1, True)
    ran = gradkit("export", "canvas", "--roster", roster, "--output", output, "--stale", "--json")
    assert json.loads(ran.out)["left_out"] == ["bob"]


def test_no_record(gradkit: Callable[..., Any], tmp_path: Path) -> None:
    ran = gradkit("export", "gradescope-results", "--record", tmp_path / "none.json", "--output", tmp_path / "out.json")
    assert ran.status == 2
    assert "gradkit grade --submission" in ran.err
