"""``gradkit gradebook copy``, as an instructor moves a course to a server and back; and what a wrong password shows."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from gradkit.course import Course, load_course
from gradkit.gradebook.database import open_gradebook

from ..demo_course import HW
from ..postgresql_server import PASSWORD, Server
from .conftest import Gradkit

DEBUGGING = ("db", "student", "list", "--log-level=DEBUG")


@pytest.fixture
def graded(built: Course, gradkit: Gradkit) -> Course:
    """The course with one submission graded."""
    shutil.copytree(built.solution(HW), built.submitted / "ada" / HW)
    assert gradkit("grade", "--no-feedback").status == 0
    return built


def set_database(course: Course, url: str) -> Course:
    """The course with this ``database``."""
    path = course.root / "course.toml"
    lines = [line for line in path.read_text().splitlines() if not line.startswith("database")]
    path.write_text("\n".join([f'database = "{url}"', *lines]) + "\n")
    return load_course(course.root)


def nbgrader(course: Course, *words: str) -> subprocess.CompletedProcess[str]:
    environment = {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
    }  # it runs alembic by name
    return subprocess.run(  # noqa: S603 - our own Python
        [sys.executable, "-m", "nbgrader", *words],
        cwd=course.root,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_a_course_moves_to_a_server_and_back(graded: Course, gradkit: Gradkit, server: Server) -> None:
    url = server.new()
    ran = gradkit("gradebook", "copy", "--to", url)
    assert (ran.status, ran.err) == (0, "")
    assert "copied and compared: 1 students, 1 assignments, 1 submissions, 2 grades, 0 comments;" in ran.out
    assert f'database = "{url}" in course.toml' in ran.out

    course = set_database(graded, url)
    ran = gradkit("grade", "--no-feedback")
    assert ran.status == 0
    assert "sandbox" not in ran.err  # nothing is graded or filed again
    assert f"gradebook: {url.partition('?')[0]}\n" in ran.out
    assert nbgrader(course, "db", "student", "add", "bob").returncode == 0
    assert "bob" in nbgrader(course, "db", "student", "list").stdout
    done = nbgrader(course, "db", "upgrade")
    assert done.returncode == 0, done.stderr

    assert gradkit("gradebook", "copy", "--to", "gradebook.db").status == 2  # the old one is there
    graded.gradebook.unlink()
    ran = gradkit("gradebook", "copy", "--to", "gradebook.db")
    assert ran.status == 0
    assert 'database = "gradebook.db" in course.toml, or remove that line' in ran.out
    with open_gradebook(set_database(course, "gradebook.db")) as gradebook:
        assert [student.id for student in gradebook.students] == ["ada", "bob"]
    assert gradkit("export", "nbgrader", "--output", "grades.csv").status == 0
    assert (
        "\r\nhw0_scaling,2026-10-01 22:00:00,,ada,,,,5,0,5,5\r\n" in (graded.root / "grades.csv").read_bytes().decode()
    )


@pytest.mark.parametrize(
    ("to", "words"),
    [
        ("mysql://db/course", "--to: expected a URL such as "),
        ("postgresql://db", "--to: expected a URL such as "),
        ("", "--to: expected a URL such as "),
        ("postgresql://ada:hush@db/course", "--to: a URL must not contain a password"),
        ("host=db user=ada password=hush", "with a password"),
    ],
)
def test_a_wrong_target_is_refused_in_one_sentence(gradkit: Gradkit, to: str, words: str) -> None:
    ran = gradkit("gradebook", "copy", "--to", to)
    assert ran.status != 0
    assert words in ran.err
    assert "hush" not in ran.out + ran.err
    assert "Traceback" not in ran.err


def test_no_output_has_the_password(
    graded: Course, gradkit: Gradkit, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PGPASSWORD", "hush")
    course = set_database(graded, server.tcp("postgres"))
    commands = (
        ["grade", "--no-feedback"],
        ["grade", "--json"],
        ["report"],
        ["export", "nbgrader", "--output", "x.csv"],
    )
    for words in (*commands, ["gradebook", "copy", "--to", "x.db"]):
        ran = gradkit(*words)
        assert (ran.status, ran.err.count("did not accept this user or password")) == (3, 1), ran.err
        assert "hush" not in ran.out + ran.err
        assert "Traceback" not in ran.err
    for words in (
        ["db", "student", "list"],
        ["db", "upgrade"],
        ["export"],
        DEBUGGING,
    ):
        done = nbgrader(course, *words)
        assert done.returncode != 0
        assert "password authentication failed" in done.stdout + done.stderr
        assert "hush" not in done.stdout + done.stderr
    monkeypatch.setenv("PGPASSWORD", PASSWORD)
    name = server.new().partition("?")[0].rpartition("/")[2]
    server.run(f"ALTER DATABASE {name} OWNER TO ada")
    course = set_database(course, server.tcp(name))
    assert gradkit("grade", "--no-feedback").status == 0
    done = nbgrader(course, *DEBUGGING)
    assert "ada" in done.stdout
    assert PASSWORD not in done.stdout + done.stderr
    assert not [path for path in course.root.rglob("*") if path.is_file() and PASSWORD.encode() in path.read_bytes()]
