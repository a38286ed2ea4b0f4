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
            f"{path}: cannot be read ({error.strerror}). Check that it is a file and its permissions."
        ) from error
    except UnicodeDecodeError as error:
        raise CourseError(f"{path}: cannot be read ({error}). It must be a UTF-8 text file.") from error


def read_toml(path: Path, shape: type[T]) -> T:
    """Read ``path`` into an instance of the dataclass ``shape``.

    Raises:
        CourseError: the file is missing, is not TOML, or has a key that is wrong, missing or unknown.
    """
    try:
        text = read_text(path)
    except FileNotFoundError:
        raise CourseError(f"{path}: no such file. Every course has one; docs/reference.md lists its keys.") from None
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise CourseError(f"{path}: not valid TOML: {error}.") from error
    try:
        # By way of JSON, so that TOML's arrays become tuples while every other type is checked strictly.
        found: T = _adapter(cast(Any, shape)).validate_json(json.dumps(data, default=str), strict=True)
    except ValidationError as error:
        raise CourseError("\n".join(_sentence(path, detail) for detail in error.errors())) from error
    return found


@cache
def _adapter(shape: Any) -> TypeAdapter[Any]:
    """The adapter for a dataclass; making it takes longer than reading a file with it."""
    return TypeAdapter(shape)


def _sentence(path: Path, detail: ErrorDetails) -> str:
    key = _key(detail["loc"])
    if detail["type"] == "missing":
        return f"{path}: {key}: this key is missing. docs/reference.md lists the keys and their values."
    if detail["type"] in ("unexpected_keyword_argument", "extra_forbidden"):
        return f"{path}: {key}: unknown key. Check its spelling; docs/reference.md lists the keys."
    message = _EXPECTED.get(detail["type"]) or detail["msg"].removeprefix("Input should be ")
    return f"{path}: {key}: expected {message}, found {_short(detail['input'])}."


# Replacements for pydantic's messages that do not complete the sentence "expected ..."
_EXPECTED = {
    "timezone_aware": "a date and time with its zone, as in 2026-10-01T22:00:00Z",
    "string_pattern_mismatch": "a name of the right form (docs/reference.md says which)",
    "string_too_short": "some text",
    "too_short": "at least one entry",
}


def _key(location: tuple[int | str, ...]) -> str:
    """The key in an author's notation: ``question[2].points``, counting from 1."""
    text = ""
    for part in location:
        text += f"[{part + 1}]" if isinstance(part, int) else f".{part}" if text else part
    return text or "the file"


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= 60 else text[:57] + "..."
