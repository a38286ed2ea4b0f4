"""The pages of a course, in its language and beside it in the other."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from gradkit.classroom.reporting import make_report
from gradkit.course import Course, load_course
from gradkit.gradebook.up_to_date import is_newer
from gradkit.grading.record import Record

from ..pages.looking import violations

HW = "hw0_scaling"
LANG = re.compile('<html lang="([^"]*)">')


@pytest.fixture
def chinese(course: Course) -> Course:
    path = course.root / "course.toml"
    path.write_text('language = "zh"\n' + path.read_text(encoding="utf-8"), encoding="utf-8")
    return load_course(course.root)


def languages(folder: Path) -> dict[str, str]:
    """Each page of ours -> its language."""
    texts = {path.name: path.read_text(encoding="utf-8") for path in folder.glob("*.html")}
    return {name: LANG.findall(text)[0] for name, text in texts.items()}


def targets(page: Path) -> list[Path]:
    return [
        page.parent / address for address in re.findall(r'<a href="([^"]*)" lang=', page.read_text(encoding="utf-8"))
    ]


@pytest.mark.parametrize(("own", "names"), [("en", ["en", "zh-Hans"]), ("zh", ["zh-Hans", "en"])])
def test_pages_are_made_in_both_languages_and_lead_to_each_other(
    course: Course,
    put: Callable[..., None],
    keep: Callable[..., object],
    make_record: Callable[..., Record],
    request: pytest.FixtureRequest,
    own: str,
    names: list[str],
) -> None:
    course = request.getfixturevalue("chinese") if own == "zh" else course
    other = "en" if own == "zh" else "zh"
    put("ada")
    keep(make_record("ada"))
    made = make_report(course, course.root / "report")
    for page in (course.feedback_page("ada", HW), made.page):
        beside = page.with_name(f"{page.stem}.{other}.html")
        assert languages(page.parent) == {page.name: names[0], beside.name: names[1]}
        assert targets(page) == [beside]
        assert targets(beside) == [page]
    beside = made.page.with_name(f"report.{other}.html").read_text(encoding="utf-8")
    assert f'href="../feedback/ada/{HW}.{other}.html"' in beside


def test_another_language_of_the_course_makes_the_pages_again(
    course: Course, put: Callable[..., None], keep: Callable[..., object], make_record: Callable[..., Record]
) -> None:
    put("ada")
    keep(make_record("ada"))
    before = course.feedback_page("ada", HW)
    assert languages(before.parent) == {f"{HW}.html": "en", f"{HW}.zh.html": "zh-Hans"}
    path = course.root / "course.toml"
    path.write_text('language = "zh"\n' + path.read_text(encoding="utf-8"), encoding="utf-8")
    changed = load_course(course.root)
    assert not is_newer(changed.in_language(before, "en"), course.results / "ada" / f"{HW}.json")
    keep(make_record("ada"))
    assert languages(before.parent) == {f"{HW}.html": "zh-Hans", f"{HW}.en.html": "en"}


def test_nbgraders_page_shows_the_courses_language_and_leads_to_the_other(
    chinese: Course,
    put: Callable[..., None],
    keep: Callable[..., Any],
    make_record: Callable[..., Record],
    browser: Browser,
) -> None:
    put("ada")
    keep(make_record("ada"))
    (file,) = (chinese.feedback / "ada" / HW).glob("*.html")
    page = browser.new_page(viewport={"width": 390, "height": 800})
    page.route("http*://**", lambda route: route.abort())  # MathJax
    page.goto(file.as_uri())
    assert page.locator("iframe:visible").count() == 1
    assert page.frame_locator("#gradkit").locator(".score").inner_text().endswith(" 分")
    page.get_by_role("link", name="English").click()
    assert page.locator("iframe:visible").count() == 1
    inside = page.frame_locator("#gradkit-beside")
    assert "points" in inside.locator(".score").inner_text()
    assert inside.locator(".language").count() == 0  # its address would lead nowhere from here
    page.get_by_role("link", name="中文").click()
    assert page.locator("#gradkit").is_visible()
    assert violations(page) == []
    page.close()


def test_what_nbgraders_page_says_is_in_the_courses_language(
    chinese: Course, put: Callable[..., None], keep: Callable[..., Any], make_record: Callable[..., Record]
) -> None:
    put("ada")
    keep(make_record("ada", output="In time."))
    (file,) = (chinese.feedback / "ada" / HW).glob("*.html")
    page = file.read_text(encoding="utf-8")
    assert page.startswith("<!DOCTYPE html>")
    assert LANG.findall(page)[0] == "zh-Hans"
    body = re.sub(r"<iframe[^>]*>|<style.*?</style>|<script.*?</script>|<[^>]+>", "", page, flags=re.DOTALL)
    for part in (
        "检查单元格",
        "评分单元格：scale",
        "（回到顶部）",
        "# 关于这次提交的整体情况",
        "按时提交。",
        "scale：",
    ):
        assert part in body
    for word in ("Score", "Test cell", "Grade cell", "(Top)", "Hint:", "passed", "failed", "points"):
        assert word not in body


def test_a_sentence_without_a_translation_is_shown_in_english(
    chinese: Course, put: Callable[..., None], keep: Callable[..., Any], make_record: Callable[..., Record]
) -> None:
    put("ada")
    keep(make_record("ada", problems=("Only Ada reads this.", "In time.")))
    page = chinese.feedback_page("ada", HW).read_text(encoding="utf-8")
    assert "<li>Only Ada reads this.</li>" in page  # an older version's sentence
    assert "<li>按时提交。</li>" in page
