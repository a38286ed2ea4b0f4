"""The notebook that formgrader and feedback show."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from nbgrader.utils import determine_grade, is_grade

from gradkit.errors import GraderFault
from gradkit.gradebook.autograded import fill_notebook, question_in_words, submission_in_words
from gradkit.grading.record import QuestionResult, Record, TestResult
from gradkit.messages import message, translate

HW = "hw1_lines"
LOCALE = Path(__file__).parents[2] / "hidden" / "hw1_linear_regression" / "locale"


def fill(room: Any, record: Record) -> Any:
    return fill_notebook(room.course, room.lines, record, room.course.submitted / record.student / HW)


@pytest.mark.parametrize("score", [0.0, 2.5, 0.1 + 0.2, 1 / 3, 1e-17, 2.4999999999999996])
def test_nbgrader_reads_the_records_score_exactly(room: Any, make_record: Callable[..., Record], score: float) -> None:
    room.put("ada")
    room.file(make_record("ada", offset=score))
    grades = {
        cell.metadata.nbgrader.grade_id: determine_grade(cell) for cell in room.notebook("ada").cells if is_grade(cell)
    }
    assert grades == {"slope": (3.0, 3.0), "offset": (score, 2.5), "why": (0, 2.0)}


def test_messages_and_score_stand_under_the_check_cell(room: Any, make_record: Callable[..., Record]) -> None:
    room.put("ada", {"lines.py": "x = 1\n", "notes.txt": "mine", "page.html": "<script>", "other.ipynb": "{}"})
    folder = room.file(make_record("ada", offset=0.5, output="One word on all of it."))
    cells = room.notebook("ada").cells
    assert cells[0].outputs[0].data == {"text/plain": "One word on all of it.\n"}
    outputs = cells[5].outputs
    assert [output.output_type for output in outputs] == ["display_data", "execute_result"]
    assert "The offset is 7" in outputs[0].data["text/plain"]
    assert outputs[1].data == {"text/plain": "0.5"}
    text = (folder / "lines.ipynb").read_text()
    assert "test_hidden" not in text
    assert "printed-by-the-student" not in text
    assert sorted(path.name for path in folder.iterdir()) == [
        ".filed", "lines.ipynb", "lines.py", "notes.txt", "submission_secret.txt", "timestamp.txt"
    ]  # fmt: skip
    assert (folder / "timestamp.txt").read_text() == "2030-01-10 12:00:00.000000 UTC"
    assert (folder / "lines.ipynb").stat().st_mode & 0o777 == 0o444
    assert folder.stat().st_mode & 0o777 == 0o755


def test_a_reason_stands_between_the_message_and_the_smallest_case() -> None:
    told = {"reason": "The sign is wrong.", "smallest_case": "slope(x)\nwith x = [2.0]"}
    test = TestResult("slope", "t", "Values.", 0.0, 3.0, "The result is wrong.", "value", "x (N,)", **told)
    assert question_in_words(Record("ada", HW, "T", "graded", 3.0, tests=(test,)), "slope").splitlines()[2:] == [
        "        The result is wrong.",
        "        A likely reason: The sign is wrong.",
        "        slope(x)",
        "        with x = [2.0]",
        "        Hint: x (N,)",
    ]


@pytest.mark.parametrize("content", [None, b"\xff", b"{}", b"[" * 100_000])
def test_without_a_readable_notebook_the_released_one_is_shown(
    room: Any, make_record: Callable[..., Record], content: bytes | None
) -> None:
    room.put("ada", {"lines.ipynb": content})
    room.file(make_record("ada", offset=1.0))
    first, last = room.notebook("ada").cells[0], room.notebook("ada").cells[-1]
    assert first.cell_type == "markdown"
    assert "as it was handed out" in first.source
    # What nobody could read may hold answers: a person has to look.
    waits = content is not None
    assert ("cannot be read as a notebook" in last.source) == waits
    assert fill(room, make_record("ada")).scores["why"] == (None if waits else 0.0)


@pytest.mark.parametrize(("where", "waits"), [("a cell below", True), ("another notebook", True), ("nowhere", False)])
def test_an_answer_that_is_not_in_its_cell_waits_for_a_person(
    room: Any, gradebook: Any, make_record: Callable[..., Record], where: str, waits: bool
) -> None:
    notebook = json.loads((room.course.release(HW) / "lines.ipynb").read_text())
    if where == "a cell below":
        notebook["cells"].append(
            {"cell_type": "markdown", "metadata": {}, "source": "Because of <script>this</script>."}
        )
    more = {"lines (1).ipynb": "{}"} if where == "another notebook" else {}
    room.put("ada", {"lines.ipynb": json.dumps(notebook), **more})
    room.file(make_record("ada"))
    submission = gradebook.find_submission(HW, "ada")
    assert submission.needs_manual_grade == waits
    assert gradebook.find_grade("why", "lines", HW, "ada").needs_manual_grade == waits


def test_a_link_among_the_files_leaves_the_notebook_alone(room: Any, make_record: Callable[..., Record]) -> None:
    (room.put("eve") / "secret.txt").symlink_to(room.course.root / "course.toml")
    folder = room.file(make_record("eve"))
    assert sorted(path.name for path in folder.iterdir()) == [
        ".filed", "lines.ipynb", "submission_secret.txt", "timestamp.txt"
    ]  # fmt: skip


def test_the_submissions_secret_is_kept_if_it_is_one(room: Any, make_record: Callable[..., Record]) -> None:
    room.put("ada", {"submission_secret.txt": "ab" * 64})
    assert (room.file(make_record("ada")) / "submission_secret.txt").read_text() == "ab" * 64
    room.put("eve", {"submission_secret.txt": b"\xff../../etc"})
    secret = (room.file(make_record("eve")) / "submission_secret.txt").read_text()
    assert len(bytes.fromhex(secret)) == 64


def test_answers_are_compared_with_those_before(room: Any, make_record: Callable[..., Record]) -> None:
    room.put("ada", room.answer("Because."))
    assert fill(room, make_record("ada")).changed == frozenset()
    room.file(make_record("ada"))
    assert fill(room, make_record("ada")).changed == frozenset()
    room.put("ada", room.answer("Because of that."))
    graded = fill(room, make_record("ada"))
    assert graded.changed == {"why"}
    assert graded.unanswered == frozenset()
    assert graded.scores == {"slope": 3.0, "offset": 0.0, "why": None}


def test_a_record_that_does_not_fit_the_release_is_a_fault(room: Any, make_record: Callable[..., Record]) -> None:
    room.put("ada")
    record = make_record("ada")
    other = replace(record, questions=(QuestionResult("slope", 3.0, 4.0), record.questions[1]))
    with pytest.raises(GraderFault, match="gives 3 points for slope, the record 4"):
        fill(room, other)
    with pytest.raises(GraderFault, match="the record none"):
        fill(room, replace(record, questions=record.questions[:1]))
    more = replace(record, questions=(*record.questions, QuestionResult("new", 0.0, 1.0)))
    with pytest.raises(GraderFault, match=r"0\.0 for new.*reads None"):
        fill(room, more)


def test_ids_from_the_students_file_reach_no_page(room: Any, make_record: Callable[..., Record]) -> None:
    notebook = json.loads((room.course.release(HW) / "lines.ipynb").read_text())
    notebook["cells"][0]["id"] = '"><script>alert(1)</script>'
    room.put("eve", {"lines.ipynb": json.dumps(notebook)})
    assert "<script>" not in (room.file(make_record("eve")) / "lines.ipynb").read_text()


def test_a_passed_and_a_failed_test(make_record: Callable[..., Record]) -> None:
    record = make_record("ada", offset=0.5)
    assert question_in_words(record, "slope") == ("slope: 3 of 3 points\n\npassed  The slope is right.  [3 of 3]\n")
    assert question_in_words(record, "offset") == (
        "offset: 0.5 of 2.5 points\n"
        "\n"
        "failed  The offset is right.  [0.5 of 2.5]\n"
        "        The offset is 7, not what was expected.\n"
        "        Hint: an offset has shape ()\n"
    )


def test_a_record_in_words_in_chinese(make_record: Callable[..., Record]) -> None:
    told = {
        "title": "The predictions and the gradients of x and w are right for several sizes.",
        "output": message("Your code raised {error}", error="ValueError"),
        "reason": "The last row of w has no effect, so the model has no bias. Append a column of ones to x, which "
        "multiplies the last row of w.",
        "hint": "x (N,)",
    }
    record = make_record("ada", slope=0.0, offset=0.5)
    tests = tuple(replace(test, **told) for test in record.tests)
    record = replace(record, tests=tests, problems=(message("the submitted {name} is too large.", name="a.ipynb"),))

    def translated(text: str) -> str:
        return translate(text, "zh", LOCALE)

    assert question_in_words(record, "slope", translated) == (
        "slope：0 / 3 分\n"
        "\n"
        "未通过  在多种大小下，预测值以及 x 和 w 的梯度都正确。  [0 / 3]\n"
        "        你的代码引发了 ValueError\n"
        "        可能的原因：w 的最后一行不起作用，因此模型没有偏置。请给 x 添加一个全 1 列，与 w\n"
        "        的最后一行相乘。\n"
        "        提示：x (N,)\n"
    )
    same = "        与 slope 的“在多种大小下，预测值以及 x 和 w 的梯度都正确”相同。"
    assert question_in_words(record, "offset", translated).splitlines()[3] == same
    assert submission_in_words(record, translated) == "- 提交的 a.ipynb 太大。\n"


def test_a_message_is_said_once_and_referred_to(make_record: Callable[..., Record]) -> None:
    record = make_record("ada", slope=0.0)
    long = "Your file cannot be loaded: line 3 is not Python, so that nothing in it could be run."
    tests = tuple(replace(test, output=long, hint=None) for test in record.tests)
    tests = (tests[0], replace(tests[0], title="Its gradient."), tests[1])
    record = replace(record, tests=tests)
    slope, offset = question_in_words(record, "slope"), question_in_words(record, "offset")
    assert slope.count("Your file cannot be loaded") == 1
    assert slope.count('The same as in "The slope is right".') == 1
    assert 'The same as in "The slope is right" of slope.' in offset


def test_nothing_hidden_is_told(make_record: Callable[..., Record]) -> None:
    record = make_record("ada", slope=1.0)
    words = question_in_words(record, "slope") + question_in_words(record, "offset") + submission_in_words(record)
    assert "test_hidden" not in words
    assert "printed-by-the-student" not in words


def test_what_is_said_of_the_whole_submission(make_record: Callable[..., Record]) -> None:
    record = make_record("ada", output="lines.py is missing.\x1b[31m", problems=("The notebook\x07 cannot be read.",))
    assert submission_in_words(record) == "lines.py is missing.\n- The notebook cannot be read.\n"
    assert submission_in_words(make_record("ada")) == ""
