"""Messages: English text with its sentence and fields, as plain data and in another language."""

from __future__ import annotations

import json
import pickle
from collections.abc import Mapping
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo

from gradkit.messages import (
    Catalogue,
    Message,
    as_data,
    from_data,
    lines,
    message,
    plural,
    sentences,
)

CHINESE: Mapping[str | tuple[str, str], str | tuple[str, ...]] = {
    "Not started yet.": "尚未开始。",
    "{what} must have shape {expected}.": "{what}的形状应为 {expected}。",
    "the gradient of {name}": "{name} 的梯度",
    ("{n} case fails.", "{n} cases fail."): ("有 {n} 种情况未通过。",),
    "{first} {then}": "{first}{then}",
}
NESTED = message(
    "{what} must have shape {expected}.", what=message("the gradient of {name}", name="w"), expected=(2, 3)
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_catalogue(tmp_path / "locale", CHINESE)


def write_catalogue(folder: Path, entries: Mapping[str | tuple[str, str], str | tuple[str, ...]]) -> Path:
    """Write a compiled catalogue; returns its ``locale`` folder."""
    catalog = Catalog(locale="zh_Hans")
    for msgid, translation in entries.items():
        catalog.add(msgid, translation)
    path = folder / "zh_Hans" / "LC_MESSAGES" / "suite.mo"
    path.parent.mkdir(parents=True)
    with path.open("wb") as file:
        write_mo(file, catalog)
    return folder


def test_a_message_is_its_english_text() -> None:
    assert NESTED == "the gradient of w must have shape (2, 3)."
    assert type(str(NESTED)) is str
    assert json.dumps(NESTED) == '"the gradient of w must have shape (2, 3)."'


def test_a_message_without_fields_keeps_its_braces() -> None:
    assert message("Return {name: value}.") == "Return {name: value}."


@pytest.mark.parametrize(("n", "text"), [(0, "0 cases"), (1, "1 case"), (2, "2 cases")])
def test_a_plural_depends_on_its_count(n: int, text: str) -> None:
    assert plural("{n} case", "{n} cases", n) == text


def test_a_field_must_be_given() -> None:
    with pytest.raises(KeyError):
        message("{what} must have shape {expected}.", what="w")


@pytest.mark.parametrize(
    "value",
    [
        NESTED,
        message("Not started yet."),
        plural("{n} case fails.", "{n} cases fail.", 2),
        message("{x}", x=float("nan")),
    ],
)
def test_a_message_survives_as_data_and_in_a_pickle(value: Message) -> None:
    read = from_data(json.loads(json.dumps(as_data(value), allow_nan=False)))
    for copy in (read, pickle.loads(pickle.dumps(value))):  # noqa: S301 - its own pickle
        assert (copy, copy.id, copy.fields, copy.plural) == (value, value.id, value.fields, value.plural)


def test_a_message_without_fields_is_its_text_as_data() -> None:
    assert as_data(message("Not started yet.")) == as_data("Not started yet.") == "Not started yet."


def test_a_message_is_translated_with_the_messages_in_it(folder: Path) -> None:
    assert Catalogue().translate(NESTED, "zh", folder) == "w 的梯度的形状应为 (2, 3)。"


@pytest.mark.parametrize("n", [1, 2])
def test_a_plural_has_one_form_in_chinese(folder: Path, n: int) -> None:
    text = plural("{n} case fails.", "{n} cases fail.", n)
    assert Catalogue().translate(text, "zh", folder) == f"有 {n} 种情况未通过。"


def test_sentences_are_joined_as_the_language_joins_them(folder: Path) -> None:
    text = sentences(message("Not started yet."), "", plural("{n} case fails.", "{n} cases fail.", 2))
    assert text == "Not started yet. 2 cases fail."
    assert Catalogue().translate(text, "zh", folder) == "尚未开始。有 2 种情况未通过。"


@pytest.mark.parametrize(
    ("what", "text"),
    [
        (message("the result"), "结果是 None。"),
        ("out", "out 是 None。"),
        (message("the gradient of {name}", name="w"), "w 的梯度是 None。"),
    ],
)
def test_a_space_beside_a_field_is_only_for_latin_texts(tmp_path: Path, what: str, text: str) -> None:
    own = {"the result": "结果", "{what} is {value}.": "{what} 是 {value}。"}
    folder = write_catalogue(tmp_path, {**CHINESE, **own})
    assert Catalogue().translate(message("{what} is {value}.", what=what, value="None"), "zh", folder) == text


def test_a_space_between_sentences_is_only_after_a_latin_one(tmp_path: Path) -> None:
    own = {"in line {n}: {line}": "第 {n} 行：{line}", "{first} {then}": "{first} {then}"}
    folder = write_catalogue(tmp_path, {**CHINESE, **own})
    line = message("in line {n}: {line}", n=1, line="x + y")
    several = sentences(message("Not started yet."), line, message("Not started yet."))
    assert Catalogue().translate(several, "zh", folder) == "尚未开始。第 1 行：x + y 尚未开始。"


def test_sentences_of_one_part_are_that_part() -> None:
    assert sentences("", NESTED).fields == NESTED.fields
    assert lines("a", "b", "c") == "a\nb\nc"
    assert sentences() == ""


def test_a_message_at_the_beginning_of_a_sentence_has_a_capital_in_english_only(folder: Path) -> None:
    for text, english in ((NESTED.capital(), "The gradient of w must"), (message("not started yet.").capital(), "Not")):
        assert text.startswith(english)
    assert Catalogue().translate(NESTED.capital(), "zh", folder) == "w 的梯度的形状应为 (2, 3)。"
    assert message("{n} is odd", n=1).capital() == "1 is odd"


def test_a_message_in_a_field_is_a_message_when_it_is_read(folder: Path) -> None:
    value = message("{what} must have shape {expected}.", what=message("Not started yet."), expected="s")
    assert Catalogue().translate(from_data(as_data(value)), "zh", folder) == "尚未开始。的形状应为 s。"


def test_a_plain_text_is_looked_up_as_a_whole(folder: Path) -> None:
    assert Catalogue().translate("Not started yet.", "zh", folder) == "尚未开始。"


@pytest.mark.parametrize("text", ["", "unheard of", message("No {what} here.", what="catalogue")])
def test_what_no_catalogue_has_stays_english(folder: Path, text: str) -> None:
    assert Catalogue().translate(text, "zh", folder) == text
    assert Catalogue().translate(text, "zh", folder / "missing") == text


def test_english_needs_no_catalogue(folder: Path) -> None:
    assert Catalogue().translate(NESTED, "en", folder) == str(NESTED)


def test_a_suite_goes_before_the_engine(tmp_path: Path, folder: Path) -> None:
    own = write_catalogue(tmp_path / "own", {"Not started yet.": "还没有开始。"})
    assert Catalogue().translate("Not started yet.", "zh", own, folder) == "还没有开始。"


def test_a_catalogue_is_read_once(tmp_path: Path) -> None:
    folder, catalogue = write_catalogue(tmp_path / "own", CHINESE), Catalogue()
    first = catalogue.translate("Not started yet.", "zh", folder)
    next(folder.rglob("*.mo")).unlink()
    assert catalogue.translate("Not started yet.", "zh", folder) == first


@pytest.mark.parametrize("kept", [0, 10, 60, -1])
def test_a_damaged_catalogue_leaves_the_text_in_english(folder: Path, kept: int) -> None:
    (path,) = folder.rglob("*.mo")
    path.write_bytes(path.read_bytes()[:kept])
    assert Catalogue().translate("Not started yet.", "zh", folder) == "Not started yet."
