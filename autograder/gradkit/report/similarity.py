"""Submissions that are closer to each other than the assignment explains.

Each module is read as copydetect reads it: comments and layout are dropped, names of variables become one letter, so
that renaming hides nothing; nor do annotations, and constants that nobody reads. What two of them share is counted in
runs of `LENGTH` characters of that text. A run that the stub or the reference has, or that many of the class have, is
what the assignment asks for, and is not counted. What is left is something to look at, never a verdict: two students
who learned together may well write alike.

Source: S. Schleimer, D. Wilkerson, A. Aiken, Winnowing: local algorithms for document fingerprinting, SIGMOD 2003. All
runs are kept here rather than a sample, since these files are short; so the result is the same on every run.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

# copydetect declares no types.
from copydetect.utils import filter_code, get_copied_slices  # type: ignore[import-untyped]

from gradkit.report.noise import without_noise

LENGTH = 25  # characters of a run; copydetect's own default
COMMON = 0.1  # the share of the class that has a run, from which on it is common
_FEWEST_COMMON = 4  # students who must have it, in a small class
SMALLEST = 40  # runs of its own that a submission must have to be compared
LEAST = 0.5  # the share of runs from which on a pair is told
MOST = 50  # pairs that are told
_BLOCK = 4096  # runs that are counted at a time

Span = tuple[int, int]


@dataclass(frozen=True)
class Pair:
    """Two submissions that are alike.

    Attributes:
        one: a student.
        other: another.
        share: how much of the smaller one's own runs the other has too, in [0, 1].
        runs: how many runs they share.
        spans: for each of the two, (first, last) character of every part of its source that the other has too.
    """

    one: str
    other: str
    share: float
    runs: int
    spans: tuple[tuple[Span, ...], tuple[Span, ...]]


@dataclass(frozen=True)
class _Text:
    """A module as it is compared.

    Attributes:
        runs: each run's places in the filtered text.
        offsets: pairs (place in the filtered text, characters dropped before it).
    """

    runs: Mapping[str, list[int]]
    offsets: Sequence[tuple[int, int]]


def similar_pairs(sources: Mapping[str, str], given: Sequence[str]) -> list[Pair]:
    """The pairs to look at, the closest first.

    Args:
        sources: each student's module.
        given: what everybody was given or is meant to write: the stub and the reference.
    """
    texts = {student: _read(source) for student, source in sorted(sources.items())}
    explained = {run for source in given for run in _read(source).runs}
    owners = Counter(run for text in texts.values() for run in text.runs)
    limit = max(_FEWEST_COMMON, COMMON * len(texts))
    own = {
        student: {run for run in text.runs if run not in explained and owners[run] < limit}
        for student, text in texts.items()
    }
    pairs = []
    for one, other, share in _close(own):
        shared = own[one] & own[other]
        spans = (tuple(_spans(texts[one], shared)), tuple(_spans(texts[other], shared)))
        pairs.append(Pair(one, other, share, len(shared), spans))
    # Of pairs that are about as close, the longer ones first: they are the less likely by chance.
    return sorted(pairs, key=lambda pair: (-round(pair.share, 1), -pair.runs, pair.one, pair.other))[:MOST]


def _close(own: Mapping[str, set[str]]) -> Iterator[tuple[str, str, float]]:
    """Every two with a large enough share in common."""
    students = [student for student, runs in own.items() if len(runs) >= SMALLEST]
    owners: dict[str, list[int]] = {}
    for row, student in enumerate(students):
        for run in own[student]:
            owners.setdefault(run, []).append(row)
    shared = [rows for rows in owners.values() if len(rows) > 1]
    common = np.zeros((len(students), len(students)), dtype=np.float32)
    for start in range(0, len(shared), _BLOCK):
        has = np.zeros((len(students), _BLOCK), dtype=np.float32)
        for column, rows in enumerate(shared[start : start + _BLOCK]):
            has[rows, column] = 1
        common += has @ has.T
    sizes = np.array([len(own[student]) for student in students])
    share = common / np.minimum.outer(sizes, sizes) if students else common
    for row, column in zip(*np.where(np.triu(share, 1) >= LEAST), strict=True):
        yield students[row], students[column], float(share[row, column])


def _read(source: str) -> _Text:
    text, offsets = filter_code(without_noise(source), "module.py", "python")
    runs: dict[str, list[int]] = {}
    for place in range(len(text) - LENGTH + 1):
        runs.setdefault(text[place : place + LENGTH], []).append(place)
    return _Text(runs, [(int(place), int(dropped)) for place, dropped in offsets])


def _spans(text: _Text, shared: set[str]) -> Iterator[Span]:
    """Where the shared runs stand in the source as it was written."""
    places = np.array(sorted(place for run in shared for place in text.runs[run]))
    starts, ends = get_copied_slices(places, LENGTH)
    for start, end in zip(starts, ends, strict=True):
        yield _in_source(text, int(start)), _in_source(text, int(end))


def _in_source(text: _Text, place: int) -> int:
    """A place in the filtered text, as a place in the source."""
    dropped = 0
    for at, before in text.offsets:
        if at > place:
            break
        dropped = max(dropped, before)  # at a class's name copydetect notes only what that name lost
    return place + dropped
