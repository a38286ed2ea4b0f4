"""What became of each grade, in words and as a file, and the comment beside it."""

from __future__ import annotations

from gradkit.export.grades import Grade, comment_on, summarize_export
from gradkit.grading.record import QuestionResult, Record


def test_every_grade_is_counted_where_it_belongs(grades: list[Grade]) -> None:
    found = summarize_export(
        grades, {"=dee()": "no row has this id"}, ["Eve"], ["line 3: locked"], ["a note"], "SIS Login ID"
    )
    assert found.written == 1  # ada and cyd, less the row that was refused
    assert [grade.student for grade in found.unmatched] == ["=dee()"]
    assert (found.without_score, found.not_submitted, found.waiting) == (("bob",), ("Eve",), ("cyd",))
    assert found.reasons == ("=dee(): no row has this id",)


def test_one_reason_is_one_line_with_everybody(grades: list[Grade]) -> None:
    found = summarize_export(grades, {"ada": "no row", "cyd": "two rows", "=dee()": "no row"}, [])
    assert found.reasons == ("ada, =dee(): no row", "cyd: two rows")
    assert found.in_words()[0].startswith("3 with a grade but no row")
    assert found.in_words()[-2:] == list(found.reasons)


def test_a_grade_without_a_row_is_kept_as_csv_that_no_spreadsheet_computes(grades: list[Grade]) -> None:
    text = summarize_export(grades, {"=dee()": "no row"}, []).unmatched_csv()
    assert text.splitlines() == ["student,assignment,score,max_score", "'=dee(),hw0,1,5"]


def test_a_comment_has_points_by_question_and_what_a_person_and_lateness_did() -> None:
    questions = (QuestionResult("scale", 2.5, 3.0), QuestionResult("shift", 2.0, 2.0))
    record = Record("ada", "hw0", title="Scaling", status="graded", max_score=5.0, questions=questions)
    assert comment_on(record) == "scale 2.5 of 3; shift 2 of 2"
    assert comment_on(record, -1.0, 0.5) == "scale 2.5 of 3; shift 2 of 2; manual grading -1; late -0.5"
