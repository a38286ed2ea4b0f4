"""What `database` may be, and that a password in it is refused and not repeated."""

from __future__ import annotations

import pytest

from gradkit.course import Course, load_course
from gradkit.course.server_url import check_server_url, without_parameters
from gradkit.errors import CourseError

GOOD = [
    "postgresql://ada@db.example.org/course",
    "postgresql://ada@db.example.org:5433/course?sslmode=verify-full&sslrootcert=/etc/ssl/ca.pem",
    "postgresql:///course?host=/run/postgresql",
    "postgresql://[::1]:5432/course",
    "postgresql:///?service=course",
    "postgresql://ada@db/course?passfile=/home/ada/.pgpass",
]
WRONG = [
    *("", "grades.db", "/srv/gradebook.db", "sqlite:///gradebook.db", "mysql://db/course", "postgres://ada@db/course"),
    *("postgresql://db", "postgresql:course", "postgresql://db:five/course", "postgresql://ada@db/course?sslmode"),
    *("POSTGRESQL://db/course", "postgresql+psycopg2://db/course", "postgresql://db/a course", 3, None, ["a.db"]),
]
WITH_PASSWORD = [
    "postgresql://ada:hush@db/course",
    "postgresql://ada@db/course?password=hush",
    "postgresql://ada@db/course?pass%77ord=hush",
    "postgresql://ada@db/course?sslpassword=hush",
    "postgresql://ada:/hush@db/course",
    "postgresql://ada:5/hush@db/course",
    "postgresql://ada:5?hush@db/course",
    "postgresql://ada:#hush@db/course",
    "postgresql://ada:hu sh@db/course",
    "mysql://ada:hush@db/course",
    "host=db user=ada password=hush dbname=course",
    ["postgresql://ada:hush@db/course"],
]


@pytest.mark.parametrize("url", GOOD)
def test_what_libpq_connects_with_is_taken_as_it_is(url: str) -> None:
    assert check_server_url(url, "a URL") == url
    assert "?" not in without_parameters(url)


@pytest.mark.parametrize("value", WRONG)
def test_what_is_not_a_servers_url_is_refused_with_what_is_expected(value: object) -> None:
    with pytest.raises(ValueError, match="expected a URL, found "):
        check_server_url(value, "a URL")


@pytest.mark.parametrize("value", WITH_PASSWORD)
def test_a_password_is_refused_and_not_repeated(value: object) -> None:
    with pytest.raises(ValueError, match=r"password|not text") as refused:
        check_server_url(value, "a URL")
    assert "hu" not in str(refused.value).replace("found", "")


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ('"mysql://db/course"', r'expected "gradebook.db" or a URL such as ".*", found "mysql://db/course"\.'),
        ('"/srv/grades.db"', r'expected "gradebook.db" or a URL such as ".*", found "/srv/grades.db"\.'),
        ('""', r'expected .*, found ""\.'),
        ('"postgresql://ada:hush@db/course"', r"a URL must not contain a password.*~/\.pgpass.*PGPASSWORD"),
    ],
)
def test_one_sentence_names_file_key_and_value(course: Course, value: str, words: str) -> None:
    path = course.root / "course.toml"
    path.write_text(f"database = {value}\n{path.read_text()}")
    with pytest.raises(CourseError, match=rf"course\.toml: database: {words}") as refused:
        load_course(course.root)
    assert "hush" not in str(refused.value)


def test_the_file_is_the_default_and_may_be_named(course: Course) -> None:
    assert course.server is None
    assert course.gradebook_place == str(course.root / "gradebook.db")
    path = course.root / "course.toml"
    path.write_text(f'database = "gradebook.db"\n{path.read_text()}')
    assert load_course(course.root).server is None
    path.write_text(path.read_text().replace("gradebook.db", "postgresql://ada@db/course?sslmode=require"))
    assert load_course(course.root).gradebook_place == "postgresql://ada@db/course"
