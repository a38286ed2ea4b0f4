"""Sentences in English that can be shown in another language.

A `Message` is made in English wherever something is to be said, and translated where it is shown. It keeps the
sentence with its fields, such as "{what} must have shape {expected}.", and their values: the whole sentence is the key
of its translation, so that no sentence is glued of parts. Identifiers, shapes and code are fields, and are the same in
every language.
"""

from __future__ import annotations

import gettext
import math
import os
import re
import struct
from collections.abc import Iterable, Mapping
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any, Self, TypeAlias

LANGUAGES: Mapping[str, str] = {"en": "English", "zh": "中文"}
VARIABLE = "GRADKIT_LANGUAGE"
ENGINE = Path(__file__).parent / "locale"
LOCALES: Mapping[str, str] = {"zh": "zh_Hans"}  # the names of the catalogues' folders
_COUNT = "n"
_CHINESE = re.compile("[\u4e00-\u9fff]")
_PUNCTUATION = "，。：；？！、（）“”"

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

    def capital(self) -> Message:
        """The same message with a capital at its beginning, for the languages that have capitals.

        A catalogue needs no entry of its own for it.
        """
        if not self.fields or self.id[:1] not in "{":
            return Message(self.id[:1].upper() + self.id[1:], self.fields, self.plural[:1].upper() + self.plural[1:])
        first, _, _ = self.id[1:].partition("}")
        if isinstance(value := self.fields.get(first), Message):
            return Message(self.id, {**self.fields, first: value.capital()}, self.plural)
        return self

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
    return _whole(_joined("{first} {then}", parts))


def lines(*parts: str) -> Message:
    """Several texts, each on a line of its own; empty ones are left out."""
    return _whole(_joined("{first}\n{then}", parts))


def listed(names: Iterable[str]) -> str:
    """Names in a list: ``a and b``; a single one stays as it is."""
    return _joined("{first} and {then}", tuple(names))


def one_of(names: Iterable[str]) -> str:
    """Names of which one is meant: ``a or b``; a single one stays as it is."""
    return _joined("{first} or {then}", tuple(names))


def with_commas(names: Iterable[str]) -> str:
    """Names separated by commas; a message only if one of them is."""
    names = list(names)
    if any(isinstance(name, Message) for name in names):
        return _joined("{first}, {then}", tuple(names))
    return ", ".join(names)


def _joined(msgid: str, parts: tuple[str, ...]) -> str:
    whole: str = ""
    for part in filter(None, parts):
        whole = message(msgid, first=whole, then=part) if whole else part
    return whole


def _whole(text: str) -> Message:
    return text if isinstance(text, Message) else Message(text)


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
    fields = {name: _field_as_data(value) for name, value in text.fields.items()}
    return {"id": text.id, "fields": fields, **({"plural": text.plural} if text.plural else {})}


def _field_as_data(value: Value) -> Any:
    """A field: a message without fields is not its text alone, which would be no message when it is read."""
    if isinstance(value, Message):
        return as_data(value) if value.fields else {"id": value.id}
    return value


def from_data(data: Any) -> Message:
    """The message that `as_data` described.

    Raises:
        KeyError, TypeError or ValueError: the data describes no message.
    """
    if isinstance(data, str):
        return Message(data)
    fields = {
        name: from_data(value) if isinstance(value, dict) else value for name, value in data.get("fields", {}).items()
    }
    return Message(data["id"], fields, data.get("plural", ""))


def packed(data: Any) -> Any:
    """Plain data in which each message is described by `as_data`."""
    if isinstance(data, dict):
        return {name: packed(value) for name, value in data.items()}
    if isinstance(data, (list, tuple)):
        return [packed(value) for value in data]
    return as_data(data) if isinstance(data, Message) else data


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
        fields = dict(text.fields)
        for name, value in text.fields.items():
            if isinstance(value, Message):
                fields[name] = translated = self.translate(value, language, *folders)
                template = _close_up(template, f"{{{name}}}", translated)
        return template.format_map(fields)

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
        small = msgid[0].lower() + msgid[1:]
        if small == msgid:
            return english
        found = self.look_up(small, language, *folders, many=many[:1].lower() + many[1:], n=n)
        return english if found[1:] == english[1:] else found


def _close_up(template: str, field: str, text: str) -> str:
    """A template without the spaces beside a field that only a Latin text needs there."""
    before, found, after = template.partition(field)
    if _joined_up(before[-2:-1], text[:1]):
        before = before.removesuffix(" ")
    if _joined_up(text[-1:], after[1:2]):
        after = after.removeprefix(" ")
    return before + found + after


def _joined_up(left: str, right: str) -> bool:
    """Whether no space is between two letters: two Chinese ones, or where one is full-width punctuation."""
    if not left or not right:
        return False
    return left in _PUNCTUATION or right in _PUNCTUATION or bool(_CHINESE.match(left) and _CHINESE.match(right))


def _translations(folder: Path, name: str) -> tuple[gettext.GNUTranslations, ...]:
    """The compiled catalogues of a ``locale`` folder; one that is damaged is left out, and English is shown."""
    found = []
    for path in sorted(folder.glob(f"{name}/LC_MESSAGES/*.mo")):
        with suppress(OSError, ValueError, struct.error), path.open("rb") as file:
            found.append(gettext.GNUTranslations(file))
    return tuple(found)


CATALOGUE = Catalogue()
_language = "en"


def translate(text: str, language: str, *folders: Path) -> str:
    """`Catalogue.translate`, with the catalogues that this process has read."""
    return CATALOGUE.translate(text, language, *folders)


def use(language: str) -> None:
    """Show messages in a language from now on, in this process and in those that are forked from it."""
    global _language
    _language = language


def language_in_use() -> str:
    """The language that `use` has set; English at first."""
    return _language


def shown(text: str, *folders: Path) -> str:
    """A text in the language in use: what is printed goes through this, once or several times.

    Args:
        text: a message. Any other str, such as a name, is shown as it is, unless folders are given.
        folders: as for `translate`; then a str is looked up as a whole, such as the title of a suite's test.
    """
    return translate(text, _language, *folders) if folders or isinstance(text, Message) else text


def choose_language(option: str | None = None, course: str | None = None) -> str:
    """The language to show: the option, GRADKIT_LANGUAGE, the course's, the locale's, or English.

    Args:
        option: what ``--language`` says, or None.
        course: the course's language, or None.

    Raises:
        ValueError: the option or GRADKIT_LANGUAGE is not one of `LANGUAGES`.
    """
    for source, code in (("--language", option), (VARIABLE, os.environ.get(VARIABLE))):
        if code and code not in LANGUAGES:
            raise ValueError(
                message("{source} is {code}; expected {known}.", source=source, code=code, known=one_of(LANGUAGES))
            )
        if code:
            return code
    return course or of_locale()


def of_locale() -> str:
    """The language of the locale that the environment names."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if value := os.environ.get(name):
            return "zh" if value.lower().startswith("zh") else "en"
    return "en"
