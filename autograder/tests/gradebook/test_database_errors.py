"""What a database says is told with what to do about it."""

from __future__ import annotations

import errno

import pytest

from gradkit.gradebook.database_errors import advice_on, is_full, trouble


@pytest.mark.parametrize(
    ("cause", "words"),
    [
        ("database is locked", "another program is writing to it"),
        ("database or disk is full", "Free some space"),
        ("attempt to write a readonly database", "Check who owns the file"),
        ("no such column: grade.x", "nbgrader db upgrade"),
    ],
)
def test_the_file_the_cause_and_the_next_step_are_named(cause: str, words: str) -> None:
    said = str(trouble("gradebook.db", cause))
    assert said.startswith(f"gradebook.db: the gradebook cannot be used ({cause}): ")
    assert words in said
    assert "the next run files them" in said


@pytest.mark.parametrize(
    ("kind", "cause", "words"),
    [
        (
            "DiskFull",
            "konnte Datei nicht erweitern: Auf dem Gerät ist kein Speicherplatz mehr",
            "server's disk is full",
        ),
        ("DeadlockDetected", "deadlock detected\nDETAIL: Process 1 waits", "another program is writing to it"),
        ("AdminShutdown", "terminating connection due to administrator command", "ended the connection"),
        ("OperationalError", "connection failed: FATAL:  the database system is starting up", "Wait until it runs"),
        ("OperationalError", "connection failed: FATAL:  sorry, too many clients already", "too many connections"),
        ("OperationalError", "connection failed: SSL error: certificate verify failed", "sslrootcert=FILE"),
        ("OperationalError", "connection failed: FATAL:  Passwort-Authentifizierung fehlgeschlagen", "~/.pgpass"),
        ("UndefinedColumn", 'column "lms_user_id" does not exist\nLINE 1: SELECT', "nbgrader db upgrade"),
    ],
)
def test_a_server_is_named_with_its_own_causes(kind: str, cause: str, words: str) -> None:
    said = str(trouble("postgresql://ada@db/course", cause, kind))
    assert said.startswith(f"postgresql://ada@db/course: the gradebook cannot be used ({cause.splitlines()[0]}): ")
    assert words in said
    assert "\n" not in said


def test_a_servers_words_are_known_in_nbgraders_log_and_nobody_elses() -> None:
    said = "sqlalchemy.exc.OperationalError: (psycopg.errors.LockNotAvailable) canceling statement due to lock timeout"
    assert "another program is writing" in (advice_on(said) or "")
    assert advice_on("[Errno 2] No such file or directory: 'lines.ipynb'") is None


def test_unknown_words_have_no_advice() -> None:
    assert advice_on("no such column") is None


@pytest.mark.parametrize(("number", "full"), [(errno.ENOSPC, True), (errno.EDQUOT, True), (errno.EACCES, False)])
def test_a_full_disk_is_told_from_other_trouble(number: int, full: bool) -> None:
    assert is_full(OSError(number, "")) is full
