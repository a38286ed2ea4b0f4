"""Read a TOML file into a frozen dataclass, or report which key of which file is wrong and what was expected."""

from __future__ import annotations

import codecs
import json
import tomllib
from functools import cache
from pathlib import Path
from typing import Annotated, Any, TypeVar, cast

from pydantic import Field, TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from gradkit.errors import CourseError
from gradkit.messages import Message, lines, message
from gradkit.temporary import system_reason

T = TypeVar("T")
Title = Annotated[str, Field(min_length=1, pattern=r"^[^\x00-\x1f\x7f]*$")]  # one line of text


_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


def read_text(path: Path) -> str:
    """Read a small text file in UTF-8, or in an encoding with a byte order mark, as editors on Windows write.

    Raises:
        FileNotFoundError: it does not exist.
        CourseError: it cannot be read, or is not text.
    """
    try:
        data = path.read_bytes()
        encoding = next((name for mark, name in _MARKS if data.startswith(mark)), "utf-8")
        return data.decode(encoding)
    except FileNotFoundError:
        raise
    except OSError as error:
        raise CourseError(
            message(
                "{path}: cannot be read ({reason}). Check that it is a file and its permissions.",
                path=path,
                reason=system_reason(error),
            )
        ) from error
    except UnicodeDecodeError as error:
        raise CourseError(
            message("{path}: cannot be read ({error}). It must be a UTF-8 text file.", path=path, error=error)
        ) from error


def read_toml(path: Path, shape: type[T]) -> T:
    """Read ``path`` into an instance of the dataclass ``shape``.

    Raises:
        CourseError: the file is missing, is not TOML, or has a key that is wrong, missing or unknown.
    """
    try:
        text = read_text(path)
    except FileNotFoundError:
        raise CourseError(
            message("{path}: no such file. Every course has one; docs/reference.md lists its keys.", path=path)
        ) from None
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise CourseError(_not_toml(path, error)) from error
    try:
        # By way of JSON, so that TOML's arrays become tuples while every other type is checked strictly.
        found: T = _adapter(cast(Any, shape)).validate_json(json.dumps(data, default=str), strict=True)
    except ValidationError as error:
        # Entries that are wrong do not count for pydantic, which would call a list of them too short.
        wrong = [detail for detail in error.errors() if detail["type"] != "too_short" or not detail["input"]]
        raise CourseError(lines(*(_sentence(path, detail) for detail in wrong))) from error
    return found


@cache
def _adapter(shape: Any) -> TypeAdapter[Any]:
    """The adapter for a dataclass; making it takes longer than reading a file with it."""
    return TypeAdapter(shape)


def _not_toml(path: Path, error: tomllib.TOMLDecodeError) -> Message:
    reason, _, place = str(error).rpartition(" (at ")
    line, _, column = place.removeprefix("line ").removesuffix(")").partition(", column ")
    if not column:
        return message("{path}: not valid TOML: {reason}.", path=path, reason=error)
    return message(
        "{path}: not valid TOML: {reason} (at line {line}, column {column}).",
        path=path,
        reason=Message(reason),
        line=line,
        column=column,
    )


def _sentence(path: Path, detail: ErrorDetails) -> Message:
    key = _key(detail["loc"])
    if detail["type"] == "missing":
        return message(
            "{path}: {key}: this key is missing. docs/reference.md lists the keys and their values.", path=path, key=key
        )
    if detail["type"] in ("unexpected_keyword_argument", "extra_forbidden"):
        return message(
            "{path}: {key}: unknown key. Check its spelling; docs/reference.md lists the keys.", path=path, key=key
        )
    return message(
        "{path}: {key}: expected {expected}, found {found}.",
        path=path,
        key=key,
        expected=_expected(detail),
        found=_short(detail["input"]),
    )


# pydantic's messages as phrases that complete the sentence "expected ..."
_EXPECTED = {
    **dict.fromkeys(
        ("timezone_aware", "datetime_type", "datetime_parsing", "datetime_from_date_parsing"),
        message("a date and time with its zone, as in 2026-10-01T22:00:00Z"),
    ),
    "string_pattern_mismatch": message("a name of the right form (docs/reference.md says which)"),
    "string_too_short": message("some text"),
    "too_short": message("at least one entry"),
    "string_type": message("a valid string"),
    "int_type": message("a valid integer"),
    "int_from_float": message("a valid integer, got a number with a fractional part"),
    "float_type": message("a valid number"),
    "finite_number": message("a finite number"),
    "tuple_type": message("a valid array"),
    "dataclass_type": message("an object"),
    "dict_type": message("an object"),
    "greater_than": message("greater than {gt}"),
    "greater_than_equal": message("greater than or equal to {ge}"),
    "less_than_equal": message("less than or equal to {le}"),
}


def _expected(detail: ErrorDetails) -> str:
    """What was expected, as a phrase."""
    limits = detail.get("ctx", {})
    if detail["type"] == "literal_error":
        return _alternatives(limits["expected"])
    if detail["type"] in _EXPECTED:
        return Message(_EXPECTED[detail["type"]].id, {name: _number(value) for name, value in limits.items()})
    return detail["msg"].removeprefix("Input should be ")


def _alternatives(names: str) -> str:
    """Names as pydantic lists them: ``'last', 'best' or 'active'``."""
    names, _, last = names.rpartition(" or ")
    return message("{first} or {then}", first=names, then=last) if names else last


def _number(value: Any) -> str:
    return format(value, "g") if isinstance(value, float) else str(value)


def _key(location: tuple[int | str, ...]) -> str:
    """The key in an author's notation: ``question[2].points``, counting from 1."""
    text = ""
    for part in location:
        text += f"[{part + 1}]" if isinstance(part, int) else f".{part}" if text else part
    return text or message("the file")


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= 60 else text[:57] + "..."
