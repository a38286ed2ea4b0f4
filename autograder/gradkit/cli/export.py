"""``gradkit export``: grades for Canvas, Moodle and others, and autograders for Gradescope."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gradkit.cli.output import check_file, complain, find_course, out, require_current, short_path
from gradkit.errors import UsageError
from gradkit.messages import Message, message, plural

if TYPE_CHECKING:
    from gradkit.classroom.exporting import CourseGrades
    from gradkit.course import Course
    from gradkit.course.roster import Person
    from gradkit.csv_tables import Table
    from gradkit.export.grades import ExportSummary

app = typer.Typer(
    help="Write grades for another system, or an autograder for Gradescope.",
    no_args_is_help=True,
    rich_markup_mode=None,
    add_completion=False,
)

_One = Annotated[str, typer.Argument(metavar="ASSIGNMENT", help="The assignment's id.")]
_Some = Annotated[list[str] | None, typer.Argument(metavar="ASSIGNMENTS", help="Assignments; all by default.")]
_Output = Annotated[Path, typer.Option("--output", help="The file to write.")]
_Into = Annotated[Path | None, typer.Option("--into", help="The file exported by the other system, to be filled in.")]
_Roster = Annotated[Path | None, typer.Option("--roster", help="Who is who: a CSV file; see docs/reference.md.")]
_Match = Annotated[
    str | None,
    typer.Option("--match", help="The column that identifies students; by default the one that matches most."),
]
_Stale = Annotated[bool, typer.Option("--stale", help="Also write grades that are out of date.")]
_Results = Annotated[
    Path | None, typer.Option("--results", help="Use the records in this folder, without the gradebook.")
]
_Bom = Annotated[bool, typer.Option("--bom", help="Begin the CSV with a byte order mark, so that Excel reads UTF-8.")]
_Json = Annotated[bool, typer.Option("--json", help="Print what was written and what was not as JSON.")]
_Course = Annotated[Path | None, typer.Option("--course", help="The course's folder.")]


@app.command("canvas")
def canvas(
    output: _Output,
    assignments: _Some = None,
    into: _Into = None,
    roster: _Roster = None,
    number: Annotated[
        str | None, typer.Option("--assignment-id", help="Canvas's id of the assignment, if there is only one.")
    ] = None,
    match: _Match = None,
    results: _Results = None,
    stale: _Stale = False,
    bom: _Bom = False,
    as_json: _Json = False,
    course: _Course = None,
) -> None:
    """Canvas's gradebook CSV."""
    from gradkit.export.canvas import fill, new_table

    if number is not None and (len(assignments or ()) != 1 or not number.isdecimal()):
        raise UsageError(
            message("--assignment-id N is Canvas's id of one assignment: name that assignment, and give a number.")
        )
    found = _having(course, assignments or ())
    people = _people(found, roster)
    table = _table(into, people) or new_table(people)
    counted = _counted(found, assignments or (), results, stale=stale)
    excused = [(student, found.assignment(name).title) for student, name in counted.excused]
    outcome = fill(table, counted.grades, people, number, match, excused)
    _finish(table.text(), outcome, counted, output, as_json, bom=bom)


@app.command("moodle")
def moodle(
    assignment: _One,
    output: _Output,
    into: _Into = None,
    roster: _Roster = None,
    match: _Match = None,
    results: _Results = None,
    stale: _Stale = False,
    bom: _Bom = False,
    as_json: _Json = False,
    course: _Course = None,
) -> None:
    """Moodle's offline grading worksheet of one assignment."""
    from gradkit.export.moodle import fill_worksheet, new_worksheet

    found = _having(course, [assignment])
    people = _people(found, roster)
    given = _table(into, people)
    counted = _counted(found, [assignment], results, stale=stale)
    most = max((grade.max_score for grade in counted.grades), default=found.assignment(assignment).max_score)
    table = given or new_worksheet(people, most)
    outcome = fill_worksheet(table, counted.grades, people, match)
    _finish(table.text(), outcome, counted, output, as_json, bom=bom)


@app.command("moodle-csv")
def moodle_csv(
    output: _Output,
    assignments: _Some = None,
    roster: _Roster = None,
    results: _Results = None,
    stale: _Stale = False,
    bom: _Bom = False,
    as_json: _Json = False,
    course: _Course = None,
) -> None:
    """A CSV file for Moodle's grade import."""
    from gradkit.export.moodle import import_table

    found = _having(course, assignments or ())
    people = _people(found, roster)
    counted = _counted(found, assignments or (), results, stale=stale)
    table, outcome = import_table(counted.grades, people)
    _finish(table.text(), outcome, counted, output, as_json, bom=bom)


@app.command("classroom50")
def classroom50(
    output: _Output,
    into: Annotated[Path, typer.Option("--into", help="The classroom's scores.json as it is now.")],
    roster: Annotated[Path, typer.Option("--roster", help="Who is who: a CSV file with student and github.")],
    classroom: Annotated[str, typer.Option("--classroom", help="The classroom's short name.")],
    assignments: _Some = None,
    results: _Results = None,
    stale: _Stale = False,
    as_json: _Json = False,
    course: _Course = None,
) -> None:
    """Classroom 50's scores.json, with each sum of points as an override. Treat the file as public.

    It has no question, test or comment. You put it into the configuration repository yourself: everybody who can read
    that repository sees the points, which include those of the hidden tests.
    """
    from datetime import UTC, datetime

    from gradkit.export.classroom50_scores import fill_scores

    found = _having(course, assignments or ())
    people = _people(found, roster)
    try:
        scores = json.loads(into.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise UsageError(
            message(
                "{path}: cannot be read as JSON ({error}). Give the classroom's scores.json.", path=into, error=error
            )
        ) from error
    counted = _counted(found, assignments or (), results, stale=stale)
    outcome = fill_scores(scores, counted.grades, people, classroom, datetime.now(UTC))
    _finish(json.dumps(scores, indent=2, ensure_ascii=False) + "\n", outcome, counted, output, as_json)


@app.command("nbgrader")
def nbgrader(output: _Output, stale: _Stale = False, bom: _Bom = False, course: _Course = None) -> None:
    """The CSV of ``nbgrader export``, with no cell that a spreadsheet would run."""
    from gradkit.csv_tables import write_text
    from gradkit.gradebook.marks import export_csv

    found = find_course(course)
    require_current(found, stale=stale)
    write_text(output, export_csv(found), bom=bom)
    out.print(message("written: {path}", path=short_path(output)), soft_wrap=True)


@app.command("gradescope-results")
def gradescope_results(
    record: Annotated[Path, typer.Option("--record", help="The record of one submission.")],
    output: _Output,
) -> None:
    """One record as Gradescope's results.json, without what only instructors may see."""
    from gradkit.csv_tables import write_text
    from gradkit.export.gradescope import results_json
    from gradkit.grading.store import read_record

    found = read_record(record)
    if found is None:
        raise UsageError(
            message("{path}: not a record of this version. Make one with `gradkit grade --submission`.", path=record)
        )
    write_text(output, results_json(found))


@app.command("gradescope")
def gradescope(assignment: _One, output: _Output, course: _Course = None) -> None:
    """An autograder for Gradescope: a zip file with engine, suite and scripts. Do not give it to students."""
    from gradkit.release.gradescope_zip import autograder_zip
    from gradkit.temporary import replacing

    check_file("--output", output)
    found = find_course(course)
    data = autograder_zip(found, found.assignment(assignment))
    with replacing(output) as new:
        new.write_bytes(data)
    out.print(
        message(
            "written: {path}. It contains the hidden suite: upload it, and do not give it to students.",
            path=short_path(output),
        ),
        soft_wrap=True,
    )


def _having(folder: Path | None, assignments: Sequence[str]) -> Course:
    """The course, checked to have these assignments."""
    found = find_course(folder)
    for assignment in assignments:
        found.assignment(assignment)
    return found


def _counted(course: Course, assignments: Sequence[str], results: Path | None, *, stale: bool) -> CourseGrades:
    """The current grades, checked to be up to date; a folder of records is not checked."""
    from gradkit.classroom.exporting import course_grades

    require_current(course, assignments, stale=stale or results is not None)
    return course_grades(course, assignments, results)


def _people(course: Course, roster: Path | None) -> dict[str, Person]:
    from gradkit.classroom.renaming import people

    return {} if roster is None else people(course, roster)


def _table(into: Path | None, people: dict[str, Person]) -> Table | None:
    from gradkit.csv_tables import read_table

    if into is None and not people:
        raise UsageError(
            message("Give --into FILE, the file exported by the other system, or --roster FILE to make a new one.")
        )
    return None if into is None else read_table(into)


def _finish(
    text: str, outcome: ExportSummary, counted: CourseGrades, output: Path, as_json: bool, *, bom: bool = False
) -> None:
    """Write the file, and beside it the grades without a matching row."""
    from dataclasses import asdict, replace

    from gradkit.csv_tables import write_text

    outcome = replace(outcome, left_out=counted.left_out)
    if not outcome.marked:
        outcome = replace(outcome, excused=tuple(student for student, _ in counted.excused))
    write_text(output, text, bom=bom)
    lost = output.with_name(f"{output.stem}.unmatched.csv")
    if outcome.unmatched:
        write_text(lost, outcome.unmatched_csv(), bom=bom)
    else:
        lost.unlink(missing_ok=True)  # an earlier export's
    if as_json:
        out.print_json(json.dumps(asdict(outcome)))
    else:
        out.print(_written(outcome, output), soft_wrap=True)
    for line in outcome.in_words():
        complain(line)
    if outcome.unmatched:
        complain(message("Their grades are in {path}. Give --roster FILE to say who is who.", path=short_path(lost)))
    raise typer.Exit(1 if outcome.unmatched or outcome.refused else 0)


def _written(outcome: ExportSummary, output: Path) -> Message:
    path = short_path(output)
    if outcome.matched_by:
        return plural(
            "{n} grade written: {path} (rows matched by {column})",
            "{n} grades written: {path} (rows matched by {column})",
            outcome.written,
            path=path,
            column=outcome.matched_by,
        )
    return plural("{n} grade written: {path}", "{n} grades written: {path}", outcome.written, path=path)
