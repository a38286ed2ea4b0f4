"""A learning platform's uploads: each one's student and assignment, and which of a student's is the newest.

All that is known of an upload is its name, which the platform made. A person's name is not an id, since two students
may share it: if the platform's number contradicts the id, or two names share one, nothing is believed.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from gradkit.course import Course
from gradkit.course.roster import Person
from gradkit.errors import SubmissionRefused, UsageError
from gradkit.gradebook.timestamps import parse_time
from gradkit.ids import composed, quoted, spelled, student_id
from gradkit.messages import Message, listed, message, sentences, with_commas

# <student>_<assignment>.zip, <student>_<assignment>_<anything>.zip; a time right after the assignment is the submission
# time: <student>_<assignment>_2026-10-01-21-30-00.zip (UTC). {assignments} is replaced by the course's ids.
DEFAULT_PATTERN = (
    r"(?P<student_id>.+?)_(?P<assignment_id>{assignments})"
    r"(?:_(?P<timestamp>\d{{4}}-\d\d-\d\d-\d\d-\d\d-\d\d))?(?P<rest>[_ (-].*)?(?:\.zip)+"
)
# How platforms name the files or folders in a download of all submissions. Each name has the student's number or login,
# followed by the name of the student's file. Sources: Canvas's ``content_zipper.rb``, Moodle's ``downloader.php``.
PLATFORMS = {
    "canvas": r"(?P<name>.+?)_(?:(?P<late>LATE)_)?(?P<student_id>\d+)_(?P<attempt>\d+)_(?P<file>.+)",
    "moodle": r"(?P<name>.+?)_(?P<student_id>\d+)_assignsubmission_file_?(?P<file>.*)",
    "brightspace": (
        r"(?P<student_id>\d+)-\d+ - (?P<name>.+?) ?- (?P<attempt>\w+ \d+, \d{4} \d{3,4} [AP]M)(?: - (?P<file>.+))?"
    ),
    "blackboard": (
        r"(?P<name>.+_(?P<student_id>[^_]+))_attempt_(?P<attempt>\d{4}-\d\d-\d\d-\d\d-\d\d-\d\d)(?:_(?P<file>.+))?"
    ),
}
# What else is in these downloads: text that students typed into the platform, links, and lists of what was submitted.
_TYPED = {
    "canvas": re.compile(r".+_\d+_(?:text|link)\.html"),
    "moodle": re.compile(r".+_assignsubmission_(?:onlinetext|comments).*"),
    "brightspace": re.compile(r"index\.html"),
    "blackboard": re.compile(r".+_attempt_[\d-]+\.txt"),
}
# Where a roster has what a platform's names have.
_ROSTER_COLUMNS = {"canvas": ("canvas_id",), "moodle": ("moodle_id",)}
_LOGINS = ("student", "sis_login_id", "sis_user_id", "email")
_ROSTER_ADVICE = {
    "": message("Add the student, or correct the roster (student, sis_login_id, sis_user_id or email)."),
    "canvas": message("Add it: it is the column ID of the gradebook that Canvas exports."),
    "moodle": message(
        "Add it (Participant 1234 of the grading worksheet), or give that worksheet with --times, and have its ID "
        "number, Username or Email address in the roster (sis_user_id, sis_login_id, email)."
    ),
    "brightspace": message("Add the student, or put the number into the column sis_user_id."),
    "blackboard": message("Add the student, or put the user name into the column sis_login_id."),
}
HIGHER = message("its name has the higher number")
_REPEATED = re.compile(r"(.+)-\d{1,4}(\.[^.]+)")  # Canvas numbers the files of a name that a student uploads again
_RECOGNISED = [re.compile(PLATFORMS[name]) for name in ("canvas", "moodle", "brightspace")]
_DASHED_TIME = "%Y-%m-%d-%H-%M-%S"
_SPOKEN_TIME = re.compile(r"(\w+ \d+, \d{4}) (\d{3,4}) ([AP]M)")
_NUMBER = re.compile(r"\d{1,15}")
_CLOSE = 2.0  # seconds; a smaller difference of two files' times says nothing, given the precision of zip files


@dataclass(frozen=True)
class Upload:
    """One upload, described by its name.

    Attributes:
        path: the archive, or a folder with the student's files.
        shown: its name in messages.
        student: the student's id.
        assignment: the assignment's id.
        time: the submission time, if the name has it.
        numbers: the platform's attempt number, or the numbers in the rest of the name; higher is newer.
        person: the person's name, if the platform gives more than the id and no roster says who it is; otherwise "".
        numbered: whether ``numbers`` are the platform's own.
        id: the id in its name, which may be an earlier one of the student.
        platform: the key of `PLATFORMS` by which it was read; "" for another pattern.
        number: the id in its name, which a roster may map to the student's.
        late: whether the platform calls it late; None if its name does not say.
        file: the name of the student's file, if it is one by itself rather than an archive or a folder.
        with_files: the other files by themselves that it was joined from, as shown.
        left_out: files beside it that are not of an accepted kind.
        stated: whether its time is from a table rather than its name.
    """

    path: Path
    shown: str
    student: str
    assignment: str
    time: datetime | None
    numbers: tuple[int, ...]
    person: str
    numbered: bool
    id: str
    platform: str = ""
    number: str = ""
    late: bool | None = None
    file: str = ""
    with_files: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    stated: bool = False

    @property
    def age(self) -> tuple[datetime, tuple[int, ...], float, list[tuple[int, int, str]]]:
        """A sort key, newest last: the time in the name, the attempt, the file's own time, then the name."""
        time = self.time or datetime.min.replace(tzinfo=UTC)
        return time, self.numbers, self._changed // _CLOSE, _natural(self.shown)

    @property
    def _changed(self) -> float:
        return self.path.stat().st_mtime

    def newer_than(self, other: Upload) -> tuple[str, bool]:
        """Why this upload is considered newer than another, and whether that is certain."""
        if self.time != other.time:
            return message("its name has the later time"), True
        if self.numbers != other.numbers:
            return HIGHER, True
        if abs(self._changed - other._changed) >= _CLOSE:
            return message("its file is newer"), True
        return message("nothing shows which of them is newer"), False


class Names:
    """Reads the names of uploads.

    Args:
        course: the course.
        assignment_id: the assignment that all of them are for, if their names do not say it.
        pattern: a regular expression for whole names, or the name of a platform; None: ``DEFAULT_PATTERN``.
        roster: the students whose uploads these are; None: the ids in the names are the students' own.
        accounts: Moodle's number of a participant -> the ids that its grading worksheet has.

    Raises:
        UsageError: the pattern or the assignment is invalid.
    """

    def __init__(
        self,
        course: Course,
        assignment_id: str | None,
        pattern: str | None,
        roster: Mapping[str, Person] | None = None,
        accounts: Mapping[str, Person] | None = None,
    ) -> None:
        if assignment_id is not None and assignment_id not in course.assignment_ids:
            known = ", ".join(course.assignment_ids) or message("none")
            raise UsageError(
                message(
                    "Unknown assignment {assignment} (the course has: {known}).",
                    assignment=quoted(assignment_id),
                    known=known,
                )
            )
        self._course = course
        self._wanted = assignment_id
        self._own = pattern is not None and pattern not in PLATFORMS
        self._ids = _assignments(course.assignment_ids)
        self._expression = self._compile(pattern)
        self._roster, self._accounts = roster, accounts or {}
        self.platform = pattern if pattern is not None and pattern in PLATFORMS else ""

    def _compile(self, pattern: str | None) -> re.Pattern[str]:
        if pattern is None:
            # The longest first, so that an id that is a prefix of another does not match its files.
            names = sorted(self._ids, key=len, reverse=True)
            return re.compile(DEFAULT_PATTERN.format(assignments="|".join(map(re.escape, names))), re.IGNORECASE)
        pattern = PLATFORMS.get(pattern, pattern)
        try:
            expression = re.compile(pattern)
        except re.error as error:
            raise UsageError(
                message(
                    "The file-name pattern {pattern} is not a regular expression: {reason}. Correct it, or name a "
                    "platform: {platforms}.",
                    pattern=f"{pattern!r}",
                    reason=error,
                    platforms=", ".join(PLATFORMS),
                )
            ) from error
        needed = {"student_id"} if self._wanted is not None else {"student_id", "assignment_id"}
        if missing := needed - expression.groupindex.keys():
            raise UsageError(
                sentences(
                    message(
                        "The file-name pattern {pattern} lacks {groups}, without which no file can be assigned.",
                        pattern=repr(pattern),
                        groups=listed(f"(?P<{name}>...)" for name in sorted(missing)),
                    ),
                    message("Or name the assignment on the command line.") if "assignment_id" in missing else "",
                    message("Known platforms: {platforms}.", platforms=", ".join(PLATFORMS)),
                )
            )
        return expression

    def match(self, name: str) -> Mapping[str, str | None] | None:
        """The parts of an upload's name, or None. A folder may have the name of its archive."""
        name = composed(name)
        lowered = f"{name[:-4]}.zip" if name.lower().endswith(".zip") else name
        for form in (name, lowered, f"{name}.zip"):
            if found := self._expression.fullmatch(form):
                return found.groupdict()
        return None

    def typed(self, name: str) -> bool:
        """Whether it is not a student's file but text typed into the platform, or one of the platform's own."""
        return self.platform in _TYPED and _TYPED[self.platform].fullmatch(composed(name)) is not None

    def read(self, path: Path, parts: Mapping[str, str | None], name: str) -> Upload:
        """The upload at ``path``, described by ``name`` and its parts.

        Raises:
            SubmissionRefused: its assignment or time is invalid.
            UsageError: its student id is invalid.
        """
        found = parts.get("assignment_id")
        assignment = self._ids.get(found.casefold(), found) if found else self._wanted or ""
        if assignment not in self._course.assignment_ids or (self._wanted and assignment != self._wanted):
            wanted = self._wanted or ", ".join(self._course.assignment_ids) or message("none")
            raise SubmissionRefused(
                message(
                    "it is for the assignment {assignment}; expected: {wanted}.",
                    assignment=quoted(assignment),
                    wanted=wanted,
                )
            )
        attempt = parts.get("attempt") or ""
        numbers = _numbers(attempt or parts.get("rest") or "")
        time = _time(parts.get("timestamp"))
        number = composed(parts["student_id"] or "")
        student = self._student(number)
        return Upload(
            path,
            quoted(name),
            student,
            assignment,
            time,
            numbers,
            self._person(parts, name) if self._roster is None else "",  # a roster says who it is
            bool(attempt),
            student,
            self.platform,
            number,
            bool(parts["late"]) if "late" in parts else None,
            parts.get("file") or "",
        )

    def _student(self, number: str) -> str:
        """The student with the id in a name.

        Raises:
            SubmissionRefused: the roster has nobody with it, or several.
            UsageError: it cannot be a student's id.
        """
        if self._roster is None:
            return student_id(number)
        columns = _ROSTER_COLUMNS.get(self.platform, _LOGINS)
        found = [name for name, person in self._roster.items() if self._has(person, number, columns)]
        if len(found) > 1:
            raise SubmissionRefused(
                message(
                    "in the roster {number} is the id of {students}. Give them different ids ({columns}).",
                    number=number,
                    students=_and_of(map(spelled, found)),
                    columns=", ".join(columns),
                )
            )
        if not found:
            raise SubmissionRefused(
                sentences(
                    message("the roster has nobody with {column} {number}.", column=columns[0], number=number),
                    _ROSTER_ADVICE[self.platform],
                )
            )
        return student_id(found[0])

    def _has(self, person: Person, number: str, columns: Sequence[str]) -> bool:
        """Whether a person has the id in a name, or one that the grading worksheet has for it."""
        if self.platform == "moodle":
            account = self._accounts.get(number, Person(""))
            pairs = [(person.moodle_id.rpartition(" ")[2], number)]
            pairs += [(getattr(person, name) or person.student, getattr(account, name)) for name in _LOGINS[1:]]
            return any(ours.casefold() == theirs.casefold() != "" for ours, theirs in pairs)
        ids = {str(getattr(person, name)).casefold() for name in columns}
        return number.casefold() in {*ids, *(name.partition("@")[0] for name in ids)} - {""}

    def _person(self, parts: Mapping[str, str | None], name: str) -> str:
        named = " ".join(filter(None, (parts.get("name"), parts.get("first_name"), parts.get("last_name"))))
        if named:
            return composed(named)
        # A custom pattern may match something else as the id; then the platform's number distinguishes people.
        for expression in _RECOGNISED if self._own else ():
            plain = composed(name)
            if found := expression.fullmatch(plain) or expression.fullmatch(plain.removesuffix(".zip")):
                number = found["student_id"]
                return (
                    found["name"]
                    if number == parts["student_id"]
                    else message("{name}, number {number}", name=found["name"], number=number)
                )
        return ""

    @property
    def expected(self) -> Message:
        """The expected form of names, in a sentence."""
        if self.platform == "canvas":
            return message(
                "Canvas's names are such as doejane_12345_678901_hw1.zip, with the number of the user; anonymous ones "
                "have none: turn off anonymous grading there, and download again."
            )
        if self._own or "assignment_id" not in self._expression.groupindex:
            return message("The pattern is {pattern}.", pattern=self._expression.pattern)
        return message(
            "By default, names are <student>_<assignment>.zip or <student>_<assignment>_<anything>.zip, with one of "
            "the assignments {assignments}; --pattern takes a platform ({platforms}) or a regular expression.",
            assignments=", ".join(self._course.assignment_ids),
            platforms=", ".join(PLATFORMS),
        )


def own_name(upload: Upload, released: Collection[str]) -> str:
    """The name that a student's file had, without the number that Canvas gives to another of the same name.

    Args:
        upload: a file by itself.
        released: the names of the assignment's files; others may end in a number of their own.
    """
    name = composed(upload.file)
    repeated = _REPEATED.fullmatch(name) if upload.platform == "canvas" else None
    plain = "".join(repeated.groups()) if repeated else name
    return plain if plain in released else name


def several_people(uploads: Iterable[Upload]) -> dict[str, str]:
    """Student id -> why nothing of it is collected: its uploads are from more than one person."""
    people: defaultdict[str, dict[str, Upload]] = defaultdict(dict)
    for upload in uploads:
        if upload.person:
            people[upload.student].setdefault(upload.person.casefold(), upload)
    return {
        student: two_people(student, [(upload.person, upload.shown) for upload in found.values()])
        for student, found in people.items()
        if len(found) > 1
    }


def two_people(student: str, people: Sequence[tuple[str, str]]) -> str:
    """The message about an id shared by several people, with the upload of each."""
    return message(
        "more than one person has the id {student}: {people}. Nothing of this id was collected. Use the platform's "
        "number as the id: --pattern {platforms}, or (?P<student_id>...) in your pattern.",
        student=spelled(student),
        people=with_commas(f"{quoted(person)} ({shown})" for person, shown in people),
        platforms=", ".join(PLATFORMS),
    )


def _and_of(students: Iterable[str]) -> str:
    first, *others = students
    whole = first
    for student in others:
        whole = message("{first} and of {then}", first=whole, then=student)
    return whole


def _assignments(ids: Sequence[str]) -> dict[str, str]:
    """Lower-case id, or its unique prefix before the first "_" -> id."""
    short: defaultdict[str, list[str]] = defaultdict(list)
    for name in ids:
        short[name.partition("_")[0].casefold()].append(name)
    return {key: found[0] for key, found in short.items() if len(found) == 1} | {name.casefold(): name for name in ids}


def _numbers(text: str) -> tuple[int, ...]:
    if spoken := _SPOKEN_TIME.fullmatch(text):
        day, clock, half = spoken.groups()
        with suppress(ValueError):  # month names in another language
            time = datetime.strptime(f"{day} {clock:0>4} {half}", "%b %d, %Y %I%M %p")
            return (time.year, time.month, time.day, time.hour, time.minute)
    return tuple(map(int, _NUMBER.findall(text)))


def _natural(name: str) -> list[tuple[int, int, str]]:
    """A sort key that puts "x_2" before "x_10"."""
    parts = re.split(r"(\d{1,15})", name)
    return [(1, int(part), "") if part.isdecimal() else (0, 0, part) for part in parts]


def _time(text: str | None) -> datetime | None:
    if not text:
        return None
    try:
        return datetime.strptime(text, _DASHED_TIME).replace(tzinfo=UTC)
    except ValueError:
        time = parse_time(text)
    if time is None:
        raise SubmissionRefused(
            message("{text} in its name is not a time, such as 2026-10-01-21-30-00.", text=quoted(text))
        )
    return time
