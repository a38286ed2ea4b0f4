"""Compare the grading environment with the one that the course promises students."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version

from packaging.requirements import Requirement

from gradkit.course import Course
from gradkit.errors import CourseError


def unlike_stated(course: Course) -> Iterator[str]:
    """The differences between this environment and ``[environment]`` in course.toml, one sentence each.

    Raises:
        CourseError: this Python is older than the stated one, so submissions written for that one might not load.
    """
    stated = tuple(map(int, course.environment.python.split(".")))
    here = sys.version_info[:2]
    if here < stated:
        raise CourseError(
            f"{course.root / 'course.toml'}: environment.python: students may write for Python "
            f"{course.environment.python}, but this is {here[0]}.{here[1]}. Grade with the stated version "
            f"(make PYTHON=python{course.environment.python}, in a new .venv), or state this one and publish again."
        )
    for line in course.environment.packages:
        package = Requirement(line)
        try:
            found = version(package.name)
        except PackageNotFoundError:
            yield f"course.toml tells students that {package.name} is installed, but it is not: pip install '{line}'"
            continue
        if not package.specifier.contains(found, prereleases=True):
            yield f"course.toml promises students {line}, but {package.name} {found} is installed."
