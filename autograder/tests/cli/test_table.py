"""The table of a class: who, what, how many points, and a mark where something needs a look."""

from __future__ import annotations

import pytest
from rich.cells import cell_len
from rich.console import Console

from gradkit.cli.table import MARKS, as_rows, class_table, legend, mark_of
from gradkit.grading.reader import FoundSign
from gradkit.grading.record import QuestionResult, Record, TestResult, in_outline

SIGNS = (FoundSign("lines.py", 3, "gc: it reaches objects that were not handed to it"),)


def made(student: str = "ada", assignment: str = "hw1_lines", kind: str | None = None, **more: object) -> Record:
    test = TestResult("slope", "test_it", "It is right.", 0.0 if kind else 2.5, 2.5, kind=kind)
    values = {"status": "graded", "questions": (QuestionResult("slope", test.score, 2.5),), "tests": (test,)}
    return Record(student, assignment, "Lines", max_score=2.5, **(values | more))


def refused(student: str = "ada") -> Record:
    return made(student, status="refused", questions=(), tests=(), output="It is a link.", problems=("It is a link.",))


def printed(records: list[Record], late: set[tuple[str, str]] | None = None) -> list[str]:
    console = Console(width=200)
    with console.capture() as capture:
        console.print(class_table(records, sorted({record.assignment for record in records}), late or set()))
    return [line.rstrip() for line in capture.get().splitlines()]


@pytest.mark.parametrize(
    ("record", "late", "mark"),
    [
        (made(), False, ""),
        (made(kind="value"), False, ""),
        (made(kind="banned"), False, ""),
        (made(), True, "~"),
        (made(kind="timeout"), False, "!"),
        (made(kind="died"), True, "!"),
        (made(kind="import"), False, "!"),
        (made(output="The file is missing."), False, "!"),
        (made(problems=("The notebook cannot be read.",)), False, "!"),
        (refused(), False, "x"),
        (made(look_at=SIGNS), False, "*"),
        (made(status="error", questions=(), tests=(), log="ZeroDivisionError"), False, "?"),
    ],
)
def test_marks_say_what_needs_a_look(record: Record, late: bool, mark: str) -> None:
    outline = in_outline(record)
    assert mark_of(record, late) == mark_of(outline, late) == mark
    assert as_rows([record], set()) == as_rows([outline], set())
    assert legend([record], {("ada", "hw1_lines")} if late else set()) == (f"{mark} {MARKS[mark]}" if mark else "")


def test_columns_are_where_they_are_beside_names_of_double_width() -> None:
    lines = printed([made(name, hw) for name in ("ada", "李雷", "欧阳娜娜a") for hw in ("hw1_lines", "hw2_curves")])
    assert len({cell_len(line[: line.index("2.5")]) for line in lines[1:]}) == 1
    assert len({cell_len(line[: line.rindex("2.5")]) for line in lines[1:]}) == 1


def test_one_row_a_student_and_one_column_an_assignment() -> None:
    records = [made("bob"), made("ada", kind="value"), made("ada", "hw2_curves"), refused("cleo")]
    assert [line.split() for line in printed(records, {("bob", "hw1_lines")})] == [
        ["student", "hw1", "/2.5", "hw2", "/2.5"],
        ["ada", "0", "2.5"],
        ["bob", "2.5", "~", "-"],
        ["cleo", "-", "x", "-"],
    ]


def test_an_excused_assignment_is_marked_with_a_record_or_without() -> None:
    records = [made("bob"), made("ada"), made("ada", "hw2_curves")]
    excused = {("bob", "hw1_lines"), ("bob", "hw2_curves"), ("eve", "hw1_lines")}
    console = Console(width=200)
    with console.capture() as capture:
        console.print(class_table(records, ["hw1_lines", "hw2_curves"], {("bob", "hw1_lines")}, excused=excused))
    lines = [line.split() for line in capture.get().splitlines()]
    assert lines[1:] == [["ada", "2.5", "2.5"], ["bob", "2.5", "e", "-", "e"]]  # late costs nothing
    assert legend(records[1:], set(), excused={("ada", "hw3_losses")}) == ""
    assert legend(records, set(), excused=excused) == "e excused: does not count"
    assert [row["excused"] for row in as_rows(records, set(), excused=excused)] == [True, False, False]


def test_the_legend_has_each_mark_once_in_their_order() -> None:
    records = [made("bob"), made("ada", kind="memory"), made("dan", kind="output"), refused("cleo")]
    shown = legend(records, {("bob", "hw1_lines")})
    assert [part.split(" ")[0] for part in shown.split("   ")] == ["x", "!", "~"]


def test_a_sign_is_marked_beside_what_else_there_is() -> None:
    records = [made("bob", look_at=SIGNS), made("ada", kind="memory", look_at=SIGNS)]
    assert [line.split()[1:] for line in printed(records, {("bob", "hw1_lines")})[1:]] == [["0", "!*"], ["2.5", "~*"]]
    shown = legend(records, {("bob", "hw1_lines")})
    assert [part.split(" ")[0] for part in shown.split("   ")] == ["!", "~", "*"]
    assert as_rows(records, set())[0]["look_at"] == [{"file": "lines.py", "line": 3, "why": SIGNS[0].why}]


@pytest.mark.parametrize("name", ["[red]bob", "[bold]", "a[b]c", "back\\"])
def test_names_are_not_markup(name: str) -> None:
    assert printed([made(name)])[1].split("  ")[0] == name


def test_a_name_with_escapes_does_nothing_to_the_terminal() -> None:
    assert "\\x1b[31mbob" in printed([made("\x1b[31mbob")])[1]


def test_rows_are_the_same_as_plain_data() -> None:
    rows = as_rows([made("bob"), refused()], {("bob", "hw1_lines")})
    assert rows[0] == {
        "gone": False,
        "excused": False,
        "student": "bob",
        "assignment": "hw1_lines",
        "status": "graded",
        "score": 2.5,
        "max_score": 2.5,
        "late": True,
        "output": "",
        "problems": [],
        "look_at": [],
    }
    assert (rows[1]["score"], rows[1]["late"], rows[1]["problems"]) == (None, False, ["It is a link."])
