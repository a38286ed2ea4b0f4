"""Feedback for students who do not use the exchange: a zip file for their platform, or a message for each.

Sources: Moodle's ``assignfeedback_file_zip_importer`` (a folder ``<name>_<number>_assignsubmission_file_``, as in its
download); Canvas's re-upload of submissions (``<name>_<number>_<attachment>_<file>``, as in its download).
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Mapping
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

from gradkit.collect.collected import read_note
from gradkit.course import Course
from gradkit.course.roster import Person
from gradkit.errors import GradkitError, UsageError
from gradkit.gradebook.up_to_date import gone_students
from gradkit.messages import message, sentences, translate
from gradkit.temporary import advice_on, replacing, system_reason
from gradkit.term.ledger import read_ledger
from gradkit.text import without_language_link

_FILE = "feedback.html"
# What of an upload's name says whose it is, and what is added to it.
_PLATFORMS = {
    "moodle": (re.compile(r'"?(.+?_\d+_assignsubmission_file)'), f"{{}}_/{_FILE}"),
    "canvas": (re.compile(r'"?(.+?_(?:LATE_)?\d+_\d+)_'), f"{{}}_{_FILE}"),
}
_EPOCH = (1980, 1, 1, 0, 0, 0)  # the same pages make the same file


def pack(course: Course, assignment: str, platform: str, target: Path) -> list[str]:
    """Pack an assignment's feedback pages for a platform's upload of feedback files.

    Args:
        course: the course.
        assignment: the assignment, whose pages are made.
        platform: "moodle" or "canvas".
        target: the zip file to write.

    Returns:
        The students with a page whose work did not come from this platform: they are not in it.

    Raises:
        UsageError: there is no such platform, or nobody's work came from it.
        GradkitError: the file cannot be written.
    """
    if platform not in _PLATFORMS:
        raise UsageError(message('--zip "{platform}": expected moodle or canvas.', platform=platform))
    expression, form = _PLATFORMS[platform]
    packed, left_out, ledger = dict[str, Path](), [], read_ledger(course)
    for student, page in _pages(course, assignment).items():
        uploads = [str(read_note(course, each, assignment).get("upload", "")) for each in ledger.ids(student)]
        found = [match[1] for upload in uploads if (match := expression.match(upload))]
        packed |= {form.format(name): page for name in found}
        if not found:
            left_out.append(student)
    if not packed:
        raise UsageError(
            message(
                "{assignment}: no work with a page was collected from a download of {platform}.",
                assignment=assignment,
                platform=platform.title(),
            )
        )
    try:
        with replacing(target) as new, zipfile.ZipFile(new, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, page in sorted(packed.items()):
                archive.writestr(zipfile.ZipInfo(name, _EPOCH), _alone(page).encode(), zipfile.ZIP_DEFLATED)
    except OSError as error:
        raise _not_written(target, error) from error
    return left_out


def write_messages(course: Course, assignment: str, people: Mapping[str, Person], folder: Path) -> list[str]:
    """Write a message with the page for each student, ``<student>.eml``; nothing is sent.

    Args:
        course: the course.
        assignment: the assignment, whose pages are made.
        people: the roster, with addresses.
        folder: the folder to write to.

    Returns:
        The students with a page but without an address.

    Raises:
        GradkitError: a message cannot be written.
    """
    without: list[str] = []
    subject, body = _words(course, assignment)
    for student, page in _pages(course, assignment).items():
        person = people.get(student)
        if person is None or not person.email:
            without.append(student)
            continue
        mail = EmailMessage(SMTP)
        mail["To"], mail["Subject"] = person.email, subject
        mail["X-Unsent"] = "1"  # a mail program opens it as a draft
        mail.set_content(f"{body}\n")
        mail.add_attachment(_alone(page), subtype="html", filename=_FILE)
        try:
            with replacing(folder / f"{student}.eml") as new:
                new.write_bytes(mail.as_bytes())
        except OSError as error:
            raise _not_written(folder, error) from error
    return without


def _words(course: Course, assignment: str) -> tuple[str, str]:
    """A message's subject and text in the course's language."""
    language, locale = course.languages[0], course.locale(assignment)
    title = translate(course.assignment(assignment).title, language, locale)
    texts = (
        message("{course}: feedback on {title}", course=course.title, title=title),
        message("Your feedback on {title} is attached. Open it in a browser.", title=title),
    )
    return translate(texts[0], language), translate(texts[1], language)


def _alone(page: Path) -> str:
    """The page in the course's language: the one in the other is not beside it where a student opens it."""
    return without_language_link(page.read_text(encoding="utf-8"))


def _not_written(path: Path, error: OSError) -> GradkitError:
    failed = message("{path}: cannot be written ({error}).", path=path, error=system_reason(error))
    return GradkitError(sentences(failed, advice_on(error) or message("Make it writable.")))


def _pages(course: Course, assignment: str) -> dict[str, Path]:
    """The feedback page of each student of the course who has one."""
    gone, pages = gone_students(course), sorted(course.feedback.glob(f"*/{assignment}.html"))
    return {page.parent.name: page for page in pages if page.parent.name not in gone}
