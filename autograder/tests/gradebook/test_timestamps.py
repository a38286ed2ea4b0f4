"""Times of submissions, which students can write."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from gradkit.gradebook.timestamps import format_time, handed_in, impossible, parse_time, read_time, write_time

NOON = datetime(2030, 1, 10, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "2030-01-10 12:00:00.000000 UTC",
        "2030-01-10T12:00:00+00:00",
        "2030-01-10T14:00:00+02:00",
        "2030-01-10 12:00:00",
        " 2030-01-10 12:00 \n",
    ],
)
def test_nbgraders_and_iso_times_are_read(text: str) -> None:
    assert parse_time(text) == NOON


@pytest.mark.parametrize(
    "text",
    [
        "",
        "yesterday",
        "2030-13-40",
        "9" * 60,
        "2030-01-10 12:00:00 /etc/passwd",
        "1" * 1000,
        "\x00",
        "2030-01-10 12:00 99999999",
    ],
)
def test_what_is_no_time_is_none(text: str) -> None:
    assert parse_time(text) is None


def test_a_time_survives_being_written(tmp_path: Path) -> None:
    time = datetime(2030, 1, 10, 14, 0, 0, 123456, tzinfo=timezone(timedelta(hours=2)))
    assert format_time(time) == "2030-01-10 12:00:00.123456 UTC"
    write_time(tmp_path, time)
    assert read_time(tmp_path) == time


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"x" * 1_000_000])
def test_a_strange_file_is_no_time(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "timestamp.txt").write_bytes(content)
    assert read_time(tmp_path) is None


def test_a_missing_file_and_a_link_are_no_time(tmp_path: Path) -> None:
    assert read_time(tmp_path) is None
    write_time(tmp_path, None)
    (tmp_path / "elsewhere").write_text("2030-01-10 12:00:00 UTC")
    (tmp_path / "timestamp.txt").symlink_to(tmp_path / "elsewhere")
    assert read_time(tmp_path) is None


PAST = datetime(2026, 3, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("named", "written", "changed", "counts"),
    [
        (PAST, None, None, PAST),
        (PAST, PAST, PAST + timedelta(seconds=90), PAST),  # copying took a while
        (PAST, PAST - 9 * DAY, PAST - 9 * DAY, PAST),
        (PAST - 9999 * DAY, None, PAST, PAST),  # a name in the past
        (PAST - DAY, PAST, None, PAST),
        (PAST - DAY, PAST - 2 * DAY, PAST, PAST),
        (NOON, None, PAST, PAST),  # a name in the future, and a witness
        (NOON, NOON + DAY, PAST, PAST),
        (NOON, PAST, None, NOON),  # no witness: nobody gets a better time by an impossible one
        (PAST, NOON, None, NOON),
    ],
)
def test_the_newest_time_counts_and_the_future_counts_for_nothing_where_the_files_know(
    named: datetime, written: datetime | None, changed: datetime | None, counts: datetime
) -> None:
    found = handed_in(named, written, changed, None)
    assert found.time == counts
    text = "; ".join(found.doubts)
    for time in (named, counts):
        assert (counts == named and not text) or f"{time:%Y-%m-%d %H:%M:%S} UTC" in text


def test_times_that_cannot_be_are_named() -> None:
    assert list(impossible("its name", PAST, PAST + DAY)) == []
    assert list(impossible("its name", NOON, None)) == ["its name says 2030-01-10 12:00:00 UTC, which is in the future"]
    [text] = impossible("its name", datetime(1999, 1, 1, tzinfo=UTC), PAST)
    assert text == "its name says 1999-01-01 00:00:00 UTC, which is more than a year too early"
