"""``gradkit extend``, ``excuse``, ``drop``, ``choose``, ``rename`` and ``merge``: decisions about a student.

``gradkit policy`` explains them.
"""

from __future__ import annotations

import json
from contextlib import nullcontext
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gradkit.cli.output import err, escape_controls, find_course, out
from gradkit.errors import UsageError
from gradkit.messages import message
from gradkit.term.runs import only_run

if TYPE_CHECKING:
    from gradkit.term.ledger import Kind

Student = Annotated[str | None, typer.Argument(help="The student's id.")]
HomeworkOfOne = Annotated[str | None, typer.Argument(help="The assignment.")]
Old = Annotated[str | None, typer.Argument(help="The id until now.")]
New = Annotated[str | None, typer.Argument(help="The id from now on.")]
Note = Annotated[str, typer.Option("--reason", help="Why; only `gradkit policy` shows it.")]
Csv = Annotated[Path | None, typer.Option("--csv", help="Decide for every row of this CSV file instead.")]
Reason = Annotated[str, typer.Option(help="Why; the student reads it.")]
Withdraw = Annotated[bool, typer.Option("--withdraw", help="Take back what was decided before.")]
CourseFolder = Annotated[Path | None, typer.Option(help="The course's folder.")]


def extend(
    student: Student = None,
    assignment: HomeworkOfOne = None,
    days: Annotated[str, typer.Option(metavar="N", help="Days after the due time.")] = "",
    until: Annotated[str, typer.Option(metavar="TIME", help="The new due time, as 2026-10-07T22:00.")] = "",
    reason: Reason = "",
    csv: Csv = None,
    withdraw: Withdraw = False,
    course: CourseFolder = None,
) -> None:
    """Extend a student's due time of one assignment; of several extensions the longest counts.

    The CSV file has the columns student, assignment, days or until, and reason.
    """
    _decide("extend", csv, course, withdraw, student, assignment, days=days, until=until, reason=reason)


def excuse(
    student: Student = None,
    assignment: HomeworkOfOne = None,
    reason: Reason = "",
    csv: Csv = None,
    withdraw: Withdraw = False,
    course: CourseFolder = None,
) -> None:
    """Excuse a student from one assignment: it does not count.

    The CSV file has the columns student, assignment and reason.
    """
    _decide("excuse", csv, course, withdraw, student, assignment, reason=reason)


def drop(
    student: Student = None,
    reason: Reason = "",
    csv: Csv = None,
    withdraw: Withdraw = False,
    course: CourseFolder = None,
) -> None:
    """Note that a student has left the course: nothing of theirs is filed, reported or exported, and all is kept.

    The CSV file has the columns student and reason.
    """
    _decide("drop", csv, course, withdraw, student, "", reason=reason)


def choose(
    student: Student = None,
    assignment: HomeworkOfOne = None,
    attempt: Annotated[str | None, typer.Argument(help="The hand-in's number in `gradkit policy`.")] = None,
    reason: Reason = "",
    csv: Csv = None,
    withdraw: Withdraw = False,
    course: CourseFolder = None,
) -> None:
    """Choose which of a student's hand-ins counts, in an assignment with counts = "active".

    The CSV file has the columns student, assignment, attempt and reason.
    """
    if csv is None and attempt is None and not withdraw:
        raise UsageError(message("Give the number of the hand-in: gradkit choose STUDENT ASSIGNMENT ATTEMPT."))
    _decide("choose", csv, course, withdraw, student, assignment, attempt=attempt or "", reason=reason)


def rename(
    old: Old = None,
    new: New = None,
    reason: Note = "",
    csv: Csv = None,
    withdraw: Withdraw = False,
    course: CourseFolder = None,
) -> None:
    """Give a student another id, everywhere; what arrives under the old one counts for the student.

    The CSV file has the columns student, to and reason.
    """
    _decide_id("rename", csv, course, old, new, reason, withdraw=withdraw)


def merge(
    old: Old = None,
    new: New = None,
    reason: Note = "",
    csv: Csv = None,
    course: CourseFolder = None,
) -> None:
    """Make one student of two ids of the same person: all hand-ins, marks and decisions are the second id's.

    It cannot be taken back. The CSV file has the columns student, to and reason.
    """
    _decide_id("merge", csv, course, old, new, reason)


def _decide_id(
    kind: Kind,
    csv: Path | None,
    course: Path | None,
    old: str | None,
    new: str | None,
    reason: str,
    *,
    withdraw: bool = False,
) -> None:
    if csv is None and new is None and not withdraw:
        find_course(course)  # what is missing first
        raise UsageError(message("Give both ids: gradkit {kind} OLD NEW.", kind=kind))
    _decide(kind, csv, course, withdraw, old, "", to=new or "", reason=reason)


def policy(
    student: Annotated[str, typer.Argument(help="The student's id.")],
    assignment: HomeworkOfOne = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print it as JSON.")] = False,
    course: CourseFolder = None,
) -> None:
    """Explain how a student's scores come about: due times, hand-ins, slip days, penalties."""
    from gradkit.classroom.standings import Standings
    from gradkit.ids import student_id
    from gradkit.term.in_words import explained, renamed
    from gradkit.text import points

    found = find_course(course)
    if assignment is not None:
        found.assignment(assignment)
    standings = Standings(found)
    name = standings.ledger.now(student_id(student))
    reckoned = {hw: one for hw, one in standings.of(name).items() if assignment in (None, hw)}
    sentences = {hw: explained(one, found.zone) for hw, one in reckoned.items()}
    if as_json:
        data = {hw: {"score": one.score, "explained": sentences[hw]} for hw, one in reckoned.items()}
        out.print_json(json.dumps(data))
        return
    for sentence in renamed(standings.ledger, name, found.zone):
        out.print(escape_controls(sentence), soft_wrap=True)
    if standings.ledger.drop(name) is not None:
        out.print(message("{student} has left the course: nothing counts.", student=name), soft_wrap=True)
    for hw, one in reckoned.items():
        line = message("{assignment}: no score", assignment=hw)
        if one.score is not None:
            score = points(one.score)
            line = message("{assignment}: {points} points after the late penalty", assignment=hw, points=score)
        out.print(escape_controls(line), soft_wrap=True)
        for sentence in sentences[hw]:
            out.print(f"  {escape_controls(sentence)}", soft_wrap=True)


def _decide(
    kind: Kind,
    csv: Path | None,
    folder: Path | None,
    withdraw: bool,
    student: str | None,
    assignment: str | None,
    **values: str,
) -> None:
    from gradkit.classroom.decisions import Asked, decide, from_csv

    course = find_course(folder)
    if csv is None:
        if student is None or assignment is None:
            words = {"drop": "STUDENT", "rename": "OLD NEW", "merge": "OLD NEW"}.get(kind, "STUDENT ASSIGNMENT")
            raise UsageError(message("Give {words}, or --csv FILE.", words=words))
        asked = [Asked(student, assignment, **values)]
    else:
        if student is not None or any(values.values()):
            raise UsageError(
                message("--csv FILE holds the students and all about them: give nothing else but --withdraw.")
            )
        asked = from_csv(csv, kind)
    moves_files = kind in ("rename", "merge")  # which a run that grades them must not see
    with only_run(course, partial(err.print, soft_wrap=True)) if moves_files else nullcontext():
        for line in decide(course, kind, asked, withdraw=withdraw):
            out.print(escape_controls(line), soft_wrap=True)
    err.print(
        message("Entered in term/ledger.jsonl. `gradkit grade` brings gradebook and pages up to date."), style="dim"
    )
