"""Folders that are watched, removed and made again."""

from __future__ import annotations

import shutil
import threading
import time
from pathlib import Path

from gradkit.classroom.watching import hand_ins

LOOK = 0.2  # seconds


def next_after(seconds: float, change: object, waiting: object) -> float:
    """Make a change after so long; the seconds from then until it is reported."""
    begun: list[float] = []

    def run() -> None:
        time.sleep(seconds)
        begun.append(time.monotonic())
        change()  # type: ignore[operator]

    thread = threading.Thread(target=run)
    thread.start()
    next(waiting)  # type: ignore[call-overload]
    thread.join()
    return time.monotonic() - begun[0]


def hand_in(folder: Path, seconds: float = 0.0) -> None:
    folder.mkdir(parents=True)
    (folder / "losses.py").write_text("")
    time.sleep(seconds)
    (folder / "submission_secret.txt").write_text("")


def test_a_hand_in_is_reported_when_it_is_complete(tmp_path: Path) -> None:
    waiting = hand_ins([tmp_path], 60, LOOK)
    next(waiting)
    assert next_after(0.5, lambda: hand_in(tmp_path / "ada+hw1+time"), waiting) < 2
    assert 1 < next_after(0.5, lambda: hand_in(tmp_path / "bob+hw1+time", 1.0), waiting) < 3


def test_a_folder_that_comes_back_is_watched_again(tmp_path: Path) -> None:
    inbound = tmp_path / "inbound"
    inbound.mkdir()
    waiting = hand_ins([inbound], 60, LOOK)
    next(waiting)
    next_after(0.3, lambda: shutil.rmtree(inbound), waiting)
    assert next_after(0.5, lambda: hand_in(inbound / "ada+hw1+time"), waiting) < 3
    assert next_after(0.5, lambda: hand_in(inbound / "bob+hw1+time"), waiting) < 3


def test_it_looks_again_after_some_time_in_any_case(tmp_path: Path) -> None:
    waiting = hand_ins([tmp_path], 0.5, LOOK)
    next(waiting)
    begun = time.monotonic()
    next(waiting)
    assert 0.4 < time.monotonic() - begun < 3
