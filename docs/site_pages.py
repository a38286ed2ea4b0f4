"""For MkDocs: the pages that stand outside docs/ belong to the site, too; links between all of them are bent to fit."""

from __future__ import annotations

import os
import re
from pathlib import Path, PurePosixPath

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
_LINK = re.compile(r"(?<=\]\()(?![a-z]+:|#)([^)#\s]+)")


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add what lies outside docs/."""
    for source, name in PAGES.items():
        files.append(File.generated(config, name, abs_src_path=os.fspath(ROOT / source)))
    for source in FILES:
        name = PurePosixPath(source).name
        if files.get_file_from_path(name) is None:
            files.append(File.generated(config, name, abs_src_path=os.fspath(ROOT / source)))
    return files


def on_page_markdown(markdown: str, page: Page, **_: object) -> str:
    """Bend the links of a page, which are right in the repository, to the site."""
    path = Path(page.file.abs_src_path or "")

    def bend(link: re.Match[str]) -> str:
        target = Path(os.path.normpath(path.parent / link[1])).relative_to(ROOT).as_posix()
        return PAGES.get(target, PurePosixPath(target).name)

    return _LINK.sub(bend, markdown)
