"""Ids of students: what is the same is one, and what only looks the same is not believed."""

from __future__ import annotations

import unicodedata

import pytest

from gradkit.errors import UsageError
from gradkit.ids import look_alikes, quoted, read_id, skeleton, spelled, student_id


@pytest.mark.parametrize(
    "name",
    [
        "ada",
        "Ada.Lovelace@example.org",
        "o'brien",
        "s-12_3",
        "Zoë Müller",
        "李雷",
        "7",
        "Иванов",
        "Ολυμπία",
        "山田々カー",
    ],
)
def test_ordinary_ids_are_accepted(name: str) -> None:
    assert student_id(name) == read_id(name) == name


@pytest.mark.parametrize("name", ["", ".", "..", "a/b", "a+b", "*", "a[b]", "a?", "-x", ".x", "x ", "a\n", "a" * 200])
def test_ids_that_mean_something_to_a_path_or_a_pattern_are_not(name: str) -> None:
    with pytest.raises(UsageError, match="cannot be a student's id"):
        student_id(name)


@pytest.mark.parametrize("name", ["Müller, Anna (12345)", "_x", "a+b"])
def test_folders_may_have_names_that_nbgrader_could_not_carry(name: str) -> None:
    assert read_id(name) == name


def test_a_decomposed_id_is_the_same_id() -> None:
    decomposed = unicodedata.normalize("NFD", "Zoë Müller")
    assert decomposed != "Zoë Müller"
    assert student_id(decomposed) == read_id(decomposed) == "Zoë Müller"


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("\u0430da", "U+0430 CYRILLIC SMALL LETTER A"),  # a Cyrillic letter among Latin ones
        ("ad\u03b1", "U+03B1 GREEK SMALL LETTER ALPHA"),
        ("\u13aa\u13d3", "U+13AA CHEROKEE LETTER GO"),  # a script that is full of Latin look-alikes
        ("\uff41da", "U+FF41 FULLWIDTH LATIN SMALL LETTER A"),
        ("\ufb01n", "U+FB01 LATIN SMALL LIGATURE FI"),
        ("ada\u200b", "U+200B ZERO WIDTH SPACE"),
        ("ada\u3164", "U+3164 HANGUL FILLER"),  # a letter, to Unicode; and nothing to be seen
        ("ada\ufe0f", "U+FE0F VARIATION SELECTOR-16"),
        ("ada\u00a0", "U+00A0 NO-BREAK SPACE"),
        ("ada\udce9", "U+DCE9"),
        ("ada ", ""),
        (" ada", ""),
    ],
)
def test_ids_that_mislead_are_refused_at_every_door(name: str, words: str) -> None:
    for door in (student_id, read_id):
        with pytest.raises(UsageError, match="cannot be a student's id") as caught:
            door(name)
        assert words in str(caught.value)
        assert str(caught.value).isprintable()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ace", "\u0430\u0441\u0435"),  # all of it Cyrillic
        ("ACE", "\u0410\u0421\u0415"),
        ("uox", "\u03c5\u03bf\u03c7"),  # all of it Greek
        ("bin", "b\u0131n"),  # a dotless i, which is Latin
        ("lin", "\ua781in"),  # a turned l, which is Latin too
        ("\u52a0\u529b", "\u52a0\u30ab"),  # Han, and Katakana's ka
        ("\u5c71\u4e00", "\u5c71\u30fc"),
        ("Ada", "ada"),
        ("ada b", "ada  b"),
        ("Zoë", unicodedata.normalize("NFD", "Zoë")),
    ],
)
def test_two_ids_that_nobody_can_tell_apart_are_found_and_shown_apart(one: str, other: str) -> None:
    assert look_alikes([one, "bob", other]) == {one: (other,), other: (one,)}
    assert spelled(one) != spelled(other)


@pytest.mark.parametrize(
    ("one", "other"), [("ada", "ida"), ("al1", "all"), ("s10", "slo"), ("Zoë", "Zoe"), ("Иван", "Ivan"), ("李", "季")]
)
def test_ids_that_differ_are_left_in_peace(one: str, other: str) -> None:
    assert look_alikes([one, other]) == {}
    assert skeleton(one) != skeleton(other)


def test_three_that_look_alike_name_each_other() -> None:
    assert look_alikes(["ada", "Ada", "ADA"])["Ada"] == ("ADA", "ada")


def test_names_are_shown_without_what_a_terminal_acts_on() -> None:
    assert quoted("a\x1b[2J\udcff\u202e" + "b" * 500) == '"a?[2J??' + "b" * 113 + '"'
