"""The class report as one HTML file, and the pages that show similar submissions side by side."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from itertools import groupby

from gradkit.messages import Message, message
from gradkit.pages.rendering import ENGLISH, Edition, read_template, render
from gradkit.report import AssignmentReport, ClassReport
from gradkit.report.now import Now
from gradkit.report.similarity import MOST, Pair, Span

KINDS: Mapping[str, Message] = {
    "import": message("import"),
    "missing": message("missing"),
    "parameter": message("parameter"),
    "raised": message("raised"),
    "unusable": message("unusable"),
    "timeout": message("timeout"),
    "died": message("died"),
    "memory": message("memory"),
    "disk": message("disk"),
    "threads": message("threads"),
    "output": message("output"),
    "protocol": message("protocol"),
    "unavailable": message("unavailable"),
    "not_started": message("not_started"),
    "type": message("type"),
    "shape": message("shape"),
    "dtype": message("dtype"),
    "finite": message("finite"),
    "value": message("value"),
    "detached": message("detached"),
    "gradient": message("gradient"),
    "mutated": message("mutated"),
    "check": message("check"),
    "banned": message("banned"),
}  # of failure, in a word
_FEW = 2  # up to this many consecutive lines of the stub are shown

Link = Callable[[str, str], str | None]


@dataclass(frozen=True)
class _Side:
    """One submission of a pair: its source in parts, each with its kind."""

    student: str
    parts: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class _SideBySide:
    pair: Pair
    sides: tuple[_Side, _Side]


def class_page(
    report: ClassReport,
    link: Link,
    side_by_side: Mapping[str, str],
    now: Now | None = None,
    edition: Edition = ENGLISH,
) -> str:
    """The report of a class.

    Args:
        report: the class report.
        link: returns the address of a (student, assignment)'s feedback page, relative to the report, or None.
        side_by_side: assignment id -> the address of its page of similar submissions.
        now: what to know today; None for records without a course.
        edition: the page's language.
    """
    script = read_template("table.js")
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    return render(
        "class_report.html",
        edition,
        report=report,
        now=now,
        link=link,
        side_by_side=side_by_side,
        script=script,
        script_hash=digest,
        most_pairs=MOST,
        kinds=KINDS,
        highest=max([1, *(count for assignment in report.assignments for count in assignment.scores.counts)]),
    )


def similar_page(
    assignment: AssignmentReport,
    course_title: str,
    sources: Mapping[str, str],
    stub: str,
    edition: Edition = ENGLISH,
) -> str:
    """The similar pairs of an assignment, side by side; longer stretches of the stub are omitted."""
    given = {line.strip() for line in stub.splitlines()}

    def side(student: str, spans: Sequence[Span]) -> _Side:
        return _Side(student, list(_without_given(sources[student], spans, given)))

    shown = [
        _SideBySide(pair, (side(pair.one, pair.spans[0]), side(pair.other, pair.spans[1]))) for pair in assignment.pairs
    ]
    return render("similar.html", edition, assignment=assignment, course=course_title, shown=shown)


def _without_given(source: str, spans: Sequence[Span], given: Set[str]) -> Iterator[tuple[str, str]]:
    """The source in parts, each "alike", "own" or "left out" (the number of lines); few given lines are "own"."""
    alike = [False] * len(source)
    for start, end in spans:
        alike[start:end] = [True] * (min(end, len(source)) - start)
    place, stretch = 0, ""
    for line in source.splitlines(keepends=True):
        if line.strip() in given:
            stretch += line
        else:
            yield from _stretch(stretch)
            stretch = ""
            flags = alike[place : place + len(line)]
            for same, group in groupby(zip(line, flags, strict=True), key=lambda pair: pair[1]):
                yield "".join(character for character, _ in group), "alike" if same else "own"
        place += len(line)
    yield from _stretch(stretch)


def _stretch(text: str) -> Iterator[tuple[str, str]]:
    lines = text.count("\n")
    if lines > _FEW:
        yield str(lines), "left out"
    elif text:
        yield text, "own"
