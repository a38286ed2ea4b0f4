"""The sections at the end of every homework's README: points, due time, and what is different when graded."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

from gradkit.conditions.rules import ANNOUNCED
from gradkit.course import Assignment, Course, total
from gradkit.messages import Message, message, translate
from gradkit.messages import sentences as one_after_the_other
from gradkit.term.in_words import announced
from gradkit.term.reckoning import rules_of
from gradkit.text import points

ENGLISH = "en"
_POINTS = message("Points and due time")
_DIFFERENT = message("What is different when graded")
_WARNS = message("`gradkit check` warns if your file breaks one of these rules.")


def complete_readme(text: str, course: Course, assignment: Assignment, language: str) -> str:
    """The README, followed by the sections that every homework of the course has at its end."""
    when = [_points(assignment), *announced(rules_of(course, assignment), course.late, course.zone)]
    rules = "\n".join(_lines([rule], language, indent="- ") for rule in ANNOUNCED)
    limits = [_lines([sentence], language) for sentence in (_WARNS, *_limits(course))]
    points_and_due, different = (translate(heading, language) for heading in (_POINTS, _DIFFERENT))
    sections = (f"## {points_and_due}", _lines(when, language), f"## {different}", rules, *limits)
    return "\n\n".join((text.rstrip("\n"), *sections)) + "\n"


def _lines(sentences: Sequence[str], language: str, indent: str = "") -> str:
    if language == ENGLISH:
        return textwrap.fill(" ".join(sentences), 120, initial_indent=indent, subsequent_indent=" " * len(indent))
    # On one line: a line break would be read as a space.
    return indent + translate(one_after_the_other(*sentences), language)


def _points(assignment: Assignment) -> Message:
    written = total(question.points for question in assignment.written)
    most = points(assignment.max_score)
    if written:
        return message(
            "There are {points} points, and {written} for the written questions.", points=most, written=points(written)
        )
    return message("There are {points} points.", points=most)


def _limits(course: Course) -> tuple[Message, Message]:
    limits = course.submission
    return (
        message(
            "It is graded with Python {version} and the packages in `requirements.txt`.",
            version=course.environment.python,
        ),
        message(
            "A submission may contain at most {files} files, {each} MiB each (a Python file: {source} KiB), "
            "{whole} MiB in total.",
            files=limits.files,
            each=f"{limits.file_megabytes:g}",
            source=limits.source_kilobytes,
            whole=f"{limits.megabytes:g}",
        ),
    )
