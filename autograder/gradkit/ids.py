"""Students' ids: which are valid, and which look alike.

Ids come from many sources (folders in the exchange, zip files, rosters, folders of submissions), and people tell
students apart by how ids look. So all sources use these functions: two spellings that mean the same are one id, and
of two ids that a person could not tell apart neither is believed.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable

from gradkit.errors import UsageError
from gradkit.messages import message

# Letters of any script, but no character special to shells, patterns, paths or nbgrader, whose separator is "+".
_CARRIED = re.compile(r"[^\W_](?:[\w.@' -]{0,126}[\w@'-])?")
_LONGEST = 128
_WORDS = re.compile(r"\S+")
_EAST_ASIAN = frozenset({"LATIN", "CJK", "IDEOGRAPHIC", "HIRAGANA", "KATAKANA", "HANGUL", "BOPOMOFO"})
# Unicode's recommended scripts (UAX 31, table 5). Others have many letters that look like theirs.
_SCRIPTS = _EAST_ASIAN | frozenset(
    _WORDS.findall(
        """CYRILLIC GREEK ARMENIAN HEBREW ARABIC THAANA DEVANAGARI BENGALI GURMUKHI GUJARATI ORIYA TAMIL TELUGU KANNADA
    MALAYALAM SINHALA THAI LAO TIBETAN MYANMAR GEORGIAN ETHIOPIC KHMER"""
    )
)
# Those of Unicode's Default_Ignorable_Code_Point that Python counts as printable.
_INVISIBLE = re.compile("[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]")
# From Unicode's confusables.txt (UTS 39): small letters of these scripts that look like an ASCII one.
_LIKE_ASCII = _WORDS.findall(
    """2ƨꝛ 3ȝɜʒꝫзӡ 5ƽ 6б 8ȣ 9ꝯ aɑаα bƅꞵвьβ cᴄсϲ dԁժ eеҽεꬲ fẝꞙꬵϝք gƍɡᶃԍց hнһηհ iıɩɪіιꙇ jʝјϳ kкκĸ lǀӏꞁ mмμϻ nνոռ
    oᴏᴑꬽоοօ०০੦૦୦௦౦೦൦ഠ๐໐၀ဝዐჿ〇 pрρ qԛգզ rʀгꭇꭈ sꜱѕտ tтτ uʋᴜꞟꭎꭒυսሀ vᴠѵ wɯᴡѡԝա xхχꭓ yɣʏᶌỿꭚуүγყ zᴢζ"""  # noqa: RUF001
)
# The same for the scripts that an id may mix.
_LIKE_HAN = _WORDS.findall("一ー 丿ノ 二ニ 八ハ 力カ 卜ト 口ロ 夕タ 工エ へヘ")  # noqa: RUF001
_SKELETON = str.maketrans({letter: group[0] for group in (*_LIKE_ASCII, *_LIKE_HAN) for letter in group[1:]})


def composed(text: str) -> str:
    """A text in Unicode's composed form (NFC): a letter and its accent as one character where possible."""
    return unicodedata.normalize("NFC", text)


def slug(assignment: str) -> str:
    """An assignment's id in GitHub's spelling, in small letters with hyphens: ``hw1_lines`` is ``hw1-lines``."""
    return assignment.lower().replace("_", "-")


def read_id(text: str) -> str:
    """An id in its stored form: Unicode's composed form.

    Raises:
        UsageError: it is empty or too long, or has misleading characters: invisible ones, a space at an end, variants
            of ordinary letters, or letters of two scripts that look alike.
    """
    name = composed(text)
    if not name.isprintable() or not name.strip() or len(name) > _LONGEST or _INVISIBLE.search(name):
        raise UsageError(
            message(
                "{text} cannot be a student's id: it is empty, too long, or contains invisible characters.",
                text=spelled(text),
            )
        )
    if name != name.strip():
        raise UsageError(
            message("{text} cannot be a student's id: it begins or ends with a space.", text=spelled(text))
        )
    if (plain := unicodedata.normalize("NFKC", name)) != name:
        raise UsageError(
            message(
                "{text} cannot be a student's id: it contains variants of ordinary characters. Expected: {plain}.",
                text=spelled(text),
                plain=spelled(plain),
            )
        )
    scripts = _scripts(name)
    if scripts - _SCRIPTS or not (len(scripts) <= 1 or scripts <= _EAST_ASIAN):
        raise UsageError(
            message(
                "{text} cannot be a student's id: its letters are from several scripts, or a rare one, and "
                "may look like other letters.",
                text=spelled(text),
            )
        )
    return name


def student_id(text: str) -> str:
    """An id that nbgrader can use in a folder's name, in its stored form.

    Raises:
        UsageError: nbgrader cannot use it, or `read_id` rejects it.
    """
    name = composed(text)
    if not _CARRIED.fullmatch(name):
        raise UsageError(
            message(
                "{text} cannot be a student's id. Expected letters, digits and . _ - @ ' or inner spaces, "
                "beginning with a letter or digit, at most {longest} characters.",
                text=spelled(text),
                longest=_LONGEST,
            )
        )
    return read_id(text)


def skeleton(student: str) -> str:
    """A form that is equal for ids that look alike: for comparison, never for display."""
    return " ".join(composed(student).lower().translate(_SKELETON).split())


def look_alikes(students: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Map each id that looks like others among ``students`` to those others."""
    groups: defaultdict[str, set[str]] = defaultdict(set)
    for student in students:
        groups[skeleton(student)].add(student)
    return {
        student: tuple(sorted(group - {student})) for group in groups.values() if len(group) > 1 for student in group
    }


def quoted(name: str, most: int = 120) -> str:
    """A name in quotes for messages: at most ``most`` characters, with "?" for unprintable ones."""
    visible = "".join(c if c.isprintable() and not "\ud800" <= c <= "\udfff" else "?" for c in name[:most])
    return f'"{visible}"'


def spelled(name: str) -> str:
    """An id in quotes for messages, followed by the code points of its unusual characters."""
    strange = [c for c in dict.fromkeys(name) if not c.isascii() or not c.isprintable()]
    points = [f"U+{ord(c):04X} {unicodedata.name(c, '')}".rstrip() for c in strange[:3]]
    return quoted(name, _LONGEST) + (f" ({', '.join(points)}{', ...' if len(strange) > 3 else ''})" if points else "")


def _scripts(name: str) -> set[str]:
    """The scripts of an id's letters and digits, from the characters' names; ASCII digits have none."""
    found = set()
    for character in name:
        letter = unicodedata.category(character)[0] == "L"
        if letter or (unicodedata.category(character)[0] == "N" and not character.isascii()):
            found.add(re.split("[ -]", unicodedata.name(character, "?"))[0])
    return found
