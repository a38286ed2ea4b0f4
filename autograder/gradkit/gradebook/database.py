"""``gradebook.db``: made with nbgrader's own tables, opened with patience, and its errors told in words."""

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
    """The gradebook's address.

    Args:
        course: the course.
        patience: seconds to wait while another program writes.
    """
    return URL.create("sqlite", database=str(course.gradebook), query={"timeout": str(patience)})


def ensure_database(course: Course, patience: float = PATIENCE) -> None:
    """Make an empty gradebook where there is none.

    nbgrader would do it, by way of an ``alembic`` command that it looks for in the shell's path, where it need not be.

    Raises:
        GradebookUnavailable: the file cannot be made.
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
    """Open nbgrader's ``Gradebook`` of the course, made where there is none yet. Open it once for many submissions.

    Args:
        course: the course.
        patience: seconds to wait while another program, formgrader say, writes to it.

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
    """Tell a database's errors as a person needs them.

    Raises:
        GradebookUnavailable: in place of SQLAlchemy's errors.
        GradkitError: in place of those that concern one submission's rows only.
    """
    try:
        yield
    except SQLAlchemyError as error:
        cause = str(error.orig) if isinstance(error, DBAPIError) else str(error).splitlines()[0]
        found = trouble(course.gradebook, cause)
        # What breaks a rule of the tables concerns the rows of one submission, not the whole gradebook.
        raise (GradkitError(str(found)) if isinstance(error, IntegrityError) else found) from error
