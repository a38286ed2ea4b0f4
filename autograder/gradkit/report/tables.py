"""The report's figures as CSV and JSON, from the same data as the page."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from gradkit.csv_tables import Cell, to_csv
from gradkit.report.statistics import Distribution
from gradkit.report.summary import ClassReport, TestLine


def as_csv(report: ClassReport) -> Mapping[str, str]:
    """The report's tables, by file name."""
    names = [assignment.id for assignment in report.assignments]
    every = report.assignments
    return {
        "students.csv": to_csv(
            ["student", *names, "sum"],
            [[line.student, *(line.scores.get(name) for name in names), line.total] for line in report.students],
        ),
        "assignments.csv": to_csv(
            [
                "assignment",
                "title",
                "max_score",
                "graded",
                "missing",
                "mean",
                "median",
                "quartile_1",
                "quartile_3",
                "alpha",
                *(f"tenth_{number}" for number in range(1, 11)),
            ],
            [
                [
                    assignment.id,
                    assignment.title,
                    assignment.max_score,
                    assignment.scores.number,
                    len(assignment.missing),
                    *_spread(assignment.scores),
                    assignment.alpha,
                    *assignment.scores.counts,
                ]
                for assignment in every
            ],
        ),
        "questions.csv": to_csv(
            ["assignment", "question", "max_score", "full_marks", "difficulty", "discrimination"],
            [
                [assignment.id, line.id, line.max_score, line.full, line.item.difficulty, line.item.discrimination]
                for assignment in every
                for line in assignment.questions
            ],
        ),
        "tests.csv": to_csv(
            ["assignment", "question", "test", "title", "max_score", "passed", "difficulty", "discrimination", "kinds"],
            [
                [
                    assignment.id,
                    line.question,
                    line.test,
                    line.title,
                    line.max_score,
                    line.passed,
                    *_item(line),
                    _kinds(line),
                ]
                for assignment in every
                for line in assignment.tests
            ],
        ),
        "misconceptions.csv": to_csv(
            ["assignment", "question", "mistake", "students", "sentence", "who"],
            [
                [
                    assignment.id,
                    line.question,
                    line.mistake,
                    len(line.students),
                    line.sentence,
                    ", ".join(line.students),
                ]
                for assignment in every
                for line in assignment.misconceptions
            ],
        ),
        "similar.csv": to_csv(
            ["assignment", "one", "other", "share", "runs"],
            [
                [assignment.id, pair.one, pair.other, pair.share, pair.runs]
                for assignment in every
                for pair in assignment.pairs
            ],
        ),
        "not_graded.csv": to_csv(
            ["assignment", "student", "reason"],
            [
                [assignment.id, *line]
                for assignment in every
                for line in (*assignment.refused, *((name, "missing") for name in assignment.missing))
            ],
        ),
        "look_at.csv": to_csv(
            ["assignment", "student", "file", "line", "why"],
            [[assignment.id, *line] for assignment in every for line in assignment.look_at],
        ),
        "slowest.csv": to_csv(
            ["assignment", "student", "seconds"],
            [[assignment.id, *line] for assignment in every for line in assignment.slowest],
        ),
    }


def _spread(scores: Distribution) -> tuple[Cell, ...]:
    return scores.mean, scores.median, scores.low, scores.high


def _item(line: TestLine) -> tuple[Cell, ...]:
    return line.item.difficulty, line.item.discrimination


def _kinds(line: TestLine) -> str:
    return " ".join(f"{kind}:{count}" for kind, count in line.kinds)


def as_json(report: ClassReport) -> str:
    """The whole report as JSON."""
    return json.dumps(as_data(report), indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def as_data(report: ClassReport) -> dict[str, Any]:
    """The whole report as plain data."""
    data = asdict(report)
    for shown in data["students"]:
        shown["sum"] = shown.pop("total")
    return data
