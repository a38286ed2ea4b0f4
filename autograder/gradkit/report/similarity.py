"""Submissions that are closer to each other than the assignment explains.

Each module is read as copydetect reads it: comments and layout are dropped, names of variables become one letter, so
that renaming hides nothing; nor do annotations, and constants that nobody reads. What two of them share is counted in
runs of `LENGTH` characters of that text. A run that the stub or the reference has, or that many of the class have, is
what the assignment asks for, and is not counted. What is left is something to look at, never a verdict: two students
who learned together may well write alike.

Source: S. Schleimer, D. Wilkerson, A. Aiken, Winnowing: local algorithms for document fingerprinting, SIGMOD 2003. All
runs are kept here rather than a sample; so the result is the same on every run.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

# copydetect declares no types.
from copydetect.utils import get_copied_slices  # type: ignore[import-untyped]

from gradkit.report.texts import LENGTH, Runs, Text, read_text, read_texts

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
class Comparison:
    """What comparing a class's modules came to.

    Attributes:
        pairs: the pairs to look at, the closest first.
        left_out: students whose module was not compared, and why.
    """

    pairs: tuple[Pair, ...]
    left_out: Mapping[str, str]


def compare(sources: Mapping[str, str], given: Sequence[str]) -> Comparison:
    """Compare each two modules of a class.

    Args:
        sources: each student's module.
        given: what everybody was given or is meant to write: the stub and the reference.
    """
    texts, left_out = read_texts(sources)
    own = _own(texts, [read_text(source).runs for source in given])
    pairs = []
    for one, other, share in _close(own):
        shared = np.intersect1d(own[one], own[other], assume_unique=True)
        spans = (tuple(_spans(texts[one], shared)), tuple(_spans(texts[other], shared)))
        pairs.append(Pair(one, other, share, len(shared), spans))
    # Of pairs that are about as close, the longer ones first: they are the less likely by chance.
    pairs.sort(key=lambda pair: (-round(pair.share, 1), -pair.runs, pair.one, pair.other))
    return Comparison(tuple(pairs[:MOST]), left_out)


def _own(texts: Mapping[str, Text], given: Sequence[Runs]) -> dict[str, Runs]:
    """Each submission's runs, each once, without those that are given or common."""
    runs = {student: np.unique(text.runs) for student, text in texts.items()}
    if not runs:
        return {}
    every, owners = np.unique(np.concatenate(list(runs.values())), return_counts=True)
    common = every[owners >= max(_FEWEST_COMMON, COMMON * len(texts))]
    explained = np.unique(np.concatenate([common, *given]))
    return {student: np.setdiff1d(found, explained, assume_unique=True) for student, found in runs.items()}


def _close(own: Mapping[str, Runs]) -> Iterator[tuple[str, str, float]]:
    """Every two with a large enough share in common."""
    students = [student for student, runs in own.items() if len(runs) >= SMALLEST]
    if len(students) < 2:
        return
    sizes = np.array([len(own[student]) for student in students])
    _, columns, owners = np.unique(
        np.concatenate([own[student] for student in students]), return_inverse=True, return_counts=True
    )
    rows = np.repeat(np.arange(len(students)), sizes)
    order = np.argsort(columns, kind="stable")
    order = order[owners[columns[order]] > 1]
    rows, columns = rows[order], np.unique(columns[order], return_inverse=True)[1]
    common = np.zeros((len(students), len(students)), dtype=np.float32)
    for start in range(0, int(columns.max(initial=-1)) + 1, _BLOCK):
        first, last = np.searchsorted(columns, (start, start + _BLOCK))
        has = np.zeros((len(students), _BLOCK), dtype=np.float32)
        has[rows[first:last], columns[first:last] - start] = 1
        common += has @ has.T
    share = common / np.minimum.outer(sizes, sizes)
    for row, column in zip(*np.where(np.triu(share, 1) >= LEAST), strict=True):
        yield students[row], students[column], float(share[row, column])


def _spans(text: Text, shared: Runs) -> Iterator[Span]:
    """Where the shared runs stand in the source as it was written."""
    starts, ends = get_copied_slices(np.flatnonzero(np.isin(text.runs, shared)), LENGTH)
    for start, end in zip(starts, ends, strict=True):
        yield text.in_source(int(start)), text.in_source(int(end))
