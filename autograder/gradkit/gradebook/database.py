"""The gradebook's database: created with nbgrader's own tables, opened with a timeout, its errors turned into advice.

It is the file ``gradebook.db`` or, with ``database`` in ``course.toml``, on a PostgreSQL server.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import nbgrader  # type: ignore[import-untyped]  # it has annotations but does not declare them (no py.typed)
from alembic.config import Config
from alembic.script import ScriptDirectory
from nbgrader.api import Base, Gradebook  # type: ignore[import-untyped]
from sqlalchemy import URL, Connection, create_engine, inspect, make_url, text
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, SQLAlchemyError
from sqlalchemy.pool import NullPool

from gradkit.course import Course
from gradkit.errors import GradebookUnavailable, GradkitError
from gradkit.gradebook.database_errors import PATIENCE, trouble
from gradkit.gradebook.reading import require_driver, with_patience
from gradkit.gradebook.settings import nbgrader_url
from gradkit.messages import message

_LOCK = 0x6772_6164_6B69_7400  # what runs of gradkit lock in a server's database: "gradkit" in ASCII
_NOBODYS = {"default_course", ""}  # courses that nbgrader adds where it is given none


def database_url(course: Course, patience: float = PATIENCE) -> URL:
    """The gradebook's URL.

    Args:
        course: the course.
        patience: seconds to wait while another program writes.

    Raises:
        GradebookUnavailable: it is on a server, and the driver is not installed.
    """
    if course.server is None:
        return URL.create("sqlite", database=str(course.gradebook), query={"timeout": str(patience)})
    require_driver()
    url = make_url(nbgrader_url(course))
    return url.update_query_dict(with_patience(url.query, patience))


def ensure_database(course: Course, patience: float = PATIENCE) -> None:
    """Create an empty gradebook if there is none.

    nbgrader would do so through an ``alembic`` command on ``PATH``, which need not be there.

    Raises:
        GradebookUnavailable: it cannot be created, or the server's database is not this course's.
    """
    if course.server is None and course.gradebook.exists() and course.gradebook.stat().st_size > 0:
        return
    with errors_in_words(course.gradebook_place), begun(database_url(course, patience)) as connection:
        if course.server is None:
            create_tables(connection)
        elif not _is_ours(connection, course):
            lock(connection)
            if not version(connection):
                create_tables(connection)
            connection.execute(text("INSERT INTO course (id) VALUES (:id) ON CONFLICT DO NOTHING"), {"id": course.id})


def create_tables(connection: Connection) -> None:
    """Create what nbgrader's tables lack, in the connection's transaction."""
    Base.metadata.create_all(connection)
    connection.exec_driver_sql("CREATE TABLE IF NOT EXISTS alembic_version (version_num VARCHAR(32) NOT NULL)")
    connection.exec_driver_sql("DELETE FROM alembic_version")
    connection.execute(text("INSERT INTO alembic_version (version_num) VALUES (:head)"), {"head": head()})


def head() -> str:
    """The newest version of nbgrader's tables."""
    version = _migrations().get_current_head()
    assert version is not None  # noqa: S101 - nbgrader has one line of migrations
    return version


def version(connection: Connection) -> str:
    """The version of a database's tables; "" if it is empty.

    Raises:
        GradebookUnavailable: it has tables, but they are not nbgrader's.
    """
    tables = set(inspect(connection).get_table_names())
    if not tables:
        return ""
    if "alembic_version" not in tables and Base.metadata.tables.keys() <= tables:
        return head()  # nbgrader makes its tables first, and notes their version seconds later
    found = None
    if "alembic_version" in tables:
        found = connection.scalar(text("SELECT version_num FROM alembic_version"))
    if found not in {script.revision for script in _migrations().walk_revisions()} or "assignment" not in tables:
        names = ", ".join(sorted(tables)[:4])
        raise GradebookUnavailable(
            message(
                "{place}: the database has tables that are not a gradebook of nbgrader's ({names}). Give "
                "each course an empty database of its own: `database` in course.toml.",
                place=place(connection),
                names=names,
            )
        )
    return str(found)


def place(connection: Connection) -> str:
    """Where a connection's database is, for people."""
    url = connection.engine.url
    if url.get_backend_name() == "sqlite":
        return str(url.database)
    return url.set(drivername="postgresql", query={}).render_as_string()


def check_owner(connection: Connection, course_id: str) -> None:
    """Check that a gradebook is not another course's.

    Raises:
        GradebookUnavailable: it is.
    """
    owners = set(connection.scalars(text("SELECT DISTINCT course_id FROM assignment"))) - _NOBODYS
    owners = owners or set(connection.scalars(text("SELECT id FROM course"))) - _NOBODYS
    if owners and course_id not in owners:
        raise GradebookUnavailable(
            message(
                '{place}: this is the gradebook of another course ("{owner}", and not "{course}"): `id` and '
                "`database` in course.toml do not belong together. Give each course an empty database of its "
                "own.",
                place=place(connection),
                owner=min(owners),
                course=course_id,
            )
        )


@contextmanager
def begun(url: URL) -> Iterator[Connection]:
    """A connection with one transaction, committed at the end or rolled back; in SQLite it locks the file."""
    engine = create_engine(url, poolclass=NullPool)
    try:
        with engine.begin() as connection:
            if engine.dialect.name == "sqlite":
                connection.exec_driver_sql("BEGIN IMMEDIATE")  # all tables or none
            yield connection
    finally:
        engine.dispose()


def lock(connection: Connection) -> None:
    """Wait for other runs that hold this lock on a server's database, and hold it until the transaction ends."""
    connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})


@contextmanager
def alone(course: Course, patience: float = PATIENCE) -> Iterator[None]:
    """Hold off other runs on a server's gradebook that would register assignments; a file has no other runs."""
    if course.server is None:
        yield
        return
    with errors_in_words(course.gradebook_place), begun(database_url(course, patience)) as connection:
        lock(connection)
        yield


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
    with errors_in_words(course.gradebook_place):
        gradebook = Gradebook(database_url(course, patience), course.id)
    try:
        if course.server is not None:
            _reconnect(gradebook)
        yield gradebook
    finally:
        gradebook.close()


@contextmanager
def errors_in_words(where: str) -> Iterator[None]:
    """Replace SQLAlchemy's errors by ones that say what to do.

    Args:
        where: the place of the database, as `Course.gradebook_place`.

    Raises:
        GradebookUnavailable: in place of SQLAlchemy's errors.
        GradkitError: in place of those that concern one submission's rows only.
    """
    try:
        yield
    except SQLAlchemyError as error:
        cause = error.orig if isinstance(error, DBAPIError) else error
        found = trouble(where, str(cause), type(cause).__name__)
        # A violated constraint or a value that does not fit concerns one submission's rows, not the whole gradebook.
        of_rows = isinstance(error, (DataError, IntegrityError))
        raise (GradkitError(found.message) if of_rows else found) from error


def _migrations() -> ScriptDirectory:
    settings = Config()
    settings.set_main_option("script_location", str(Path(nbgrader.__file__).parent / "alembic").replace("%", "%%"))
    return ScriptDirectory.from_config(settings)


def _is_ours(connection: Connection, course: Course) -> bool:
    """Whether a server's database is complete and this course's; False if it is empty or nobody's.

    Raises:
        GradebookUnavailable: it is something else.
    """
    if not version(connection):
        return False
    check_owner(connection, course.id)
    return connection.scalar(text("SELECT 1 FROM course WHERE id = :id"), {"id": course.id}) is not None


def _reconnect(gradebook: Gradebook) -> None:
    """Have a gradebook try its connection before each use: a server may end one that rests for the length of a run."""
    url = gradebook.engine.url
    gradebook.engine.dispose()
    gradebook.engine = create_engine(url, pool_pre_ping=True)
    gradebook.db.remove()
    gradebook.db.configure(bind=gradebook.engine)
