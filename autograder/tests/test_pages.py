"""Links and commands of every page lead somewhere."""

from __future__ import annotations

import re
import runpy
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer.main
from nbgrader.apps.nbgraderapp import NbGraderApp

from gradkit.cli.app import app

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = (".github", "assignments", "autograder", "docs", "examples", "release", "solutions")
PAGES = sorted([*ROOT.glob("*.md"), *(page for folder in FOLDERS for page in (ROOT / folder).rglob("*.md"))])
CHINESE = [
    page for page in PAGES if page.name.endswith(".zh.md") and page.parent in (ROOT, ROOT / "docs", ROOT / "examples")
]
ENGLISH_ANCHORS = runpy.run_path(str(ROOT / "docs" / "site_pages.py"))["english_anchors"]
TARGETS = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
COMMANDS = typer.main.get_command(app).commands
OPTIONS = {
    name: {"--help"}
    | {
        option
        for one in (command, *getattr(command, "commands", {}).values())
        for parameter in one.params
        for option in parameter.opts
        if option.startswith("--")
    }
    for name, command in COMMANDS.items()
}


def code(page: Path) -> list[str]:
    """Everything in a page that is shown as code: spans, and the lines of fenced and indented blocks."""
    found, fence, before = [], "", ""
    for line in page.read_text(encoding="utf-8").split("\n"):
        mark = re.match(r" *(`{3,})", line)
        if mark and (not fence or mark[1] == fence):
            fence = "" if fence else mark[1]
        elif fence or (line.startswith("    ") and (not before or before.startswith("    "))):
            found.append(line.strip().removeprefix("$ "))
        else:
            found += re.findall(r"`([^`]+)`", line)
        before = line
    return found


def prose(page: Path) -> str:
    """A page without its fenced blocks and code spans."""
    text = re.sub(r"^(`{3,}).*?^\1$", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    return re.sub(r"`[^`\n]+`", "", text)


def anchors(page: Path) -> set[str]:
    """The anchors that GitHub gives a page's headings."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


def named(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_links_of_each_page_resolve(page: Path) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", prose(page)):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = target.partition("#")
        linked = page.parent / path if path else page
        assert linked.exists(), f"{named(page)} links to {target}, which is not there"
        assert not anchor or anchor in anchors(linked), f"{named(page)} links to {target}, which has no such heading"


@pytest.mark.parametrize(
    "page", [page for page in PAGES if page.name != "CHANGELOG.md"], ids=named
)  # it names old ones
def test_commands_that_pages_name_exist(page: Path) -> None:
    nbgrader = NbGraderApp.subcommands.keys()
    for text in code(page):
        program, *words = re.sub(r"^\S*\.venv/bin/", "", text.partition(" #")[0]).split()[:30] or [""]
        told = f"{named(page)} names {text!r}"
        if program == "make":
            assert {word for word in words if re.fullmatch(r"[a-z][a-z-]*", word)} <= TARGETS, told
        elif program == "gradkit" and words and re.fullmatch(r"[a-z]+", words[0]):
            assert words[0] in COMMANDS, told
            assert {word for word in words if word.startswith("--")} <= OPTIONS[words[0]], told
        elif program == "nbgrader" and words and re.fullmatch(r"[a-z_]+", words[0]):
            assert words[0] in nbgrader, told


def english(page: Path) -> Path:
    return page.with_name(page.name.replace(".zh.md", ".md"))


FENCED = re.compile(r"^ *(`{3,})(\S*)[^\n]*\n(.*?)^ *\1$", re.MULTILINE | re.DOTALL)


def blocks(page: Path) -> Iterator[tuple[str, list[str]]]:
    """The fenced blocks of a page: the language and the lines without comments, or for output only their number."""
    text = page.read_text(encoding="utf-8")
    for _, language, block in re.findall(FENCED, text):
        lines = [line.partition("#")[0].strip() for line in block.splitlines()]
        if language == "console":
            yield language, [line if line.startswith("$ ") else "" for line in lines]
        else:
            yield language, lines if language not in ("", "text") else [""] * len(lines)


def links(page: Path) -> Iterator[str]:
    """Where a page's links lead, as an English page would say it."""
    for target in re.findall(r"\]\(([^)\s]+)\)", prose(page)):
        path, mark, anchor = target.partition("#")
        linked = page.parent / path if path else page
        yield path.replace(".zh.md", ".md") + mark + ENGLISH_ANCHORS(linked).get(anchor, anchor)


@pytest.mark.parametrize("page", CHINESE, ids=named)
def test_a_chinese_page_has_the_headings_code_and_links_of_the_english_one(page: Path) -> None:
    levels = [re.findall(r"^#+(?= )", prose(text), re.MULTILINE) for text in (page, english(page))]
    assert levels[0] == levels[1]
    assert list(blocks(page)) == list(blocks(english(page)))
    assert sorted(links(page)) == sorted(links(english(page)))


def parts(page: Path) -> Iterator[tuple[list[str], int]]:
    """The code spans and the number of links of each heading, paragraph, item and row of a page."""
    text = re.sub(r"^ *(`{3,}).*?^ *\1$", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    for part in re.split(r"\n\s*\n|\n(?= *(?:[-*]|\d+\.) |\||#+ )", text):
        yield sorted(" ".join(span.split()) for span in re.findall(r"`([^`]+)`", part)), part.count("](")


@pytest.mark.parametrize("page", [page for page in PAGES if page.name.endswith(".zh.md")], ids=named)
def test_each_part_of_a_chinese_page_has_the_code_and_links_of_the_english_one(page: Path) -> None:
    assert list(parts(page)) == list(parts(english(page)))


@pytest.mark.parametrize("page", CHINESE, ids=named)
def test_a_chinese_page_has_the_figures_of_the_english_one(page: Path) -> None:
    """Those of three digits or more, and decimal ones; small ones may be words."""
    figures = [re.findall(r"\d[\d,.]+\d", re.sub(r"\]\(\S+\)", "", prose(text))) for text in (page, english(page))]
    assert sorted(figures[0]) == sorted(figures[1])


@pytest.mark.parametrize("page", ["README.md", "docs/authoring.md"])
def test_what_a_page_promises_in_english_is_the_same_in_chinese(page: str) -> None:
    """Other tests execute the English page, with its files and output."""
    texts = [(ROOT / name).read_text(encoding="utf-8") for name in (page, page.replace(".md", ".zh.md"))]
    assert FENCED.findall(texts[0]) == FENCED.findall(texts[1])


@pytest.mark.parametrize("page", CHINESE, ids=named)
def test_a_chinese_page_links_to_chinese_pages_where_there_are_any(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#\s]+\.md)", prose(page)):
        translated = {english(chinese) for chinese in CHINESE if chinese != page}
        assert (page.parent / target).resolve() not in translated, target
