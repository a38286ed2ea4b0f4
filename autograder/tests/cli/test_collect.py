"""Collecting from the command line: from the exchange, and from a folder of zip files."""

from __future__ import annotations

import io
import json
import re
import shutil
import zipfile
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from gradkit.collect.exchange import fetch, publish, publish_feedback, submit
from gradkit.course import Course
from gradkit.errors import UsageError

Gradkit = Callable[..., Any]
HW = "hw0_scaling"
AT = datetime(2026, 9, 30, 12, 0, tzinfo=UTC)


def zipped(files: Mapping[str, str]) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text.encode(errors="surrogateescape"))
    return data.getvalue()


def test_submissions_come_from_the_exchange_and_a_refused_one_is_named(
    gradkit: Gradkit, built: Course, tmp_path: Path
) -> None:
    publish(built, HW)
    for student in ("ada", "bob"):
        (tmp_path / student).mkdir()
        folder = fetch(built, student, HW, tmp_path / student)
        (folder / "scaling.py").write_text(f"# {student}\n")
        submit(built, student, folder, AT)
    ran = gradkit("collect")
    assert (ran.status, ran.out) == (0, "2 submissions collected.\n")
    assert (built.submitted / "ada" / HW / "scaling.py").read_text() == "# ada\n"

    (inbound,) = (built.exchange / built.id / "inbound").glob("bob+*")
    later = shutil.copytree(inbound, inbound.with_name(inbound.name.replace("2026-09-30", "2026-10-01")))
    (later / "key.py").symlink_to(built.root / "autograder" / "hidden" / "secret.txt")
    ran = gradkit("collect", HW)
    assert (ran.status, ran.out) == (1, "0 submissions collected.\n")
    assert later.name in ran.err
    assert '"key.py" is a link' in ran.err
    assert not (built.submitted / "bob" / HW / "key.py").exists()


def test_a_submission_that_grading_could_not_read_takes_no_other_ones_place(
    gradkit: Gradkit, built: Course, tmp_path: Path, commit: Callable[..., Path]
) -> None:
    def take(name: str) -> bytes:
        return (built.submitted / name / HW / "scaling.py").read_bytes()

    publish(built, HW)
    repository, uploads, roster = tmp_path / "cyd", tmp_path / "uploads", tmp_path / "roster.csv"
    roster.write_text(f"student,repository\ncyd,{repository}\n")
    uploads.mkdir()
    (tmp_path / "ada").mkdir()
    folder = fetch(built, "ada", HW, tmp_path / "ada")
    for number, text in enumerate(("right = 1\n", "\udcff\n")):
        (folder / "scaling.py").write_bytes(text.encode(errors="surrogateescape"))
        submit(built, "ada", folder, AT.replace(hour=12 + number))
        (uploads / f"bob_{HW}.zip").write_bytes(zipped({"scaling.py": text}))
        commit(repository, {"scaling.py": text.encode(errors="surrogateescape")})
        for words in ((), ("--zip", uploads), (HW, "--git", roster)):
            ran = gradkit("collect", *words)
            assert (ran.status, ran.out) == (number, f"{1 - number} submission{'s' * number} collected.\n")
            assert number == 0 or ("'utf-8' codec can't decode" in ran.err and "earlier submission is kept" in ran.err)
    assert {take(name) for name in ("ada", "bob", "cyd")} == {b"right = 1\n"}


def test_zip_files_come_in_and_a_hostile_one_is_named(gradkit: Gradkit, course: Course, tmp_path: Path) -> None:
    uploads = tmp_path / "uploads"
    uploads.mkdir()
    (uploads / f"ada_{HW}.zip").write_bytes(zipped({"scaling.py": "# ada\n", "scaling.ipynb": "{}"}))
    (uploads / f"bob_{HW}.zip").write_bytes(zipped({"../../escaped.py": "# bob\n"}))
    (uploads / f"cleo_{HW}.zip").write_bytes(b"PK, but no zip file")
    ran = gradkit("collect", "--zip", uploads)
    assert (ran.status, ran.out) == (1, "1 submission collected.\n")
    assert (course.submitted / "ada" / HW / "scaling.py").read_text() == "# ada\n"
    for name in ("bob", "cleo"):
        assert f"{name}_{HW}.zip" in ran.err
        assert not (course.submitted / name).exists()
    assert not list(tmp_path.rglob("escaped.py"))


def test_names_of_zip_files_are_read_by_a_pattern(gradkit: Gradkit, course: Course, tmp_path: Path) -> None:
    uploads = tmp_path / "uploads"
    uploads.mkdir()
    (uploads / "Participant 7 - upload.zip").write_bytes(zipped({"scaling.py": "# seven\n"}))
    ran = gradkit("collect", HW, "--zip", uploads, "--pattern", r"Participant (?P<student_id>\d+) - .*\.zip")
    assert ran.status == 0
    assert (course.submitted / "7" / HW / "scaling.py").read_text() == "# seven\n"


def test_each_upload_is_accounted_for_in_words_as_data_and_by_the_status(
    gradkit: Gradkit, course: Course, tmp_path: Path
) -> None:
    uploads = tmp_path / "uploads"
    uploads.mkdir()
    for name in ("doejane_1_7_a.zip", "doejane_2_8_a.zip", "roe_3_9_a.zip", "roe_3_10_a.zip"):
        (uploads / name).write_bytes(zipped({"scaling.py": f"# {name}\n"}))
    pattern = r"(?P<student_id>[^_]+)(_LATE)?_\d+_\d+_.*\.zip"
    ran = gradkit("collect", HW, "--zip", uploads, "--pattern", pattern)
    assert (ran.status, ran.out) == (1, "1 submission collected.\n")
    assert 'more than one person has the id "doejane"' in ran.err
    assert "doejane_1_7_a.zip" in ran.err
    assert "doejane_2_8_a.zip" in ran.err
    assert [path.name for path in course.submitted.iterdir()] == ["roe"]

    ran = gradkit("collect", HW, "--zip", uploads, "--pattern", "canvas", "--json")
    assert ran.status == 0
    told = json.loads(ran.out)
    assert told["collected"] == 3
    assert {entry["name"]: (entry["status"], entry["student"]) for entry in told["entries"]} == {
        "doejane_1_7_a.zip": ("taken", "1"),
        "doejane_2_8_a.zip": ("taken", "2"),
        "roe_3_10_a.zip": ("taken", "3"),
        "roe_3_9_a.zip": ("superseded", "3"),
    }
    assert 'superseded by "roe_3_10_a.zip"' in told["entries"][3]["reason"]
    (uploads / "roe.rar").touch()
    assert gradkit("collect", HW, "--zip", uploads, "--pattern", "canvas").status == 1


def test_repositories_come_in_and_a_missing_one_is_named(
    gradkit: Gradkit, course: Course, tmp_path: Path, commit: Callable[..., Path]
) -> None:
    repository = commit(tmp_path / "ada", {f"{HW}/scaling.py": "# ada\n"})
    roster = tmp_path / "roster.csv"
    roster.write_text(f"student,repository\nada,{repository}\nbob,{tmp_path}/nowhere\n")
    ran = gradkit("collect", "--git", roster, "--until", "2030-01-01T00:00:00Z", "--branch", "main")
    assert (ran.status, ran.out) == (1, "1 submission collected.\n")
    assert (course.submitted / "ada" / HW / "scaling.py").read_text() == "# ada\n"
    assert f"{tmp_path}/nowhere" in ran.err
    ran = gradkit("collect", HW, "--git", roster, "--until", "2000-01-01T00:00:00Z")
    assert (ran.status, ran.out) == (1, "0 submissions collected.\n")
    assert "there is no commit by 2000-01-01" in ran.err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--until", "2030-01-01T00:00:00Z"], "they need --git FILE"),
        (["--git", "roster.csv", "--zip", "."], "exclude each other"),
        (["--git", "roster.csv", "--pattern", "x"], "exclude each other"),
        (["--git", "roster.csv", "--until", "Friday"], "--until 'Friday' is not a time"),
        (["--git", "roster.csv", "--until", "2030-01-01"], "has no time zone"),
        (["--git", "nowhere.csv"], "nowhere.csv"),
        (["--classroom50", "Toys/toy-101"], "needs --roster FILE"),
        (["--roster", "who.csv"], "--zip PATH"),
        (["--classroom50", "Toys/toy-101", "--roster", "who.csv", "--git", "roster.csv"], "exclude each other"),
        (["--classroom50", "Toys/toy-101", "--roster", "who.csv"], "who.csv"),
        (["hw7"], 'No assignment "hw7"'),
        (["--pattern", "x"], "it needs --zip PATH"),
        ([HW, HW, "--zip", "."], "--zip PATH takes at most one assignment"),
        (["--zip", "nowhere"], "nowhere"),
        (["--zip", ".", "--pattern", "("], "("),
    ],
)
def test_wrong_uses_say_what_was_expected(gradkit: Gradkit, words: list[str], said: str) -> None:
    ran = gradkit("collect", *words)
    assert (ran.status, ran.out) == (2, "")
    assert said in ran.err


def test_a_missing_exchange_is_named_to_whom_it_concerns(gradkit: Gradkit, course: Course) -> None:
    words = f"{course.exchange}: no such exchange."
    ran = gradkit("collect")
    assert (ran.status, ran.out, ran.err.startswith(words)) == (2, "", True)
    with pytest.raises(UsageError, match=re.escape(words)):
        publish_feedback(course, "hw0_scaling")
