"""Make the class report from records, the gradebook's class list, the banks' sentences and the submissions."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from urllib.parse import quote

from gradkit.bank import read_bank
from gradkit.classroom.editions import editions
from gradkit.conditions.source_lines import text_of
from gradkit.course import Assignment, Course, total
from gradkit.errors import CourseError, GradkitError, SubmissionRefused, UsageError
from gradkit.gradebook.timestamps import read_time
from gradkit.gradebook.up_to_date import class_list, gone_students
from gradkit.grading.store import read_record, read_records
from gradkit.ids import composed
from gradkit.intake.submission import read_submission
from gradkit.messages import message, sentences
from gradkit.pages.class_report import class_page, similar_page
from gradkit.report import ClassReport, summarize
from gradkit.report.now import HandIn, Now, look_now
from gradkit.report.similarity import Pair, compare
from gradkit.report.tables import as_csv, as_json
from gradkit.temporary import advice_on, replacing, system_reason
from gradkit.term.attempts import counted, others
from gradkit.term.groups import read_groups
from gradkit.term.ledger import read_ledger
from gradkit.term.runs import last_run

PAGE = "report.html"
_EVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True)
class WrittenReport:
    """The result of writing a report.

    Attributes:
        report: the figures.
        page: the page that shows them.
        problems: what could not be read, one sentence each.
        left_out: students who have left the course; their records are not counted.
    """

    report: ClassReport
    page: Path
    problems: tuple[str, ...]
    left_out: tuple[str, ...] = ()


def make_report(course: Course, target: Path, *, bom: bool = False) -> WrittenReport:
    """Write the class report, its tables, and a page of similar submissions for each assignment with any.

    Args:
        course: the course, whose submissions have been graded.
        target: the folder to write to.
        bom: whether the tables begin with a byte order mark, by which Excel recognizes UTF-8.

    Raises:
        UsageError: nothing has been graded yet.
        GradkitError: the folder cannot be written, or the gradebook cannot be read.
    """

    def link(language: str, student: str, assignment_id: str) -> str | None:
        page = course.in_language(course.feedback_page(student, assignment_id), language)
        return _relative(page, target) if page.is_file() else None

    gone = gone_students(course)
    students = [student for student in class_list(course) if student not in gone]
    made, files = _report(
        course, target, course.results, course.submitted, students, link, gone, _totals(course), _hand_ins(course, gone)
    )
    _write(target, files, bom=bom)
    return made


def _hand_ins(course: Course, gone: Set[str]) -> list[list[HandIn]]:
    """All hand-ins, for each student and assignment oldest first."""
    folders = sorted({(path.parent.name, path.name) for path in course.submitted.glob("*/*/")})
    return [
        sorted(
            (
                HandIn(student, name, read_time(kept.folder), read_record(kept.record))
                for kept in (*others(course, student, name), counted(course, student, name))
            ),
            key=lambda each: each.time or _EVER,
        )
        for student, name in folders
        if student not in gone
    ]


def _totals(course: Course) -> Mapping[str, float] | None:
    """The gradebook's sum of each student, without excused assignments; None if no gradebook is in use."""
    from gradkit.gradebook.marks import read_marks

    ledger, scores, used = read_ledger(course), defaultdict[str, list[float]](list), False
    for name in course.assignment_ids:
        marks = read_marks(course, name)
        used = used or bool(marks)
        for student, mark in marks.items():
            if ledger.excuse(student, name) is None:
                scores[student].append(mark.score)
    return {student: total(found) for student, found in scores.items()} if used else None


def report_on(
    course: Course, target: Path, results: Path, submissions: Path | None, *, bom: bool = False
) -> WrittenReport:
    """As `make_report`, for a separate folder of records, without gradebook and feedback pages.

    Args:
        course: the course.
        target: the folder to write to.
        results: the records, ``<student>/<assignment>.json``.
        submissions: the submissions they were made from; None: no similar pairs.
        bom: as for `make_report`.
    """
    made, files = _report(course, target, results, submissions, (), lambda *_: None)
    _write(target, files, bom=bom)
    return made


def _report(
    course: Course,
    target: Path,
    results: Path,
    submitted: Path | None,
    students: Iterable[str],
    link: Callable[[str, str, str], str | None],
    gone: Set[str] = frozenset(),
    totals: Mapping[str, float] | None = None,
    hand_ins: Sequence[Sequence[HandIn]] | None = None,
) -> tuple[WrittenReport, Mapping[str, str]]:
    """The report, and its files by name."""
    every = list(read_records(results))
    records = [record for record in every if record.student not in gone]
    if not records:
        raise UsageError(message("There are no records in {folder}. Run `make grade` first.", folder=results))
    problems: list[str] = []
    groups = read_groups(course)
    sentences: dict[str, Mapping[str, str]] = {}
    sources: dict[str, Mapping[str, str]] = {}
    pairs: dict[str, Sequence[Pair]] = {}
    for name in sorted({record.assignment for record in records}):
        try:
            assignment = course.assignment(name)
            sentences[name] = _sentences(course, assignment)
        except (CourseError, UsageError) as error:
            problems.append(error.message)
            continue
        if submitted is not None:
            everybody = sorted(record.student for record in records if record.assignment == name)
            sources[name] = _sources(course, assignment, submitted, everybody)
            comparison = compare(sources[name], _given(course, assignment))
            pairs[name] = [pair for pair in comparison.pairs if not groups.together(pair.one, pair.other, name)]
            problems += [
                message(
                    "{assignment}: {student}'s {module} was not compared with the others: {why}.",
                    assignment=name,
                    student=student,
                    module=assignment.module,
                    why=why,
                )
                for student, why in comparison.left_out.items()
            ]
    excused = frozenset[tuple[str, str]]() if hand_ins is None else read_ledger(course).excused
    report = summarize(
        course.title, records, students, sentences=sentences, pairs=pairs, totals=totals, excused=excused
    )
    now = None if hand_ins is None else look_now(datetime.now(course.zone), hand_ins, sentences, last_run(course))
    files = {"report.json": as_json(report), **as_csv(report), **_pages(course, target, report, link, now, sources)}
    left_out = sorted({record.student for record in every} & gone)
    return WrittenReport(report, target / PAGE, tuple(problems), tuple(left_out)), files


def _pages(
    course: Course,
    target: Path,
    report: ClassReport,
    link: Callable[[str, str, str], str | None],
    now: Now | None,
    sources: Mapping[str, Mapping[str, str]],
) -> dict[str, str]:
    """The pages of a report in both languages, by their names in the folder."""
    shown = [assignment for assignment in report.assignments if assignment.pairs]
    names = {assignment.id: f"similar/{assignment.id}.html" for assignment in shown}
    pages = {}
    for page, edition in editions(course, target / PAGE).items():
        addresses = {
            name: course.in_language(Path(address), edition.language).as_posix() for name, address in names.items()
        }
        pages[page.name] = class_page(report, partial(link, edition.language), addresses, now, edition)
    for assignment in shown:
        stub = _given(course, course.assignment(assignment.id))[0]
        for page, edition in editions(course, target / names[assignment.id]).items():
            text = similar_page(assignment, course.title, sources[assignment.id], stub, edition)
            pages[page.relative_to(target).as_posix()] = text
    return pages


def _sentences(course: Course, assignment: Assignment) -> Mapping[str, str]:
    solution = (course.source(assignment.id) / assignment.module).read_bytes()
    bank = read_bank(course.hidden(assignment.id), assignment, solution)
    return {entry.id: entry.sentence for entry in bank.mistakes}


def _sources(course: Course, assignment: Assignment, submitted: Path, students: Iterable[str]) -> Mapping[str, str]:
    """Each student's module, if it can be read."""
    found = {}
    folders = {composed(path.name): path for path in sorted(submitted.iterdir())} if submitted.is_dir() else {}
    for student in students:
        try:
            folder = folders.get(student, submitted / student) / assignment.id
            source = read_submission(folder, student, assignment, course.submission).sources.get(assignment.module)
        except SubmissionRefused:
            continue  # its record reports it
        if source is not None:
            found[student] = text_of(source)  # does not fail: the submission would have been refused
    return found


def _given(course: Course, assignment: Assignment) -> list[str]:
    """The stub and the reference; "" for one that has not been built."""
    folders = (course.release(assignment.id), course.solution(assignment.id))
    paths = [folder / assignment.module for folder in folders]
    return [path.read_text(encoding="utf-8") if path.is_file() else "" for path in paths]


def _relative(page: Path, target: Path) -> str:
    return quote(Path(os.path.relpath(page, target)).as_posix())


def _write(target: Path, files: Mapping[str, str], *, bom: bool) -> None:
    try:
        for name, text in files.items():
            path = target / name
            path.parent.mkdir(parents=True, exist_ok=True)
            with replacing(path) as new:
                encoding = "utf-8-sig" if bom and name.endswith(".csv") else "utf-8"
                new.write_text(text, encoding=encoding, errors="replace")
        for old in (target / "similar").glob("*.html"):
            if f"similar/{old.name}" not in files:
                old.unlink()
    except OSError as error:
        advice = advice_on(error) or message("Check that the folder is writable.")
        failed = message("{path}: the report cannot be written ({error}).", path=target, error=system_reason(error))
        raise GradkitError(sentences(failed, advice)) from error
