"""What an assignment's folder may hold."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from gradkit.conditions.rules import ANNOUNCED
from gradkit.course import Course
from gradkit.errors import BuildError
from gradkit.release.source import read_source

Write = Callable[[dict[str, str | None]], Course]
HW = "hw9_scale"


def read(course: Course) -> set[str]:
    return set(read_source(course, course.assignment(HW)).copied)


def test_only_what_is_on_the_list_is_copied(write: Write) -> None:
    course = write({"<hw>/data/a.txt": "a", "<hw>/data/b.csv": "b", "<hw>/data/c.json": "{}", "<hw>/data/d.png": "d"})
    data = {"data/a.txt", "data/b.csv", "data/c.json", "data/d.png"}
    assert read(course) == data


def test_the_readme_ends_with_what_grading_does_not_allow_and_the_limits_of_the_course(write: Write) -> None:
    course = write({"course.toml": 'id = "tiny"\ntitle = "Tiny"\n\n[submission]\nfiles = 7\nsource_kilobytes = 33\n'})
    readme = read_source(course, course.assignment(HW)).readme
    assert readme.startswith("# Homework 9\n\nFill in `scale.py`.\n")
    assert all(f"- {rule}" in " ".join(readme.split()) for rule in ANNOUNCED)
    assert readme.endswith(
        "\nA submission may contain at most 7 files, 10 MiB each (a Python file: 33 KiB), 20 MiB in total.\n"
    )


@pytest.mark.parametrize(
    "name",
    [
        "mistakes.py",
        "test_scale.py",
        "scale.ipynb",
        "notes.txt",
        "data/run.py",
        "data/deep/a.txt",
        "data/b.CSV",
        ".env",
    ],
)
def test_anything_else_stops_the_build_by_name(name: str, write: Write) -> None:
    course = write({f"<hw>/{name}": "x"})
    with pytest.raises(BuildError, match=f"^assignments/{HW}/{name}: not an assignment file. Expected README.md"):
        read(course)


@pytest.mark.parametrize(
    "name",
    [
        "scale.py~",
        ".scale.py.swp",
        ".#scale.py",
        "#scale.py#",
        "scale.py.bak",
        "__pycache__/scale.cpython-311.pyc",
        ".ipynb_checkpoints/scale-checkpoint.ipynb",
        ".pytest_cache/README.md",
        "data/.DS_Store",
    ],
)
def test_what_editors_and_tools_leave_behind_is_passed_over(name: str, write: Write) -> None:
    assert read(write({f"<hw>/{name}": "x"})) == set()


@pytest.mark.parametrize("name", ["scale.py", "notebook.md", "test_public.py", "README.md"])
def test_a_missing_file_is_named(name: str, write: Write) -> None:
    course = write({f"<hw>/{name}": None})
    with pytest.raises(BuildError, match=f"^assignments/{HW}/{name}: no such file"):
        read(course)


def test_a_link_is_refused(write: Write) -> None:
    course = write({})
    (course.source(HW) / "data").mkdir()
    (course.source(HW) / "data" / "numbers.txt").symlink_to(course.hidden(HW) / "test_scale.py")
    with pytest.raises(BuildError, match=r"data/numbers\.txt: a symbolic link"):
        read(course)


def test_text_that_is_not_utf8_is_refused(write: Write) -> None:
    course = write({})
    (course.source(HW) / "scale.py").write_bytes(b"# caf\xe9\n")
    with pytest.raises(BuildError, match=f"^assignments/{HW}/scale.py: not UTF-8"):
        read(course)


def test_line_ends_and_byte_order_marks_do_not_matter(write: Write, original: Callable[[str], str]) -> None:
    text = original("scale.py")
    course = write({"<hw>/scale.py": "\ufeff" + text.replace("\n", "\r\n").rstrip()})
    assert read_source(course, course.assignment(HW)).module == text


def test_a_region_that_cuts_a_statement_is_refused(write: Write, original: Callable[[str], str]) -> None:
    text = original("scale.py").replace("        return self.slope", "        x = (\n        return self.slope")
    with pytest.raises(BuildError, match=f"^assignments/{HW}/scale.py, complete, line 2.: not valid Python"):
        read(write({"<hw>/scale.py": text}))


def test_a_region_that_would_stop_the_import_is_refused(write: Write, original: Callable[[str], str]) -> None:
    text = original("scale.py") + "\n    ### BEGIN SOLUTION Line: a height.\n    height = 3\n    ### END SOLUTION\n"
    with pytest.raises(BuildError, match=r"outside any function: its stub, raise NotImplementedError\('Line'\)"):
        read(write({"<hw>/scale.py": text}))


def test_a_question_without_a_region_is_named(write: Write, original: Callable[[str], str]) -> None:
    text = original("scale.py").replace("SOLUTION scale:", "SOLUTION Line:")
    with pytest.raises(BuildError, match='question "scale" has no solution region'):
        read(write({"<hw>/scale.py": text}))
