"""The rule book for hand-ins: what belongs to a submission, and how messages list files."""

from __future__ import annotations

import pytest

from gradkit.intake.policy import ENDINGS, IGNORED, ignored, kept, likenesses, listed, most_of, system_made, wrapper


@pytest.mark.parametrize(
    "name",
    [
        "._losses.py",
        ".DS_Store",
        "__MACOSX",
        "Thumbs.db",
        "thumbs.db",
        "desktop.ini",
        "Desktop.ini",
        "~$losses.ipynb",
        ".ipynb_checkpoints",
        "__pycache__",
        ".git",
        ".hg",
        ".svn",
        "venv",
        ".venv",
        "env",
        "VENV",
        "node_modules",
        ".vscode",
        ".idea",
        ".mypy_cache",
        ".pytest_cache",
        "losses.pyc",
        "losses.py~",
        ".losses.py.swp",
        "losses.swp",
        ".#losses.py",
        "#losses.py#",
        ".~lock.losses.csv#",
        ".filed",
        "feedback",
        ".nfs0001",
        "gradkit.egg-info",
        "$RECYCLE.BIN",
        ".anything",
    ],
)
def test_what_systems_and_tools_make_belongs_to_no_submission(name: str) -> None:
    assert ignored(name)


@pytest.mark.parametrize("name", ["losses.py", "environment.py", "venv.py", "env.txt", "feedback.md", "data", "git"])
def test_what_a_student_writes_does(name: str) -> None:
    assert not ignored(name)


def test_the_table_names_no_kind_of_file_that_a_homework_consists_of() -> None:
    assert not [pattern for pattern in IGNORED if pattern.startswith("*") and pattern.endswith(ENDINGS)]
    assert ignored("Icon\r")
    assert kept("a/LOSSES.PY")
    assert not kept("model.pt")
    assert system_made("__MACOSX")
    assert not system_made("env")  # which may be somebody's id


@pytest.mark.parametrize(
    ("names", "folder"),
    [
        (["hw/a.py", "hw/data/x.csv", "timestamp.txt", "submission_secret.txt", "film.mp4"], "hw/"),
        (["a/b/x.ipynb", "a/b/README.md"], "a/b/"),
        (["hw/a.py", "README.md"], ""),
        (["hw1/a.py", "hw2/b.py"], ""),
        (["data/x.csv"], ""),
        (["a.py"], ""),
        ([], ""),
    ],
)
def test_only_a_folder_around_all_that_counts_is_taken_off(names: list[str], folder: str) -> None:
    assert wrapper(names) == folder


def test_a_copy_or_another_spelling_of_a_file_is_seen() -> None:
    alike = [
        "Losses.py",
        "losses (1).py",
        "losses_final.py",
        "losses copy.py",
        "losses-2.py",
        "losses.py.txt",
        "x/losses.py",
    ]
    assert likenesses("losses.py", [*alike, "losses.py", "losses_of_mine.py", "other.py", "losses.ipynb"]) == sorted(
        alike
    )


def test_lists_are_short_and_a_folder_is_named_by_its_weight() -> None:
    assert listed(["b.py", "a.py"]) == "a.py, b.py"
    many = listed(["a.py", *(f"data/{number}.csv" for number in range(12)), "x" * 100])
    assert many == f"a.py, {'x' * 60}..., data/ (12 files)"
    assert listed(f"{number:02}.py" for number in range(15)).endswith("09.py and 5 more")
    assert most_of({"a.py": 1, "data/x": 2, "data/y": 2}) == ", most of it in data/"
    assert most_of({"a.py": 5, "data/x": 2}) == most_of({}) == ""
