"""Sentences in English that can be shown in another language.

A `Message` is made in English wherever something is to be said, and translated where it is shown. It keeps the
sentence with its fields, such as "{what} must have shape {expected}.", and their values: the whole sentence is the key
of its translation, so that no sentence is glued of parts. Identifiers, shapes and code are fields, and are the same in
every language.
"""

from __future__ import annotations

import gettext
import math
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Self, TypeAlias

LANGUAGES: Mapping[str, str] = {"en": "English", "zh": "中文"}
ENGINE = Path(__file__).parent / "locale"
LOCALES: Mapping[str, str] = {"zh": "zh_Hans"}  # the names of the catalogues' folders
_COUNT = "n"

Value: TypeAlias = "str | int | float | Message"


class Message(str):
    """A text in English that knows how it was made.

    It is a str, so everything that takes a text takes it; ``str(message)`` is the text alone.

    Args:
        msgid: the sentence in the syntax of `str.format`. Without fields it is the text as it is, braces and all.
        fields: the values of its fields.
        many: the sentence for any count but 1, which is the field ``n``; "" if there is no count.

    Attributes:
        id: the sentence with its fields.
        fields: the values of its fields.
        plural: the sentence for any count but 1, or "".
    """

    id: str
    fields: Mapping[str, Value]
    plural: str

    def __new__(cls, msgid: str, fields: Mapping[str, Value] | None = None, many: str = "") -> Self:
        """Write the sentence in English."""
        fields = fields or {}
        template = many if many and fields[_COUNT] != 1 else msgid
        message = super().__new__(cls, template.format_map(fields) if fields else template)
        message.id, message.fields, message.plural = str(msgid), fields, many
        return message

    def __getnewargs__(self) -> tuple[Any, ...]:
        return self.id, self.fields, self.plural


def message(msgid: str, /, **fields: object) -> Message:
    """A sentence with named fields: ``message("No gradient reaches {name}.", name="weight")``.

    A value that is not a str, an int, a finite float or a Message becomes its text.
    """
    return Message(msgid, {name: _plain(value) for name, value in fields.items()})


def plural(one: str, many: str, n: int, /, **fields: object) -> Message:
    """A sentence that depends on a count, which is its field ``n``: ``plural("{n} case", "{n} cases", count)``."""
    return Message(one, {_COUNT: n} | {name: _plain(value) for name, value in fields.items()}, many)


def sentences(*parts: str) -> Message:
    """Several sentences, one after the other; empty ones are left out."""
    return _joined("{first} {then}", parts)


def lines(*parts: str) -> Message:
    """Several texts, each on a line of its own; empty ones are left out."""
    return _joined("{first}\n{then}", parts)


def _joined(msgid: str, parts: tuple[str, ...]) -> Message:
    whole: str = ""
    for part in filter(None, parts):
        whole = message(msgid, first=whole, then=part) if whole else part
    return whole if isinstance(whole, Message) else Message(whole)


def _plain(value: object) -> Value:
    if isinstance(value, (Message, int)) or (isinstance(value, float) and math.isfinite(value)):
        return value
    return str(value)


def as_data(text: str) -> Any:
    """A message as plain data for JSON: its id and fields, or its text alone where this says all.

    A plain str is data already.
    """
    if not isinstance(text, Message) or not text.fields:
        return str(text)
    fields = {name: as_data(value) if isinstance(value, str) else value for name, value in text.fields.items()}
    return {"id": text.id, "fields": fields, **({"plural": text.plural} if text.plural else {})}


def from_data(data: Any) -> Message:
    """The message that `as_data` described.

    Raises:
        KeyError, TypeError or ValueError: the data describes no message.
    """
    if isinstance(data, str):
        return Message(data)
    fields = {name: from_data(value) if isinstance(value, dict) else value for name, value in data["fields"].items()}
    return Message(data["id"], fields, data.get("plural", ""))


class Catalogue:
    """Translations from compiled gettext catalogues; each is read when it is first needed."""

    def __init__(self) -> None:
        self._found = cache(_translations)

    def translate(self, text: str, language: str, *folders: Path) -> str:
        """A text in a language; in English if no catalogue has it.

        Args:
            text: a message; or a str, which is looked up as a whole.
            language: one of `LANGUAGES`.
            folders: ``locale`` folders, such as a suite's, that are searched before the engine's own.
        """
        if language not in LOCALES or not text:
            return str(text)
        if not isinstance(text, Message):
            return self.look_up(text, language, *folders)
        template = self.look_up(text.id, language, *folders, many=text.plural, n=text.fields.get(_COUNT, 1))
        if not text.fields:
            return template
        return template.format_map(
            {
                name: self.translate(value, language, *folders) if isinstance(value, Message) else value
                for name, value in text.fields.items()
            }
        )

    def look_up(self, msgid: str, language: str, *folders: Path, many: str = "", n: Any = 1) -> str:
        """The translation of an id, its fields not filled in; the id itself if no catalogue has it.

        Args:
            msgid: the id.
            language: one of `LANGUAGES`.
            folders: as for `translate`.
            many: the id for any count but 1, or "".
            n: the count.
        """
        english = many if many and n != 1 else msgid
        if language not in LOCALES or not msgid:
            return english
        for folder in (*folders, ENGINE):
            for translations in self._found(folder, LOCALES[language]):
                found = translations.ngettext(msgid, many, n) if many else translations.gettext(msgid)
                if found != english:
                    return found
        return english


def _translations(folder: Path, name: str) -> tuple[gettext.GNUTranslations, ...]:
    """The compiled catalogues of a ``locale`` folder."""
    found = []
    for path in sorted(folder.glob(f"{name}/LC_MESSAGES/*.mo")):
        with path.open("rb") as file:
            found.append(gettext.GNUTranslations(file))
    return tuple(found)


CATALOGUE = Catalogue()


def translate(text: str, language: str, *folders: Path) -> str:
    """`Catalogue.translate`, with the catalogues that this process has read."""
    return CATALOGUE.translate(text, language, *folders)
