"""What is refused before anything of it is read, and what is not."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from gradkit.course import Course
from gradkit.course.course import SubmissionLimits
from gradkit.errors import SubmissionRefused
from gradkit.intake.policy import missing_module
from gradkit.intake.submission import Submission, read_submission

HW = "hw0_scaling"
HandIn = Callable[..., Path]


def read(course: Course, folder: Path, **limits: float) -> Submission:
    return read_submission(folder, "ada", course.assignment(HW), SubmissionLimits(**limits))  # type: ignore[arg-type]


def test_python_files_at_the_top_are_read(course: Course, hand_in: HandIn) -> None:
    folder = hand_in(
        {
            "scaling.py": "a = 1",
            "help.py": "b = 2",
            "old/scaling.py": "c = 3",
            "timestamp.txt": "2026-09-30 10:00:00.5 UTC\n",
        }
    )
    submission = read(course, folder)
    assert submission.sources == {"scaling.py": b"a = 1", "help.py": b"b = 2"}
    assert submission.submitted == "2026-09-30 10:00:00.5 UTC"
    assert submission.problems == ()


def test_what_editors_and_git_leave_behind_is_not_looked_at(course: Course, hand_in: HandIn) -> None:
    folder = hand_in({"scaling.py": "a = 1", "__pycache__/x.pyc": "x" * 3000, ".git/objects/x": "x" * 3000})
    assert read(course, folder, file_megabytes=0.002).sources


@pytest.mark.parametrize("target", ["/etc/passwd", "scaling.py", "nowhere"])
def test_a_link_is_refused(course: Course, hand_in: HandIn, target: str) -> None:
    folder = hand_in({"scaling.py": "a = 1"})
    (folder / "planted.py").symlink_to(target)
    with pytest.raises(SubmissionRefused, match=r"planted\.py is a link"):
        read(course, folder)


def test_a_linked_folder_is_refused(course: Course, hand_in: HandIn, tmp_path: Path) -> None:
    folder = hand_in({"scaling.py": "a = 1"})
    (folder / "planted").symlink_to(tmp_path, target_is_directory=True)
    with pytest.raises(SubmissionRefused, match="planted is a link"):
        read(course, folder)
    whole = tmp_path / "whole"
    whole.symlink_to(folder, target_is_directory=True)
    with pytest.raises(SubmissionRefused, match="not a folder"):
        read(course, whole)


def test_a_hard_link_is_refused(course: Course, hand_in: HandIn, tmp_path: Path) -> None:
    folder = hand_in({"scaling.py": "a = 1"})
    (tmp_path / "gradebook.py").write_text("secret")
    os.link(tmp_path / "gradebook.py", folder / "planted.py")
    with pytest.raises(SubmissionRefused, match="hard link"):
        read(course, folder)


def test_a_pipe_is_refused(course: Course, hand_in: HandIn) -> None:
    folder = hand_in({"scaling.py": "a = 1"})
    os.mkfifo(folder / "pipe.py")
    with pytest.raises(SubmissionRefused, match="not a regular file"):
        read(course, folder)


def test_too_many_files_are_refused(course: Course, hand_in: HandIn) -> None:
    folder = hand_in({f"part{number}.py": "a = 1" for number in range(4)})
    with pytest.raises(SubmissionRefused, match="4 files; at most 3"):
        read(course, folder, files=3)


def test_a_file_of_100_megabytes_is_refused_unread(course: Course, hand_in: HandIn) -> None:
    folder = hand_in({"scaling.py": "a = 1"})
    with (folder / "weights.csv").open("wb") as file:
        file.truncate(100 << 20)
    with pytest.raises(SubmissionRefused, match=r"weights\.csv has 100\.0 MiB"):
        read(course, folder)


def test_a_python_file_that_is_too_large_to_be_code_is_refused(course: Course, hand_in: HandIn) -> None:
    folder = hand_in({"scaling.py": "a = 1", "data/table.py": "x" * 3000, "table.txt": "x" * 3000})
    assert read(course, folder, source_kilobytes=2).sources
    (folder / "table.py").write_text("x" * 2049)
    with pytest.raises(SubmissionRefused, match=r"table\.py has 3 KiB; the limit for a Python file is 2 KiB\. Keep"):
        read(course, folder, source_kilobytes=2)


def test_too_much_in_all_is_refused(course: Course, hand_in: HandIn) -> None:
    folder = hand_in({f"part{number}.txt": "x" * 600_000 for number in range(4)})
    with pytest.raises(SubmissionRefused, match="in total"):
        read(course, folder, megabytes=2.0, file_megabytes=1.0)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"x = '\xff'", "UTF-8"),
        (b"# coding: no-such-encoding\n", "no-such-encoding"),
        ("x = 1".encode("utf-16"), "UTF-8"),
        (b"x = 1\0", "null bytes"),
    ],
)
def test_a_python_file_that_is_no_text_is_refused(course: Course, hand_in: HandIn, data: bytes, words: str) -> None:
    with pytest.raises(SubmissionRefused, match=words):
        read(course, hand_in({"scaling.py": data}))


@pytest.mark.parametrize("notebook", ["", "[]", "{}", '{"cells": 3}', "[" * 100_000])
def test_an_unreadable_notebook_is_named_and_the_code_is_read(course: Course, hand_in: HandIn, notebook: str) -> None:
    submission = read(course, hand_in({"scaling.py": "a = 1", "scaling.ipynb": notebook}))
    assert submission.sources
    assert "scaling.ipynb cannot be read" in submission.problems[0]


def test_the_digest_changes_with_every_file_that_counts(course: Course, hand_in: HandIn) -> None:
    digests = set()
    for files in ({"scaling.py": "a"}, {"scaling.py": "b"}, {"scaling.py": "b", "help.py": ""}):
        digests.add(read(course, hand_in(files)).digest)
    digests.add(read(course, hand_in({"scaling.ipynb": json.dumps({"cells": []})})).digest)
    digests.add(read(course, hand_in({"old/scaling.ipynb": "{}"})).digest)  # not read, but named
    assert len(digests) == 5


@pytest.mark.parametrize(
    ("files", "found", "advice"),
    [
        ({}, "no files", "right folder"),
        ({"Scaling.py": ""}, "found: Scaling.py", "If Scaling.py is your work, rename it to scaling.py"),
        ({"scaling (1).py": "", "test_public.py": ""}, "found: scaling (1).py)", "If scaling (1).py is your work"),
        ({"a/scaling.py": "", "b/other.py": ""}, "a/scaling.py, b/other.py", "files in the folder a."),
        ({"a/scaling.py": "", "b/scaling.py": ""}, "a/scaling.py, b/scaling.py", "right folder"),
        ({"work.zip": "", "README.md": ""}, "no Python file, but README.md, work.zip", "Unpack work.zip"),
        ({"scaling.tar.gz": ""}, "scaling.tar.gz", "Unpack scaling.tar.gz"),
        ({"scaling.7z": ""}, "scaling.7z", "Unpack scaling.7z"),
        ({"scaling.ipynb": "{}"}, "no Python file, but scaling.ipynb", "code in a notebook is not graded"),
        ({"submission_secret.txt": "", "timestamp.txt": ""}, "no files", "right folder"),
    ],
)
def test_where_the_module_is_missing_what_is_there_is_named(
    course: Course, hand_in: HandIn, files: dict[str, str], found: str, advice: str
) -> None:
    text = missing_module("scaling.py", read(course, hand_in({"x/y.pyc": "", "__MACOSX/a": "", **files})).others)
    assert "scaling.py is not among the submitted files" in text
    assert found in text
    assert advice in text
    assert "pyc" not in text


def test_a_pointer_of_git_lfs_is_not_the_file(course: Course, hand_in: HandIn) -> None:
    pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a2146\nsize 12345\n"
    with pytest.raises(SubmissionRefused, match=r"scaling\.py is a Git LFS pointer"):
        read(course, hand_in({"scaling.py": pointer}))


def test_the_folder_that_is_over_a_limit_is_named(course: Course, hand_in: HandIn) -> None:
    folder = hand_in({"scaling.py": "a = 1", **{f"runs/{number}.txt": "x" * 1000 for number in range(9)}})
    with pytest.raises(SubmissionRefused, match="10 files, most of it in runs/; at most 5"):
        read(course, folder, files=5)
    with pytest.raises(SubmissionRefused, match="in total, most of it in runs/"):
        read(course, folder, megabytes=0.005)


def test_what_no_homework_consists_of_never_counts(course: Course, hand_in: HandIn) -> None:
    folder = hand_in({"scaling.py": "a = 1", **{f"venv/lib/{number}.py": "\0" for number in range(20)}})
    (folder / "venv" / "python").symlink_to("/usr/bin/python3")
    with (folder / "weights.bin").open("wb") as file:
        file.truncate(100 << 20)
    assert read(course, folder, files=1).digest == read(course, hand_in({"scaling.py": "a = 1"}, student="bob")).digest


def test_two_spellings_of_one_name_are_refused(course: Course, hand_in: HandIn) -> None:
    folder = hand_in({"scaling.py": "a = 1", "pr\u00fcfung.py": "x", "pru\u0308fung.py": "y"})
    with pytest.raises(SubmissionRefused, match="two Unicode spellings"):
        read(course, folder)
