"""Modules as they are compared: the hash of each run of characters, and where it stands in the source.

Each is read as copydetect reads it, within limits of size and time: its lexer takes time by the square of some texts.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

# copydetect declares no types.
from copydetect.utils import filter_code  # type: ignore[import-untyped]

from gradkit.budget import OutOfTimeError, at_most
from gradkit.report.similarity import without_noise

LENGTH = 25  # characters of a run; copydetect's own default
LARGEST = 1 << 16  # characters of a module
_MOST = 1 << 24  # characters of a class's modules
_SECONDS = 5.0  # of processor time for a module
_ALL_SECONDS = 300.0  # for a class
_FACTOR = np.uint64(0x9E3779B97F4A7C15)  # of the hash: odd, and with bits everywhere

Runs = np.ndarray[tuple[int], np.dtype[np.uint64]]
_Places = np.ndarray[tuple[int], np.dtype[np.int64]]


@dataclass(frozen=True)
class Text:
    """A module as it is compared.

    Attributes:
        runs: the hash of the run at each place of the filtered text.
        places: places in the filtered text before which characters were dropped, ascending.
        dropped: how many, up to each of them.
    """

    runs: Runs
    places: _Places
    dropped: _Places

    def in_source(self, place: int) -> int:
        """A place in the filtered text, as a place in the source."""
        before = int(np.searchsorted(self.places, place, side="right"))
        return place + (int(self.dropped[before - 1]) if before else 0)


def read_texts(sources: Mapping[str, str]) -> tuple[dict[str, Text], dict[str, str]]:
    """Each student's module, the short ones first, and why others are left out."""
    texts: dict[str, Text] = {}
    left_out: dict[str, str] = {}
    characters, started = 0, time.process_time()
    for student, source in sorted(sources.items(), key=lambda item: (len(item[1]), item[0])):
        characters += len(source)
        if len(source) > LARGEST:
            left_out[student] = f"it has {len(source):,} characters; at most {LARGEST:,} are compared"
        elif characters > _MOST or time.process_time() - started > _ALL_SECONDS:
            left_out[student] = "comparing the others took all that a class may take"
        else:
            try:
                with at_most(_SECONDS):
                    texts[student] = read_text(source)
            except OutOfTimeError:
                left_out[student] = f"reading it takes more than {_SECONDS:g} seconds"
    return dict(sorted(texts.items())), dict(sorted(left_out.items()))


def read_text(source: str) -> Text:
    """Filter a module and hash its runs."""
    text, offsets = filter_code(without_noise(source), "module.py", "python")
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32).astype(np.uint64)
    runs = np.zeros(max(len(codes) - LENGTH + 1, 0), dtype=np.uint64)
    for number in range(LENGTH if len(runs) else 0):
        runs = runs * _FACTOR + codes[number : number + len(runs)]
    # At a class's name copydetect notes only what that name lost.
    pairs = np.maximum.accumulate(np.asarray(offsets, dtype=np.int64).reshape(-1, 2), axis=0)
    return Text(runs, pairs[:, 0], pairs[:, 1])
