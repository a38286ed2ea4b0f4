"""Submissions that are more similar than the assignment explains.

Each module is read as copydetect reads it: comments and layout are dropped, and variable names become one letter, so
that renaming hides nothing; nor do annotations and unused constants. Similarity is counted in shared runs of `LENGTH`
characters of that text. Runs that are in the stub or the reference, or common in the class, are explained by the
assignment and not counted. A pair is something to look at, never a verdict: students who learned together may well
write alike.

Source: S. Schleimer, D. Wilkerson, A. Aiken, Winnowing: local algorithms for document fingerprinting, SIGMOD 2003. All
runs are kept instead of a sample, so the result is deterministic.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

# copydetect declares no types.
from copydetect.utils import get_copied_slices  # type: ignore[import-untyped]

from gradkit.report.texts import LENGTH, Runs, Text, read_text, read_texts

COMMON = 0.1  # the share of the class from which a run is common
_FEWEST_COMMON = 4  # the number of students from which it is, in a small class
SMALLEST = 40  # runs of its own that a submission needs to be compared
LEAST = 0.5  # the share of runs from which a pair is reported
MOST = 50  # pairs reported
_BLOCK = 4096  # runs counted at a time

Span = tuple[int, int]


@dataclass(frozen=True)
class Pair:
    """Two similar submissions.

    Attributes:
        one: a student.
        other: another.
        share: the share of the smaller submission's own runs that the other also has, in [0, 1].
        runs: the number of shared runs.
        spans: for each of the two, (first, last) character of every shared part of its source.
    """

    one: str
    other: str
    share: float
    runs: int
    spans: tuple[tuple[Span, ...], tuple[Span, ...]]


@dataclass(frozen=True)
class Comparison:
    """The result of comparing a class's modules.

    Attributes:
        pairs: the pairs to look at, the most similar first.
        left_out: students whose module was not compared, and why.
    """

    pairs: tuple[Pair, ...]
    left_out: Mapping[str, str]


def compare(sources: Mapping[str, str], given: Sequence[str]) -> Comparison:
    """Compare the modules of a class pairwise.

    Args:
        sources: each student's module.
        given: the stub and the reference, which explain similarity.
    """
    texts, left_out = read_texts(sources)
    own = _own(texts, [read_text(source).runs for source in given])
    pairs = []
    for left, right, share in _close(own):
        shared = np.intersect1d(own[left], own[right], assume_unique=True)
        spans = (tuple(_spans(texts[left], shared)), tuple(_spans(texts[right], shared)))
        pairs.append(Pair(left, right, share, len(shared), spans))
    # Of about equally similar pairs the longer first: they are less likely by chance.
    pairs.sort(key=lambda pair: (-round(pair.share, 1), -pair.runs, pair.one, pair.other))
    return Comparison(tuple(pairs[:MOST]), left_out)


def _own(texts: Mapping[str, Text], given: Sequence[Runs]) -> dict[str, Runs]:
    """Each submission's distinct runs, without given and common ones."""
    runs = {student: np.unique(text.runs) for student, text in texts.items()}
    if not runs:
        return {}
    every, owners = np.unique(np.concatenate(list(runs.values())), return_counts=True)
    common = every[owners >= max(_FEWEST_COMMON, COMMON * len(texts))]
    explained = np.unique(np.concatenate([common, *given]))
    return {student: np.setdiff1d(found, explained, assume_unique=True) for student, found in runs.items()}


def _close(own: Mapping[str, Runs]) -> Iterator[tuple[str, str, float]]:
    """Every pair with a large enough shared part."""
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
    """The positions of the shared runs in the original source."""
    starts, ends = get_copied_slices(np.flatnonzero(np.isin(text.runs, shared)), LENGTH)
    for start, end in zip(starts, ends, strict=True):
        yield text.in_source(int(start)), text.in_source(int(end))
