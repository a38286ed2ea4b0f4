"""Pages in Chinese: everything that is ours is translated, and nothing else; both editions lead to each other."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from string import Formatter
from typing import get_args

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from playwright.sync_api import Browser

from gradkit.course.course import Language
from gradkit.grading.record import Record, from_json, to_json
from gradkit.messages import ENGINE, LANGUAGES, message
from gradkit.pages.class_report import class_page, similar_page
from gradkit.pages.rendering import Edition
from gradkit.pages.submission import Remark, Standing, feedback_page
from gradkit.report import ClassReport
from gradkit.term.runs import Run

from .conftest import HOSTILE
from .looking import LOOKS, opened, overflows, violations
from .test_class_report import DAY, SOURCES, STUB, now_of, report
from .test_submission import HANDED_IN, read

__all__ = ["report"]  # a fixture

CATALOGUE = ENGINE / "zh_Hans" / "LC_MESSAGES" / "gradkit.po"
SUITE = {"Shapes.": "形状正确。", "Wrong shape.": "形状不对。", "out (H, W)": "out 的形状为 (H, W)", "Scaling": "缩放"}


@pytest.fixture
def chinese(tmp_path: Path) -> Edition:
    """A Chinese edition with the translations of the suite of the record."""
    catalog = Catalog(locale="zh_Hans")
    for text, translation in SUITE.items():
        catalog.add(text, translation)
    folder = tmp_path / "locale" / "zh_Hans" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    with (folder / "suite.mo").open("wb") as file:
        write_mo(file, catalog)
    return Edition("zh", "page.en.html", {"hw0_scaling": tmp_path / "locale"})


def pages(record: Record, report: ClassReport, edition: Edition) -> list[str]:
    """Each page, with something in each of its parts."""
    sentences = [message("Due {time}.", time="2026-10-05 22:00 UTC"), message("In time.")]
    remarks = [Remark("why", 2.5, 4.0, "Neat."), Remark("code", 1.0, None, "")]
    now = now_of("s1")
    run = Run(DAY, datetime(2026, 10, 5, 1, tzinfo=UTC), 4, 2, ())
    weekly = replace(now, days=7, run=run, stuck=now.stuck * 25, faults=now.faults * 25)
    address = {"hw0_scaling": "similar/hw0_scaling.html"}
    return [
        feedback_page(record, "C", HANDED_IN, Standing(3.0, 0.5, 4.5, 9.0, False), sentences, remarks, edition=edition),
        feedback_page(record, "C", None, Standing(-3.0, 0.0, 4.5, 9.0, True), edition=edition),
        feedback_page(record, "C", silent=True, edition=edition),
        feedback_page(replace(record, status="refused", student=""), "C", edition=edition),
        class_page(report, lambda *_: "page.html", address, now, edition),
        class_page(report, lambda *_: None, {}, weekly, edition),
        similar_page(report.assignments[0], "C", SOURCES, STUB, edition),
    ]


def english() -> set[str]:
    """Parts of at least two words of the texts that pages can show."""
    with CATALOGUE.open("rb") as file:
        texts = [text for entry in read_po(file) for text in ([entry.id] if isinstance(entry.id, str) else entry.id)]
    parts = {part.strip() for text in texts for part in re.split(r"%\(\w+\)s|\{\w+\}|<[^>]*>|\n", text)}
    return {part for part in parts if re.search(r"[a-z]{2,} [a-z]{2,}", part)}


def test_no_english_sentence_of_ours_is_on_a_chinese_page(
    record: Record, report: ClassReport, chinese: Edition
) -> None:
    ours = english()
    for page in pages(record, report, chinese):
        assert '<html lang="zh-Hans">' in page
        assert '"PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC"' in page
        text, _ = read(page)
        assert [part for part in ours if part in text] == []
        labels = " ".join(re.findall(r'(?:aria-label|title|data-words)="([^"]*)"', page))
        assert [part for part in ours if part in labels] == []
    found = {
        part for page in pages(record, report, Edition()) for part in ours if part in " ".join(read(page)[0].split())
    }
    assert len(found) > 60  # so the pages above had something to translate


def test_texts_of_the_record_and_its_suite_are_translated(record: Record, chinese: Edition) -> None:
    result = replace(record.tests[1], output=message("Due {time}.", time="`x`"), reason="In time.")
    page = feedback_page(replace(record, tests=(record.tests[1], result)), "A course", edition=chinese)
    text, _ = read(page)
    for part in (
        "缩放：给",
        "形状正确。",
        "形状不对。",
        "提示： out 的形状为 (H, W)",
        "截止时间为 `x`。",
        "可能的原因： 按时提交。",
    ):
        assert part in text
    assert HOSTILE.splitlines()[0][:30] in text  # what a student wrote stays


def test_a_record_of_before_there_were_messages_is_shown_in_both_languages(record: Record, chinese: Edition) -> None:
    output = message("No gradient reaches {names}.", names="x")
    tests = (replace(record.tests[1], output=output, reason="In time."), replace(record.tests[2], title="Shapes."))
    new = replace(
        record, output=message("Due {time}.", time="today"), problems=("Nothing was handed in.",), tests=tests
    )
    data = json.loads(to_json(new))
    for part in (data, *data["tests"]):
        part["extra_data"].pop("messages", None)
    old = from_json(json.dumps(data))
    assert "messages" in to_json(new)
    assert "messages" not in to_json(old)
    assert feedback_page(old, "A course") == feedback_page(new, "A course")
    text, _ = read(feedback_page(old, "A course", edition=chinese))
    for part in (
        "形状正确。",
        "可能的原因： 按时提交。",
        "没有提交。",
        "提示： out 的形状为 (H, W)",
    ):  # fixed sentences
        assert part in text
    for part in ("No gradient reaches x.", "Due today."):  # the others stay as they were written
        assert part in text


def test_why_a_line_is_to_be_looked_at_is_translated(report: ClassReport, chinese: Edition) -> None:
    lines = (("s1", "m.py", 3, "os._exit: it acts on the process that runs it"),)
    assignment = replace(report.assignments[0], look_at=lines)
    text, _ = read(class_page(replace(report, assignments=(assignment,)), lambda *_: None, {}, now_of("s1"), chinese))
    assert "os._exit：它作用于运行它的进程" in text


def test_dates_and_numbers_are_written_as_in_chinese(record: Record, report: ClassReport, chinese: Edition) -> None:
    text, _ = read(feedback_page(record, "A course", HANDED_IN, edition=chinese))
    assert "提交于 2026 年 10 月 2 日 08:05 UTC" in text
    assert "2 / 5 分" in text
    assert "75%" in read(similar_page(report.assignments[0], "C", SOURCES, STUB, chinese))[0]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_page_leads_to_its_other_edition(record: Record, report: ClassReport, language: str) -> None:
    lang, name = {"en": ("zh-Hans", "中文"), "zh": ("en", "English")}[language]
    link = f'<a href="other.html" lang="{lang}" hreflang="{lang}">{name}</a>'
    for page in pages(record, report, Edition(language, "other.html")):
        assert page.count(link) == 1
    for page in pages(record, report, Edition(language)):
        assert "hreflang" not in page


@pytest.mark.parametrize(("size", "scheme"), LOOKS)
def test_everybody_can_read_it_in_chinese(
    record: Record,
    report: ClassReport,
    chinese: Edition,
    browser: Browser,
    tmp_path: Path,
    size: tuple[int, int],
    scheme: str,
) -> None:
    for text in [pages(record, report, chinese)[number] for number in (0, 4, 6)]:
        file = tmp_path / "page.html"
        file.write_text(text, encoding="utf-8")
        page, trouble = opened(browser, file, size, scheme)
        for details in page.query_selector_all("summary"):
            details.click()
        assert (violations(page), overflows(page), trouble) == ([], False, [])
        page.close()


def test_students_are_counted_in_chinese(
    report: ClassReport, chinese: Edition, browser: Browser, tmp_path: Path
) -> None:
    file = tmp_path / "report.html"
    file.write_text(class_page(report, lambda *_: None, {}, now_of("s1"), chinese), encoding="utf-8")
    page, _ = opened(browser, file)
    page.fill("#filter", "s1")
    assert page.inner_text("#shown") == "1 / 13 名学生"


def test_the_languages_of_a_course_are_those_of_the_catalogues() -> None:
    assert set(get_args(Language)) == set(LANGUAGES)


def test_translations_have_the_fields_of_their_texts() -> None:
    with CATALOGUE.open("rb") as file:
        catalog = read_po(file)
    for entry in catalog:
        if not entry.id:
            continue
        many = entry.id if isinstance(entry.id, str) else entry.id[-1]
        translation = entry.string if isinstance(entry.string, str) else entry.string[0]
        assert translation, entry.id
        assert not entry.fuzzy, entry.id
        assert _fields(many) == _fields(translation), entry.id


def _fields(text: str) -> set[str]:
    named = set(re.findall(r"%\((\w+)\)s", text))
    return named | {name for _, name, _, _ in Formatter().parse(text) if name and not named}
