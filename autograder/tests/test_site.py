"""The site of the guides: it builds, a link that leads nowhere stops it, and it needs nothing from elsewhere."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from .pages.looking import overflows, violations

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def pages(tmp_path: Path) -> Path:
    """What the site is made from, in another place."""
    for name in ("docs", "examples/workflows"):
        shutil.copytree(ROOT / name, tmp_path / name)
    for path in [*ROOT.glob("*.md"), ROOT / "mkdocs.yml", ROOT / "examples" / "README.md"]:
        shutil.copyfile(path, tmp_path / path.relative_to(ROOT))
    return tmp_path


# What the theme's script adds after the page is loaded: buttons to copy code, and boxes in which wide tables scroll.
OF_THE_THEME = ("landmark-unique", "scrollable-region-focusable")


def build(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict"], cwd=folder, capture_output=True, text=True, check=False
    )


def test_every_page_is_there_and_fetches_nothing(pages: Path) -> None:
    done = build(pages)
    assert done.returncode == 0, done.stderr
    site = pages / "site"
    guides = {page.stem.removesuffix(".zh") for page in (pages / "docs").glob("*.md")}
    for folder in (site, site / "zh"):
        names = {page.parent.name for page in folder.glob("*/index.html")}
        assert names >= guides | {"ARCHITECTURE", "examples"}
    for page in site.rglob("*.html"):
        fetched = re.findall(r'<(?:script|img|iframe)\b[^>]*\ssrc="([^"]+)"', page.read_text(encoding="utf-8"))
        fetched += re.findall(r'<link\b[^>]*rel="stylesheet"[^>]*href="([^"]+)"', page.read_text(encoding="utf-8"))
        assert fetched
        assert not [address for address in fetched if re.match("(https?:)?//", address)]


def test_each_page_leads_to_the_other_language(pages: Path) -> None:
    assert build(pages).returncode == 0
    site = pages / "site"
    for page in site.rglob("index.html"):
        text = page.read_text(encoding="utf-8")
        name = page.relative_to(site).as_posix()
        assert f'<html lang="{"zh-Hans" if name.startswith("zh/") else "en"}"' in text
        switch = dict(reversed(pair) for pair in re.findall(r'<a href="([^"]*)" hreflang="(\w+)"', text))
        there = "en" if name.startswith("zh/") else "zh"
        assert (page.parent / switch[there] / "index.html").resolve() == (
            site / (name.removeprefix("zh/") if there == "en" else f"zh/{name}")
        )


def test_a_guide_without_a_chinese_page_is_marked_as_english_under_a_chinese_title(pages: Path) -> None:
    (pages / "docs" / "students.zh.md").unlink()
    assert build(pages).returncode == 0
    for guide in (pages / "docs").glob("*.md"):
        if not guide.name.endswith(".zh.md"):
            text = (pages / "site" / "zh" / guide.stem / "index.html").read_text(encoding="utf-8")
            assert re.search("<title>[\u4e00-\u9fff]", text)
            assert ('<div lang="en">' not in text) == guide.with_suffix(".zh.md").exists()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everybody_can_read_the_chinese_pages(pages: Path, browser: Browser, scheme: str) -> None:
    assert build(pages).returncode == 0
    for guide in sorted((pages / "docs").glob("*.zh.md")):
        page = browser.new_page(viewport={"width": 390, "height": 800}, color_scheme=scheme)
        page.goto((pages / "site" / "zh" / guide.name.removesuffix(".zh.md") / "index.html").as_uri())
        found = [one for one in violations(page) if not one.startswith(OF_THE_THEME)]
        slanted = page.evaluate("[...document.querySelectorAll('em, i')].map(e => getComputedStyle(e).fontStyle)")
        assert (guide.name, found, overflows(page), set(slanted) - {"normal"}) == (guide.name, [], False, set())
        page.close()


@pytest.mark.parametrize("link", ["nowhere.md", "reference.md#nowhere", "../nowhere.md", "../pyproject.toml"])
def test_a_link_that_leads_nowhere_is_an_error(pages: Path, link: str) -> None:
    with (pages / "docs" / "ci.md").open("a", encoding="utf-8") as page:
        page.write(f"\n[a link]({link})\n")
    done = build(pages)
    assert done.returncode == 1
    assert link.rpartition("/")[2] in done.stderr
