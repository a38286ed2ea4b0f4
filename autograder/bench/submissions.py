"""The submissions that every way grades: the reference, the unfinished stub, and entries of the mistakes bank."""

from __future__ import annotations

import random
import shutil
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, cycle, islice, zip_longest
from pathlib import Path

from gradkit.bank import Entry, read_bank
from gradkit.course import Course

_TIMESTAMP = b"2026-09-01 12:00:00 UTC\n"


@dataclass(frozen=True)
class Submission:
    """The student's id, which names the content (``mistake-no_bias-1``), and the Python files by name."""

    student: str
    files: Mapping[str, bytes]


def draw(course: Course, hw: str, number: int, left_out: Collection[str] = ()) -> list[Submission]:
    """Draw a mixed set: the stub once, a fifth references, a quarter accepted variants, and mistakes.

    A reference comes first, then the stub, then all kinds evenly mixed. Entries are drawn evenly over the questions,
    the same ones every time, and again once all have been drawn. Each module ends with a comment with the student's id:
    no two are identical, and line numbers stay.

    Args:
        course: the course.
        hw: the assignment's id.
        number: the number of submissions, at least 5.
        left_out: students whose submissions are not drawn.
    """
    assignment = course.assignment(hw)
    source = (course.source(hw) / assignment.module).read_bytes()
    bank = read_bank(course.hidden(hw), assignment, source)
    references, accepted = number // 5, number // 4
    first = {
        "reference": {assignment.module: source},
        "stub": {assignment.module: (course.release(hw) / assignment.module).read_bytes()},
    }
    mixed = _mixed(
        [("reference", first["reference"])] * (references - 1),
        islice(_evenly("accepted", bank.accepted, left_out), accepted),
        islice(_evenly("mistake", bank.mistakes, left_out), number - references - accepted - 1),
    )
    seen: Counter[str] = Counter()
    drawn = []
    for name, files in chain(first.items(), mixed):
        seen[name] += 1
        drawn.append(_marked(f"{name}-{seen[name]}", assignment.module, files))
    return drawn


def repeated(submissions: Sequence[Submission], module: str, number: int) -> Iterator[Submission]:
    """Submissions of a class of this size, which differ only in the comment with the student's id."""
    for place in range(number):
        submission = submissions[place % len(submissions)]
        yield _marked(f"{submission.student}-{place}", module, submission.files)


def _marked(student: str, module: str, files: Mapping[str, bytes]) -> Submission:
    return Submission(student, {**files, module: files[module] + f"\n# {student}\n".encode()})


_Named = tuple[str, Mapping[str, bytes]]


def _evenly(kind: str, entries: Sequence[Entry], left_out: Collection[str]) -> Iterator[_Named]:
    """Entries of each question in turn, in random but reproducible order, without end."""
    shuffled = random.Random(0).sample(entries, len(entries))  # noqa: S311 - not a secret
    order = dict.fromkeys(entry.question for entry in entries)
    questions = [[entry for entry in shuffled if entry.question == question] for question in order]
    named = [
        (f"{kind}-{entry.id}", entry.files) for turn in zip_longest(*questions) for entry in turn if entry is not None
    ]
    return cycle([(name, files) for name, files in named if f"{name}-1" not in left_out])


def _mixed(*kinds: Iterable[_Named]) -> list[_Named]:
    """All kinds in one list, each spread over it."""
    lists = [list(kind) for kind in kinds]
    placed = [((place + 0.5) / len(kind), named) for kind in lists for place, named in enumerate(kind)]
    return [named for _, named in sorted(placed, key=lambda pair: pair[0])]


def hand_in(submitted: Path, release: Path, submissions: Iterable[Submission]) -> None:
    """Write ``<student>/<assignment>``: the released folder without its wheel, with the student's files."""
    for submission in submissions:
        folder = submitted / submission.student / release.name
        shutil.copytree(release, folder, ignore=shutil.ignore_patterns("*.whl"))
        write(folder, {**submission.files, "timestamp.txt": _TIMESTAMP})


def write(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write files into a folder, which is made if necessary."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)
