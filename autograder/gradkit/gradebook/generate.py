"""Run nbgrader's own ``generate_assignment`` for one assignment, inside this process.

nbgrader makes the released notebook and enters the assignment's cells in a gradebook. It copies every file beside the
notebook as it is, so it is only ever given a folder from which the solutions have been taken out already.
"""

from __future__ import annotations

import logging
import os
import shutil
import sysconfig
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

# nbgrader has annotations but does not declare them (no py.typed).
from nbgrader.api import Gradebook  # type: ignore[import-untyped]
from nbgrader.converters.base import NbGraderException  # type: ignore[import-untyped]
from nbgrader.converters.generate_assignment import GenerateAssignment  # type: ignore[import-untyped]
from nbgrader.coursedir import CourseDirectory  # type: ignore[import-untyped]
from sqlalchemy.exc import SQLAlchemyError

from gradkit.errors import BuildError


def generate_assignment(
    source_root: Path,
    release_root: Path,
    *,
    database_url: str,
    course_id: str,
    assignment_id: str,
    due: datetime | None = None,
) -> Path:
    """Make ``release_root/<assignment_id>`` from ``source_root/<assignment_id>`` and enter its cells in a gradebook.

    Args:
        source_root: holds the assignment's staged folder; nothing in that folder may be secret.
        release_root: gets the released folder; one that is there already is replaced once the new one is whole.
        database_url: the gradebook, as in ``sqlite:////course/gradebook.db``; made when it does not exist.
        course_id: the course's id in nbgrader's exchange.
        assignment_id: the assignment, which is also its folder's name.
        due: when it is due, with its time zone; None leaves the gradebook's due date as it is.

    Returns:
        The released folder.

    Raises:
        BuildError: nbgrader refused, in nbgrader's words.
    """
    log, said = _quiet_log()
    # nbgrader reads its folders' names as patterns: in a folder of our own, a course's path may hold any character.
    with tempfile.TemporaryDirectory(prefix="gradkit-") as name:
        work = Path(name).resolve()
        shutil.copytree(source_root / assignment_id, work / "source" / assignment_id)
        folders = CourseDirectory(
            root=str(work), course_id=course_id, assignment_id=assignment_id, db_url=database_url, log=log
        )
        try:
            with alembic_on_path():
                GenerateAssignment(coursedir=folders, log=log).start()
                if due is not None:
                    with Gradebook(database_url, course_id) as gradebook:
                        gradebook.update_or_create_assignment(assignment_id, duedate=due)
        except (NbGraderException, SQLAlchemyError) as error:
            words = "\n".join(said) or str(error)
            raise BuildError(
                f"{assignment_id}: nbgrader could not make the released notebook. It says:\n{words}"
            ) from error
        target = release_root / assignment_id
        if target.exists():
            shutil.rmtree(target)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(work / "release" / assignment_id, target)
    return target


@contextmanager
def alembic_on_path() -> Iterator[None]:
    """Let nbgrader find the ``alembic`` command beside this Python, also where its environment is not activated.

    nbgrader starts it by name whenever it makes a new gradebook.
    """
    before = os.environ.get("PATH")
    os.environ["PATH"] = os.pathsep.join([sysconfig.get_path("scripts"), *([before] if before else [])])
    try:
        yield
    finally:
        if before is None:
            del os.environ["PATH"]
        else:
            os.environ["PATH"] = before


def _quiet_log() -> tuple[logging.Logger, list[str]]:
    """A log that prints nothing, and the list in which its warnings and errors gather."""
    said: list[str] = []

    class Gather(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            text = record.getMessage().strip()
            # Of a traceback only the last line says what is wrong; the rest is nbgrader's inside.
            said.append(text.splitlines()[-1] if text.startswith("Traceback") else text)

    log = logging.Logger("nbgrader", logging.WARNING)
    log.addHandler(Gather())
    return log, said
