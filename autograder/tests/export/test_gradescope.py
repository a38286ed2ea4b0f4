"""What Gradescope is told of a record."""

from __future__ import annotations

import json
from dataclasses import replace

from gradkit.export.gradescope import FAILED, results_json
from gradkit.grading.record import QuestionResult, Record, TestResult

RECORD = Record(
    "ada",
    "hw0",
    "Scaling",
    "graded",
    5.0,
    questions=(QuestionResult("scale", 3.0, 5.0),),
    tests=(
        TestResult("scale", "test_hidden_name", "Values.", 3.0, 3.0),
        TestResult("scale", "test_hidden_name_two", "Gradients.", 0.0, 2.0, "Wrong.", "gradient", None, "a_mistake"),
    ),
    log="printed hidden inputs",
    key={"suite": "hash"},
    seconds=0.25,
)


def test_a_graded_record() -> None:
    text = results_json(RECORD)
    data = json.loads(text)
    assert (data["score"], data["stdout_visibility"]) == (3.0, "hidden")
    assert "execution_time" not in data
    assert [(test["name"], test["score"], test["max_score"], test["status"]) for test in data["tests"]] == [
        ("scale: Values.", 3.0, 3.0, "passed"),
        ("scale: Gradients.", 0.0, 2.0, "failed"),
    ]
    for hidden in ("hidden", "a_mistake", "hash"):
        assert hidden not in text.replace('"stdout_visibility": "hidden"', "")


def test_a_reason_and_the_smallest_case_are_told_with_the_message() -> None:
    failed = replace(RECORD.tests[1], reason="The factor divides here.", smallest_case="x = [2.0]")
    data = json.loads(results_json(replace(RECORD, tests=(failed,))))
    assert data["tests"][0]["output"] == "Wrong.\nA likely reason: The factor divides here.\nx = [2.0]"
    assert set(data["tests"][0]["extra_data"]) == {"question", "kind", "hint", "picture"}


def test_what_could_not_be_used_is_told_with_the_points() -> None:
    data = json.loads(results_json(replace(RECORD, problems=("The notebook cannot be read.", "Nor the other."))))
    assert (data["score"], data["output"]) == (3.0, "The notebook cannot be read.\nNor the other.")


def test_a_refused_one_has_no_points_and_says_why() -> None:
    refused = replace(RECORD, status="refused", questions=(), tests=(), problems=("It is a link.",))
    data = json.loads(results_json(refused))
    (test,) = data["tests"]
    assert (test["score"], test["status"], test["output"]) == (0.0, "failed", "It is a link.")
    assert "score" not in data


def test_a_fault_of_the_grader_is_no_score_at_all() -> None:
    data = json.loads(results_json(replace(RECORD, status="error", questions=(), tests=(), log="secret trouble")))
    assert "score" not in data
    assert "tests" not in data
    assert data["output"] == FAILED
    assert "secret trouble" not in json.dumps(data)
