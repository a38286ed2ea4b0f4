"""Whether the Python that grades is the one that the course states."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version

from packaging.requirements import Requirement

from gradkit.course import Course
from gradkit.errors import CourseError


def unlike_stated(course: Course) -> Iterator[str]:
    """What is otherwise here than ``[environment]`` in course.toml tells students, one sentence each.

    Raises:
        CourseError: this Python is older than the stated one, so that what students were told they may write would not
            load.
    """
    stated = tuple(map(int, course.environment.python.split(".")))
    here = sys.version_info[:2]
    if here < stated:
        raise CourseError(
            f"{course.root / 'course.toml'}: environment.python: students may write for Python "
            f"{course.environment.python}, and this is {here[0]}.{here[1]}. Grade with the stated one "
            f"(make PYTHON=python{course.environment.python}, in a new .venv), or state this one and publish anew."
        )
    for line in course.environment.packages:
        package = Requirement(line)
        try:
            found = version(package.name)
        except PackageNotFoundError:
            yield f"course.toml tells students that {package.name} is installed, and it is not: pip install '{line}'"
            continue
        if not package.specifier.contains(found, prereleases=True):
            yield f"course.toml tells students of {line}, and {package.name} {found} is installed."
