"""The language of a command: the option, the variable, the homework or course, the locale, in this order."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from gradkit.check.homework import language_of
from gradkit.check.language import begin_in_language, speak
from gradkit.errors import UsageError
from gradkit.messages import language_in_use

CHINESE = {"LC_ALL": "", "LANG": "zh_CN.UTF-8"}


@pytest.mark.parametrize(
    ("words", "variables", "own", "expected"),
    [
        ([], {}, None, "en"),
        ([], CHINESE, None, "zh"),
        ([], {**CHINESE, "LC_MESSAGES": "de_DE.UTF-8"}, None, "en"),
        ([], CHINESE, "en", "en"),
        ([], {"GRADKIT_LANGUAGE": "zh"}, "en", "zh"),
        (["--language", "en", "grade"], {"GRADKIT_LANGUAGE": "zh"}, "zh", "en"),
        (["check", "--language=zh"], {"GRADKIT_LANGUAGE": "en"}, "en", "zh"),
        (["--language"], CHINESE, None, "zh"),
    ],
)
def test_the_first_that_names_a_language_decides(
    monkeypatch: pytest.MonkeyPatch, words: Sequence[str], variables: Mapping[str, str], own: str | None, expected: str
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    begin_in_language(words, own)
    assert language_in_use() == expected
    begin_in_language(words)
    speak(own)  # the course is found later
    assert language_in_use() == expected


def test_a_language_that_there_is_not_is_a_wrong_use(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UsageError, match="--language is xx; expected en or zh"):
        begin_in_language(["--language", "xx"])
    monkeypatch.setenv("GRADKIT_LANGUAGE", "Chinese")
    with pytest.raises(UsageError, match="GRADKIT_LANGUAGE is Chinese; expected en or zh"):
        begin_in_language([])


@pytest.mark.parametrize(("encoding", "expected"), [("ascii", "en"), ("latin-1", "en"), ("gb18030", "zh")])
def test_a_terminal_without_chinese_characters_gets_them_only_if_asked(
    monkeypatch: pytest.MonkeyPatch, encoding: str, expected: str
) -> None:
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(io.BytesIO(), encoding))
    begin_in_language([], "zh")
    assert language_in_use() == expected
    begin_in_language(["--language", "zh"])
    assert language_in_use() == "zh"


@pytest.mark.parametrize("language", ["de", 5, ["zh"], {"zh": 1}, None])
def test_a_homework_whose_language_there_is_not_says_none(tmp_path: Path, language: object) -> None:
    (tmp_path / "homework.json").write_text(json.dumps({"language": language}))
    assert language_of(tmp_path) is None
