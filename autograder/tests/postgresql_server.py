"""A PostgreSQL server of the tests' own, in a temporary folder: real, and ended with them."""

from __future__ import annotations

import itertools
import os
import pwd
import shutil
import signal
import socket
import sqlite3
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest

from gradkit.course import Course

SECONDS = 60.0  # to start
PASSWORD = "correct-horse-battery"  # noqa: S105 - of this server only
# By the socket everybody is let in; by the network "ada" with her password, and "tls" by TLS alone, which it lacks.
ADMITTED = """
local all all trust
host all ada 127.0.0.1/32 scram-sha-256
host all crowd 127.0.0.1/32 trust
hostssl all tls 127.0.0.1/32 scram-sha-256
"""
_numbers = itertools.count(1)


@dataclass(frozen=True)
class Server:
    """A running server.

    Attributes:
        folder: the folder of its socket.
        port: its port.
        process: its main process.
    """

    folder: Path
    port: int
    process: subprocess.Popen[bytes]

    def url(self, database: str, user: str = "owner") -> str:
        """A URL by the socket, without a password."""
        return f"postgresql://{user}@:{self.port}/{database}?host={self.folder}"

    def tcp(self, database: str, user: str = "ada") -> str:
        """A URL by the network."""
        return f"postgresql://{user}@127.0.0.1:{self.port}/{database}"

    def new(self) -> str:
        """The URL of a new, empty database."""
        name = f"course{next(_numbers)}"
        self.run(f"CREATE DATABASE {name}")
        return self.url(name)

    def run(self, command: str, url: str | None = None) -> list[Any]:
        """Run SQL as the owner; its rows."""
        with psycopg.connect(url or self.url("postgres"), autocommit=True) as connection:
            cursor = connection.execute(command.encode())
            return cursor.fetchall() if cursor.description else []


def program(name: str) -> str:
    """The path of one of PostgreSQL's programs; Debian keeps the server's off PATH."""
    found = shutil.which(name) or next(map(str, sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))), None)
    if found is None:
        pytest.fail("The gradebook is tested on PostgreSQL, and it is not installed: apt-get install postgresql")
    return found


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """The server, started when a test needs it. It refuses to run as root, so root runs it as nobody."""
    initdb, postgres = program("initdb"), program("postgres")
    person: dict[str, Any] = {}
    folder = Path(tempfile.mkdtemp(prefix="gradkit-postgresql-"))  # pytest's own are closed to other users
    if os.geteuid() == 0:
        nobody = pwd.getpwnam("nobody")
        os.chown(folder, nobody.pw_uid, nobody.pw_gid)
        person = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
    data = folder / "data"
    quiet: dict[str, Any] = {"stdout": subprocess.DEVNULL, "cwd": "/", **person}
    options = ["--username=owner", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync"]
    subprocess.run([initdb, "-D", str(data), *options], check=True, **quiet)  # noqa: S603 - PostgreSQL's own program
    (data / "pg_hba.conf").write_text(ADMITTED)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    settings = ["-k", str(folder), "-h", "127.0.0.1", "-p", str(port), "-F", "-c", "log_min_messages=fatal"]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen([postgres, "-D", str(data), *settings], stderr=log, **quiet)  # noqa: S603 - the same
    started = Server(folder, port, process)
    try:
        _wait(started)
        started.run(f"CREATE ROLE ada LOGIN PASSWORD '{PASSWORD}'")
        started.run("CREATE ROLE tls LOGIN")
        started.run("CREATE ROLE crowd LOGIN CONNECTION LIMIT 0")
        yield started
    finally:
        process.send_signal(signal.SIGINT)  # PostgreSQL's "fast": it ends all sessions
        process.wait(SECONDS)
        shutil.rmtree(folder)


def _wait(server: Server) -> None:
    end = time.monotonic() + SECONDS
    while True:
        with suppress(psycopg.OperationalError):
            server.run("SELECT 1")
            return
        if server.process.poll() is not None or time.monotonic() > end:
            pytest.fail(f"PostgreSQL did not start:\n{(server.folder / 'log').read_text()}")
        time.sleep(0.05)


def put_on_server(root: Path, request: pytest.FixtureRequest) -> None:
    """Give the course in ``root`` a new database on the server if its fixture's parameter says "PostgreSQL"."""
    if getattr(request, "param", "SQLite") == "PostgreSQL":
        server: Server = request.getfixturevalue("server")
        settings = root / "course.toml"
        settings.write_text(f'database = "{server.new()}"\n{settings.read_text()}')


def forget(course: Course) -> None:
    """Take away the course's gradebook."""
    if course.server is None:
        course.gradebook.unlink()
    else:
        with psycopg.connect(course.server, autocommit=True) as connection:
            connection.execute("DROP SCHEMA public CASCADE")
            connection.execute("CREATE SCHEMA public")


@contextmanager
def locked(course: Course) -> Iterator[None]:
    """Another program keeps the course's gradebook locked."""
    if course.server is None:
        with closing(sqlite3.connect(course.gradebook, isolation_level=None)) as file:
            file.execute("BEGIN EXCLUSIVE")
            yield
    else:
        with psycopg.connect(course.server) as connection:
            connection.execute("LOCK TABLE assignment, student, submitted_assignment, grade")
            yield
