"""Submissions out of real repositories: which commit counts, and what of it comes in."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from gradkit.collect.repositories import collect_repositories
from gradkit.course.roster import read_roster
from gradkit.gradebook.timestamps import read_time
from gradkit.term.ledger import Event, append

GUIDE = Path(__file__).resolve().parents[3] / "docs" / "ci.md"
HW, OTHER = "hw1_lines", "hw2_losses"
MONDAY, TUESDAY, FRIDAY = (datetime(2025, 1, day, 12, 0, tzinfo=UTC) for day in (6, 7, 10))


class Student:
    """A student with a repository on a server."""

    def __init__(self, folder: Path, server: Path) -> None:
        self.folder, self.server = folder, server
        self.pushes: list[tuple[str, datetime]] = []
        folder.mkdir(parents=True)
        git(server.parent, "init", "-q", "--bare", "-b", "main", str(server))
        git(server, "config", "core.logAllRefUpdates", "always")
        git(folder, "init", "-q", "-b", "main")

    def commit(self, files: dict[str, str | bytes], at: datetime = MONDAY, *, pushed: datetime | None = None) -> str:
        """Commit files, push, and the commit's id."""
        for name, text in files.items():
            path = self.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text if isinstance(text, bytes) else text.encode())
        git(self.folder, "add", "-A", "-f", at=at)
        git(self.folder, "commit", "-q", "--allow-empty", "-m", "work", at=at)
        return self.push(pushed or at)

    def push(self, at: datetime, *options: str) -> str:
        git(self.folder, "push", "-q", *options, str(self.server), "main", at=at)
        commit = git(self.folder, "rev-parse", "HEAD").strip()
        self.pushes.append((commit, at))
        return commit


def git(folder: Path, *arguments: str, at: datetime = MONDAY) -> str:
    date = f"{int(at.timestamp())} +0000"
    names = {"GIT_AUTHOR_NAME": "A", "GIT_AUTHOR_EMAIL": "a@x", "GIT_COMMITTER_NAME": "A", "GIT_COMMITTER_EMAIL": "a@x"}
    environment = {
        **os.environ,
        **names,
        "GIT_AUTHOR_DATE": date,
        "GIT_COMMITTER_DATE": date,
        "GIT_CONFIG_GLOBAL": os.devnull,
    }
    done = subprocess.run(["git", *arguments], cwd=folder, env=environment, capture_output=True, text=True, check=True)  # noqa: S603, S607
    return done.stdout


@pytest.fixture
def student(tmp_path: Path) -> Callable[..., Student]:
    """Make a student: ``student("ada")``."""
    (tmp_path / "server").mkdir()
    return lambda name: Student(tmp_path / "homes" / name, tmp_path / "server" / f"{name}.git")


@pytest.fixture
def record(tmp_path: Path) -> Callable[..., Path]:
    """The server's record of what students pushed, as a file."""

    def write(*students: Student, address: str = "{}") -> Path:
        lines = [
            f"{address.format(one.server)},{commit},{time.isoformat()}"
            for one in students
            for commit, time in one.pushes
        ]
        path = tmp_path / "pushes.csv"
        path.write_text("\n".join(["repository,commit,time", *lines]) + "\n")
        return path

    return write


@pytest.fixture
def collect(room: Any, tmp_path: Path) -> Callable[..., Any]:
    """Collect one homework: ``collect(ada, until=TUESDAY)``; texts are rows of the roster."""

    def run(*students: Student | str, header: str = "student,repository", **more: Any) -> Any:
        rows = [one if isinstance(one, str) else f"{one.folder.name},{one.server}" for one in students]
        roster = tmp_path / "roster.csv"
        roster.write_text("\n".join([header, *rows]) + "\n")
        return collect_repositories(room.course, roster, **{"assignment_ids": [HW], **more})

    return run


def handed_in(room: Any, name: str = "ada") -> dict[str, bytes]:
    folder = room.course.submitted / name / HW
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_the_newest_commit_comes_in_with_its_time_and_a_doubt(room: Any, student: Any, collect: Any) -> None:
    ada = student("ada")
    ada.commit({f"{HW}/lines.py": "x = 1\n", "other.py": "", f"{HW}/model.pt": b"\0"})
    ada.commit({f"{HW}/lines.py": "x = 2\n"}, TUESDAY)
    report = collect(ada)
    assert [(one.student, one.assignment, one.time) for one in report.collected] == [("ada", HW, TUESDAY)]
    assert handed_in(room).keys() == {"lines.py", "timestamp.txt"}
    assert handed_in(room)["lines.py"] == b"x = 2\n"
    assert read_time(room.course.submitted / "ada" / HW) == TUESDAY
    left_out, warning = report.warnings
    assert "left out: model.pt" in left_out
    assert warning.startswith("1 of 1 times are the commits' own, which their authors can set")
    note = json.loads((room.course.work / "collected" / "ada" / f"{HW}.json").read_text())
    assert note["time_from"] == "commit"


def test_what_came_after_the_deadline_does_not_count(room: Any, student: Any, collect: Any) -> None:
    ada = student("ada")
    ada.commit({"lines.py": "in time\n"})
    ada.commit({"lines.py": "too late\n"}, FRIDAY)
    collect(ada, until=TUESDAY)
    assert handed_in(room)["lines.py"] == b"in time\n"


def test_the_servers_record_counts_and_not_the_commits_own_time(
    room: Any, student: Any, collect: Any, record: Any
) -> None:
    ada = student("ada")
    ada.commit({"lines.py": "in time\n"}, pushed=MONDAY.replace(hour=13))
    ada.commit({"lines.py": "dated back\n"}, MONDAY, pushed=FRIDAY)
    report = collect(ada, until=TUESDAY, pushes=record(ada))
    assert handed_in(room)["lines.py"] == b"in time\n"
    assert read_time(room.course.submitted / "ada" / HW) == MONDAY.replace(hour=13)
    assert report.warnings == ()


def test_a_time_that_a_student_can_set_is_no_record(student: Any, collect: Any) -> None:
    ada = student("ada")
    ada.commit({"lines.py": "1\n"}, FRIDAY, pushed=MONDAY)
    assert "there is no commit by 2025-01-07" in refusals(collect(ada, until=TUESDAY))["ada"]


def test_the_later_of_two_pushes_in_one_second(room: Any, student: Any, collect: Any, record: Any) -> None:
    ada = student("ada")
    ada.commit({"lines.py": "1\n"})
    ada.commit({"lines.py": "2\n"})
    collect(ada, pushes=record(ada))
    assert handed_in(room)["lines.py"] == b"2\n"


def test_a_record_of_other_repositories_is_said(student: Any, collect: Any, record: Any) -> None:
    ada, bob = student("ada"), student("bob")
    ada.commit({"lines.py": "1\n"})
    bob.commit({"lines.py": "1\n"})
    assert collect(ada, pushes=record(ada, address="{}/")).warnings == ()
    unsure, unknown, lacking = collect(bob, pushes=record(ada)).warnings
    assert "1 of 1 times are the commits' own" in unsure
    assert "1 of its repositories are not in the roster" in unknown
    assert "has no push of bob" in lacking


def test_a_reflog_is_made_a_record_as_the_guide_says(room: Any, student: Any, collect: Any, tmp_path: Path) -> None:
    ada = student("ada")
    ada.commit({"lines.py": "in time\n"})
    ada.commit({"lines.py": "dated back\n"}, MONDAY, pushed=FRIDAY)
    (script,) = (one for one in re.findall(r"```sh\n(.*?)```", GUIDE.read_text(), re.DOTALL) if "walk-reflogs" in one)
    script = script.replace("amina bjorn", "ada").replace("/srv/git", str(tmp_path / "server"))
    subprocess.run(["/bin/bash", "-e", "-c", script], cwd=tmp_path, check=True)  # noqa: S603 - our own
    report = collect(ada, until=TUESDAY, pushes=tmp_path / "pushes.csv")
    assert handed_in(room)["lines.py"] == b"in time\n"
    assert report.warnings == ()


def test_a_force_push_after_the_deadline_takes_nothing_away(room: Any, student: Any, collect: Any, record: Any) -> None:
    ada = student("ada")
    ada.commit({"lines.py": "in time\n"})
    collect(ada)
    git(ada.folder, "commit", "-q", "--amend", "--allow-empty", "-m", "again", at=FRIDAY)
    (ada.folder / "lines.py").write_text("forced\n")
    git(ada.folder, "commit", "-q", "-a", "--amend", "-m", "again", at=FRIDAY)
    ada.push(FRIDAY, "--force")
    collect(ada, until=TUESDAY, pushes=record(ada))
    assert handed_in(room)["lines.py"] == b"in time\n"


def test_an_earlier_commit_with_a_later_time_raises_a_doubt(student: Any, collect: Any) -> None:
    ada = student("ada")
    ada.commit({"lines.py": "1\n"}, FRIDAY)
    ada.commit({"lines.py": "2\n"}, MONDAY)
    assert any("an earlier commit has a later time" in one for one in collect(ada, until=TUESDAY).warnings)


def test_only_what_is_new_is_collected_again(student: Any, collect: Any) -> None:
    ada = student("ada")
    ada.commit({"lines.py": "1\n"})
    assert len(collect(ada).collected) == 1
    assert collect(ada).collected == ()
    ada.commit({"lines.py": "2\n"}, TUESDAY)
    assert len(collect(ada).collected) == 1


def test_after_a_rename_the_roster_may_have_either_id(student: Any, collect: Any, room: Any) -> None:
    ada, bob = student("ada"), student("bob")
    for one in (ada, bob):
        one.commit({"lines.py": f"# {one.folder.name}\n"})
    assert len(collect(ada, bob).collected) == 2
    append(room.course, [Event(datetime.now(UTC), "jill", "rename", "ada", to="ada.l")])
    (room.course.submitted / "ada").rename(room.course.submitted / "ada.l")
    renamed = f"ada.l,{ada.server}"
    for rows in ((ada, bob), (renamed, bob), (renamed, ada, bob)):
        report = collect(*rows)
        assert (report.collected, report.refused) == ((), ())
    append(room.course, [Event(datetime.now(UTC), "jill", "merge", "bob", to="ada.l")])
    assert collect(ada, bob).collected == ()
    bob.commit({"lines.py": "# later\n"}, TUESDAY)
    assert [one.student for one in collect(ada, bob).collected] == ["ada.l"]
    assert collect(ada, bob).collected == ()
    assert handed_in(room, "ada.l")["lines.py"] == b"# later\n"


def test_one_repository_for_each_assignment(room: Any, student: Any, collect: Any) -> None:
    ada = student("ada")
    ada.commit({"lines.py": "1\n"})
    collect(f"ada,{ada.server},{HW}", header="student,repository,assignment")
    assert handed_in(room)["lines.py"] == b"1\n"


def test_several_homeworks_in_one_repository(room: Any, student: Any, collect: Any) -> None:
    ada = student("ada")
    ada.commit({f"{HW}/lines.py": "1\n", "README.md": ""})
    report = collect(ada, assignment_ids=None)
    assert [one.assignment for one in report.collected] == [HW]
    assert not report.refused
    assert collect(ada, assignment_ids=[OTHER]).collected == ()
    ada.commit({f"{OTHER}/losses.py": "1\n"}, TUESDAY)
    assert {one.assignment for one in collect(ada, assignment_ids=None).collected} == {HW, OTHER}
    assert (room.course.submitted / "ada" / OTHER / "losses.py").is_file()


def test_capitals_in_a_folders_name_do_not_matter_where_one_alone_is_meant(
    room: Any, student: Any, collect: Any
) -> None:
    ada, bob = student("ada"), student("bob")
    ada.commit({"HW1_Lines/lines.py": "1\n", "README.md": ""})
    bob.commit({"HW1_Lines/lines.py": "1\n", "Hw1_lines/lines.py": "2\n"})
    report = collect(ada, bob)
    assert 'ada, hw1_lines: collected from the folder "HW1_Lines".' in report.warnings
    assert handed_in(room)["lines.py"] == b"1\n"
    assert "lines.py" not in handed_in(room, "bob")


def test_a_repository_that_could_be_for_any_homework(student: Any, collect: Any) -> None:
    ada = student("ada")
    ada.commit({"lines.py": "1\n"})
    assert f"no folder named after an assignment ({HW}, {OTHER})" in refusals(collect(ada, assignment_ids=None))["ada"]


def test_the_roster_may_be_the_one_of_the_exports(student: Any, collect: Any, tmp_path: Path) -> None:
    ada = student("ada")
    ada.commit({"lines.py": "1\n"})
    report = collect(f"ada,Ada Lovelace,ada@example.org,{ada.server}", header="student,name,email,repository")
    assert [one.student for one in report.collected] == ["ada"]
    assert read_roster(tmp_path / "roster.csv")["ada"].email == "ada@example.org"


def test_attributes_and_filters_of_a_repository_have_no_say(
    room: Any, student: Any, collect: Any, tmp_path: Path
) -> None:
    ada = student("ada")
    attributes = "lines.py export-ignore filter=evil\nnotes.txt export-subst\n"
    git(ada.folder, "config", "filter.evil.clean", "cat")
    git(ada.server, "config", "filter.evil.smudge", f"touch {tmp_path}/ran; cat")
    ada.commit({"lines.py": "1\r\n", "notes.txt": "$Format:%H$", ".gitattributes": attributes})
    collect(ada)
    assert handed_in(room)["lines.py"] == b"1\r\n"
    assert handed_in(room)["notes.txt"] == b"$Format:%H$"
    assert not (tmp_path / "ran").exists()


def test_a_repository_inside_is_left_out_and_said(room: Any, student: Any, collect: Any) -> None:
    ada = student("ada")
    ada.commit({"lines.py": "1\n"})
    git(ada.folder, "update-index", "--add", "--cacheinfo", f"160000,{'1' * 40},inner")
    git(ada.folder, "commit", "-q", "-m", "inner")
    ada.push(MONDAY)
    assert any('"inner" is another repository' in one for one in collect(ada).warnings)
    assert "lines.py" in handed_in(room)


def make_tree(folder: Path, *entries: tuple[str, str, str]) -> str:
    """A tree of (mode, id, name), with whatever names and however often, and its id."""
    data = b"".join(
        f"{mode} {name}".encode(errors="surrogateescape") + b"\0" + bytes.fromhex(identity)
        for mode, identity, name in entries
    )
    path = folder / "tree"
    path.write_bytes(data)
    return git(folder, "hash-object", "-t", "tree", "-w", "--literally", str(path)).strip()


def push_tree(student: Student, tree: str) -> None:
    """Push a commit of a tree that no work was ever done in."""
    commit = git(student.folder, "commit-tree", "-m", "crafted", tree).strip()
    git(student.folder, "push", "-q", str(student.server), f"{commit}:refs/heads/main")


def test_a_repository_that_unfolds_into_a_billion_files(student: Any, collect: Any) -> None:
    ada, bob = student("ada"), student("bob")
    git(ada.folder, "config", "core.protectNTFS", "false")
    (ada.folder / "lines.py").write_text("1\n")
    blob, mode = git(ada.folder, "hash-object", "-w", "lines.py").strip(), "100644"
    for _ in range(10):
        blob, mode = make_tree(ada.folder, *((mode, blob, f"{one}.py") for one in range(10))), "40000"
    push_tree(ada, blob)
    bob.commit({"lines.py": "1\n"})
    report = collect(ada, bob)
    assert "git wrote more than 64 MiB" in refusals(report)["ada"]
    assert [one.student for one in report.collected] == ["bob"]


@pytest.mark.parametrize(
    ("names", "words"),
    [
        (("a.py", "a.py/b.py"), "is in it twice"),
        (("\udcff.py",), "is not UTF-8"),
        (("x\n::error::.py",), "unprintable characters"),
        (("..",), "is not a valid file name"),
        ((".GIT",), "is not a valid file name"),
        (("/".join(["long"] * 300),), "is longer than 1000 characters"),
    ],
)
def test_names_that_no_honest_git_would_write(
    room: Any, student: Any, collect: Any, names: tuple[str, ...], words: str
) -> None:
    ada, bob = student("ada"), student("bob")
    (ada.folder / "lines.py").write_text("1\n")
    blob = git(ada.folder, "hash-object", "-w", "lines.py").strip()
    entries = []
    for name in names:
        *folders, last = name.split("/")
        mode, identity = "100644", blob
        for part in reversed([*folders[1:], last] if folders else []):
            identity, mode = make_tree(ada.folder, (mode, identity, part)), "40000"
        entries.append((mode, identity, folders[0] if folders else last))
    push_tree(ada, make_tree(ada.folder, *entries, ("100644", blob, "lines.py")))
    bob.commit({"lines.py": "1\n"})
    report = collect(ada, bob)
    assert words in refusals(report)["ada"]
    assert [one.student for one in report.collected] == ["bob"]
    assert not (room.course.submitted / "ada").exists()


@pytest.mark.parametrize("committer", ["A <a@x> 999999999999999999 +0000", "A <a@x> soon", "nobody"])
def test_a_commit_of_no_time_at_all(student: Any, collect: Any, committer: str) -> None:
    ada, bob = student("ada"), student("bob")
    bob.commit({"lines.py": "1\n"})
    ada.commit({"lines.py": "1\n"})
    tree = git(ada.folder, "rev-parse", "HEAD^{tree}").strip()
    (ada.folder / "commit").write_text(f"tree {tree}\nauthor A <a@x> 1 +0000\ncommitter {committer}\n\nx\n")
    commit = git(ada.folder, "hash-object", "-t", "commit", "-w", "--literally", "commit").strip()
    git(ada.folder, "push", "-q", "--force", str(ada.server), f"{commit}:refs/heads/main")
    report = collect(ada, bob, until=TUESDAY)
    assert [one.student for one in report.collected] == ["bob"]
    assert "there is no commit by" in refusals(report)["ada"]


def test_a_repository_that_is_too_large_is_not_fetched(
    room: Any, student: Any, collect: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada = student("ada")
    ada.commit({"lines.py": "1\n", "data.bin": os.urandom(3 << 20)})
    monkeypatch.setattr("gradkit.intake.git._LARGEST", 1)
    assert "larger than 1 MiB with all its history" in refusals(collect(ada))["ada"]
    assert not list((room.course.work / "repositories").rglob("tmp_*"))


def refusals(report: Any) -> dict[str, str]:
    return {one.student: one.reason for one in report.refused}


def test_one_bad_repository_costs_only_itself(room: Any, student: Any, collect: Any, tmp_path: Path) -> None:
    ada, link, large, empty, wrong = (student(name) for name in ("ada", "link", "large", "empty", "wrong"))
    ada.commit({"lines.py": "1\n"})
    (link.folder / "lines.py").symlink_to("/etc/hostname")
    link.commit({})
    large.commit({"lines.py": "#" * 11_000_000})
    wrong.commit({"model.pt": b"\0"})
    report = collect(link, large, empty, wrong, f"none,{tmp_path}/nowhere.git", ada)
    assert [one.student for one in report.collected] == ["ada"]
    found = refusals(report)
    assert '"lines.py" is a link' in found["link"]
    assert "too large" in found["large"]
    assert "no commit yet" in found["empty"]
    assert "contains no file of an accepted kind" in found["wrong"]
    assert "git failed" in found["none"]
    assert not (room.course.submitted / "link").exists()


@pytest.mark.parametrize("known", [True, False])
def test_nothing_before_the_deadline(student: Any, collect: Any, record: Any, known: bool) -> None:
    ada = student("ada")
    ada.commit({"lines.py": "1\n"}, FRIDAY)
    pushes = record(ada) if known else None
    assert "by 2025-01-07" in refusals(collect(ada, until=TUESDAY, pushes=pushes))["ada"]
    collect(ada)
    assert f"of {HW} stays in submitted/ada/" in refusals(collect(ada, until=TUESDAY, pushes=pushes))["ada"]


def test_what_stays_is_said_once_whatever_a_repository_is_called(room: Any, student: Any, collect: Any) -> None:
    ada = student("ada")
    ada.commit({"lines.py": "1\n"})
    collect(ada)
    ada.commit({"lines.py": b"\xff"})
    reason = refusals(collect(ada))["ada"]
    assert reason.endswith("The earlier submission is kept.")
    assert " stays" not in reason
    (room.course.root / "stays").mkdir()
    reason = refusals(collect(f"ada,{room.course.root}/stays"))["ada"]
    assert f"of {HW} stays in submitted/ada/" in reason
    assert "git failed" in reason


def test_a_homework_that_was_asked_for_and_is_not_there(student: Any, collect: Any) -> None:
    ada = student("ada")
    ada.commit({f"{OTHER}/losses.py": "1\n"})
    assert f"ada, {HW}: the repository has no folder of that name." in collect(ada).warnings


def test_git_looks_for_no_other_repository_than_the_copy(
    room: Any, student: Any, collect: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada = student("ada")
    ada.commit({"lines.py": "1\n"})
    git(room.course.root, "init", "-q")
    before = git(room.course.root, "for-each-ref")
    monkeypatch.setenv("GIT_DIR", str(room.course.root / ".git"))
    monkeypatch.setenv("GIT_OBJECT_DIRECTORY", str(room.course.root / ".git" / "objects"))
    collect(ada)
    (copy,) = (room.course.work / "repositories").iterdir()
    monkeypatch.delenv("GIT_DIR")
    monkeypatch.delenv("GIT_OBJECT_DIRECTORY")
    assert handed_in(room)["lines.py"] == b"1\n"
    shutil.rmtree(copy)
    copy.mkdir()  # what a killed run might have left
    ada.commit({"lines.py": "2\n"}, TUESDAY)
    collect(ada)
    assert handed_in(room)["lines.py"] == b"2\n"
    assert git(room.course.root, "for-each-ref") == before
    assert not list((room.course.root / ".git" / "objects").glob("??"))


@pytest.mark.parametrize(
    "address",
    [
        "ext::sh -c touch% {ran}",
        "--upload-pack=touch {ran}",
        "-u",
        "fd::17",
        "http://x.org/a.git",
        "a.git",
        "https://x\ty",
    ],
)
def test_an_address_that_starts_a_program_is_none(collect: Any, tmp_path: Path, address: str) -> None:
    ran = tmp_path / "ran"
    report = collect(f'ada,"{address.format(ran=ran)}"')
    assert "is not a repository's address" in refusals(report)["ada"]
    assert not ran.exists()


@pytest.mark.parametrize("user", ["ada:s3cret", "s3cret", "ada:s3/c@ret"])
def test_a_token_in_an_address_is_not_shown(collect: Any, user: str) -> None:
    (refused,) = collect(f"ada,https://{user}@localhost:1/x.git").refused
    assert refused.name == 'ada, "https://localhost:1/x.git"'
    assert "ret" not in refused.reason


def test_a_branch_that_is_an_option(student: Any, collect: Any, tmp_path: Path) -> None:
    ada = student("ada")
    ada.commit({"lines.py": "1\n"})
    report = collect(ada, branch=f"--upload-pack=touch {tmp_path}/ran")
    assert "no branch" in refusals(report)["ada"]
    assert not (tmp_path / "ran").exists()


def test_a_name_that_is_no_students(collect: Any) -> None:
    assert refusals(collect("../ada,/x"))


def test_two_students_with_one_repository_are_both_named_and_neither_gets_its_work(
    room: Any, student: Any, collect: Any
) -> None:
    ada, bob = student("ada"), student("bob")
    for one in (ada, bob):
        one.commit({f"{HW}/lines.py": "x = 1\n"})
    report = collect(ada, bob, f"eve,{ada.server}/", f"zoe,file://{bob.server}", "cyd,/nowhere")
    assert report.collected == ()
    reasons = {one.student: one.reason for one in report.refused}
    assert reasons.keys() == {"ada", "bob", "cyd", "eve", "zoe"}
    for one, other in (("ada", "eve"), ("bob", "zoe")):
        assert f'lists this repository for "{other}"' in reasons[one]
        assert f'lists this repository for "{one}"' in reasons[other]
    assert not room.course.submitted.exists()
    assert [one.student for one in collect(ada, bob).collected] == ["ada", "bob"]


def test_one_student_may_have_one_repository_for_all(student: Any, collect: Any) -> None:
    ada = student("ada")
    ada.commit({f"{HW}/lines.py": "x = 1\n", f"{OTHER}/losses.py": "x = 1\n"})
    rows = [f"ada,{ada.server},{name}" for name in (HW, OTHER)]
    report = collect(*rows, header="student,repository,assignment", assignment_ids=None)
    assert [one.assignment for one in report.collected] == [HW, OTHER]


def test_ids_that_look_alike_are_refused(student: Any, collect: Any) -> None:
    ace = student("ace")
    ace.commit({f"{HW}/lines.py": "x = 1\n"})
    report = collect(ace, "\u0430\u0441\u0435,/nowhere", "a\u0441e,/nowhere")
    assert report.collected == ()
    assert [one.student for one in report.refused] == ["ace", "\u0430\u0441\u0435", "a\u0441e"]
    assert all("U+0441 CYRILLIC SMALL LETTER ES" in one.reason for one in report.refused)
