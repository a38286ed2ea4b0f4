"""``autograded/<student>/<assignment>/``: the notebook that formgrader and ``generate_feedback`` show.

It has the student's answers, the released notebook's metadata (``notebooks``), and check-cell outputs made from the
record, from which nbgrader's own ``determine_grade`` reads the record's score. A record in words is plain text in the
course's language: the tests' titles, points, messages and hints; never their names, nor what the student's code
printed, which could hold a hidden test's inputs.
"""

from __future__ import annotations

import json
import re
import secrets
import shutil
import textwrap
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nbformat import from_dict

# nbgrader has annotations but does not declare them (no py.typed).
from nbgrader.utils import compute_checksum, determine_grade, is_grade, is_solution  # type: ignore[import-untyped]

from gradkit.check.cells import Cell, claimed, make_cell
from gradkit.course import Assignment, Course
from gradkit.errors import GraderFault, SubmissionRefused
from gradkit.gradebook.notebooks import (
    as_handed_out,
    assemble,
    merge,
    other_notebooks,
    read_released,
    read_submitted,
)
from gradkit.gradebook.timestamps import format_time, parse_time
from gradkit.grading.record import QuestionResult, Record, TestResult, first_told
from gradkit.intake.files import copy_untrusted
from gradkit.intake.policy import TIME_FILE, bytes_allowed
from gradkit.intake.submission import work_folder
from gradkit.messages import message, translate
from gradkit.text import columns, points, strip_controls, wrap

# Files that formgrader may serve beside the notebook. HTML and SVG are not among them: they could run scripts.
_SHOWN = frozenset({".py", ".txt", ".md", ".csv", ".json", ".png", ".jpg", ".jpeg", ".gif", ".pdf"})
_SECRET_FILE = "submission_secret.txt"  # noqa: S105 - nbgrader's name for it; it only names a feedback page
_SECRET = re.compile(r"[0-9a-f]{32,128}")
_WIDTH = 88
_INDENT = "        "
_ABOUT = message("# About the whole submission")


@dataclass(frozen=True)
class Graded:
    """The contents of a filled notebook, for the gradebook.

    Attributes:
        notebook: the notebook itself.
        scores: each graded cell's score as nbgrader's ``determine_grade`` reads it; None: to be graded by hand.
        unanswered: answers left as released.
        changed: answers that differ from the previous autograded notebook's.
    """

    notebook: Mapping[str, Any]
    scores: Mapping[str, float | None]
    unanswered: frozenset[str]
    changed: frozenset[str] = frozenset()


def fill_notebook(course: Course, assignment: Assignment, record: Record, submitted: Path) -> Graded:
    """Make the notebook of one graded submission.

    Args:
        course: the course.
        assignment: the assignment; its released notebook must exist.
        record: a record whose status is "graded".
        submitted: the student's folder.

    Raises:
        BuildError: the released notebook is missing.
        GraderFault: record and released notebook disagree.
    """
    released = read_released(course.release(assignment.id) / assignment.notebook)
    path = work_folder(submitted) / assignment.notebook
    others = other_notebooks(path)
    translated = _translator(course, assignment)
    try:
        cells = read_submitted(path, bytes_allowed(course.submission.file_megabytes))
        notebook = merge(cells, released, others, translated)
    except SubmissionRefused as reason:
        notebook = as_handed_out(
            released, translated(reason.message), waits=path.exists() or bool(others), translated=translated
        )
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code" and cell["metadata"].get("nbgrader", {}).get("grade"):
            _fill(cell, record, translated)
    words = submission_in_words(record, translated)
    if words:
        about = make_cell("code", translated(_ABOUT))
        about["outputs"] = [_text_output("display_data", words)]
        notebook = assemble([about, *notebook["cells"]], released)
    return _read_back(notebook, record, _answers(course.autograded / record.student / assignment.id, assignment))


def write_autograded(
    course: Course, assignment: Assignment, record: Record, submitted: Path, notebook: Mapping[str, Any], target: Path
) -> None:
    """Write the notebook, its timestamp and the student's other files to ``target``, which must not exist."""
    try:
        copy_untrusted(submitted, target, course.submission)
    except SubmissionRefused:  # graded all the same; the notebook is shown without the other files
        shutil.rmtree(target, ignore_errors=True)
        target.mkdir(parents=True, exist_ok=True)
    for path in sorted(target.rglob("*")):
        if path.is_file() and path.suffix.lower() not in _SHOWN:
            path.unlink()
    text = json.dumps(notebook, ensure_ascii=False, indent=1, sort_keys=True)
    (target / assignment.notebook).write_text(text + "\n", encoding="utf-8")
    time = parse_time(record.submitted or "")
    # release_feedback stops for the whole class where a timestamp is missing; it accepts an empty one.
    (target / TIME_FILE).write_text(format_time(time) if time else "", encoding="utf-8")
    secret = target / _SECRET_FILE
    if not secret.is_file() or not _SECRET.fullmatch(secret.read_text(encoding="utf-8", errors="replace").strip()):
        secret.write_text(secrets.token_hex(64), encoding="utf-8")
    for path in target.rglob("*"):
        path.chmod(0o755 if path.is_dir() else 0o444)
    target.chmod(0o755)


def _translator(course: Course, assignment: Assignment) -> Callable[[str], str]:
    """What translates into the language of the course's pages."""
    language, locale = course.languages[0], course.locale(assignment.id)
    return lambda text: translate(text, language, locale)


def _fill(cell: Cell, record: Record, translated: Callable[[str], str]) -> None:
    """Put a question's messages and score into its check cell's outputs."""
    name = claimed(cell)
    question = next((question for question in record.questions if question.id == name), None)
    maximum = float(cell["metadata"]["nbgrader"]["points"])
    if question is None or question.max_score != maximum or not 0.0 <= question.score <= maximum:
        found = message("none") if question is None else points(question.max_score)
        if question is not None and question.max_score == maximum:
            found = message("a score of {points}", points=points(question.score))
        raise GraderFault(
            message(
                "the released notebook gives {points} points for {name}, the record {found}. Run `make "
                "release`, then `make grade`.",
                points=points(maximum),
                name=name,
                found=found,
            )
        )
    score = _text_output("execute_result", repr(float(question.score)))
    cell["outputs"] = [
        _text_output("display_data", question_in_words(record, name, translated)),
        {**score, "execution_count": None},
    ]


def _text_output(kind: str, text: str) -> dict[str, Any]:
    return {"output_type": kind, "data": {"text/plain": text}, "metadata": {}}


def _read_back(notebook: dict[str, Any], record: Record, before: Mapping[str, str]) -> Graded:
    """Read the scores as nbgrader does, and check them against the record."""
    cells = [from_dict(cell) for cell in notebook["cells"]]  # type: ignore[no-untyped-call]  # nbformat declares no types
    graded = [cell for cell in cells if is_grade(cell)]
    scores = {claimed(cell): determine_grade(cell)[0] for cell in graded}
    for question in record.questions:
        if scores.get(question.id) != question.score:
            raise GraderFault(
                message(
                    "the record gives {score} for {id}, but nbgrader reads {found} from the notebook. Run `make "
                    "release`, then `make grade`.",
                    score=f"{question.score!r}",
                    id=question.id,
                    found=f"{scores.get(question.id)!r}",
                )
            )
    answers = {claimed(cell): cell for cell in graded if is_solution(cell)}
    unanswered = {name for name, cell in answers.items() if compute_checksum(cell) == cell.metadata.nbgrader.checksum}
    changed = {name for name, cell in answers.items() if name in before and cell.source != before[name]}
    return Graded(notebook, scores, frozenset(unanswered), frozenset(changed))


def _answers(folder: Path, assignment: Assignment) -> dict[str, str]:
    """The answers in the previous autograded notebook."""
    try:
        cells = json.loads((folder / assignment.notebook).read_text(encoding="utf-8"))["cells"]
        return {claimed(cell): cell["source"] for cell in cells if claimed(cell)}
    except (OSError, ValueError, KeyError, TypeError):
        return {}


def question_in_words(record: Record, question: str, translated: Callable[[str], str] = str) -> str:
    """The hidden tests' results for one question.

    Args:
        record: the record.
        question: the question's id.
        translated: what translates a text.
    """
    scored = next((scored_question for scored_question in record.questions if scored_question.id == question), None)
    lines = []
    if scored is not None:
        lines.append(translated(message("{question}: {score} of {most} points", question=question, **_points(scored))))
    for test, earlier in zip(record.tests, first_told(record.tests), strict=True):
        if test.question == question:
            lines += ["", *_test_lines(test, None if earlier is None else record.tests[earlier], translated)]
    return "\n".join(lines) + "\n"


def submission_in_words(record: Record, translated: Callable[[str], str] = str) -> str:
    """The remarks on the whole submission, translated by ``translated``; "" if there are none."""
    lines = [strip_controls(translated(record.output)).strip()] if record.output.strip() else []
    sentences = (strip_controls(translated(sentence)).strip() for sentence in (*record.problems, *record.notes))
    lines += [f"- {text}" for text in sentences if text and text not in lines]
    return "\n".join(lines) + "\n" if lines else ""


def _points(scored: TestResult | QuestionResult) -> dict[str, str]:
    return {"score": points(scored.score), "most": points(scored.max_score)}


def _test_lines(test: TestResult, told: TestResult | None, translated: Callable[[str], str]) -> list[str]:
    mark = message("passed") if test.passed else message("failed")
    of = message("[{score} of {most}]", **_points(test))
    lines = _fitted(f"{translated(mark)}  {_title(test, translated)}  {translated(of)}", _WIDTH, "")
    text = strip_controls(translated(test.text)).strip()
    hint = strip_controls(translated(test.hint or "")).strip()
    if told is not None:
        same = message('The same as in "{title}".', title=_title(told, translated).rstrip(". 。"))
        if told.question != test.question:
            same = message('The same as in "{title}" of {question}.', **same.fields, question=told.question)
        lines += _wrapped(translated(same))
        hint = "" if told.hint == test.hint else hint
    elif text:
        lines += _wrapped(text)
    if hint and not test.passed and hint not in text:
        lines += _wrapped(translated(message("Hint: {hint}", hint=hint)))
    return lines


def _title(test: TestResult, translated: Callable[[str], str]) -> str:
    return " ".join(strip_controls(translated(test.title)).split())


def _wrapped(text: str) -> list[str]:
    """The text indented below its title and wrapped to the page's width; its own line breaks are kept."""
    return [part for line in text.splitlines() for part in _fitted(line, _WIDTH, _INDENT) or [""]]


def _fitted(text: str, width: int, indent: str) -> list[str]:
    """A text in lines of this width, the first with this indent; in Chinese they break between characters."""
    if columns(text) == len(text):
        return textwrap.wrap(text, width, initial_indent=indent, subsequent_indent=_INDENT, break_on_hyphens=False)
    first, *more = wrap(text, width - len(_INDENT))
    return [indent + first, *(_INDENT + line for line in more)]
