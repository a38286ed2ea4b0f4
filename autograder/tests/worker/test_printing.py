"""What students' code prints is kept and passed on, whatever it does to the streams."""

from __future__ import annotations

import sys

import pytest

from gradkit.wire.observation import MAX_PRINTED
from gradkit.worker.printing import printing


def test_what_is_printed_is_kept_and_passed_on(capsys: pytest.CaptureFixture[str]) -> None:
    with printing() as printed:
        sys.stdout.write("one\n")
        sys.stdout.buffer.write("zwei ä\n".encode())
        sys.stderr.write("aside\n")
    assert printed() == "one\nzwei ä\n"
    assert capsys.readouterr() == ("one\nzwei ä\n", "aside\n")


def test_no_more_is_kept_than_an_observation_may_hold(capsys: pytest.CaptureFixture[str]) -> None:
    with printing() as printed:
        sys.stdout.write("x" * (MAX_PRINTED - 1) + "\n")
        sys.stdout.write("y" * MAX_PRINTED + "\n")
    assert printed() == "x" * (MAX_PRINTED - 1) + "\n"
    assert len(capsys.readouterr().out) == 2 * MAX_PRINTED + 1


def test_the_streams_are_back_whatever_was_put_in_their_place(capsys: pytest.CaptureFixture[str]) -> None:
    real = sys.stdout, sys.stderr
    with printing() as printed:
        sys.stdout.close()
        sys.stdout.write("still here\n")
        sys.stdout = None
    assert (sys.stdout, sys.stderr) == real
    assert printed() == "still here\n"
    sys.stdout.write("after\n")
    assert capsys.readouterr().out == "still here\nafter\n"
