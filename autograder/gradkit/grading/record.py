"""The result record: one JSON file per submission, the source of everything downstream.

It is a superset of Gradescope's ``results.json``; additional data is under ``extra_data``.
``docs/record.schema.json`` is its JSON Schema.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import lru_cache
from sys import intern
from typing import Any, Literal

from gradkit.course import total
from gradkit.grading.reader import FoundSign
from gradkit.messages import Message, as_data, from_data, lines, message
from gradkit.wire.kinds import KINDS, Kind, meaning_of

SCHEMA_VERSION = 1
_NOTHING: Mapping[str, str] = {}
_SHORT = 20  # characters of a reference to another test, beside its title

Status = Literal["graded", "refused", "error"]


@dataclass(frozen=True)
class TestResult:
    """The result of one hidden test.

    Attributes:
        question: the id of its question.
        test: the test's name in the suite; never shown to students.
        title: the title that students read (the first line of the test's docstring).
        score: points earned, in [0, ``max_score``].
        max_score: the maximum points.
        output: the student's message; empty if passed.
        reason: the recognized misconception in words, for the student, or None.
        smallest_case: the smallest failing case in full if the student may see it, or None.
        kind: the kind of failure, or None if passed.
        hint: the suite's hint on shapes or definitions, or None.
        mistake: the id of the recognized misconception, or None.
        picture: the picture of the failure, or None; see ``docs/record.schema.json``.
        seconds: wall-clock seconds that the student's code took.
        calls: per call the number of its case, the kind of failure or None, and its seconds.
    """

    __test__ = False  # keeps pytest from collecting it as a test class

    question: str
    test: str
    title: str
    score: float
    max_score: float
    output: str = ""
    kind: Kind | None = None
    hint: str | None = None
    mistake: str | None = None
    picture: Mapping[str, Any] | None = None
    seconds: float = 0.0
    calls: tuple[Mapping[str, Any], ...] = ()
    reason: str | None = None
    smallest_case: str | None = None

    @property
    def text(self) -> str:
        """The student's explanation of the failure: the message, a likely reason, the smallest case."""
        likely = self.reason if isinstance(self.reason, Message) else Message(self.reason or "")
        reason = message("A likely reason: {reason}", reason=likely) if likely else ""
        return lines(self.output, reason, self.smallest_case or "")

    @property
    def passed(self) -> bool:
        """Whether the test passed and earned its points."""
        return self.kind is None


@dataclass(frozen=True)
class QuestionResult:
    """The points of one question."""

    id: str
    score: float
    max_score: float


@dataclass(frozen=True)
class Record:
    """One submission's result.

    Attributes:
        student: the student's id, or "" if a single folder was graded.
        assignment: the assignment's id.
        title: the assignment's title.
        status: "graded"; "refused" if it could not be read; "error" if the grader failed.
        max_score: the maximum points of the hidden suite.
        output: the message on the whole submission, or "".
        problems: problems with the submission, one sentence each, for student and instructor.
        notes: further remarks for the student, one sentence each.
        questions: points by question, in the assignment's order.
        tests: every hidden test, in the suite's order.
        submitted: the time of submission, ISO 8601 in UTC, if known.
        look_at: signs of deception in its sources, for the instructor only.
        log: the output of the student's code, truncated to the limit; for the instructor only.
        key: hashes of everything that decides the result; equal keys mean equal results.
        versions: of Python, torch and gradkit.
        sandbox: the confinement that the student's code ran in.
        seconds: wall-clock seconds of the whole submission.
    """

    student: str
    assignment: str
    title: str
    status: Status
    max_score: float
    output: str = ""
    problems: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    questions: tuple[QuestionResult, ...] = ()
    tests: tuple[TestResult, ...] = ()
    submitted: str | None = None
    look_at: tuple[FoundSign, ...] = ()
    log: str = ""
    key: Mapping[str, str] = field(default_factory=dict)
    versions: Mapping[str, str] = field(default_factory=dict)
    sandbox: Mapping[str, str] = field(default_factory=dict)
    seconds: float = 0.0

    @property
    def score(self) -> float | None:
        """Points earned, or None if nothing was graded: no default score."""
        return total(question.score for question in self.questions) if self.status == "graded" else None


def in_outline(record: Record) -> Record:
    """A record as the table of a class needs it: of its tests only which kinds of failure have a mark.

    The whole one is in its file. Parts that are equal in many records are shared.
    """
    kinds = dict.fromkeys(test.kind for test in record.tests if test.kind is not None and meaning_of(test.kind).marked)
    return replace(
        record,
        assignment=intern(record.assignment),
        title=intern(record.title),
        notes=(),
        questions=_shared(record.questions),
        tests=tuple(TestResult("", "", "", 0.0, 0.0, kind=kind) for kind in kinds),
        log=record.log if record.status == "error" else "",
        key=_NOTHING,
        versions=_NOTHING,
        sandbox=_NOTHING,
    )


@lru_cache(maxsize=4096)
def _shared(questions: tuple[QuestionResult, ...]) -> tuple[QuestionResult, ...]:
    return questions


def first_told(tests: Sequence[TestResult]) -> list[int | None]:
    """For each test, the position of an earlier one with the same text, so that a page shows it once.

    None if the text is new, or no longer than a reference to the other test.
    """
    first: dict[str, int] = {}
    told: list[int | None] = []
    for position, test in enumerate(tests):
        earlier = first.setdefault(test.text, position)
        again = earlier < position and len(test.text) > _SHORT + len(tests[earlier].title)
        told.append(earlier if again else None)
    return told


def to_json(record: Record) -> str:
    """The text of the record's file, sorted and indented for readable diffs."""
    return json.dumps(to_dict(record), indent=1, sort_keys=True, ensure_ascii=False, allow_nan=False) + "\n"


def to_dict(record: Record) -> dict[str, Any]:
    """The record as plain data, as in its file."""
    data: dict[str, Any] = {
        "execution_time": record.seconds,
        "output": record.output,
        "output_format": "text",
        "visibility": "visible",
        "stdout_visibility": "hidden",
        "tests": [_test_to_json(number, test) for number, test in enumerate(record.tests, start=1)],
        "extra_data": {
            "schema_version": SCHEMA_VERSION,
            "student": record.student,
            "assignment": record.assignment,
            "title": record.title,
            "status": record.status,
            "max_score": record.max_score,
            "problems": list(record.problems),
            **({"notes": list(record.notes)} if record.notes else {}),
            "questions": [{"id": q.id, "score": q.score, "max_score": q.max_score} for q in record.questions],
            "submitted": record.submitted,
            **({"look_at": [asdict(sign) for sign in record.look_at]} if record.look_at else {}),
            "log": record.log,
            "key": dict(record.key),
            "versions": dict(record.versions),
            "sandbox": dict(record.sandbox),
            **_messages(output=record.output, problems=record.problems, notes=record.notes, log=record.log),
        },
    }
    if record.score is not None:
        data["score"] = record.score
    return data


def _messages(**texts: str | Sequence[str] | None) -> dict[str, Any]:
    """The messages with fields among a record's texts, as plain data by the texts' names; nothing if there are none."""
    data = {
        name: as_data(text) if isinstance(text, str) else list(map(as_data, text))
        for name, text in texts.items()
        if text
    }
    kept = {name: text for name, text in data.items() if _has_fields(text)}
    return {"messages": kept} if kept else {}


def _has_fields(data: Any) -> bool:
    return isinstance(data, dict) or (isinstance(data, list) and any(map(_has_fields, data)))


def _restored(text: str | None, messages: Mapping[str, Any], name: str) -> str | None:
    """A text of a record as the message that it was."""
    if text is None:
        return None
    return from_data(messages[name]) if name in messages else Message(text)


def from_json(text: str) -> Record:
    """Read a record's file.

    Raises:
        ValueError: the text is not a record of this schema version.
    """
    data = json.loads(text)
    try:
        extra = data["extra_data"]
        told = extra.get("messages", {})
        if extra["schema_version"] != SCHEMA_VERSION:
            raise ValueError(f"schema_version is {extra['schema_version']}, this gradkit reads {SCHEMA_VERSION}")
        return Record(
            student=extra["student"],
            assignment=extra["assignment"],
            title=extra["title"],
            status=extra["status"],
            max_score=extra["max_score"],
            output=_restored(data["output"], told, "output") or "",
            problems=tuple(map(from_data, told.get("problems", extra["problems"]))),
            notes=tuple(map(from_data, told.get("notes", extra.get("notes", ())))),
            questions=tuple(QuestionResult(**question) for question in extra["questions"]),
            tests=tuple(_test_from_json(test) for test in data["tests"]),
            submitted=extra["submitted"],
            look_at=tuple(FoundSign(**sign) for sign in extra.get("look_at", ())),
            log=_restored(extra["log"], told, "log") or "",
            key=extra["key"],
            versions=extra["versions"],
            sandbox=extra["sandbox"],
            seconds=data["execution_time"],
        )
    except (KeyError, TypeError) as error:
        raise ValueError(f"not a gradkit record: {error!r}") from error


def _test_to_json(number: int, test: TestResult) -> dict[str, Any]:
    return {
        "name": f"{test.question}: {test.title}",
        "number": str(number),
        "score": test.score,
        "max_score": test.max_score,
        "status": "passed" if test.passed else "failed",
        "output": test.output,
        "output_format": "text",
        "tags": [test.question],
        "visibility": "visible",
        "extra_data": {
            "question": test.question,
            "test": test.test,
            "title": test.title,
            "kind": test.kind,
            "hint": test.hint,
            "mistake": test.mistake,
            **({"reason": test.reason} if test.reason is not None else {}),
            **({"smallest_case": test.smallest_case} if test.smallest_case is not None else {}),
            "picture": None if test.picture is None else dict(test.picture),
            "seconds": test.seconds,
            "calls": [dict(call) for call in test.calls],
            **_messages(output=test.output, reason=test.reason, hint=test.hint, smallest_case=test.smallest_case),
        },
    }


def _test_from_json(data: Mapping[str, Any]) -> TestResult:
    extra = dict(data["extra_data"])
    extra["calls"] = tuple(extra["calls"])
    if extra["kind"] not in (None, *KINDS):
        raise ValueError(f"unknown kind of failure {extra['kind']!r}")
    told = extra.pop("messages", {})
    for name in ("reason", "hint", "smallest_case"):
        if name in extra:
            extra[name] = _restored(extra[name], told, name)
    output = _restored(data["output"], told, "output") or ""
    return TestResult(score=data["score"], max_score=data["max_score"], output=output, **extra)
