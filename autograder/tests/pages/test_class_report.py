"""The class report in a browser: read by everybody, sorted, filtered, and without anything from elsewhere."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from gradkit.grading.record import QuestionResult, Record
from gradkit.messages import translate
from gradkit.pages.class_report import KINDS as WORDS
from gradkit.pages.class_report import class_page, similar_page
from gradkit.report import ClassReport, summarize
from gradkit.report.now import Now, Period, Stuck
from gradkit.report.similarity import Pair
from gradkit.term.runs import Run
from gradkit.wire.kinds import KINDS

from .conftest import HOSTILE, LONG
from .looking import LOOKS, cut_off, opened, overflows, too_wide_at, violations

STUB = "import torch\n\n\ndef scale(x):\n    raise NotImplementedError\n"
SOURCES = {
    "ada": STUB.replace("raise NotImplementedError", "return 2 * x"),
    HOSTILE: f"x = '''{HOSTILE}'''\nreturn 2 * x",
}
DAY = datetime(2026, 10, 5, tzinfo=UTC)
PLACE = SOURCES["ada"].index("return 2 * x")
PAIR = Pair("ada", HOSTILE, 0.75, 120, (((PLACE, PLACE + 12),), ((0, 10),)))


@pytest.fixture
def report(record: Record) -> ClassReport:
    def points(student: str, scale: float, conv2d: float) -> Record:
        questions = (QuestionResult("scale", scale, 2.0), QuestionResult("conv2d", conv2d, 3.0))
        return replace(record, student=student, questions=questions)

    records = [points(f"s{number}", number % 3, number % 4) for number in range(10)]
    refused = replace(record, student="refused one", status="refused", questions=(), tests=())
    sentences = {"hw0_scaling": {"flipped_kernel": f"The kernel is flipped. {HOSTILE}"}}
    return summarize(
        HOSTILE, [record, refused, *records], ["absent"], sentences=sentences, pairs={"hw0_scaling": [PAIR]}
    )


def now_of(student: str) -> Now:
    stuck = Stuck(student, "hw0_scaling", "no_bias", LONG, 3)
    return Now(
        DAY,
        {"hw0_scaling": 3, "hw1": 1},
        ((student, "hw0_scaling", f"no file {LONG}"),),
        (stuck,),
        {"hw0_scaling": 1},
        Run(DAY, None, 4, 2, (f"{student}, hw0_scaling: no file {LONG} {HOSTILE}", "the disk is full")),
        1,
        (Period(DAY.date(), {"hw0_scaling": 2}, 1, 0.5), Period(DAY.date() + timedelta(days=1), {"hw1": 3})),
    )


@pytest.fixture
def page(report: ClassReport, tmp_path: Path) -> Path:
    file = tmp_path / "report.html"
    text = class_page(
        report, lambda student, hw: f"feedback/{student}/{hw}.html" if student == "s1" else None, {}, now_of("s1")
    )
    file.write_text(text, encoding="utf-8")
    return file


@pytest.mark.parametrize(("size", "scheme"), LOOKS)
def test_everybody_can_read_it(page: Path, browser: Browser, size: tuple[int, int], scheme: str) -> None:
    found, trouble = opened(browser, page, size, scheme)
    for details in found.query_selector_all("summary"):
        details.click()
    assert violations(found) == []
    assert not overflows(found)
    assert trouble == []


def test_no_text_makes_the_pages_wider_than_their_window(wide: Record, browser: Browser, tmp_path: Path) -> None:
    others = [replace(wide, student=f"{number}{wide.student}") for number in range(6)]
    pair = Pair(others[0].student, others[1].student, 0.75, 120, (((0, 9),), ((0, 9),)))
    report = summarize(LONG, others, [f"absent{LONG}"], sentences={}, pairs={wide.assignment: [pair]})
    sources = dict.fromkeys((pair.one, pair.other), f"x = '{LONG}'\n")
    for number, text in enumerate(
        (
            class_page(report, lambda _who, _hw: "x.html", {}, now_of(LONG)),
            similar_page(report.assignments[0], LONG, sources, ""),
        )
    ):
        (tmp_path / f"{number}.html").write_text(text, encoding="utf-8")
        page, _ = opened(browser, tmp_path / f"{number}.html")
        for details in page.query_selector_all("summary"):
            details.click()
        assert too_wide_at(page) == []
        page.emulate_media(media="screen")
        page.set_viewport_size({"width": 320, "height": 640})
        assert cut_off(page) == []


def names(page: Path, browser: Browser, *actions: tuple[str, str]) -> list[str]:
    """The students whose rows are shown, from top to bottom, once buttons were clicked or words typed."""
    found, trouble = opened(browser, page)
    for what, text in actions:
        if what == "click":
            found.get_by_role("button", name=text, exact=True).click()
        else:
            found.get_by_label("Show students").fill(text)
    assert trouble == []
    rows = found.locator("#students tbody tr:visible th")
    return rows.all_inner_texts()


def test_sorted_by_a_column_of_points(page: Path, browser: Browser) -> None:
    assert names(page, browser, ("click", "Sum"))[-2:] == ["s2", "s7"]
    assert names(page, browser, ("click", "Sum"), ("click", "Sum"))[:2] == ["s2", "s7"]


def test_nothing_handed_in_sorts_before_no_points(page: Path, browser: Browser) -> None:
    assert names(page, browser, ("click", "hw0"))[:3] == ["absent", "refused one", "s0"]


def test_the_tables_of_an_assignment_are_sorted_too(page: Path, browser: Browser) -> None:
    found, trouble = opened(browser, page)
    table = found.get_by_role("region", name="Questions of hw0_scaling").locator("table")
    for expected in (["conv2d", "scale"], ["scale", "conv2d"]):
        table.get_by_role("button", name="Question").click()
        assert table.locator("tbody th").all_inner_texts() == expected
    table.get_by_role("button", name="Full marks").click()
    assert table.locator("tbody th").all_inner_texts() == ["conv2d", "scale"]
    assert table.locator("th[aria-sort]").all_inner_texts() == ["Full marks"]
    assert trouble == []


@pytest.mark.parametrize(
    ("typed", "shown"),
    [("hw0_scaling:missing", ["absent"]), ("hw0_scaling:refused", ["refused one"]), ("S1", ["s1"]), ("zzz", [])],
)
def test_filtered(page: Path, browser: Browser, typed: str, shown: list[str]) -> None:
    assert names(page, browser, ("type", typed)) == shown


def test_links_lead_to_the_students_feedback(page: Path, browser: Browser) -> None:
    found, _ = opened(browser, page)
    links = found.locator("main a:not([href^='#'])")
    assert {one.get_attribute("href") for one in links.all()} == {"feedback/s1/hw0_scaling.html"}
    assert found.locator("#students a").count() == 1
    assert found.get_by_role("region", name="Misconceptions").get_by_role("link", name="s1").count() == 1


def test_without_scripts_everything_is_there(page: Path, browser: Browser) -> None:
    context = browser.new_context(java_script_enabled=False)
    found = context.new_page()
    found.goto(page.as_uri())
    assert found.locator("#students tbody tr").count() == 13
    assert not found.locator("#controls").is_visible()
    context.close()


def test_similar_submissions_side_by_side(report: ClassReport, browser: Browser, tmp_path: Path) -> None:
    file = tmp_path / "similar.html"
    file.write_text(similar_page(report.assignments[0], "A course", SOURCES, STUB), encoding="utf-8")
    for size, scheme in LOOKS:
        found, trouble = opened(browser, file, size, scheme)
        assert violations(found) == []
        assert not overflows(found)
        assert trouble == []
    marked = found.locator("mark").all_inner_texts()
    assert "return 2 * x" in "".join(marked)
    assert "... 4 unchanged lines of the stub ..." in found.locator("pre").first.inner_text()
    assert "not a verdict" in found.locator("header").inner_text()


def test_now_links_to_sections_that_exist_and_shows_the_plot_as_a_table(page: Path, browser: Browser) -> None:
    found, _ = opened(browser, page)
    addresses = [link.get_attribute("href") or "" for link in found.query_selector_all("section:has(#now) a")]
    assert {"#hw0_scaling", "feedback/s1/hw0_scaling.html"} == set(addresses)
    found.click("text=The figures as a table")
    rows = found.query_selector_all("section:has(#now) tbody tr")
    assert [row.inner_text().split("\t") for row in rows] == [
        ["2026-10-05", "2", "1", "50 %", "2 of hw0_scaling"],
        ["2026-10-06", "3", "0", "", "3 of hw1"],
    ]
    assert "2 graded, 4 waiting" in found.inner_text("section:has(#now)")


def test_a_long_list_is_folded(report: ClassReport, browser: Browser, tmp_path: Path) -> None:
    now = now_of("s1")
    file = tmp_path / "report.html"
    file.write_text(class_page(report, lambda *_: None, {}, replace(now, stuck=now.stuck * 25)), encoding="utf-8")
    found, _ = opened(browser, file)
    folded = found.locator("section:has(#now) details", has_text="And 5 more")
    assert folded.locator("li").count() == 5
    assert not folded.locator("li").first.is_visible()


def test_each_kind_of_failure_has_its_word_in_both_languages() -> None:
    assert {kind: str(word) for kind, word in WORDS.items()} == {kind: kind for kind in KINDS}
    assert not [kind for kind, word in WORDS.items() if translate(word, "zh") == kind]
