"""The engine's catalogue has every message of the engine, with the same fields, and is compiled."""

from __future__ import annotations

import importlib.util
import shutil
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import pytest

from gradkit.messages import Catalogue

TOOL = Path(__file__).parents[1] / "tools" / "messages.py"


@pytest.fixture(scope="module")
def tool() -> ModuleType:
    spec = importlib.util.spec_from_file_location("extract_messages", TOOL)
    assert spec is not None
    assert spec.loader is not None
    tool = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)
    return tool


def test_every_message_is_translated_with_the_same_fields_and_compiled(tool: ModuleType) -> None:
    assert tool.check(tool.catalogue()) == []


@pytest.mark.parametrize(
    "text",
    [
        "{first} {then}",  # joined in gradkit.messages
        "No gradient reaches {names}.",  # `say` of a suite
        "the grader failed",  # `message`
        "%(title)s: feedback for %(student)s",  # a block of a page
        ", ",  # `_` in a page
        "Check your homework before you submit it.",  # the help of a group
        "Print the version.",  # of an option
        ("Before the due time 1 hand-in gets feedback.", "Before the due time {n} hand-ins get feedback."),
    ],
)
def test_messages_of_all_kinds_are_found(tool: ModuleType, text: str | tuple[str, str]) -> None:
    assert text in tool.catalogue().texts


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ('msgid "the grader failed"', 'msgid "the grader fell"', "not translated: 'the grader failed'"),
        ('msgid "the grader failed"', 'msgid "the grader fell"', "no longer used: 'the grader fell'"),
        ('msgid "the grader failed"', '#, fuzzy\nmsgid "the grader failed"', "fuzzy: 'the grader failed'"),
        ('msgstr "%(title)s：', 'msgstr "%(name)s：', "the fields differ: '%(title)s: similar submissions'"),
        ('msgstr "{first} {then}"', 'msgstr "{first}{then}"', "check.mo: out of date"),
    ],
)
def test_a_fault_of_the_catalogue_is_found(tool: ModuleType, tmp_path: Path, old: str, new: str, fault: str) -> None:
    found = tool.catalogue()
    copy = replace(found, path=tmp_path / found.path.name)
    for mo in tool.parts(found):
        shutil.copy(mo, tmp_path)
    text = found.path.read_text(encoding="utf-8")
    assert old in text
    copy.path.write_text(text.replace(old, new), encoding="utf-8")
    assert [line for line in tool.check(copy) if line.endswith(fault)]


@pytest.mark.parametrize(("n", "text"), [(1, "1 次"), (3, "3 次")])
def test_a_plural_has_one_translation(n: int, text: str) -> None:
    one, many = "Before the due time 1 hand-in gets feedback.", "Before the due time {n} hand-ins get feedback."
    assert text in Catalogue().look_up(one, "zh", many=many, n=n).format(n=n)
