"""Classroom 50's scores.json: overrides, and nothing but sums."""

from __future__ import annotations

import copy
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from gradkit.course.roster import Person
from gradkit.errors import UsageError
from gradkit.export.classroom50_scores import fill_scores
from gradkit.export.grades import ExportSummary, Grade

NOW = datetime(2026, 11, 2, 8, 0, tzinfo=UTC)
ROSTER = {name: Person(name, github=f"{name.title()}-gh") for name in ("ada", "bob", "cyd")}
# What schema scores-v1 requires of a submission.
REQUIRED = {
    *("schema", "classroom", "assignment_type", "owner", "submission", "commit", "release", "review", "datetime"),
    *("score", "max-score", "tests"),
}


def submission(owner: str, at: str = "2026-10-30T10:00:00Z", tag: str = "submit/2026-10-30T10-00-00Z-abc") -> Any:
    texts = dict.fromkeys(REQUIRED - {"score", "max-score", "tests"}, "x")
    return texts | {"owner": owner, "submission": tag, "datetime": at, "score": 1, "max-score": 2, "tests": []}


def document(*entries: dict[str, Any], kind: str = "individual") -> dict[str, Any]:
    bucket = {"type": kind, "entries": list(entries), "collected_at": "2026-11-01T00:00:00Z"}
    return {"schema": "classroom50/scores/v1", "assignments": {"hw0": bucket, "hw9": {"type": "group", "entries": []}}}


def fill(scores: dict[str, Any], grades: list[Grade], now: datetime = NOW) -> ExportSummary:
    return fill_scores(scores, grades, ROSTER, "toy-101", now)


def test_a_grade_leads_the_collected_submissions_as_an_override(grades: list[Grade]) -> None:
    scores = document({"owner": "ada-gh", "submissions": [submission("ada-gh")], "note": "kept"})
    before = copy.deepcopy(scores)
    outcome = fill(scores, grades)
    ada, cyd = scores["assignments"]["hw0"]["entries"]
    assert (ada["owner"], ada["override"], ada["note"]) == ("ada-gh", True, "kept")
    assert ada["submissions"][1:] == before["assignments"]["hw0"]["entries"][0]["submissions"]
    assert ada["submissions"][0] == {
        "schema": "classroom50/result/v1",
        "classroom": "toy-101",
        "assignment_type": "individual",
        "owner": "Ada-gh",
        **dict.fromkeys(("submission", "commit", "release", "review"), "submit/manual-gradkit-2026-11-02T08-00-00Z"),
        "datetime": "2026-11-02T08:00:00Z",
        "score": 9,  # 4.5 of 5 in halves
        "max-score": 10,
        "tests": [],
    }
    assert (cyd["owner"], cyd["submissions"][0]["score"], cyd["submissions"][0]["max-score"]) == ("Cyd-gh", 0, 10)
    assert scores["assignments"]["hw9"] == before["assignments"]["hw9"]
    assert (outcome.written, outcome.without_score, outcome.waiting) == (2, ("bob",), ("cyd",))
    assert [grade.student for grade in outcome.unmatched] == ["=dee()"]
    assert outcome.reasons == ("=dee(): has no GitHub name in the roster (column github)",)


def test_nothing_of_questions_or_tests_is_written(grades: list[Grade]) -> None:
    scores = document()
    fill(scores, grades)
    records = [record for entry in scores["assignments"]["hw0"]["entries"] for record in entry["submissions"]]
    assert {frozenset(record) for record in records} == {frozenset(REQUIRED)}
    assert "scale" not in json.dumps(scores)


def test_the_same_grades_change_nothing_and_new_ones_replace_ours(grades: list[Grade]) -> None:
    scores = document({"owner": "ada-gh", "submissions": [submission("ada-gh")]})
    fill(scores, grades)
    before = copy.deepcopy(scores)
    fill(scores, grades, NOW + timedelta(days=1))
    assert scores == before
    fill(scores, [replace(grades[0], score=5.0)], NOW + timedelta(days=1))
    newest, *rest = scores["assignments"]["hw0"]["entries"][0]["submissions"]
    assert (newest["score"], newest["max-score"], newest["datetime"]) == (5, 5, "2026-11-03T08:00:00Z")
    assert rest == [submission("ada-gh")]


@pytest.mark.parametrize("submissions", [[submission("ada-gh", tag="submit/manual-2026-10-30T10-00-00Z")], []])
def test_an_override_set_in_classroom_50_stays(grades: list[Grade], submissions: list[Any]) -> None:
    scores = document({"owner": "ada-gh", "override": True, "submissions": submissions})
    before = copy.deepcopy(scores["assignments"]["hw0"]["entries"])
    outcome = fill(scores, grades[:1])
    assert scores["assignments"]["hw0"]["entries"] == before
    assert outcome.written == 0
    assert outcome.refused[0].startswith("ada: an override was set in Classroom 50 itself")


def test_a_commit_dated_in_the_future_does_not_outrank_the_grade(grades: list[Grade]) -> None:
    late = submission("ada-gh", "2031-01-01T00:00:00Z")
    scores = document({"owner": "ada-gh", "submissions": [late, submission("ada-gh", "not a time")]})
    fill(scores, grades[:1])
    assert scores["assignments"]["hw0"]["entries"][0]["submissions"][0]["datetime"] == "2031-01-01T00:00:01Z"


def test_points_above_the_maximum_are_refused_and_new_assignments_added(grades: list[Grade]) -> None:
    scores = {"schema": "classroom50/scores/v1", "assignments": {}}
    outcome = fill(scores, [replace(grades[0], assignment="hw1_lines"), replace(grades[2], score=5.25)])
    assert outcome.refused == ("cyd: Classroom 50 takes points from 0 to the maximum only; it is unchanged",)
    assert outcome.written == 1
    assert scores["assignments"]["hw1-lines"]["type"] == "individual"  # type: ignore[index]


@pytest.mark.parametrize(
    ("scores", "said"),
    [
        ([], "not a scores.json"),
        ({"schema": "classroom50/scores/v2", "assignments": {}}, r"schema \"classroom50/scores/v1\""),
        ({"schema": "classroom50/scores/v1", "assignments": []}, "not a scores.json"),
        (document({"owner": "ada-gh"}), "without owner or submissions"),
        (document({"submissions": []}), "without owner or submissions"),
        (document({"owner": "ada-gh", "submissions": [3]}), "without owner or submissions"),
        (document(kind="group"), "hw0 is not an individual assignment"),
    ],
)
def test_what_is_no_such_file(grades: list[Grade], scores: Any, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        fill(scores, grades)
