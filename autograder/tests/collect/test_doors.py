"""One tree of files gets one answer, whichever way it comes in: exchange, zip file, upload folder, repository."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import zipfile
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from gradkit.collect.classroom50 import collect_classroom50
from gradkit.collect.collected import CollectReport
from gradkit.collect.inbound import collect
from gradkit.collect.repositories import collect_repositories
from gradkit.collect.zip_uploads import collect_zips
from gradkit.errors import SubmissionRefused
from gradkit.intake.policy import missing_module
from gradkit.intake.submission import read_submission
from gradkit.term.ledger import Event, append

from ..demo_course import write_tree

HW = "hw1_lines"
WORK: dict[str, str | bytes] = {"lines.py": "x = 1\n", "lines.ipynb": "{}", "data/a.csv": "1\n"}
# As a Mac spells it; Python looks for the composed form when it is imported.
DECOMPOSED = "pru\u0308fung.py"
CLUTTER: dict[str, str | bytes] = {
    "._lines.py": "\0\5\26\7",
    ".DS_Store": "\0",
    "data/Thumbs.db": "\0",
    "desktop.ini": "x",
    "~$lines.py": "\0\1",
    ".ipynb_checkpoints/lines.py": "\0",
    "__MACOSX/._lines.py": "\0",
    ".vscode/settings.json": "{}",
    "lines.py~": "x",
    "venv/lib/large.so": os.urandom(600 * 1024),  # more than all files may weigh
    **{f"{name}/lib/{number}.py": "\0" for name in ("venv", "env", "node_modules") for number in range(20)},
}
TREES: dict[str, Mapping[str, str | bytes]] = {
    "plain": WORK,
    "cluttered": WORK | CLUTTER,
    "decomposed": {**WORK, DECOMPOSED: "y = 2\n"},
    "in chinese": {
        **WORK,
        "工具.py": "# coding: gbk\n名字 = '线性'\n".encode("gbk"),
        "数据（一）/读我.txt": "说明".encode("gbk"),
    },
    "wrapped": {f"Hw1 Lines/{name}": text for name, text in (WORK | CLUTTER).items()},
    "beside a large file that no homework needs": {**WORK, "model.pt": os.urandom(300 * 1024)},
    "no module": {"README.md": "x", "Lines.py": "x = 1\n", "sub/lines.py": "x = 2\n"},
    "several folders": {"hw1/lines.py": "x = 1\n", "hw2/other.py": "x = 2\n"},
    "too many": {**WORK, **{f"data/{number}.csv": "1\n" for number in range(20)}},
    "too large": {**WORK, "data/b.csv": "1" * 300 * 1024},
}


def by_exchange(room: Any, tree: Path, _work: Path) -> CollectReport:
    room.inbound.mkdir(parents=True)
    copy = shutil.copytree(tree, room.inbound / f"ada+{HW}+2030-01-01 10:00:00.000000 UTC+x", symlinks=True)
    (copy / "timestamp.txt").write_text("2030-01-01 10:00:00.000000 UTC")
    (copy / "submission_secret.txt").write_text("x")
    return collect(room.course)


def by_zip(room: Any, tree: Path, work: Path) -> CollectReport:
    with zipfile.ZipFile(work / f"ada_{HW}.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(path for path in tree.rglob("*") if path.is_file()):
            archive.write(path, path.relative_to(tree))
    return collect_zips(room.course, work)


def by_folder_of_uploads(room: Any, tree: Path, work: Path) -> CollectReport:
    shutil.copytree(tree, work / f"ada_{HW}", symlinks=True)
    return collect_zips(room.course, work)


def by_repository(room: Any, tree: Path, work: Path) -> CollectReport:
    shutil.copytree(tree, work / "ada", symlinks=True)
    author = ("-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "core.precomposeUnicode=false")
    for words in (["init", "-q"], ["add", "-A", "-f"], [*author, "commit", "-q", "-m", "work"]):
        subprocess.run(["git", *words], cwd=work / "ada", check=True)  # noqa: S603, S607 - the git on the path
    (work / "roster.csv").write_text(f"student,repository\nada,{work / 'ada'}\n")
    return collect_repositories(room.course, work / "roster.csv", [HW])


def by_classroom50(room: Any, tree: Path, work: Path) -> CollectReport:
    by_repository(room, tree, work)
    shutil.rmtree(room.course.submitted / "ada", ignore_errors=True)
    (work / "roster.csv").unlink()  # of another format than Classroom 50's
    (work / "Toys").mkdir()
    (work / "ada").rename(work / "Toys" / "toy-hw1-lines-ada.git")
    about = {"schema": "classroom50/classroom/v1", "org": "Toys", "short_name": "toy"}
    (work / "classroom.json").write_text(json.dumps(about))
    listed = [{"slug": "hw1-lines", "mode": "individual"}]
    (work / "assignments.json").write_text(json.dumps({"schema": "classroom50/assignments/v1", "assignments": listed}))
    (work / "who.csv").write_text("student,github\nada,Ada\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GITHUB_SERVER_URL", f"file://{work}")
        return collect_classroom50(room.course, str(work), work / "who.csv", [HW])


REPOSITORIES = (by_repository, by_classroom50)
DOORS: list[Callable[[Any, Path, Path], CollectReport]] = [by_exchange, by_zip, by_folder_of_uploads, *REPOSITORIES]


def read(room: Any, folder: Path) -> tuple[object, ...]:
    """What the grading sees of a folder."""
    submission = read_submission(folder, "ada", room.lines, room.course.submission)
    missing = "" if "lines.py" in submission.sources else missing_module("lines.py", submission.others)
    return submission.digest, sorted(submission.sources), missing


@pytest.mark.parametrize("name", TREES)
def test_one_tree_gets_one_answer_at_every_door(room: Any, tmp_path: Path, name: str) -> None:
    tree = write_tree(tmp_path / "tree", TREES[name])
    if "clutter" in name:
        (tree / "venv" / "python").symlink_to("/usr/bin/python3")
        (tree / ".#lines.py").symlink_to("ada@home.1234")
    expected: object = None
    if name.startswith("too "):
        with pytest.raises(SubmissionRefused, match="data/"):
            read(room, tree)
    else:
        expected = read(room, tree)
    for door in DOORS:
        work = tmp_path / door.__name__
        work.mkdir()
        report = door(room, tree, work)
        target = room.course.submitted / "ada" / HW
        if expected is None:
            assert report.collected == ()
            assert "data/" in report.refused[0].reason
            continue
        assert report.refused == (), door
        assert read(room, target) == expected, door
        assert any("model.pt" in text for text in report.warnings) == ("model.pt" in TREES[name]), door
        if door in (by_exchange, *REPOSITORIES):  # in a zip file that folder is no news
            assert any('"Hw1 Lines", which was removed' in text for text in report.warnings) == (name == "wrapped")
        shutil.rmtree(target)


@pytest.mark.parametrize("door", DOORS)
def test_what_comes_under_an_earlier_id_is_its_students(room: Any, tmp_path: Path, door: Any) -> None:
    append(room.course, [Event(datetime.now(UTC), "jill", "rename", "ada", to="ada.l")])
    report = door(room, write_tree(tmp_path / "tree", WORK), tmp_path)
    assert [one.student for one in report.collected] == ["ada.l"]
    assert [path.name for path in room.course.submitted.iterdir()] == ["ada.l"]


def test_composed_names_are_what_a_file_is_imported_by(room: Any) -> None:
    folder = room.put("ada", {DECOMPOSED: "y = 2\n"})
    submission = read_submission(folder, "ada", room.lines, room.course.submission)
    assert "pr\u00fcfung.py" in submission.sources
