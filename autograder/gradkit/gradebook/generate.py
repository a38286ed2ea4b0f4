"""Run nbgrader's own ``generate_assignment`` for one assignment, inside this process.

nbgrader makes the released notebook and enters the assignment's cells in a gradebook. It copies every other file
unchanged, so it is only given a folder whose solutions have been removed.
"""

from __future__ import annotations

import os
import shutil
import sysconfig
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
from traitlets.config import Config

from gradkit.errors import BuildError
from gradkit.gradebook.logs import gathered_log
from gradkit.messages import message
from gradkit.temporary import TemporaryFolder


def generate_assignment(
    source_root: Path,
    release_root: Path,
    *,
    database_url: str | None = None,
    course_id: str,
    assignment_id: str,
    due: datetime | None = None,
) -> Path:
    """Make ``release_root/<assignment_id>`` from ``source_root/<assignment_id>``, and enter its cells in a gradebook.

    Args:
        source_root: holds the assignment's staged folder; nothing in that folder may be secret.
        release_root: gets the released folder; an existing one is replaced once the new one is complete.
        database_url: the gradebook, as in ``sqlite:////course/gradebook.db``; created if missing. None releases
            without a gradebook, as nbgrader's ``--no-db`` does; the released files are the same.
        course_id: the course's id in nbgrader's exchange.
        assignment_id: the assignment, which is also its folder's name.
        due: the due date with its time zone, for the gradebook; None leaves the gradebook's unchanged.

    Returns:
        The released folder.

    Raises:
        BuildError: nbgrader failed; with its messages.
    """
    # nbgrader reads folder names as patterns: with a temporary folder, a course's path may contain any character.
    with gathered_log("nbgrader") as (log, said), TemporaryFolder("gradkit-release") as folder:
        work = folder.resolve()
        shutil.copytree(source_root / assignment_id, work / "source" / assignment_id)
        folders = CourseDirectory(root=str(work), course_id=course_id, assignment_id=assignment_id, log=log)
        config = Config()
        if database_url is None:
            config.GenerateAssignment.no_database = True
            config.SaveCells.enabled = False
        else:
            folders.db_url = database_url
        try:
            with alembic_on_path():
                GenerateAssignment(coursedir=folders, config=config, log=log).start()
                if database_url is not None and due is not None:
                    with Gradebook(database_url, course_id) as gradebook:
                        gradebook.update_or_create_assignment(assignment_id, duedate=due)
        except (NbGraderException, SQLAlchemyError) as error:
            words = "\n".join(said) or str(error)
            raise BuildError(
                message(
                    "{assignment}: nbgrader could not make the released notebook:\n{words}",
                    assignment=assignment_id,
                    words=words,
                )
            ) from error
        target = release_root / assignment_id
        if target.exists():
            shutil.rmtree(target)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(work / "release" / assignment_id, target)
    return target


@contextmanager
def alembic_on_path() -> Iterator[None]:
    """Let nbgrader find this environment's ``alembic`` command, activated or not.

    nbgrader starts it by name whenever it creates a gradebook.
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
