"""How much of the hidden inputs reaches the page of a student who is set on it, measured by trying.

Each way in `carrying.py` writes what its process has seen into something that the student may read; here it is read
back from the page. What comes back must be what was there to count, and all ways together stay below the number that
docs/security.md gives.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from gradkit.course import Course, load_course
from gradkit.grading.gate import page_bits
from gradkit.grading.grade import grade_waiting
from gradkit.grading.record import Record, to_json
from gradkit.grading.triage import Task, triage
from gradkit.pages.submission import feedback_page
from gradkit.sandbox import Sandbox

from ..demo_course import BARE, write_tree

HERE = Path(__file__).parent
HW = "hw0_carrying"
TESTS = 45
LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEF"

SUITE = '''
"""Hidden tests that see much and are failed in many ways."""

import pytest

from gradkit.suite import Rng, Runner, assert_matches, function_call

pytestmark = pytest.mark.question("scale")
'''
CASE = '''

@pytest.mark.points(1)
def test_number_{number}(student: Runner, reference: Runner, rng: Rng) -> None:
    """Test {number}."""
    x = rng.normal(6, {columns})
    call = function_call("{target}", {{"x": x}}, cotangent={cotangent})
    assert_matches(student.run(call), reference.run(call), hint="2 x")
'''
REFERENCE = """
def scale(x):
    return 2 * x

def numbers(x):
    return [1.0, 2.0]
"""
TOML = f"""
id = "{HW}"
title = "Carrying"
due = 2026-10-01T22:00:00Z
module = "scaling.py"
feedback = "POLICY"

[[question]]
id = "scale"
targets = ["scale", "numbers"]
points = {TESTS}

[limits]
seconds = 300.0
output_kb = 4096
restarts = 100
"""
OF_LINES = """
import carrying

def scale(x):
    number = int(carrying.seen(x)[:9], 2)
""" + "".join(f"    if number == {number}:\n        raise ValueError\n" for number in range(512))
REPLIED = """
from forging import question, reply
from carrying import letters, seen

def scale(x):
    bits = seen(x)
    reply({})
    raise SystemExit
"""


def by_way_of(name: str) -> str:
    return f"import carrying\n\ndef scale(x):\n    return carrying.{name}(x)\n\nnumbers = scale\n"


def words(page: str) -> str:
    """The letters that somebody wrote into a message."""
    found = re.search(r"(?:ValueError: |taken: |is a )([a-zA-F .]+?)(?: in line| Smallest|;)", page)
    return "" if found is None else as_bits(found[1])


def in_types(page: str) -> str:
    found = re.search(r"raised ([a-zA-F]+): ([a-zA-F ]+?) in line", page)
    return "" if found is None else as_bits(found[1] + found[2])


def as_bits(text: str) -> str:
    return "".join(f"{LETTERS.index(letter):05b}" for letter in text if letter in LETTERS)


def in_lines(page: str) -> str:
    found = re.search(r"in line (\d+):", page)
    return "" if found is None else f"{(int(found[1]) - 7) // 2:09b}"


def in_shapes(page: str) -> str:
    found = re.search(r"has shape \((\d+), (\d+), 0\)", page)
    return "" if found is None else f"{int(found[1]) - 1:020b}{int(found[2]) - 1:019b}"


def in_lengths(page: str) -> str:
    found = re.search(r"has (\d+) entries", page)
    return "" if found is None else f"{int(found[1]):015b}"


def in_elements(page: str) -> str:
    return "".join(re.findall(r"class=.step(\d)", page)).replace("2", "1")


def in_kinds(page: str) -> str:
    signs = ["passed", "raised", " type|is None", "shape", "dtype|float32", "infinite", "wrong", "Not started"]
    return next((f"{number:03b}" for number, sign in enumerate(signs) if re.search(sign, page)), "")


Read = Callable[[str], str]
WAYS: Mapping[str, tuple[str, Read]] = {
    "words": (by_way_of("as_words"), words),
    "types": (by_way_of("as_types"), in_types),
    "opaque": (by_way_of("as_opaque"), words),
    "lines": (OF_LINES, in_lines),
    "shapes": (by_way_of("as_shapes"), in_shapes),
    "lengths": (by_way_of("as_lengths"), in_lengths),
    "elements": (by_way_of("as_elements"), in_elements),
    "gradient errors": (by_way_of("as_gradient_errors"), words),
    "kinds": (by_way_of("as_kinds"), in_kinds),
    "mutated": (REPLIED.format("mutated=[letters(bits, 200)]"), words),
    "missing": (
        REPLIED.format("failure=['missing', letters(bits, 200), '', None, letters(bits, 30), None, []]"),
        words,
    ),
    "kept lines": (REPLIED.format("failure=['raised', '', 'E', int(bits[:31], 2), '', None, []]"), in_lines),
}
SILENT = {"mutated", "missing", "kept lines"}  # what the wire refuses
"""Ways that lead nowhere: not one bit may come back."""


@pytest.fixture(scope="module")
def carry(sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, str], Record]:
    """Grade a way under a policy, through a suite of many tests, as a class is graded."""
    done: dict[tuple[str, str], Record] = {}

    def grade(way: str, policy: str) -> Record:
        if (way, policy) not in done:
            root = tmp_path_factory.mktemp("carrying")
            course = write_course(root, policy, numbers=way == "lengths")
            folder = root / "submitted" / "mallory" / HW
            folder.mkdir(parents=True)
            (folder / "scaling.py").write_text(WAYS[way][0])
            for helper in ("carrying.py", "forging.py"):
                (folder / helper).write_bytes((HERE / helper).read_bytes())
            task = Task("mallory", folder, root / "record.json")
            waiting = triage(course, HW, [task], lambda _record: None)
            (done[way, policy],) = grade_waiting(course, waiting, lambda _record: None, sandbox)
        return done[way, policy]

    return grade


def write_course(root: Path, policy: str, *, numbers: bool) -> Course:
    cases = [
        CASE.format(
            number=number,
            columns=8 + number % 3,
            target="numbers" if numbers else "scale",
            cotangent="None" if numbers else "rng.normal(*x.shape)",
        )
        for number in range(TESTS)
    ]
    files = {
        **BARE,
        f"assignments/{HW}/assignment.toml": TOML.replace("POLICY", policy),
        f"assignments/{HW}/scaling.py": REFERENCE,
        f"autograder/hidden/{HW}/test_scale.py": SUITE + "".join(cases),
    }
    return load_course(write_tree(root, files))


def carried(record: Record, way: str) -> tuple[int, int]:
    """How many bits of what was seen are on the page, and how many there were."""
    truth = re.findall(r"^seen ([01]+)$", record.log, re.MULTILINE)
    page = html.unescape(feedback_page(record, "A demonstration"))
    parts = page.split("<article")[1:]
    found = 0
    for number, part in enumerate(parts):
        read = WAYS[way][1](part)
        # One call for each test, unless the process was lost in between.
        sources = truth[number : number + 1] if len(truth) == len(parts) else truth
        if read and any(bits.startswith(read) for bits in sources):
            found += len(read)
    return found, sum(map(len, truth))


@pytest.mark.parametrize("policy", ["hint", "verdict"])
@pytest.mark.parametrize("way", WAYS)
def test_no_way_carries_more_than_is_stated(carry: Any, way: str, policy: str) -> None:
    record = carry(way, policy)
    found, seen = carried(record, way)
    assert record.status == "graded"
    assert seen > 20_000 or way in SILENT
    assert found <= page_bits(policy, [(1, 0)] * TESTS)
    assert way not in SILENT or found == 0
    assert len(to_json(replace(record, log=""))) < 100_000
    assert len(feedback_page(record, "A demonstration")) < 500_000


def test_what_is_measured_is_there(carry: Any) -> None:
    """Otherwise a way that is read wrongly would count as closed."""
    carried_by = {way: carried(carry(way, "hint"), way)[0] for way in WAYS}
    assert carried_by["words"] > 500
    assert all(carried_by[way] > 50 for way in set(WAYS) - SILENT), carried_by


def test_a_page_tells_no_time(carry: Any) -> None:
    record = carry("words", "hint")
    tests = tuple(replace(test, seconds=test.seconds + 1.2345, calls=()) for test in record.tests)
    slower = replace(record, seconds=record.seconds + 1.2345, tests=tests)
    assert feedback_page(slower, "A demonstration") == feedback_page(record, "A demonstration")


def test_an_honest_exception_is_still_read_in_full(carry: Any) -> None:
    record = carry("kinds", "hint")
    assert any("Your code raised ValueError in line" in test.output for test in record.tests)
