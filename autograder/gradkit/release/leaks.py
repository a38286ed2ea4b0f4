"""Search a folder for anything that students must not see.

The build searches each folder before it releases it. Other folders that reach students can be searched as well: the
exchange, the feedback pages.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from gradkit.course import Assignment, Course
from gradkit.release.leak_patterns import Needle, PatternKind, needles, normalise
from gradkit.release.leak_scan import Place, places, unknown_metadata
from gradkit.release.source import read_source


@dataclass(frozen=True)
class Leak:
    """Something that students must not see, found in a folder that they get.

    Attributes:
        file: the file, relative to the searched folder.
        place: the location in the file: "file name", "line 12", "cell 3, outputs", ...
        kind: the kind of leak, by which callers may filter.
        what: the leaked string.
        origin: the hidden file or setting that the string comes from.
    """

    file: str
    place: str
    kind: PatternKind
    what: str
    origin: str

    def __str__(self) -> str:
        what = self.what if len(self.what) <= 100 else self.what[:97] + "..."
        shown = "the course's secret" if self.kind == "secret" else f"{what!r}"
        return f"{self.file}, {self.place}: {self.kind}: {shown} (from {self.origin})"


def find_leaks(course: Course, assignment: Assignment, folder: Path) -> list[Leak]:
    """Find everything of ``assignment`` in ``folder`` that students must not see.

    Searches file names, text, web pages, and notebooks cell by cell for the strings of ``needles``. A correct
    submission may equal the solution, so ignore the kind "solution" in folders with students' work.

    Raises:
        BuildError: the assignment's source or a hidden file cannot be read.
    """
    looked_for = needles(course, read_source(course, assignment))
    found = [leak for place in places(folder) for leak in _in_place(place, looked_for)]
    found += [
        Leak(file, place, "metadata", key, "not a key that Jupyter or nbgrader needs")
        for file, place, key in unknown_metadata(folder)
    ]
    return list(dict.fromkeys(found))


def _in_place(place: Place, looked_for: list[Needle]) -> list[Leak]:
    text = normalise(place.text)
    leaks = []
    for needle in looked_for:
        if needle.file_name:
            hit = place.place == "file name" and f"/{place.text}".endswith(f"/{needle.text}")
        else:
            hit = needle.text in text and _stands_alone(needle.text, text)
        if hit:
            leaks.append(Leak(place.file, _line(place, needle.text), needle.kind, needle.text, needle.origin))
    return leaks


def _stands_alone(needle: str, text: str) -> bool:
    """Whether ``needle`` occurs between word boundaries: ``x + 1`` is not in ``max + 10``."""
    before = r"(?<!\w)" if re.match(r"\w", needle) else ""
    after = r"(?!\w)" if re.search(r"\w$", needle) else ""
    return re.search(before + re.escape(needle) + after, text) is not None


def _line(place: Place, needle: str) -> str:
    if place.place != "text":
        return place.place
    for number, line in enumerate(place.text.split("\n"), start=1):
        if needle in normalise(line):
            return f"line {number}"
    return place.place
