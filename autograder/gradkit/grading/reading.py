"""Read a submission's Python files in a separate process (`gradkit.reader`) and validate its answers.

For some sources Python's parser needs a thousand times their size in memory; others crash it. So the grader parses
none itself. A file that cannot be read counts against its submission alone.
"""

from __future__ import annotations

import signal
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from gradkit.bans.chains import MAX_NAME
from gradkit.bans.names import Use, covers
from gradkit.course import Assignment, BanGroup
from gradkit.grading.reader import Answers, SourceReader
from gradkit.reader.overwritten import MAX_OVERWRITTEN
from gradkit.reader.signs import MAX_SIGNS

_MOST_LINES = 1 << 24
_LONGEST = 300  # characters of a sentence
_SLOW = "reading it takes too long"
_KILLED = "the process that reads it was killed"
_CRASHED = "Python's parser crashes on it"
_NOT_REACHED = "the files before it took too much"


@dataclass(frozen=True)
class FoundSign:
    """A line of a submission's sources that an instructor should look at.

    Attributes:
        file: the file's name.
        line: the line, from 1.
        why: what the line does.
    """

    file: str
    line: int
    why: str


@dataclass(frozen=True)
class Reading:
    """What the source reader found in one submission.

    Attributes:
        uses: question id -> the first use of a banned name.
        unreadable: file name -> why it could not be read.
        signs: signs of deception in the assignment's module and the files that it imports, the module's first.
        overwritten: name of a function or class -> the line in which the module assigns another value to it.
    """

    uses: Mapping[str, Use] = field(default_factory=lambda: MappingProxyType({}))
    unreadable: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    signs: tuple[FoundSign, ...] = ()
    overwritten: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def problems(self) -> tuple[str, ...]:
        """One sentence for each file that could not be read."""
        return tuple(in_words(name, why) for name, why in self.unreadable.items())


@dataclass(frozen=True)
class _File:
    """The validated answer about one file."""

    uses: tuple[Use | None, ...] = ()
    signs: tuple[FoundSign, ...] = ()
    imports: tuple[str, ...] = ()
    overwritten: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    unreadable: str = ""


def in_words(name: str, why: str) -> str:
    """The sentence for a file that could not be read, with advice."""
    return f"{name} cannot be read: {why}. Write it in smaller steps."


def read_sources(reader: SourceReader, assignment: Assignment, sources: Mapping[str, bytes]) -> Reading:
    """Read all files of a submission, each once.

    Args:
        reader: the grader's connection to the reading process.
        assignment: its module is searched for banned calls.
        sources: file name -> the file's bytes.

    Raises:
        GraderFault: the process cannot be started.
    """
    names = sorted(sources, key=lambda name: (name != assignment.module, name))
    questions = assignment.questions if assignment.module in sources else ()
    groups = [[assignment.banned[name] for name in question.banned] for question in questions]
    asked = [
        [question.targets, [group.names for group in own]] for question, own in zip(questions, groups, strict=True)
    ]
    data = [sources[name] for name in names]
    answers = reader.ask({"names": names, "questions": asked}, data)
    if answers.end == -signal.SIGKILL:  # possibly from outside, which must not cost the submission anything
        answers = reader.ask({"names": names, "questions": asked}, data)
    files = {name: _checked(name, answers, number, groups if number == 0 else []) for number, name in enumerate(names)}
    module, loaded = files.get(assignment.module, _File()), _loaded(assignment.module, files)
    return Reading(
        uses={question.id: use for question, use in zip(questions, module.uses, strict=False) if use is not None},
        unreadable={name: file.unreadable for name, file in files.items() if file.unreadable},
        signs=tuple(sign for name, file in files.items() if name in loaded for sign in file.signs),
        overwritten=module.overwritten,
    )


def _loaded(module: str, files: Mapping[str, _File]) -> set[str]:
    """The files that importing the module loads; others, such as the public checks, cannot influence an answer.

    If one of those files cannot be read, all files.
    """
    found: set[str] = set()
    waiting = [module]
    while waiting:
        name = waiting.pop()
        if name in files and name not in found:
            if files[name].unreadable:
                return set(files)
            found.add(name)
            waiting += [f"{imported}.py" for imported in files[name].imports]
    return found


def _checked(name: str, answers: Answers, number: int, groups: Sequence[Sequence[BanGroup]]) -> _File:
    """Validate the answer about one file."""
    if number > len(answers.files):
        return _File(unreadable=_NOT_REACHED)
    if number == len(answers.files):
        return _File(
            unreadable={None: _SLOW, -signal.SIGXCPU: _SLOW, -signal.SIGKILL: _KILLED}.get(answers.end, _CRASHED)
        )
    answer = answers.files[number]
    try:
        if "unreadable" in answer:
            return _File(unreadable=_text(answer["unreadable"], _LONGEST))
        uses = tuple(_use(found, own) for found, own in zip(answer["uses"], groups, strict=True))
        signs = tuple(FoundSign(name, *_sign(found)) for found in answer["signs"][:MAX_SIGNS])
        imports = tuple(_text(imported, _LONGEST) for imported in answer["imports"])
        overwritten = {
            _text(found["name"], MAX_NAME): _number(found["line"], _MOST_LINES)
            for found in answer["overwritten"][:MAX_OVERWRITTEN]
        }
        return _File(uses, signs, imports, overwritten)
    except (TypeError, KeyError, ValueError):
        return _File(unreadable=_CRASHED)


def _use(found: Mapping[str, object] | None, groups: Sequence[BanGroup]) -> Use | None:
    if found is None:
        return None
    use = Use(
        _number(found["group"], len(groups) - 1), _text(found["name"], MAX_NAME), _number(found["line"], _MOST_LINES)
    )
    if not any(covers(name, use.name) for name in groups[use.group].names):
        raise ValueError(use.name)
    return use


def _sign(found: Mapping[str, object]) -> tuple[int, str]:
    return _number(found["line"], _MOST_LINES), _text(found["why"], _LONGEST)


def _number(value: object, most: int) -> int:
    if type(value) is not int or not 0 <= value <= most:
        raise ValueError(value)
    return value


def _text(value: object, most: int) -> str:
    if not isinstance(value, str) or not value.isprintable() or not 0 < len(value) <= most:
        raise ValueError(value)
    return value
