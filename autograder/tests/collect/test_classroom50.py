"""Repositories of a Classroom 50 classroom: published on a server of this machine, or in a folder."""

from __future__ import annotations

import json
import socket
import subprocess
import threading
from collections.abc import Callable, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from gradkit.collect import classroom50
from gradkit.collect.classroom50 import collect_classroom50
from gradkit.errors import UsageError

HW, OTHER = "hw1_lines", "hw2_losses"
ABOUT = {"schema": "classroom50/classroom/v1", "name": "N", "short_name": "toy-101", "term": "", "org": "Toys"}
ENTRY = {"slug": "hw1-lines", "name": "Lines", "mode": "individual", "autograder": "default"}


class Quiet(SimpleHTTPRequestHandler):
    """A web server that logs nothing."""

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """The published folder of one classroom, with one assignment."""
    folder = tmp_path / "site" / "classroom50" / "toy-101"
    folder.mkdir(parents=True)
    write(folder)
    return folder


def write(folder: Path, about: object = ABOUT, *entries: object) -> None:
    (folder / "classroom.json").write_text(json.dumps(about))
    listed = {"schema": "classroom50/assignments/v1", "assignments": list(entries) or [ENTRY]}
    (folder / "assignments.json").write_text(json.dumps(listed))


@pytest.fixture
def url(site: Path) -> Iterator[str]:
    """The address of the folder on a web server."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(site.parents[1])))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/classroom50/toy-101"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def collect(room: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """Collect as ada (on GitHub Ada-L) and bob (bob50), both of whom are in the roster; only ada has a repository."""
    monkeypatch.setenv("GITHUB_SERVER_URL", f"file://{tmp_path}/github")
    place = tmp_path / "github" / "Toys" / "toy-101-hw1-lines-ada-l.git"
    place.mkdir(parents=True)
    (place / "lines.py").write_text("x = 1\n")
    for words in (["init", "-q"], ["add", "-A"], ["-c", "user.name=A", "-c", "user.email=a@x", "commit", "-qm", "w"]):
        subprocess.run(["git", *words], cwd=place, check=True)  # noqa: S603, S607 - the git on the path
    roster = tmp_path / "who.csv"
    roster.write_text("student,github\nada,Ada-L\nbob,bob50\ncyd,\n")
    return lambda where, names=None: collect_classroom50(room.course, str(where), roster, names)


def test_a_published_classroom_is_collected_from_its_repositories(room: Any, url: str, collect: Any) -> None:
    report = collect(url)
    assert [(one.student, one.assignment) for one in report.collected] == [("ada", HW)]
    assert (room.course.submitted / "ada" / HW / "lines.py").read_text() == "x = 1\n"
    (refused,) = report.refused
    assert refused.student == "bob"
    assert "toy-101-hw1-lines-bob50.git" in refused.name
    assert collect(url).collected == ()


def test_a_student_whom_the_roster_does_not_know_is_named(site: Path, collect: Any) -> None:
    (site / "roster.csv").write_text(
        "username,first_name,last_name,email,section,github_id,role\n"
        "ada-l,A,L,,,1,student\nmallory,M,,,,2,\nprof,P,,,,3,teacher\n,,,new@x.org,,,\n"
    )
    report = collect(site)
    assert [one.student for one in report.collected] == ["ada"]
    unknown = [one for one in report.refused if not one.understood]
    assert [one.name for one in unknown] == ['"mallory"']
    assert "has no line with this GitHub name" in unknown[0].reason


def test_what_is_not_there_or_a_groups_is_said(site: Path, collect: Any) -> None:
    with pytest.raises(UsageError, match=r"is called hw2-losses \(it has: hw1-lines\)"):
        collect(site, [OTHER])
    write(site, ABOUT, ENTRY, ENTRY | {"slug": "hw2-losses", "mode": "group"})
    assert [text for text in collect(site).warnings if text.startswith(f"{OTHER}: a group's repository")]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("<!DOCTYPE html>", r'classroom.json: it is not JSON; it begins with "<!DOCTYPE html>"'),
        ("[" * 100_000, r"classroom.json: it is not JSON"),
        ("[]", r"classroom.json: its schema is "),
        (json.dumps(ABOUT | {"schema": "classroom50/classroom/v2"}), r'its schema is "classroom50/classroom/v2"; this'),
        (json.dumps(ABOUT | {"org": "../x"}), r'found "../x". Correct it'),
        (json.dumps({"schema": ABOUT["schema"]}), r"found missing"),
        (" " * (classroom50._LARGEST + 1), r"classroom.json: it is larger than 10 MiB"),
    ],
    ids=["html", "deep", "list", "version", "organization", "missing", "size"],
)
def test_a_file_of_another_format_is_named_with_what_it_says(
    site: Path, url: str, collect: Any, text: str, said: str
) -> None:
    (site / "classroom.json").write_text(text)
    for where in (url, site):
        with pytest.raises(UsageError, match=said):
            collect(where)


def test_a_file_that_is_not_there(site: Path, url: str, collect: Any) -> None:
    (site / "assignments.json").unlink()
    with pytest.raises(UsageError, match=r"/toy-101/assignments.json: the server answers 404 .* Check the name"):
        collect(url)
    with pytest.raises(UsageError, match=r"assignments.json: cannot be read \(No such file"):
        collect(site)


@pytest.mark.parametrize("entry", [None, {}, {"slug": 3}, {"slug": "-x"}])
def test_a_name_that_could_be_no_part_of_an_address(site: Path, collect: Any, entry: object) -> None:
    write(site, ABOUT, entry)
    with pytest.raises(UsageError, match="should be letters, digits and hyphens"):
        collect(site)


def test_a_machine_without_network_or_a_server_that_stalls(collect: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(classroom50, "_PATIENCE", 0.3)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        with pytest.raises(UsageError, match=r"classroom.json: cannot be read \(.*timed out.*\). Check the network"):
            collect(f"http://127.0.0.1:{port}/x")
    with pytest.raises(UsageError, match=r"classroom.json: cannot be read \(.*refused.*\). Check the network"):
        collect(f"http://127.0.0.1:{port}/x")


@pytest.mark.parametrize(
    ("where", "address"),
    [
        ("Toys/toy-101", "https://Toys.github.io/classroom50/toy-101"),
        ("Toys/toy-101/s3cr3t", "https://Toys.github.io/classroom50/toy-101/s3cr3t"),
        ("http://localhost:1/a/", "http://localhost:1/a"),
    ],
)
def test_where_a_classroom_is_published(where: str, address: str) -> None:
    assert classroom50._address(where) == address


@pytest.mark.parametrize("where", ["toy-101", "a/b/c/d", "file:///etc", "a/..", "a b/c", ""])
def test_what_is_no_classroom(where: str) -> None:
    with pytest.raises(UsageError, match="is not a classroom"):
        classroom50._address(where)


def test_a_roster_without_github_names(room: Any, site: Path, tmp_path: Path) -> None:
    roster = tmp_path / "roster.csv"
    roster.write_text("student,github\nada,\n")
    with pytest.raises(UsageError, match="nobody has a GitHub name"):
        collect_classroom50(room.course, str(site), roster)
