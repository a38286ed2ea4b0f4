"""Hand-in times: a CSV file of one's own, and Moodle's grading worksheet as people download it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from gradkit.collect.hand_in_times import read_hand_in_times
from gradkit.collect.upload_names import Upload
from gradkit.errors import UsageError

ENGLISH = (
    'Identifier,"Full name","ID number","Email address",Status,Grade,"Maximum Grade","Grade can be changed",'
    '"Last modified (submission)","Last modified (grade)","Feedback comments"\n'
)
# As Moodle in German exports it (with a scale, and text typed into it).
GERMAN = (
    'ID,"Vollständiger Name",E-Mail-Adresse,Status,Bewertung,Skala,"Bewertung kann geändert werden",'
    '"Zuletzt geändert (Abgabe)","Texteingabe online","Zuletzt geändert (Bewertung)","Feedback als Kommentar"\n'
    'Teilnehmer/in1234567,"Max Mustermann",max@mail.de,"Zur Bewertung abgegeben - 36 Tage 10 Stunden zu spät -  - ",,'
    '"nicht bestanden    bestanden",Ja,"Dienstag, 2. Dezember 2025, 10:37","octocat   ","-",""\n'
    'Teilnehmer/in1234569,"Maximum Mustermann",maximum@mail.de,"Zur Bewertung abgegeben - Verlängertes Abgabeende bis: '
    'Mittwoch, 26. November 2025, 23:59 -  - ",,"nicht bestanden    bestanden",Ja,"Dienstag, 2. Dezember 2025, 10:37",'
    '"","-",""\n'
    'Teilnehmer/in1234570,"Ohne Abgabe",ohne@mail.de,"Keine Abgabe -  - ",,,Ja,-,,-,\n'
)


def row(number: int, time: str, status: str = "Submitted for grading -  - ", account: str = "") -> str:
    return f'"Participant {number}",Jane Doe,{account},jane{number}@x.org,"{status}",,20.00,Yes,"{time}",-,\n'


def upload(number: str, platform: str = "moodle") -> Upload:
    return Upload(
        Path(), "", number, "hw1_lines", None, (), "", numbered=False, id=number, platform=platform, number=number
    )


def read(room: Any, folder: Path, text: str, zone: str = "Europe/Berlin") -> Any:
    (folder / "times.csv").write_text("\ufeff" + text, encoding="utf-8")
    return read_hand_in_times(replace(room.course, zone=ZoneInfo(zone)), folder / "times.csv")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Sunday, 4 October 2026, 5:05 PM", (4, 15, 5)),  # en
        ("Sunday, October 4, 2026, 5:05 PM", (4, 15, 5)),  # en_us
        ("Sunday, 4 October 2026, 12:05 AM", (3, 22, 5)),
        ("Sonntag, 4. Oktober 2026, 17:05", (4, 15, 5)),
        ("dimanche 4 octobre 2026, 17:05", (4, 15, 5)),
        ("dimanche 4 octobre 2026 à 17h05", (4, 15, 5)),
        ("domingo, 4 de octubre de 2026, 17:05", (4, 15, 5)),
        ("domenica, 4 ottobre 2026, 17:05", (4, 15, 5)),
        ("domingo, 4 de outubro de 2026 às 17:05", (4, 15, 5)),
        ("zondag, 4 oktober 2026, 17:05", (4, 15, 5)),
        ("niedziela, 4 października 2026, 17:05", (4, 15, 5)),
        ("2026年10月4日 星期日 17:05", (4, 15, 5)),
        ("2026-10-04T17:05", (4, 15, 5)),
        ("2026-10-04T17:05+00:00", (4, 17, 5)),
        ("Sunday, 25 October 2026, 1:30 AM", (24, 23, 30)),  # before the clocks go back
        ("Sunday, 25 October 2026, 2:30 AM", (25, 0, 30)),  # twice; the earlier one
        ("Sunday, 25 October 2026, 3:30 AM", (25, 2, 30)),
    ],
)
def test_times_are_read_as_moodle_writes_them(
    room: Any, tmp_path: Path, text: str, expected: tuple[int, int, int]
) -> None:
    found = read(room, tmp_path, ENGLISH + row(7, text)).find(upload("7"))
    assert found.time == datetime(2026, 10, *expected, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "04/10/2026, 17:05",  # October or April
        "Monday, 4 October 2026, 5:05 PM",  # it was a Sunday
        "4 listopada 2026, 17:05",  # October in Croatian, November in Polish
        "Sunday, 40 October 2026, 5:05 PM",
        "Sunday, 4 October 2026",
        "soon",
    ],
)
def test_no_time_is_guessed(room: Any, tmp_path: Path, text: str) -> None:
    with pytest.raises(UsageError, match=r"line 2: .* Download the worksheet with Moodle in English"):
        read(room, tmp_path, ENGLISH + row(7, text))


def test_the_day_of_the_week_decides_between_languages(room: Any, tmp_path: Path) -> None:
    table = ENGLISH + row(1, "nedjelja, 4 listopada 2026, 17:05") + row(2, "środa, 4 listopada 2026, 17:05")
    times = read(room, tmp_path, table)
    assert [times.find(upload(number)).time.month for number in ("1", "2")] == [10, 11]


def test_a_worksheet_in_german_with_its_lateness(room: Any, tmp_path: Path) -> None:
    times = read(room, tmp_path, GERMAN)
    assert times.find(upload("1234567")).late is True
    assert times.find(upload("1234569")).late is False
    assert times.find(upload("1234570")) is None
    assert times.find(upload("1234567")).time == datetime(2025, 12, 2, 9, 37, tzinfo=UTC)


def test_rows_are_found_by_the_ids_in_them_and_the_rest_is_told(room: Any, tmp_path: Path) -> None:
    at = "Sunday, 4 October 2026, 5:05 PM"
    rows = row(1, at, account="ada") + row(2, at, "Submitted for grading - 1 day 2 hours late -  - ", "9") + row(3, at)
    times = read(room, tmp_path, ENGLISH + rows)
    assert times.find(upload("9")) is None  # a participant's number, which nobody has
    assert times.find(upload("Ada", "")).late is False
    assert times.find(upload("9", "")).late is True
    assert times.find(upload("jane4", "")) is None
    assert times.unused == ["Participant 3"]
    assert times.accounts["1"].sis_user_id == "ada"


def test_an_id_of_two_rows_identifies_neither(room: Any, tmp_path: Path) -> None:
    at = "Sunday, 4 October 2026, 5:05 PM"
    times = read(room, tmp_path, ENGLISH + row(1, at, account="ada") + row(2, at, account="ada"))
    assert times.find(upload("ada", "")) is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("name,when\nada,2030-01-09\n", "expected the columns student and time, or Moodle's grading worksheet"),
        (ENGLISH + row(7, "-") * 2, "line 3: Participant 7 is there twice"),
        (ENGLISH + row(7, "-").replace("Participant 7", "7th"), "line 2: the first column should be Moodle's"),
    ],
)
def test_a_wrong_file_is_named_with_its_line(room: Any, tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        read(room, tmp_path, text)
