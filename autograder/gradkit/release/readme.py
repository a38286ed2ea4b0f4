"""The sections at the end of every homework's README: points, due time, and what is different when graded."""

from __future__ import annotations

import textwrap

from gradkit.conditions.rules import ANNOUNCED
from gradkit.course import Assignment, Course, total
from gradkit.messages import message, translate
from gradkit.term.in_words import announced
from gradkit.term.reckoning import rules_of
from gradkit.text import points


def complete_readme(text: str, course: Course, assignment: Assignment, language: str) -> str:
    """The README, followed by the sections that every homework of the course has at its end."""

    def lines(*sentences: str, indent: str = "") -> str:
        whole = ("" if language == "zh" else " ").join(translate(sentence, language) for sentence in sentences)
        if language == "zh":  # a line break would be read as a space
            return indent + whole
        return textwrap.fill(whole, 120, initial_indent=indent, subsequent_indent=" " * len(indent))

    written = total(question.points for question in assignment.written)
    most = {"points": points(assignment.max_score), "written": points(written)}
    there_are = message(
        "There are {points} points, and {written} for the written questions."
        if written
        else "There are {points} points.",
        **most,
    )
    when = lines(there_are, *announced(rules_of(course, assignment), course.late, course.zone))
    rules = "\n".join(lines(rule, indent="- ") for rule in ANNOUNCED)
    limits = "\n\n".join(
        lines(sentence)
        for sentence in (
            "`gradkit check` warns if your file breaks one of these rules.",
            message(
                "It is graded with Python {version} and the packages in `requirements.txt`.",
                version=course.environment.python,
            ),
            message(
                "A submission may contain at most {files} files, {each} MiB each (a Python file: {source} KiB), "
                "{all} MiB in total.",
                files=course.submission.files,
                each=f"{course.submission.file_megabytes:g}",
                source=course.submission.source_kilobytes,
                all=f"{course.submission.megabytes:g}",
            ),
        )
    )
    points_and_due, different = (
        translate(heading, language) for heading in ("Points and due time", "What is different when graded")
    )
    return f"{text}\n## {points_and_due}\n\n{when}\n\n## {different}\n\n{rules}\n\n{limits}\n"
