"""When uploads were handed in: a CSV file of times, or Moodle's grading worksheet as it was exported.

Sources: Moodle's ``mod/assign/gradingtable.php`` and its language packs. The worksheet writes times with the day of the
week and the name of the month, in the language and the time zone of the person who downloads it. Canvas has no such
file: its download's names say ``LATE``, and its archive has the time at which it was made.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from babel import Locale

from gradkit.collect.upload_names import Upload
from gradkit.course import Course
from gradkit.course.roster import Person
from gradkit.csv_tables import Table, read_table, uncell
from gradkit.errors import UsageError
from gradkit.ids import composed, quoted, student_id
from gradkit.messages import message, sentences

# The worksheet's columns, in the languages whose names for them are known here.
_SUBMITTED = (
    *("Last modified (submission)", "Zuletzt geändert (Abgabe)", "Dernière modification (travail remis)"),
    *("Última modificación (entrega)", "Ostatnia modyfikacja (zadanie)"),
)
_STATUS = ("Status", "Statut", "Estado")
_IDS = {
    "sis_user_id": ("ID number", "ID-Nummer", "Numéro d'identification", "Número de ID"),
    "sis_login_id": ("Username", "Anmeldename", "Nom d'utilisateur", "Nombre de usuario"),
    "email": ("Email address", "E-Mail-Adresse", "Adresse de courriel", "Dirección de correo"),
}
_LATE = re.compile(r"\b(?:late|zu spät|später|retard|después|retraso|retrasado)\b", re.IGNORECASE)
_PARTICIPANT = re.compile(r"\D{0,40}(\d{1,18})")
_WORD = re.compile(r"[^\W\d_]+")
_CLOCK = re.compile(r"(?<!\d)(\d{1,2}) ?[:.h] ?(\d{2})(?!\d)(?: ?([ap])\.? ?m\b)?", re.IGNORECASE)
_YEAR = re.compile(r"(?<!\d)(\d{4})(?!\d)")
_DAY = re.compile(r"(?<!\d)(\d{1,2})(?!\d)")
_EASTERN = re.compile(r"(\d{4}) ?[年년] ?(\d{1,2}) ?[月월] ?(\d{1,2}) ?[日일]")
_LANGUAGES = (
    *("en", "de", "fr", "es", "it", "pt", "nl", "pl", "cs", "sk", "sv", "da", "nb", "fi", "hu", "ro", "hr", "sl"),
    *("sr", "bg", "ru", "uk", "el", "tr", "ca", "gl", "eu", "et", "lv", "lt", "id", "he", "ar", "fa"),
)


@dataclass(frozen=True)
class HandInTime:
    """When something was handed in.

    Attributes:
        time: the time, in UTC.
        late: whether the platform calls it late; None if it does not say.
    """

    time: datetime
    late: bool | None = None


@dataclass
class HandInTimes:
    """A table of hand-in times.

    Attributes:
        name: its name in messages; "" if there is none.
        accounts: Moodle's number of a participant -> the ids in its row.
        unused: whose times nobody has asked for yet.
    """

    name: str = ""
    accounts: dict[str, Person] = field(default_factory=dict)
    unused: list[str] = field(default_factory=list)
    _rows: dict[tuple[str, str], tuple[str, HandInTime] | None] = field(default_factory=dict)

    def find(self, upload: Upload) -> HandInTime | None:
        """When an upload was handed in; None if the table does not say."""
        names = (upload.id, upload.student)
        keys = [key for name in names for key in ((name, upload.assignment), (name, ""), (name.casefold(), "account"))]
        if upload.platform == "moodle" and self.accounts:
            keys = [(upload.number, "participant")]
        whose, time = next(filter(None, map(self._rows.get, keys)), ("", None))
        if whose in self.unused:
            self.unused.remove(whose)
        return time

    def add(self, whose: str, time: HandInTime, keys: Sequence[tuple[str, str]]) -> None:
        """Add a row; a key that two rows share identifies neither."""
        self.unused.append(whose)
        for key in keys:
            self._rows[key] = None if key in self._rows else (whose, time)


def read_hand_in_times(course: Course, path: Path | None) -> HandInTimes:
    """Read a table of hand-in times.

    Args:
        course: the course; a time without an offset is in its zone, of a repeated hour the first.
        path: Moodle's grading worksheet, or a CSV file with the columns ``student``, ``time`` and, for several
            assignments, ``assignment``; None: an empty table.

    Raises:
        UsageError: the table or a time in it is wrong, or two rows are of the same hand-in.
    """
    if path is None:
        return HandInTimes()
    table = read_table(path)
    column = _present(table, _SUBMITTED)
    return _read_worksheet(course, table, column) if column else _read_plain(course, table)


def _read_plain(course: Course, table: Table) -> HandInTimes:
    found, seen = HandInTimes(table.name), set[tuple[str, str]]()
    if not table.has("student") or not table.has("time"):
        raise UsageError(
            message(
                "{path}: expected the columns student and time, or Moodle's grading worksheet, downloaded "
                "with Moodle in English (it has: {header}).",
                path=table.name,
                header=", ".join(table.header),
            )
        )
    for line, row in table.numbered():
        key = student_id(table.get(row, "student")), table.get(row, "assignment")
        whose = " ".join(filter(None, key))
        if key in seen:
            raise UsageError(
                message("{path}, line {number}: {name} is there twice.", path=table.name, number=line, name=whose)
            )
        seen.add(key)
        time = course.local_time(
            message("{path}, line {number}: {column}", path=table.name, number=line, column="time"),
            table.get(row, "time"),
        )
        found.add(whose, HandInTime(time), [key])
    return found


def _read_worksheet(course: Course, table: Table, column: str) -> HandInTimes:
    found, status = HandInTimes(table.name), _present(table, _STATUS)
    for line, row in table.numbered():
        text = table.get(row, column)
        number = _PARTICIPANT.fullmatch(row[0].strip())
        if number is None:
            raise UsageError(
                message(
                    "{path}, line {number}: the first column should be Moodle's, such as Participant 1234; found "
                    "{found}. Download the grading worksheet again.",
                    path=table.name,
                    number=line,
                    found=quoted(row[0]),
                )
            )
        if number[1] in found.accounts:
            raise UsageError(
                message(
                    "{path}, line {number}: {name} is there twice.", path=table.name, number=line, name=row[0].strip()
                )
            )
        ids = {name: composed(uncell(table.get(row, _present(table, names)))) for name, names in _IDS.items()}
        found.accounts[number[1]] = Person("", **ids)
        if text.strip("- "):
            late = bool(_LATE.search(table.get(row, status))) if status else None
            time = HandInTime(
                _spoken_time(course, message("{path}, line {number}", path=table.name, number=line), text), late
            )
            own = {name.casefold() for name in (*ids.values(), ids["email"].partition("@")[0]) if name}
            found.add(row[0].strip(), time, [(number[1], "participant"), *((name, "account") for name in own)])
    return found


def _present(table: Table, names: Sequence[str]) -> str:
    """The first of some columns that the table has; "" if it has none."""
    return next((name for name in names if table.has(name)), "")


def _spoken_time(course: Course, where: str, text: str) -> datetime:
    """A time as Moodle writes it, such as "Sunday, 4 October 2026, 5:05 PM", in UTC.

    Raises:
        UsageError: it is not understood, or means several times.
    """
    with suppress(UsageError):
        return course.local_time(where, text)
    found = {time for time, sure in _readings(composed(text)) if sure} or {
        time for time, _ in _readings(composed(text))
    }
    if len(found) != 1:
        text = quoted(text)
        raise UsageError(
            sentences(
                message("{where}: {text} may be several times.", where=where, text=text)
                if found
                else message("{where}: {text} is not understood.", where=where, text=text),
                message("Download the worksheet with Moodle in English, or write the time as 2026-10-05T22:00."),
            )
        )
    return found.pop().replace(tzinfo=course.zone).astimezone(UTC)


def _readings(text: str) -> Iterator[tuple[datetime, bool]]:
    """What a time may mean, in each language with its month's name; and whether the day of the week agrees."""
    clock = _CLOCK.search(text)
    if clock is None or int(clock[1]) > (12 if clock[3] else 23):
        return
    half = (clock[3] or "").lower()
    hour = int(clock[1]) % 12 + 12 * (half == "p") if half else int(clock[1])
    date = text[: clock.start()] + text[clock.end() :]
    if eastern := _EASTERN.search(date):
        with suppress(ValueError):
            yield datetime(int(eastern[1]), int(eastern[2]), int(eastern[3]), hour, int(clock[2])), True
        return
    year, day = _YEAR.search(date), _DAY.search(date)
    words = [word.casefold() for word in _WORD.findall(date)]
    for language in _LANGUAGES if year and day else ():
        months, days = _calendar(language)
        for word in words:
            if year is None or day is None or word not in months:
                continue
            with suppress(ValueError):
                time = datetime(int(year[1]), months[word], int(day[1]), hour, int(clock[2]))
                named = {days[other] for other in words if other in days}
                if not named or time.weekday() in named:
                    yield time, bool(named)


@cache
def _calendar(language: str) -> tuple[Mapping[str, int], Mapping[str, int]]:
    """A language's months and days of the week: each word of a name -> number; Monday is 0."""
    locale = Locale.parse(language)
    return dict(_words(locale.months, ("abbreviated", "wide"))), dict(_words(locale.days, ("wide",)))


def _words(forms: Mapping[str, Mapping[str, Mapping[int, str]]], widths: Sequence[str]) -> Iterator[tuple[str, int]]:
    """The words of names, without prepositions as in Catalan "d'octubre"."""
    for context in ("stand-alone", "format"):
        for width in widths:
            for number, name in forms[context][width].items():
                words = _WORD.findall(composed(name))
                yield from ((word.casefold(), number) for word in words if len(word) > 2 or len(words) == 1)
