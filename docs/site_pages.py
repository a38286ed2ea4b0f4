"""For MkDocs: adds the pages outside docs/, bends links to fit the site, and gives Chinese headings the English ids."""

from __future__ import annotations

import os
import re
from pathlib import Path, PurePosixPath

from markdown.extensions.toc import slugify
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

ROOT = Path(__file__).resolve().parents[1]
PAGES = {
    "README.md": "index.md",
    "CONTRIBUTING.md": "CONTRIBUTING.md",
    "ARCHITECTURE.md": "ARCHITECTURE.md",
    "CHANGELOG.md": "CHANGELOG.md",
    "examples/README.md": "examples.md",
}
FILES = ("docs/record.schema.json", "examples/workflows/grade-repositories.yml")
CHINESE = ".zh.md"
_SEARCH = '<div class="md-search" data-md-component="search" role="dialog"'
_LINK = re.compile(r"(?<=\]\()(?![a-z]+:)([^)#\s]*)(?:#([^)\s]+))?")
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
_LANGUAGES = re.compile(r"^.*\[(?:English|简体中文)\]\(README\b.*\n\n", re.MULTILINE)  # the site has its own switch
_FENCED = re.compile(r"^ *(`{3,}).*?^ *\1$", re.MULTILINE | re.DOTALL)


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add what lies outside docs/, in the languages in which it exists."""
    for source, name in PAGES.items():
        files.append(File(name, config.docs_dir, config.site_dir, config.use_directory_urls))
        if (ROOT / _chinese(source)).exists():
            files.append(File(_chinese(name), config.docs_dir, config.site_dir, config.use_directory_urls))
    for source in FILES:
        name = PurePosixPath(source).name
        if files.get_file_from_path(name) is None:
            files.append(File.generated(config, name, abs_src_path=os.fspath(ROOT / source)))
    return files


def on_page_read_source(page: Page, **_: object) -> str:
    """The text of a page, wherever it is in the repository."""
    return _source(page).read_text(encoding="utf-8")


def on_page_markdown(markdown: str, page: Page, **_: object) -> str:
    """Bend the links of a page, which are right in the repository, to the site."""
    path = _source(page)

    def bend(link: re.Match[str]) -> str:
        target = Path(os.path.normpath(path.parent / link[1])) if link[1] else path
        anchor = link[2] and "#" + english_anchors(target).get(link[2], link[2])
        return (link[1] and _name(target)) + (anchor or "")

    bent = _LINK.sub(bend, _LANGUAGES.sub("", markdown, count=1))
    if not path.name.endswith(CHINESE):
        return bent
    ids = iter(english_anchors(path).values())
    in_code = [fenced.span() for fenced in _FENCED.finditer(bent)]

    def identified(heading: re.Match[str]) -> str:
        if any(start <= heading.start() < end for start, end in in_code):
            return heading[0]
        return f"{heading[0]} {{ #{next(ids)} }}"

    return _HEADING.sub(identified, bent)


def on_page_content(html: str, page: Page, config: MkDocsConfig, **_: object) -> str:
    """Mark the text of an English page among Chinese ones as English."""
    foreign = config.theme["language"] == "zh" and not _source(page).name.endswith(CHINESE)
    return f'<div lang="en">\n{html}\n</div>' if foreign else html


def on_post_template(output_content: str, template_name: str, config: MkDocsConfig) -> str:
    """Keep the English page for addresses that do not exist, which a Chinese one would replace."""
    return "" if template_name == "404.html" and config.theme["language"] == "zh" else output_content


def on_post_page(output: str, config: MkDocsConfig, **_: object) -> str:
    """Name the script of the theme's Chinese, and its search for those who hear the page."""
    label = "搜索" if config.theme["language"] == "zh" else "Search"
    output = output.replace('<html lang="zh"', '<html lang="zh-Hans"', 1)
    return output.replace(_SEARCH, f'{_SEARCH} aria-label="{label}"', 1)


def english_anchors(page: Path) -> dict[str, str]:
    """The anchors of a Chinese page's headings, as GitHub makes them, and those of the same headings in English."""
    if not page.name.endswith(CHINESE) or not page.exists():
        return {}
    english = page.with_name(page.name.replace(CHINESE, ".md"))
    anchors = [re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in _headings(page)]
    return dict(zip(anchors, [slugify(heading, "-") for heading in _headings(english)], strict=True))


def _headings(page: Path) -> list[str]:
    return _HEADING.findall(_FENCED.sub("", page.read_text(encoding="utf-8")))


def _chinese(name: str) -> str:
    return name.removesuffix(".md") + CHINESE


def _name(target: Path) -> str:
    """The name on the site, which finds the page in the language of the page that links to it."""
    source = target.relative_to(ROOT).as_posix().replace(CHINESE, ".md")
    return PAGES.get(source, PurePosixPath(source).name)


def _source(page: Page) -> Path:
    name = page.file.src_uri.replace(CHINESE, ".md")
    source = ROOT / {name: source for source, name in PAGES.items()}.get(name, f"docs/{name}")
    return source.with_name(_chinese(source.name)) if page.file.src_uri.endswith(CHINESE) else source
