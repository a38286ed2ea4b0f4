"""The pages of a course in both languages: which file has which, and where its translations are."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from gradkit.course import Course
from gradkit.pages.rendering import Edition


def editions(course: Course, page: Path) -> Mapping[Path, Edition]:
    """The files of a page -> what is in them: ``page`` in the course's language, and beside it the other.

    A file that an earlier language of the course left is removed.
    """
    own, other = course.languages
    page.with_name(f"{page.stem}.{own}{page.suffix}").unlink(missing_ok=True)
    beside = course.in_language(page, other)
    locales = alone(course).locales
    return {page: Edition(own, beside.name, locales), beside: Edition(other, page.name, locales)}


def alone(course: Course) -> Edition:
    """A page in the course's language that has no other beside it."""
    return Edition(course.languages[0], None, {name: course.locale(name) for name in course.assignment_ids})
