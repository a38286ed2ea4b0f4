"""The site of the guides: it builds, a link that leads nowhere stops it, and it needs nothing from elsewhere."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def pages(tmp_path: Path) -> Path:
    """What the site is made from, in another place."""
    for name in ("docs", "examples/workflows"):
        shutil.copytree(ROOT / name, tmp_path / name)
    for path in [*ROOT.glob("*.md"), ROOT / "mkdocs.yml", ROOT / "examples" / "README.md"]:
        shutil.copyfile(path, tmp_path / path.relative_to(ROOT))
    return tmp_path


def build(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict"], cwd=folder, capture_output=True, text=True, check=False
    )


def test_every_page_is_there_and_fetches_nothing(pages: Path) -> None:
    done = build(pages)
    assert done.returncode == 0, done.stderr
    site = pages / "site"
    names = {page.parent.name for page in site.glob("*/index.html")}
    guides = {page.stem for page in (pages / "docs").glob("*.md")}
    assert names >= guides | {"ARCHITECTURE", "examples"}
    for page in site.rglob("*.html"):
        fetched = re.findall(r'<(?:script|img|iframe)\b[^>]*\ssrc="([^"]+)"', page.read_text(encoding="utf-8"))
        fetched += re.findall(r'<link\b[^>]*rel="stylesheet"[^>]*href="([^"]+)"', page.read_text(encoding="utf-8"))
        assert fetched
        assert not [address for address in fetched if re.match("(https?:)?//", address)]


@pytest.mark.parametrize("link", ["nowhere.md", "reference.md#nowhere", "../nowhere.md", "../pyproject.toml"])
def test_a_link_that_leads_nowhere_is_an_error(pages: Path, link: str) -> None:
    with (pages / "docs" / "ci.md").open("a", encoding="utf-8") as page:
        page.write(f"\n[a link]({link})\n")
    done = build(pages)
    assert done.returncode == 1
    assert link.rpartition("/")[2] in done.stderr
