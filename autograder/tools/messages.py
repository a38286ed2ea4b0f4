"""Write the engine's messages into its catalogue of translations, which keeps what is translated, and compile it.

Usage: ``python autograder/tools/messages.py``; with ``--check`` only list what is missing, doubtful or out of date.

A message's id is the first argument of `message`, `say` and the like, or the first two of `plural`, and must be in the
source as one string. Those of pages are the texts of ``{% trans %}`` and ``_("...")``, with fields ``%(name)s``.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.extract import extract_from_dir

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
_OF_ALL = ("{first} {then}", "{first}\n{then}", "{first} and {then}", "{first}, {then}")  # joined in gradkit.messages


def catalogue(language: str = "zh") -> CatalogueFile:
    """The engine's catalogue, with all of its texts."""
    locale = LOCALES[language]
    path = ENGINE / locale / "LC_MESSAGES" / "gradkit.po"
    return CatalogueFile(path, path.name, locale, with_places(_texts(ENGINE.parent)), compiled=True)


def _texts(folder: Path) -> Iterator[tuple[Id, str]]:
    yield from ((joined, "messages.py") for joined in _OF_ALL)
    found = extract_from_dir(str(folder), METHODS, OPTIONS, keywords=KEYWORDS)
    for name, _, text, _, _ in found:
        if text and name != "classroom/term.py":  # its `say` is another
            yield text, name


def check(found: CatalogueFile) -> list[str]:
    """What is missing, stale, doubtful or out of date, a line each."""
    current = found.mo.is_file() and found.mo.read_bytes() == compiled(found)
    return [*faults(found), *([] if current else [f"{found.mo.name}: out of date"])]


def main(*arguments: str) -> str:
    """Update and compile the catalogue, unless it is only checked; returns what is left to do."""
    found = catalogue()
    if not arguments:
        update(found)
        found.mo.write_bytes(compiled(found))
    left = check(found)
    advice = "Run `python autograder/tools/messages.py`, and translate what is new."
    return "\n".join([*left, advice]) if left else ""


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]) or 0)
