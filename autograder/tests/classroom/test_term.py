"""A new term begins with everything of the old one in an archive, and nothing lost."""

from __future__ import annotations

import errno
import json
import shutil
import tomllib
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from gradkit.classroom import term
from gradkit.course import Course, load_course
from gradkit.errors import CourseError, GradebookUnavailable, UsageError
from gradkit.gradebook.database import open_gradebook
from gradkit.gradebook.up_to_date import class_list

from ..demo_course import HW, write_tree
from ..postgresql_server import Server

DUE = {HW: datetime(2027, 3, 1, 22, tzinfo=UTC)}
OLD = {
    "groups.csv": "group,student\n",
    "submitted/ada/hw0_scaling/scaling.py": "x = 1\n",
    "submitted/Łukasz/hw0_scaling/timestamp.txt": "2026-09-01\n",
    "autograded/ada/hw0_scaling/.filed": "digest",
    "feedback/ada/hw0_scaling.html": "<p>",
    "results/ada/hw0_scaling.json": "{}",
    "report/report.html": "<p>",
    "gradebook.db": "a database",
    "gradebook.db-wal": "and its log",
    ".gradkit/repositories/1/HEAD": "ref: refs/heads/main",
    "exchange/demo/inbound/ada+hw0_scaling+2026-09-01 10:00:00 UTC/scaling.py": "x = 1\n",
    "exchange/demo/feedback/digest.html": "<p>",
}
PUBLISHED = {"exchange/demo/outbound/hw0_scaling/scaling.py": "stub", "release/hw0_scaling/scaling.py": "stub"}


@pytest.fixture
def old(course: Course) -> Course:
    """A course at the end of its term; a student has put links and an empty folder into the exchange."""
    write_tree(course.root, {**OLD, **PUBLISHED})
    inbound = course.exchange / course.id / "inbound"
    (inbound / "bob+hw0_scaling+2026-09-01 10:00:00 UTC").mkdir()
    (inbound / "link").symlink_to("/etc")
    inbound.chmod(0o733)
    return course


def begin(course: Course) -> term.NewTerm:
    return term.new_term(course, "2026-autumn", DUE, lambda _text: None)


def test_all_of_the_old_term_is_in_the_archive_and_gone_from_its_places(old: Course) -> None:
    settings = (old.root / "assignments" / HW / "assignment.toml").read_text()
    made = begin(old)
    archive = old.root / "terms" / "2026-autumn"
    for name, text in {**OLD, **PUBLISHED}.items():
        assert (archive / name.replace("exchange/demo/", "exchange/")).read_text() == text
    assert not [name for name in OLD if (old.root / name).exists()]
    assert all((old.root / name).exists() for name in PUBLISHED)
    inbound = old.exchange / old.id / "inbound"
    assert (list(inbound.iterdir()), inbound.stat().st_mode & 0o777) == ([], 0o733)
    assert (archive / "exchange" / "inbound" / "link").readlink() == Path("/etc")
    assert (archive / "exchange" / "inbound" / "bob+hw0_scaling+2026-09-01 10:00:00 UTC").is_dir()
    assert (archive / "autograder" / "hidden" / "secret.txt").read_text() == "a secret\n"
    assert (archive / "assignments" / HW / "assignment.toml").read_text() == settings
    assert (made.left, made.due, term.unfinished(old)) == ((), DUE, None)

    new = load_course(old.root)
    assert (new.assignment(HW).due, len(new.secret)) == (DUE[HW], 64)
    changed = {**tomllib.loads(settings), "due": DUE[HW]}
    assert tomllib.loads((old.root / "assignments" / HW / "assignment.toml").read_text()) == changed


@pytest.mark.parametrize("step", ["copying", "comparing", "removing", "setting"])
def test_an_interrupted_run_has_lost_nothing_and_is_finished_by_the_next(old: Course, step: str) -> None:
    def stop(text: str) -> None:
        if text.startswith(step):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        term.new_term(old, "2026-autumn", DUE, stop)
    half = term.unfinished(old)
    if step in ("copying", "comparing"):
        assert half is None
        assert all((old.root / name).read_text() == text for name, text in OLD.items())
        made = begin(old)
    else:
        assert half is not None
        made = term.finish_term(old, half, lambda _text: None)
    assert not [name for name in OLD if (old.root / name).exists()]
    assert json.loads((made.archive / "MANIFEST.json").read_text()).keys() >= {"gradebook.db", *list(OLD)[:6]}
    assert load_course(old.root).assignment(HW).due == DUE[HW]


def in_use(course: Course, url: str) -> Course:
    """The course with a gradebook on a server that has one student."""
    path = course.root / "course.toml"
    path.write_text(f'database = "{url}"\n{path.read_text()}')
    course = load_course(course.root)
    with open_gradebook(course) as gradebook:
        gradebook.add_student("ada")
    return course


@pytest.mark.parametrize("step", ["comparing", "removing", "setting", "no step"])
def test_a_servers_gradebook_is_archived_as_a_file_and_then_emptied(old: Course, server: Server, step: str) -> None:
    def stop(text: str) -> None:
        if text.startswith(step):
            raise KeyboardInterrupt

    course = in_use(old, server.new())
    with suppress(KeyboardInterrupt):
        term.new_term(course, "2026-autumn", DUE, stop)
    if step == "comparing":
        assert class_list(course) == ["ada"]
        begin(course)
    elif step != "no step":
        term.finish_term(course, term.unfinished(course), lambda _text: None)
    assert class_list(course) == []
    archive = course.root / "terms" / "2026-autumn"
    assert (archive / "gradebook.db").read_text() == "a database"  # of before the server
    shutil.copy(archive / "gradebook-server.db", course.gradebook)
    assert class_list(replace(course, server=None)) == ["ada"]
    with open_gradebook(course) as gradebook:
        assert gradebook.students == []


def test_a_mark_entered_on_a_server_meanwhile_is_kept_and_named(old: Course, server: Server) -> None:
    course = in_use(old, server.new())

    def mark(text: str) -> None:
        if text.startswith("removing"):
            with open_gradebook(course) as gradebook:
                gradebook.add_student("bob")

    made = term.new_term(course, "2026-autumn", DUE, mark)
    assert class_list(course) == ["ada", "bob"]
    assert made.left == (f"{course.gradebook_place}: was changed while the term was archived; it has been kept.",)


def test_a_server_that_is_down_lets_no_term_begin(old: Course) -> None:
    course = replace(old, server="postgresql://ada@127.0.0.1:1/course")
    with pytest.raises(GradebookUnavailable, match="cannot be reached"):
        begin(course)
    assert all((old.root / name).read_text() == text for name, text in OLD.items())
    assert not list((old.root / "terms").iterdir())


def test_what_comes_meanwhile_is_left_and_named(old: Course) -> None:
    late = old.exchange / old.id / "inbound" / "cy+hw0_scaling+2026-09-01 10:00:00 UTC" / "scaling.py"

    def hand_in(text: str) -> None:
        if text.startswith("removing"):
            write_tree(late.parent, {"scaling.py": "x = 3\n"})
            (old.root / "gradebook.db").write_text("another mark")

    made = term.new_term(old, "2026-autumn", DUE, hand_in)
    assert late.read_text() == "x = 3\n"
    assert (old.root / "gradebook.db").read_text() == "another mark"
    assert [line.partition(": ")[0] for line in made.left] == [str(old.root / "gradebook.db"), str(late)]


def test_files_of_students_that_cannot_be_removed_do_not_come_back(
    old: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    unlink = Path.unlink

    def refuse(path: Path, *options: bool) -> None:
        if "inbound" in path.parts:
            raise PermissionError(errno.EACCES, "Permission denied")
        unlink(path, *options)

    monkeypatch.setattr(Path, "unlink", refuse)
    (line,) = begin(old).left
    inbound = old.exchange / old.id / "inbound"
    assert (list(inbound.iterdir()), inbound.stat().st_mode & 0o777) == ([], 0o733)
    aside = inbound.with_name("inbound-2026-autumn")
    assert line.startswith(f"{aside}: is in the archive")
    assert len(list(aside.rglob("scaling.py"))) == 1


def test_an_inbound_folder_that_was_being_set_aside_is_there_after_the_next_run(
    old: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    inbound = old.exchange / old.id / "inbound"
    mode = inbound.stat().st_mode

    def stop(inbound: Path, name: str) -> str:
        inbound.rename(inbound.with_name(f"inbound-{name}"))
        raise KeyboardInterrupt

    with monkeypatch.context() as context:
        context.setattr(term, "_remove", lambda *_: (["stuck"], []))
        context.setattr(term, "_set_aside", stop)
        with pytest.raises(KeyboardInterrupt):
            begin(old)
    assert not inbound.exists()
    half = term.unfinished(old)
    assert half is not None
    (line,) = term.finish_term(old, half, lambda _text: None).left
    assert "inbound-" in line
    assert (list(inbound.iterdir()), inbound.stat().st_mode) == ([], mode)


def test_a_file_that_changes_while_it_is_copied_stops_it_before_anything_is_removed(old: Course) -> None:
    def write_on(text: str) -> None:
        if text == "comparing":
            (next((old.root / "terms").glob(".new-*")) / "term" / "gradebook.db").write_text("half")

    with pytest.raises(UsageError, match=r"gradebook\.db was changed while it was archived"):
        term.new_term(old, "2026-autumn", DUE, write_on)
    assert all((old.root / name).read_text() == text for name, text in OLD.items())
    assert list((old.root / "terms").iterdir()) == []


@pytest.mark.parametrize(
    ("name", "due", "words"),
    [("../x", DUE, "--name"), ("taken", DUE, "never overwritten"), ("new", {}, "No new due time for hw0_scaling")],
)
def test_a_wrong_use_changes_nothing(old: Course, name: str, due: Mapping[str, datetime], words: str) -> None:
    (old.root / "terms" / "taken").mkdir(parents=True)
    with pytest.raises(UsageError, match=words):
        term.new_term(old, name, due, lambda _text: None)
    assert all((old.root / name).exists() for name in OLD)


@pytest.mark.parametrize(
    ("line", "left"),
    [
        ("due = 2026-10-01T22:00:00Z # a Thursday", "due = 2027-03-01T22:00:00Z # a Thursday"),
        ("due=2026-10-02 00:00:00+02:00", "due=2027-03-01T22:00:00Z"),
        ("'due' = 2026-10-01T22:00:00Z", None),
    ],
)
def test_a_due_time_is_changed_in_its_line_or_the_line_is_named(old: Course, line: str, left: str | None) -> None:
    path = old.root / "assignments" / HW / "assignment.toml"
    path.write_text(path.read_text().replace("due = 2026-10-01T22:00:00Z", line))
    if left is None:
        with pytest.raises(CourseError, match="due: cannot be changed"):
            begin(old)
        assert not (old.root / "terms").exists()
    else:
        begin(old)
        assert left in path.read_text().splitlines()
