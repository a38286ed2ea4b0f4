"""``gradebook.db``: created with nbgrader's own tables, opened with a timeout, its errors turned into advice."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import nbgrader  # type: ignore[import-untyped]  # it has annotations but does not declare them (no py.typed)
from alembic.config import Config
from alembic.script import ScriptDirectory
from nbgrader.api import Base, Gradebook  # type: ignore[import-untyped]
from sqlalchemy import URL, create_engine
from sqlalchemy.exc import DBAPIError, IntegrityError, SQLAlchemyError

from gradkit.course import Course
from gradkit.errors import GradkitError
from gradkit.gradebook.database_errors import PATIENCE, trouble


def database_url(course: Course, patience: float = PATIENCE) -> URL:
    """The gradebook's URL.

    Args:
        course: the course.
        patience: seconds to wait while another program writes.
    """
    return URL.create("sqlite", database=str(course.gradebook), query={"timeout": str(patience)})


def ensure_database(course: Course, patience: float = PATIENCE) -> None:
    """Create an empty gradebook if there is none.

    nbgrader would do so through an ``alembic`` command on ``PATH``, which need not be there.

    Raises:
        GradebookUnavailable: the file cannot be created.
    """
    path = course.gradebook
    if path.exists() and path.stat().st_size > 0:
        return
    settings = Config()
    settings.set_main_option("script_location", str(Path(nbgrader.__file__).parent / "alembic").replace("%", "%%"))
    version = ScriptDirectory.from_config(settings).get_current_head()
    engine = create_engine(database_url(course, patience))
    try:
        with errors_in_words(course), engine.begin() as connection:
            connection.exec_driver_sql("BEGIN IMMEDIATE")  # all tables or none
            Base.metadata.create_all(connection)
            connection.exec_driver_sql("CREATE TABLE IF NOT EXISTS alembic_version (version_num VARCHAR(32) NOT NULL)")
            connection.exec_driver_sql("DELETE FROM alembic_version")
            connection.exec_driver_sql("INSERT INTO alembic_version (version_num) VALUES (?)", (version,))
    finally:
        engine.dispose()


@contextmanager
def open_gradebook(course: Course, *, patience: float = PATIENCE) -> Iterator[Gradebook]:
    """Open nbgrader's ``Gradebook`` of the course, created if missing. Open it once for many submissions.

    Args:
        course: the course.
        patience: seconds to wait while another program, such as formgrader, writes to it.

    Raises:
        GradebookUnavailable: it cannot be opened.
    """
    ensure_database(course, patience)
    with errors_in_words(course):
        gradebook = Gradebook(database_url(course, patience), course.id)
    try:
        yield gradebook
    finally:
        gradebook.close()


@contextmanager
def errors_in_words(course: Course) -> Iterator[None]:
    """Replace SQLAlchemy's errors by ones that say what to do.

    Raises:
        GradebookUnavailable: in place of SQLAlchemy's errors.
        GradkitError: in place of those that concern one submission's rows only.
    """
    try:
        yield
    except SQLAlchemyError as error:
        cause = str(error.orig) if isinstance(error, DBAPIError) else str(error).splitlines()[0]
        found = trouble(course.gradebook, cause)
        # A violated constraint concerns one submission's rows, not the whole gradebook.
        raise (GradkitError(str(found)) if isinstance(error, IntegrityError) else found) from error
