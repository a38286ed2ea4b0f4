"""Write the engine's messages into its catalogue of translations, which keeps what is translated, and compile it.

Usage: ``python autograder/tools/messages.py``; with ``--check`` only list what is missing, doubtful or out of date.

A message's id is the first argument of `message`, `say` and the like, or the first two of `plural`, and must be in the
source as one string. Those of pages are the texts of ``{% trans %}`` and ``_("...")``, with fields ``%(name)s``.
Those of help are what `click` holds of the commands.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import typer
from babel.messages.extract import extract_from_dir

from gradkit.check.command import app as students
from gradkit.check.help import help_texts
from gradkit.cli.app import app
from gradkit.messages import ENGINE, LOCALES
from gradkit.release.catalogues import CatalogueFile, Id, compiled, faults, update, with_places

METHODS = [("pages/templates/**.html", "jinja2.ext:babel_extract"), ("**.py", "python")]
OPTIONS = {"pages/templates/**.html": {"newstyle_gettext": "true", "trim_blocks": "true", "lstrip_blocks": "true"}}
KEYWORDS = {
    "message": None,
    "plural": (1, 2),
    "say": None,
    "in_english": None,
    "_fail": (2,),
    "_": None,  # of pages, as the next two
    "gettext": None,
    "ngettext": (1, 2),
}
STUDENTS = ("bans/", "check/", "conditions/", "messages.py")  # what their wheel contains
# Joined in gradkit.messages.
_OF_ALL = ("{first} {then}", "{first}\n{then}", "{first} and {then}", "{first} or {then}", "{first}, {then}")
# What `gradkit.temporary.system_reason` most often says.
_OF_THE_SYSTEM = (
    "Cannot allocate memory",
    "Directory not empty",
    "Disk quota exceeded",
    "File exists",
    "File name too long",
    "Input/output error",
    "Invalid argument",
    "Is a directory",
    "No such file or directory",
    "No space left on device",
    "Not a directory",
    "Operation not permitted",
    "Permission denied",
    "Read-only file system",
    "Resource temporarily unavailable",
    "Stale file handle",
    "Too many levels of symbolic links",
    "Too many open files",
)
_OF_ZIPFILE = ("File is not a zip file",)
# What tomllib says of the usual mistakes.
_OF_TOML = (
    "Cannot overwrite a value",
    "Expected '=' after a key in a key/value pair",
    "Expected ']' at the end of a table declaration",
    "Expected ']]' at the end of an array declaration",
    "Expected newline or end of document after a statement",
    "Illegal character '\\n'",
    "Invalid date or datetime",
    "Invalid initial character for a key part",
    "Invalid statement",
    "Invalid value",
    "Unclosed array",
    "Unclosed inline table",
    "Unterminated string",
)


def catalogue(language: str = "zh") -> CatalogueFile:
    """The engine's catalogue, with all of its texts."""
    locale = LOCALES[language]
    path = ENGINE / locale / "LC_MESSAGES" / "gradkit.po"
    return CatalogueFile(path, path.name, locale, with_places(_texts(ENGINE.parent)), compiled=True)


def parts(found: CatalogueFile) -> dict[Path, bytes]:
    """The compiled catalogues: of what the students' wheel says, and of the rest."""
    students = [text for text, places in found.texts.items() if any(place.startswith(STUDENTS) for place in places)]
    rest = found.texts.keys() - set(students)
    return {found.mo.with_name("check.mo"): compiled(found, students), found.mo: compiled(found, rest)}


def _texts(folder: Path) -> Iterator[tuple[Id, str]]:
    yield from ((joined, "messages.py") for joined in _OF_ALL)
    yield from ((reason, "temporary.py") for reason in _OF_THE_SYSTEM)
    yield from ((reason, "intake/archive.py") for reason in _OF_ZIPFILE)
    yield from ((reason, "course/toml_files.py") for reason in _OF_TOML)
    found = extract_from_dir(str(folder), METHODS, OPTIONS, keywords=KEYWORDS)
    for name, _, text, _, _ in found:
        if text:
            yield text, name
    for file, commands in (("check/command.py", students), ("cli/app.py", app)):
        yield from ((text, file) for _, text in help_texts(typer.main.get_command(commands)))


def check(found: CatalogueFile) -> list[str]:
    """What is missing, stale, doubtful or out of date, a line each."""
    stale = [mo.name for mo, data in parts(found).items() if not mo.is_file() or mo.read_bytes() != data]
    return [*faults(found), *(f"{name}: out of date" for name in stale)]


def main(*arguments: str) -> str:
    """Update and compile the catalogue, unless it is only checked; returns what is left to do."""
    found = catalogue()
    if not arguments:
        update(found)
        for mo, data in parts(found).items():
            mo.write_bytes(data)
    left = check(found)
    advice = "Run `python autograder/tools/messages.py`, and translate what is new."
    return "\n".join([*left, advice]) if left else ""


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]) or 0)
