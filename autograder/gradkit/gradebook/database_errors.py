"""Advice for the errors of a database that cannot be used."""

from __future__ import annotations

import errno
from collections.abc import Mapping

from gradkit.errors import GradebookUnavailable
from gradkit.messages import Message, message, sentences

PATIENCE = 30.0  # seconds to wait while another program writes

_KEPT = message("The records are safe and the gradebook is unchanged: the next run files them.")
_ADVICE = {
    " is locked": message("another program is writing to it (formgrader, or an nbgrader command). Let it finish."),
    "disk is full": message("the disk is full. Free some space."),
    "disk I/O error": message("the disk failed or is full. Check that there is space."),
    "readonly database": message("it is read-only. Check who owns the file and its folder."),
    "No space left on device": message("the disk is full. Free some space."),
    "Disk quota exceeded": message("your disk quota is used up. Free some space."),
    "File too large": message("the file has reached the size limit for files. Raise it (`ulimit -f`)."),
}
_REFUSED = message(
    "the server did not accept this user or password. The user is in `database` of course.toml; the password belongs "
    "in ~/.pgpass (a line HOST:PORT:DATABASE:USER:PASSWORD; chmod 600) or in the environment variable PGPASSWORD."
)
_DOWN = message("the server cannot be reached. Check host and port in `database` of course.toml, and that it runs.")
_BUSY = message("another program is writing to it (formgrader, or another run). Let it finish.")
_TLS = message(
    "the server requires TLS, or does not admit this user from here. Add ?sslmode=require to `database` in course.toml."
)
_CLOSED = message("the server ended the connection or is starting. Wait until it runs.")
_FULL = message("the server's disk is full. Its administrator must free some space.")
_CROWDED = message("the server has too many connections. Close other programs that use it, or ask for a higher limit.")
_PARAMETER = message("correct the parameters of `database` in course.toml.")
# psycopg names an error's class by its SQLSTATE, in any language; before a session begins there is only the text.
_SERVER_ADVICE = {
    "LockNotAvailable": _BUSY,
    "DeadlockDetected": _BUSY,
    "DuplicateTable": _BUSY,
    "pg_type_typname_nsp_index": _BUSY,
    "DiskFull": _FULL,
    "No space left on device": _FULL,
    "InsufficientPrivilege": message(
        "this user may not do that. The database's owner must let it create and change tables."
    ),
    "permission denied for": message("this user may not use that database. Its owner must grant the right to."),
    "ReadOnlySqlTransaction": message("the server accepts no changes. Use the primary server, and not a replica."),
    "AdminShutdown": _CLOSED,
    "the database system is": _CLOSED,
    "server closed the connection": _CLOSED,
    "connection is closed": _CLOSED,
    "connection is lost": _CLOSED,
    "terminating connection": _CLOSED,
    "password authentication failed": _REFUSED,
    "no password supplied": _REFUSED,
    'FATAL:  role "': _REFUSED,
    'FATAL:  database "': message(
        "there is no such database, or it is closed. Create it (`createdb`), or correct `database` in course.toml."
    ),
    "too many connections": _CROWDED,
    "too many clients": _CROWDED,
    "connection slots are reserved": _CROWDED,
    "pg_hba.conf": _TLS,
    "does not support SSL": message(
        "the server has no TLS. Have it set up, or remove sslmode from `database` in course.toml."
    ),
    "certificate": message(
        "the server's certificate could not be verified. Name its authority: add sslrootcert=FILE to "
        "`database` in course.toml."
    ),
    "NUL (0x00)": message("a text has a NUL character, which a server does not store. Remove it in formgrader."),
    "StringDataRightTruncation": message("a text is longer than its column, which only a server minds. Shorten it."),
    "ForeignKeyViolation": message("a row refers to one that is missing, which only a server minds. Remove it."),
    "invalid connection option": _PARAMETER,
    "invalid URI query parameter": _PARAMETER,
    "definition of service": _PARAMETER,
    " value: ": _PARAMETER,
    "Connection refused": _DOWN,
    "failed to resolve": _DOWN,
    "timeout expired": _DOWN,
    "unreachable": _DOWN,
    "No route to host": _DOWN,
    "No such file or directory": _DOWN,
    "connection failed": message(
        "the server refused the connection. Check `database` in course.toml, and the password in ~/.pgpass or "
        "PGPASSWORD."
    ),
}
_DRIVER = "psycopg."
_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def trouble(place: str, cause: str, kind: str = "") -> GradebookUnavailable:
    """The error to raise for a database that failed.

    Args:
        place: where it is, as `Course.gradebook_place`.
        cause: what it said; the first line is shown.
        kind: the name of the error's class.
    """
    cause = ([line.strip() for line in cause.splitlines()] or [message("no reason given")])[0]
    advice = _find(_SERVER_ADVICE if "://" in place else _ADVICE, f"{kind} {cause}") or message(
        "check that it can be read and written and is a gradebook of this version of nbgrader (`nbgrader db upgrade` "
        "upgrades an older one)."
    )
    return GradebookUnavailable(
        message(
            "{place}: the gradebook cannot be used ({reason}): {advice}",
            place=place,
            reason=cause,
            advice=sentences(advice, _KEPT),
        )
    )


def is_full(error: OSError) -> bool:
    """Whether the disk is full; the next student's files will then fail as well."""
    return error.errno in _NO_ROOM


def advice_on(said: str) -> Message | None:
    """Advice on a gradebook error recognized by its text, or None."""
    return _find(_SERVER_ADVICE if _DRIVER in said else _ADVICE, said)


def _find(known: Mapping[str, Message], said: str) -> Message | None:
    return next((advice for words, advice in known.items() if words in said), None)
