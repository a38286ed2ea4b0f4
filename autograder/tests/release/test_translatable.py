"""Texts of a Python source, replaced by translations; the code around them stays."""

from __future__ import annotations

import io
import json
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gradkit.course import load_course
from gradkit.errors import BuildError
from gradkit.release.source import Source, read_source
from gradkit.release.translatable import fields, find_texts, replace_texts, same_code
from gradkit.text import wrap

COURSE = load_course(Path(__file__).resolve().parents[3])
SOURCE = '''\
"""A module of one function."""

LABEL = "not to be translated"


def half(x):
    r"""Half of ``x``, as in x / 2.

    Args:
        x: any number.
    """
    ### BEGIN SOLUTION half: divide by two,
    ###   and return it.
    # Division gives a float,
    # also of two whole numbers.
    return x / 2  # never use // here
    ### END SOLUTION
'''
CHECKS = '''\
"""Public checks."""


def test_half():
    """Half of three."""
    x, found = "three", 1.5
    assert found, f"half({x}) must be {found:.1f} and no {{dict}}; yours is {type(found).__name__!r}"
    assert found, (
        f"a long sentence about {x} that takes more than one line of the source as it is written here, "
        "and goes on without any field"
    )
'''


def in_chinese(text: str) -> str:
    return "".join(["中文", *fields(text)])


def words(source: Source) -> Iterator[tuple[str, str]]:
    yield "stub", source.stub
    yield "complete", source.complete


def tokens(text: str, *, keep_strings: bool) -> list[tuple[int, str]]:
    """The tokens of a source, without comments; docstrings, or all strings in a row, are one mark."""
    found: list[tuple[int, str]] = []
    depth = 0
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type in (tokenize.COMMENT, tokenize.NL):
            continue
        name = tokenize.tok_name[token.type]
        begins, ends = name == "FSTRING_START", name == "FSTRING_END"
        depth += begins - ends
        if token.type == tokenize.STRING or begins or ends or depth:
            statement = not found or found[-1][0] in (tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT)
            if not keep_strings or statement:
                if not found or found[-1] != (tokenize.STRING, ""):
                    found.append((tokenize.STRING, ""))
                continue
        found.append((token.type, token.string if token.type != tokenize.INDENT else ""))
    return found


@pytest.mark.parametrize("name", COURSE.assignment_ids)
def test_the_code_in_chinese_is_the_same_token_for_token(name: str) -> None:
    assignment = COURSE.assignment(name)
    english, chinese = (read_source(COURSE, assignment, language) for language in ("en", "zh"))
    for (what, text), (_, other) in zip(words(english), words(chinese), strict=True):
        assert text != other, what
        assert tokens(text, keep_strings=True) == tokens(other, keep_strings=True), what
    assert tokens(english.checks, keep_strings=False) == tokens(chinese.checks, keep_strings=False)
    assert same_code(english.checks, chinese.checks)


@pytest.mark.parametrize("name", COURSE.assignment_ids)
def test_the_cells_of_a_chinese_notebook_have_the_same_code(name: str) -> None:
    assignment = COURSE.assignment(name)
    english, chinese = (read_source(COURSE, assignment, language) for language in ("en", "zh"))
    assert [(cell.kind, cell.id) for cell in english.cells] == [(cell.kind, cell.id) for cell in chinese.cells]
    code = [pair for pair in zip(english.cells, chinese.cells, strict=True) if pair[0].kind in ("code", "check")]
    assert code
    for cell, other in code:
        assert same_code(cell.source, other.source), other.where
        python = [line for line in cell.source.split("\n") if not line.startswith(("%", "!"))]
        others = [line for line in other.source.split("\n") if not line.startswith(("%", "!"))]
        found = (tokens("\n".join(lines), keep_strings=False) for lines in (python, others))
        assert next(found) == next(found), other.where


def data(folder: Path) -> tuple[dict[str, Any], list[str]]:
    """A release's homework.json, and the texts in it, which are replaced by marks."""
    found = json.loads((folder / "homework.json").read_text(encoding="utf-8"))
    places = [(found, "title"), *((question, "beyond") for question in found["questions"] if question["beyond"])]
    places += [(group, "reason") for group in found["banned"].values()]
    return found, [place.pop(key) for place, key in places]


@pytest.mark.parametrize("name", COURSE.assignment_ids)
def test_a_chinese_release_has_the_files_and_rules_of_the_english_one(name: str) -> None:
    folders = COURSE.release(name), COURSE.other_release(name, "zh")
    english, chinese = (sorted(str(path.relative_to(folder)) for path in folder.rglob("*")) for folder in folders)
    assert english == chinese
    (rules, texts), (others, translations) = map(data, folders)
    assert (rules.pop("language"), others.pop("language")) == ("en", "zh")
    assert rules == others
    assert len(texts) == len(translations)
    assert not [text for text in translations if not re.search("[\u4e00-\u9fff]", text)]


def test_the_texts_of_a_module() -> None:
    assert [text.id for text in find_texts(SOURCE, "x.py", strings=False)] == [
        "A module of one function.",
        "Half of ``x``, as in x / 2.\n\nArgs:\n    x: any number.",
        "divide by two, and return it.",
        "Division gives a float, also of two whole numbers.",
        "never use // here",
    ]


def test_an_f_string_is_one_text_with_its_expressions_as_fields() -> None:
    assert [text.id for text in find_texts(CHECKS, "x.py", strings=True)][2:] == [
        "three",
        "half({x}) must be {found:.1f} and no {{dict}}; yours is {type(found).__name__!r}",
        "a long sentence about {x} that takes more than one line of the source as it is written here, "
        "and goes on without any field",
    ]


@pytest.mark.parametrize(
    "text",
    ["training", "(nothing)", "wrong.", " and ", "y = 2 x here", "3 times {x}", "{x} of {y}", "{x}; {y}", "qkv"],
)
def test_every_word_of_a_public_check_is_a_text(text: str) -> None:
    assert [found.id for found in find_texts(f"said = f{text!r}", "x.py", strings=True)] == [text]


@pytest.mark.parametrize(
    "text", ["x", "layer.weight", "first_layer", "nn.ELU()", "layers[{x}]", "{x}.weight", "a * {x}", "{x:.2f}", ", "]
)
def test_what_can_only_be_code_is_not_a_text(text: str) -> None:
    assert find_texts(f"said = f{text!r}", "x.py", strings=True) == []


@pytest.mark.parametrize("field", ["' and '.join(x)", "x or '(nothing)'", "f(f'{x} of {y}')"])
def test_words_in_a_field_are_refused(field: str) -> None:
    with pytest.raises(BuildError, match=r"x\.py, line 2: '.*' is inside a field of an f-string"):
        find_texts(f'x = []\nassert x, f"changed: {{{field}}}"\n', "x.py", strings=True)
    assert find_texts("""assert x, f"changed: {', '.join(x):>9} {x['a_b']}"\n""", "x.py", strings=True)


@pytest.mark.parametrize(("source", "strings"), [(SOURCE, False), (CHECKS, True)])
def test_texts_that_are_their_own_translation_change_no_code(source: str, strings: bool) -> None:
    assert same_code(source, replace_texts(source, "x.py", str, strings=strings))


def test_a_translated_module() -> None:
    translations = {
        "A module of one function.": "只有一个函数的模块。",
        "Half of ``x``, as in x / 2.\n\nArgs:\n    x: any number.": "``x`` 的一半。\n\nArgs:\n    x: 任意数。",
        "divide by two, and return it.": "除以二，" + "并返回结果，" * 10,
        "Division gives a float, also of two whole numbers.": "除法得到 float。",
        "never use // here": "这里不用 //",
    }
    text = replace_texts(SOURCE, "x.py", translations.__getitem__, strings=False)
    assert text.startswith('"""只有一个函数的模块。"""\n')
    assert '    r"""``x`` 的一半。\n\n    Args:\n        x: 任意数。\n    """\n' in text
    assert "    ### BEGIN SOLUTION half: 除以二，并" in text
    assert "\n    ###   " in text
    assert "    # 除法得到 float。\n    return x / 2  # 这里不用 //\n" in text
    assert 'LABEL = "not to be translated"' in text


def test_a_translated_message_is_an_f_string_with_the_same_fields() -> None:
    text = replace_texts(CHECKS, "x.py", in_chinese, strings=True)
    assert 'f"中文{found:.1f}{type(found).__name__!r}{x}"' in text


@pytest.mark.parametrize(
    "change", ["no field at all", "{other} and {x}", "{x} {x} {found:.1f} {type(found).__name__!r}"]
)
def test_a_translation_with_other_fields_is_refused(change: str) -> None:
    def look_up(text: str) -> str:
        return change if text.startswith("half(") else text

    with pytest.raises(BuildError, match=r"x\.py: with its texts translated, the code is not the same"):
        replace_texts(CHECKS, "x.py", look_up, strings=True)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("x = 1  # one", "x = 1  # 一", True),
        ('print("one")', 'print("一" "二")', True),
        ('print(f"{x} of {y:.2f}")', 'print(f"{y:.2f} 中的 {x}")', True),
        ('print(f"{x} of {y:.2f}")', 'print(f"{y:.3f} 中的 {x}")', False),
        ('print(f"{x}")', 'print(f"{z}")', False),
        ("print(f\"{'all':<9} {x}\")", "print(f\"{'总计':<9} {x}\")", True),
        ("%autoreload 2\nx = 1  # one", "%autoreload 2\nx = 1", True),
        ("%autoreload 2", "%autoreload 1", False),
        ("!ls", "!rm", False),
        ("x = 1", "x = 2", False),
        ("x = (", "x = (", True),
        ("x = (  # one", "x = (  # two", False),
    ],
)
def test_what_is_the_same_code(one: str, other: str, same: bool) -> None:
    assert same_code(one, other) is same


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [
        ("形状应为 `(N, 1)`，得到的是 `(N,)`。", 18, ["形状应为", "`(N, 1)`，得到的是", "`(N,)`。"]),
        ("words are kept whole", 11, ["words are", "kept whole"]),
        ("一二三四，五", 8, ["一二三", "四，五"]),
    ],
)
def test_lines_break_between_characters_but_not_before_punctuation(text: str, width: int, lines: list[str]) -> None:
    assert wrap(text, width) == lines
    assert wrap(text, 10**6) == [text]
