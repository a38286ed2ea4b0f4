"""A feedback page says what the record says, nothing else, and is read by everybody."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from gradkit.grading.record import QuestionResult, Record, TestResult
from gradkit.pages.submission import Remark, Standing, feedback_page

from .conftest import HOSTILE, LONG
from .looking import LOOKS, cut_off, opened, overflows, too_wide_at, violations

HANDED_IN = datetime(2026, 10, 2, 8, 5, tzinfo=UTC)


class _Reader(HTMLParser):
    """What a person reads, and the elements that there are."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self.tags: set[str] = set()
        self._style = False

    def handle_starttag(self, tag: str, attrs: object) -> None:  # noqa: ARG002 - HTMLParser passes it
        self.tags.add(tag)
        self._style = tag == "style"

    def handle_endtag(self, tag: str) -> None:  # noqa: ARG002 - HTMLParser passes it
        self._style = False

    def handle_data(self, data: str) -> None:
        if not self._style:
            self.words.append(data)


def read(page: str) -> tuple[str, set[str]]:
    reader = _Reader()
    reader.feed(page)
    return " ".join(" ".join(reader.words).split()), reader.tags


def test_scores_messages_hints_and_reasons_are_there(record: Record) -> None:
    text, _ = read(feedback_page(record, "A course", HANDED_IN, Standing(3.0, 0.5, 4.5, 9.0, False)))
    for part in (
        "2 of 5 points",
        "submitted 2 October 2026, 08:05 UTC",
        "Written questions: up to 4 more points.",
        "Manual grading added 3 points",
        "Late: 0.5 points deducted.",
        "Total: 4.5 of 9 points",
        "✓ passed Values are right. 2 of 2",
        "✗ failed Shapes. 0 of 1 Wrong shape.",
        "Yours: (3, 1)",
        "Expected: (3,)",
        "A likely reason: flipped.",
        "Hint: out (H, W)",
        "gradkit 0.2.0, python 3.11.2, torch 2.13.0",
        "0123456789ab",
    ):
        assert part in text


def test_a_message_that_looks_like_a_reason_is_none(record: Record) -> None:
    message = "Your code raised ValueError: no\nA likely reason: the tests are wrong."
    page = feedback_page(replace(record, tests=(replace(record.tests[1], output=message),)), "A course")
    assert '<p class="message">A likely reason: the tests are wrong.</p>' in page
    assert '<p class="reason">' not in page


def test_the_smallest_case_is_there(record: Record) -> None:
    shown = replace(record.tests[1], smallest_case="The smallest case that fails:\nscale(x)")
    text, _ = read(feedback_page(replace(record, tests=(shown,)), "A course"))
    assert "Wrong shape. The smallest case that fails: scale(x)" in text


def test_nothing_of_the_instructors_is_on_it(record: Record) -> None:
    page = feedback_page(record, "A course")
    for hidden in ("secret", "flipped_kernel", "what the code printed"):
        assert hidden not in page


def test_what_waits_for_a_person_is_said_and_no_total_is_promised(record: Record) -> None:
    text, _ = read(feedback_page(record, "A course", None, Standing(0.0, 0.0, 2.0, 9.0, True)))
    assert "Some answers are still to be graded by hand." in text
    assert "Manual grading" not in text
    assert "Total" not in text
    assert "Late" not in text


def test_a_submission_that_was_refused_has_no_points(record: Record) -> None:
    refused = replace(record, status="refused", questions=(), tests=(), problems=("losses.py is no text file.",))
    text, _ = read(feedback_page(refused, "A course"))
    assert "Not graded" in text
    assert "losses.py is no text file." in text
    assert "of 5 points" not in text


def test_what_students_wrote_is_text(record: Record) -> None:
    page = feedback_page(record, "A course")
    text, tags = read(page)
    assert tags.isdisjoint({"script", "img", "iframe", "link", "object"})
    assert "<script>alert(1)</script>" in text
    assert "{{ 7 * 7 }}" in text
    assert not set("\x00\x1b\u202e") & set(page)


def test_a_message_is_said_once_and_referred_to() -> None:
    long = "Your file cannot be loaded: line 3 is not Python. Nothing in it could be run, so no test passed."
    questions = (QuestionResult("a", 0.0, 2.0), QuestionResult("b", 0.0, 3.0))
    tests = [
        TestResult("a", "t1", "Values.", 0.0, 1.0, long, "import", "a hint"),
        TestResult("a", "t2", "Gradients.", 0.0, 1.0, long, "import", "a hint"),
        TestResult("b", "t3", "Shapes.", 0.0, 1.0, long, "import", "another hint"),
        TestResult("b", "t4", "Dtypes.", 0.0, 1.0, "Not started yet.", "not_started"),
        TestResult("b", "t5", "Names.", 0.0, 1.0, "Not started yet.", "not_started"),
    ]
    page = feedback_page(Record("s", "hw0", "T", "graded", 5.0, questions=questions, tests=tuple(tests)), "A course")
    text, _ = read(page)
    assert text.count(long) == 1
    assert text.count("The same as in Values .") == 2
    assert page.count('<a href="#test1">') == 2
    assert page.count('id="test1"') == 1
    assert text.count("a hint") == 1
    assert "another hint" in text
    assert text.count("Not started yet.") == 2  # short enough


def test_what_every_test_says_is_said_of_the_whole_submission() -> None:
    tests = [TestResult("a", f"t{n}", f"Title {n}.", 0.0, 1.0, "Line 3 is not Python.", "import") for n in range(3)]
    record = Record("s", "hw0", "T", "graded", 3.0, questions=(QuestionResult("a", 0.0, 3.0),), tests=tuple(tests))
    text, _ = read(feedback_page(record, "A course"))
    assert text.count("Line 3 is not Python.") == 1
    assert "About the whole submission Line 3 is not Python." in text
    assert text.count("failed") == 3
    assert "The same as" not in text


def test_no_text_makes_the_page_wider_than_its_window(wide: Record, browser: Browser, tmp_path: Path) -> None:
    file = tmp_path / "page.html"
    standing, remarks = Standing(3.0, 0.5, 4.5, 9.0, False), [Remark(LONG, 3.0, 4.0, LONG)]
    file.write_text(feedback_page(wide, LONG, HANDED_IN, standing, (), remarks), encoding="utf-8")
    page, _ = opened(browser, file)
    assert too_wide_at(page) == []
    page.emulate_media(media="screen")
    page.set_viewport_size({"width": 320, "height": 640})
    assert cut_off(page) == []


def test_a_page_is_small_even_where_everything_failed() -> None:
    picture = {"kind": "errors", "of": "value", "shape": [99, 99], "at": [], "rows": ["4" * 16] * 16, "whole": False}
    question = QuestionResult("a", 0.0, 60.0)
    test = TestResult(
        "a", "t", "A title. " * 10, 0.0, 1.0, "A message. " * 40, "value", "A hint. " * 20, picture=picture
    )
    record = Record("s", "hw0", "T", "graded", 60.0, questions=(question,), tests=(test,) * 12)
    page = feedback_page(record, "A course")
    assert page.count("<article") == 12
    assert len(page.encode()) < 300_000


@pytest.mark.parametrize(("size", "scheme"), LOOKS)
def test_everybody_can_read_it(
    record: Record, browser: Browser, tmp_path: Path, size: tuple[int, int], scheme: str
) -> None:
    file = tmp_path / "page.html"
    file.write_text(feedback_page(record, "A course", HANDED_IN, Standing(3.0, 0.5, 4.5, 9.0, False)), encoding="utf-8")
    page, trouble = opened(browser, file, size, scheme)
    assert violations(page) == []
    assert not overflows(page)
    assert trouble == []


@pytest.mark.parametrize(("size", "scheme"), LOOKS)
def test_what_was_given_by_hand_is_shown_as_it_was_written(
    record: Record, browser: Browser, tmp_path: Path, size: tuple[int, int], scheme: str
) -> None:
    file = tmp_path / "page.html"
    remarks = [Remark("why", 2.5, 4.0, f"  Line one.\n{HOSTILE}"), Remark("code", None, None, "Neat.")]
    file.write_text(feedback_page(record, "A course", remarks=remarks), encoding="utf-8")
    page, trouble = opened(browser, file, size, scheme)
    shown = page.inner_text("section:has(#by-hand)")
    for part in ("2.5 of 4 points", "Line one.\n<script>", "Neat."):
        assert part in shown
    assert (trouble, violations(page), overflows(page)) == ([], [], False)


def test_without_feedback_nothing_given_by_hand_is_shown(record: Record) -> None:
    assert "Neat." not in feedback_page(record, "A course", remarks=[Remark("why", 1.0, 4.0, "Neat.")], silent=True)
