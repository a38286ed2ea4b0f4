"""Classroom 50: grades as overrides in a classroom's ``scores.json``.

Sources: in foundation50/classroom50 the schema ``scores-v1``, and the web app's ``editScoreOverride``. An entry with
``override`` is left alone when Classroom 50 collects scores. Its newest submission carries the score; one that an
instructor set has a tag that begins with ``submit/manual-``, by which the app can take it away again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from math import lcm
from typing import Any

from gradkit.course.roster import Person
from gradkit.errors import UsageError
from gradkit.export.grades import ExportSummary, Grade, summarize_export
from gradkit.ids import slug
from gradkit.messages import message

SCHEMA = "classroom50/scores/v1"
_BY_HAND = "submit/manual-"
_OURS = "submit/manual-gradkit-"


@dataclass(frozen=True)
class Override:
    """A score to set. Both figures are whole numbers, as Classroom 50 requires: points, or parts of one."""

    classroom: str
    owner: str
    score: int
    most: int


def fill_scores(
    scores: dict[str, Any], grades: Sequence[Grade], roster: Mapping[str, Person], classroom: str, now: datetime
) -> ExportSummary:
    """Set grades as overrides in a ``scores.json``, changed in place. Nothing but the sums of points is written.

    Args:
        scores: the document, as Classroom 50 has it now.
        grades: of one assignment or several.
        roster: who is who; `Person.github` is the owner of a repository.
        classroom: the classroom's short name.
        now: the time of the overrides.

    Returns:
        What was written and what was not. Refused are overrides that were set in Classroom 50 itself.

    Raises:
        UsageError: it is not such a document, or an assignment is a group's.
    """
    if (
        not isinstance(scores, dict)
        or scores.get("schema") != SCHEMA
        or not isinstance(scores.get("assignments"), dict)
    ):
        raise UsageError(
            message(
                'The file is not a scores.json that this version of gradkit reads (schema "{schema}").', schema=SCHEMA
            )
        )
    if not all(map(_is_bucket, scores["assignments"].values())):
        raise UsageError(message("The file has an entry without owner or submissions, which no scores.json has."))
    people = {name.lower(): person for name, person in roster.items()}
    lost: dict[str, str] = {}
    refused: list[str] = []
    untouched: list[str] = []
    for assignment, found in _by_assignment(grades).items():
        bucket = scores["assignments"].setdefault(slug(assignment), {"type": "individual", "entries": []})
        if bucket.get("type") != "individual":
            raise UsageError(
                message(
                    "{assignment} is not an individual assignment in Classroom 50. Export the others.",
                    assignment=slug(assignment),
                )
            )
        entries = {str(entry.get("owner")).lower(): entry for entry in bucket["entries"]}
        parts = _parts(found)
        owners = set()
        for grade in found:
            owner = people[grade.student.lower()].github if grade.student.lower() in people else ""
            owners.add(owner.lower())
            if not owner:
                lost[grade.student] = message("has no GitHub name in the roster (column github)")
            elif grade.score is not None:
                score, most = (int(_exact(points) * parts) for points in (grade.score, grade.max_score))
                if reason := _reason(entries.get(owner.lower(), {}), score, most):
                    refused.append(message("{student}: {reason}", student=grade.student, reason=reason))
                    continue
                if owner.lower() not in entries:
                    bucket["entries"].append(entries.setdefault(owner.lower(), {"owner": owner, "submissions": []}))
                _set(entries[owner.lower()], Override(classroom, owner, score, most), now)
        untouched += [str(entry.get("owner")) for name, entry in entries.items() if name not in owners]
    return summarize_export(grades, lost, untouched, refused, matched_by="github")


def _is_bucket(bucket: object) -> bool:
    entries = bucket.get("entries") if isinstance(bucket, dict) else None
    return isinstance(entries, list) and all(map(_is_entry, entries))


def _is_entry(entry: object) -> bool:
    records = entry.get("submissions") if isinstance(entry, dict) and isinstance(entry.get("owner"), str) else None
    return isinstance(records, list) and all(isinstance(record, dict) for record in records)


def _by_assignment(grades: Sequence[Grade]) -> dict[str, list[Grade]]:
    found: defaultdict[str, list[Grade]] = defaultdict(list)
    for grade in grades:
        found[grade.assignment].append(grade)
    return found


def _parts(grades: Sequence[Grade]) -> int:
    """The number by which all points of an assignment are multiplied so that they are whole: 1 if they are."""
    points = [value for grade in grades for value in (grade.score, grade.max_score) if value is not None]
    return lcm(*(_exact(value).denominator for value in points))


def _exact(points: float) -> Fraction:
    """Points to the two decimal places that other systems show."""
    return Fraction(str(round(points, 2)))


def _reason(entry: Mapping[str, Any], score: int, most: int) -> str:
    """Why an entry is left as it is; "" if it is not."""
    if not 0 <= score <= most or most < 1:
        return message("Classroom 50 takes points from 0 to the maximum only; it is unchanged")
    newest: Mapping[str, Any] = next(iter(entry.get("submissions", ())), {})
    if entry.get("override") and not str(newest.get("submission")).startswith(_OURS):
        return message(
            "an override was set in Classroom 50 itself; it is unchanged. Clear it there to export this grade"
        )
    return ""


def _set(entry: dict[str, Any], override: Override, now: datetime) -> None:
    """Put the override before the collected submissions, unless it is there already."""
    before = entry["submissions"]
    if entry.get("override") and (before[0]["score"], before[0]["max-score"]) == (override.score, override.most):
        return
    kept = [record for record in before if not str(record.get("submission")).startswith(_BY_HAND)]
    # Classroom 50 shows the record with the latest time, and a student can set a commit's.
    latest = max([now, *(time + timedelta(seconds=1) for time in _times(kept))])
    tag = f"{_OURS}{now.astimezone(UTC):%Y-%m-%dT%H-%M-%SZ}"
    entry["override"] = True
    entry["submissions"] = [
        {
            "schema": "classroom50/result/v1",
            "classroom": override.classroom,
            "assignment_type": "individual",
            "owner": override.owner,
            **dict.fromkeys(("submission", "commit", "release", "review"), tag),
            "datetime": f"{latest.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
            "score": override.score,
            "max-score": override.most,
            "tests": [],
        },
        *kept,
    ]


def _times(records: Sequence[Mapping[str, Any]]) -> Iterator[datetime]:
    for record in records:
        try:
            time = datetime.fromisoformat(str(record.get("datetime")))
        except ValueError:
            continue
        if time.tzinfo is not None and time.year < 9999:
            yield time
