"""``course.toml`` and the folders around it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import ConfigDict, Field

from gradkit.course.assignment import Assignment, load_assignment
from gradkit.course.hand_in_policy import Policy
from gradkit.course.server_url import EXAMPLE, check_server_url, without_parameters
from gradkit.course.toml_files import Title, read_text, read_toml
from gradkit.errors import CourseError, UsageError
from gradkit.ids import quoted
from gradkit.messages import Message, message

_STRICT = ConfigDict(extra="forbid")

# What the notebooks and public checks of a course import. numpy because torch warns without it, and one warning on
# stderr can cost points elsewhere.
PACKAGES = ("torch", "numpy", "matplotlib", "scikit-learn", "ipykernel")
_GRADEBOOK = "gradebook.db"

Owners = Literal["auto", "check", "ignore"]
Language = Literal["en", "zh"]  # those of `gradkit.messages.LANGUAGES`


@dataclass(frozen=True)
class LatePolicy:
    """The late penalty.

    Attributes:
        grace_minutes: minutes after the due time that cost nothing.
        percent_per_day: percent of the score for each day begun after the grace period.
        floor_percent: percent of the score that a late submission always keeps.
    """

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT

    grace_minutes: Annotated[float, Field(ge=0)] = 0.0
    percent_per_day: Annotated[float, Field(ge=0, le=100)] = 0.0
    floor_percent: Annotated[float, Field(ge=0, le=100)] = 0.0


@dataclass(frozen=True)
class SubmissionLimits:
    """Size limits above which a submission is refused unread.

    Attributes:
        files: the number of files.
        megabytes: mebibytes of all its files in total.
        file_megabytes: mebibytes per file.
        source_kilobytes: kibibytes per Python file.
    """

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT

    files: Annotated[int, Field(ge=1)] = 100
    megabytes: Annotated[float, Field(gt=0)] = 20.0
    file_megabytes: Annotated[float, Field(gt=0)] = 10.0
    source_kilobytes: Annotated[int, Field(ge=1, le=4096)] = 256

    @property
    def in_words(self) -> Message:
        """The limits as one phrase: "at most 100 files, ..."."""
        return message(
            "at most {files} files, {megabytes} MiB each (a Python file: {kilobytes} KiB), {total} MiB in total",
            files=self.files,
            megabytes=f"{self.file_megabytes:g}",
            kilobytes=self.source_kilobytes,
            total=f"{self.megabytes:g}",
        )


@dataclass(frozen=True)
class Environment:
    """The environment that students' code is graded in.

    Attributes:
        python: the version of Python, as ``3.11``. The default is the oldest that gradkit supports: code that loads
            there loads in all.
        packages: lines of a requirements file.
    """

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT

    python: Annotated[str, Field(pattern=r"^3\.(1[1-9]|[2-9][0-9])$")] = "3.11"
    packages: tuple[Annotated[str, Field(min_length=1)], ...] = PACKAGES

    @property
    def in_words(self) -> Message:
        """Both as one phrase: "Python 3.11 with torch, numpy"."""
        return message("{python} with {packages}", python=f"Python {self.python}", packages=", ".join(self.packages))


@dataclass(frozen=True)
class _CourseFile:
    __pydantic_config__: ClassVar[ConfigDict] = _STRICT

    id: Annotated[str, Field(pattern=r"^[A-Za-z0-9_.-]+$")]
    title: Title
    exchange: str = "exchange"
    exchange_owners: Owners = "auto"
    timezone: str = "UTC"
    language: Language | None = None
    database: Any = _GRADEBOOK  # checked by `_database`, whose message repeats no password
    late: LatePolicy = field(default_factory=LatePolicy)
    policy: Policy = field(default_factory=Policy)
    submission: SubmissionLimits = field(default_factory=SubmissionLimits)
    environment: Environment = field(default_factory=Environment)


@dataclass(frozen=True)
class Course:
    """A course's folder and settings.

    Attributes:
        root: the folder that holds ``course.toml``.
        id: the course's id in nbgrader's exchange.
        title: its title on pages.
        exchange: nbgrader's exchange folder.
        exchange_owners: whether the owners of folders in the exchange show who submitted them.
        late: the late penalty.
        submission: the size limits of a submission.
        environment: the environment that students' code is graded in.
        policy: the rules for hand-ins.
        zone: the time zone in which people read and write times.
        server: the URL of the gradebook on a PostgreSQL server, without a password; None: the file `gradebook`.
        language: the language that its students read; None: not stated.
    """

    root: Path
    id: str
    title: str
    exchange: Path
    exchange_owners: Owners
    late: LatePolicy
    submission: SubmissionLimits
    environment: Environment = field(default_factory=Environment)
    policy: Policy = field(default_factory=Policy)
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("UTC"))
    server: str | None = None
    language: Language | None = None

    @cached_property
    def assignment_ids(self) -> tuple[str, ...]:
        """The ids of all assignments, sorted; their files are not read, so a broken one does not hide the others."""
        return tuple(sorted(path.parent.name for path in (self.root / "assignments").glob("*/assignment.toml")))

    def source(self, assignment_id: str) -> Path:
        """The folder of the assignment's source, written by hand."""
        return self.root / "assignments" / assignment_id

    def reference(self, assignment: Assignment) -> Path:
        """The reference solution's source file."""
        return self.source(assignment.id) / assignment.module

    def hidden(self, assignment_id: str) -> Path:
        """The folder of its hidden suite, which never leaves the instructor's machine."""
        return self.root / "autograder" / "hidden" / assignment_id

    def locale(self, assignment_id: str) -> Path:
        """The translations of its hidden suite: titles, hints and mistakes' sentences."""
        return self.hidden(assignment_id) / "locale"

    def release(self, assignment_id: str) -> Path:
        """The generated folder that students get."""
        return self.root / "release" / assignment_id

    def other_release(self, assignment_id: str, language: str) -> Path:
        """The generated folder for students who read another language."""
        return self.root / "release" / language / assignment_id

    def solution(self, assignment_id: str) -> Path:
        """The generated folder with the complete reference."""
        return self.root / "solutions" / assignment_id

    @property
    def submitted(self) -> Path:
        """Collected submissions, ``<student>/<assignment>/``."""
        return self.root / "submitted"

    @property
    def attempts(self) -> Path:
        """Hand-ins that do not count, ``<student>/<assignment>/<time>/``."""
        return self.root / "attempts"

    @property
    def results(self) -> Path:
        """Records, ``<student>/<assignment>.json``."""
        return self.root / "results"

    @property
    def gradebook(self) -> Path:
        """Nbgrader's gradebook as an SQLite file; not used with a `server`."""
        return self.root / _GRADEBOOK

    @property
    def gradebook_place(self) -> str:
        """Where the gradebook is, for people: the path of its file, or the server's URL."""
        return str(self.gradebook) if self.server is None else without_parameters(self.server)

    @property
    def autograded(self) -> Path:
        """The notebooks that formgrader shows, ``<student>/<assignment>/``."""
        return self.root / "autograded"

    @property
    def feedback(self) -> Path:
        """Nbgrader's feedback pages, ``<student>/<assignment>/``."""
        return self.root / "feedback"

    @property
    def languages(self) -> tuple[Language, Language]:
        """The language of its pages, and that of the pages beside them."""
        return ("zh", "en") if self.language == "zh" else ("en", "zh")

    def feedback_page(self, student: str, assignment_id: str) -> Path:
        """Our own feedback page of a submission, beside the folder with nbgrader's."""
        return self.feedback / student / f"{assignment_id}.html"

    def in_language(self, page: Path, language: str) -> Path:
        """A page's file in a language: ``page`` itself for the course's, ``<name>.<language>.html`` for the other."""
        return page if language == self.languages[0] else page.with_name(f"{page.stem}.{language}{page.suffix}")

    @property
    def report(self) -> Path:
        """The folder of the class report."""
        return self.root / "report"

    @property
    def work(self) -> Path:
        """A folder for files that can be regenerated."""
        return self.root / ".gradkit"

    @cached_property
    def secret(self) -> str:
        """The course's secret, from which the suites' seeds are drawn.

        Raises:
            CourseError: the file is missing, empty or not text.
        """
        path = self.root / "autograder" / "hidden" / "secret.txt"
        try:
            secret = read_text(path).strip()
        except FileNotFoundError:
            secret = ""
        if not secret:
            raise CourseError(
                message(
                    "{path}: missing or empty. Put a long random line in it, and keep it from students: {command}",
                    path=path,
                    command="python -c 'import secrets; print(secrets.token_hex())'",
                )
            )
        return secret

    def local_time(self, what: str, text: str) -> datetime:
        """A time as people write it, in UTC; without an offset it is in the course's zone.

        Args:
            what: what the time is, for the message.
            text: the time.

        Raises:
            UsageError: it is not a time.
        """
        try:
            time = datetime.fromisoformat(text.strip())
        except ValueError:
            raise UsageError(
                message(
                    "{what}: expected a time such as 2026-10-05T22:00 (in the course's zone, {zone}) or "
                    "2026-10-05T22:00:00Z, found {text}.",
                    what=what,
                    zone=self.zone.key,
                    text=quoted(text),
                )
            ) from None
        return (time if time.tzinfo else time.replace(tzinfo=self.zone)).astimezone(UTC)

    def assignment(self, assignment_id: str) -> Assignment:
        """Read one assignment.

        Raises:
            UsageError: there is no such assignment.
            CourseError: its ``assignment.toml`` is wrong.
        """
        if assignment_id not in self.assignment_ids:
            known = ", ".join(self.assignment_ids) or message("none")
            raise UsageError(
                message(
                    'No assignment "{assignment}" in {folder} (it has: {known}).',
                    assignment=assignment_id,
                    folder=self.root / "assignments",
                    known=known,
                )
            )
        return load_assignment(self.source(assignment_id))


def load_course(root: Path) -> Course:
    """Read ``<root>/course.toml``.

    Raises:
        CourseError: it is wrong; names file, key, what was found and what was expected.
    """
    root = root.resolve()
    if any(character in str(root) for character in "*?["):
        raise CourseError(
            message(
                "{folder}: nbgrader and pytest read folder names as patterns and would not find this one. Move "
                "the course to a folder whose path contains none of * ? [.",
                folder=root,
            )
        )
    data = read_toml(root / "course.toml", _CourseFile)
    _check_packages(root / "course.toml", data.environment.packages)
    return Course(
        root=root,
        id=data.id,
        title=data.title,
        exchange=(root / data.exchange).resolve(),
        exchange_owners=data.exchange_owners,
        late=data.late,
        submission=data.submission,
        environment=data.environment,
        policy=data.policy,
        zone=_zone(root / "course.toml", data.timezone),
        server=_server(root / "course.toml", data.database),
        language=data.language,
    )


def _zone(path: Path, name: str) -> ZoneInfo:
    """A time zone by its name.

    Raises:
        CourseError: there is none of that name.
    """
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise CourseError(
            message(
                '{path}: timezone: expected a name as in "Europe/Berlin" or "UTC", found "{name}". If the '
                "name is right, this machine lacks its time zones: {command}",
                path=path,
                name=name,
                command="pip install tzdata",
            )
        ) from error


def _server(path: Path, database: object) -> str | None:
    """The server's URL, or None for the gradebook's file.

    Raises:
        CourseError: it is neither.
    """
    if database == _GRADEBOOK:
        return None
    try:
        expected = message('"{file}" or a URL such as "{example}"', file=_GRADEBOOK, example=EXAMPLE)
        return check_server_url(database, expected)
    except ValueError as reason:
        raise CourseError(message("{path}: database: {reason}", path=path, reason=reason.args[0])) from None


def _check_packages(path: Path, packages: Sequence[str]) -> None:
    """Check that pip understands each line, and that torch is among them.

    Raises:
        CourseError: a line is wrong, or torch is missing.
    """
    from packaging.requirements import InvalidRequirement, Requirement  # late: no worker needs it

    names = []
    for line in packages:
        try:
            names.append(Requirement(line).name.lower())
        except InvalidRequirement as error:
            raise CourseError(
                message(
                    '{path}: environment.packages: expected a package as in "numpy" or "numpy>=2.2", found '
                    '"{line}" ({reason}).',
                    path=path,
                    line=line,
                    reason=str(error).splitlines()[0],
                )
            ) from error
    if "torch" not in names:
        raise CourseError(
            message(
                "{path}: environment.packages: expected torch among them, found: {packages}.",
                path=path,
                packages=", ".join(packages),
            )
        )
