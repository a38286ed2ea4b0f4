"""What pages are made with: a student's Markdown cannot act in a browser."""

from __future__ import annotations

import html
import time
from typing import Any

import pytest
from jinja2 import Environment

from gradkit.gradebook import browser_safety
from gradkit.gradebook.browser_safety import safe_highlight, safe_markdown


def render(source: str, **cell: Any) -> str:
    environment = Environment(autoescape=True)
    environment.filters["markdown2html"] = safe_markdown
    template = environment.from_string("{{ source | markdown2html | safe }}")
    return template.render(source=source, cell=cell)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("**Because** of $a < b$ and `x`", "<strong>Because</strong>"),
        ("**Because** of $a < b$", "$a &lt; b$"),
        ("| a | b |\n|---|---|\n| 1 | 2 |", "<td>1</td>"),
        ("# Heading", "<h1>Heading"),
        ("```python\nx = 1\n```", '<span class="n">x</span>'),
        ("[torch](https://pytorch.org)", '<a href="https://pytorch.org">torch</a>'),
        ("a  \nb", "<br>"),
        ("# Heading\n\ntext", "<p>text</p>"),  # not a link, as it was behind an anchor that nothing ended
    ],
)
def test_ordinary_markdown_reads_as_ever(source: str, expected: str) -> None:
    assert expected in render(source)


@pytest.mark.parametrize(
    "source",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "<svg onload=alert(1)>",
        "<iframe src='https://example.org'></iframe>",
        "[x](javascript:alert(1))",
        "[x](JaVaScRiPt:alert(1))",
        "[x](data:text/html;base64,PHNjcmlwdD4=)",
        "<a href='&#106;avascript:alert(1)'>x</a>",
        "<p style='position:fixed' class='full-credit' id='slope'>x</p>",
        "<form action='/formgrader/api'><input name=x></form>",
        "<img src='data:image/svg+xml;base64,PHN2Zz4='>",
        "$\\href{javascript:alert(1)}{x}$",
        "$\\&#104;ref{javascript:alert(1)}{x}$",
        "$\\cssId{slope}{x}$",
        "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
        "<!--<script>--><script>alert(1)</script>",
        '```x" onclick="alert(1)\nx\n```',
    ],
)
def test_what_could_act_becomes_text(source: str) -> None:
    page = render(source)
    for active in ("<script", "<svg", "<iframe", "<form", "<input", "<style", "style=", "id=", 'full-credit"', "<math"):
        assert active not in page
    for tag in (part.partition(">")[0] for part in page.split("<")[1:]):
        assert not any(word in tag.lower() for word in ("onerror", "onload", "onclick", "javascript:", "data:"))
    assert page.startswith("<pre>") or "\\href" not in page


@pytest.mark.parametrize("place", ["https://example.org/seen.png", "HTTP://example.org/x", "//example.org/seen.png"])
@pytest.mark.parametrize("written", ["![seen]({})", "<img src='{}'>", "<img alt='seen' src=' {}'>"])
def test_no_picture_is_fetched_from_the_network(place: str, written: str) -> None:
    page = render(written.format(place))
    assert "src=" not in page or page.startswith("<pre>")


def test_an_attached_picture_is_shown_and_a_missing_one_does_no_harm() -> None:
    picture = render("![](attachment:a.png)", attachments={"a.png": {"image/png": "aGk="}})
    assert '<img alt="" src="data:image/png;base64,aGk=">' in picture or 'src="data:image/png;base64,aGk="' in picture
    assert render("see ![](attachment:b.png)", attachments={}) == "<pre>see ![](attachment:b.png)</pre>"


@pytest.mark.parametrize("pattern", ["[", "*a ", "`", "> ", "<a ", "![", "$", "(", "- " * 5 + "\n", "\\begin{a}", "|"])
def test_a_long_cell_of_odd_marks_does_not_keep_the_page_waiting(pattern: str) -> None:
    started = time.process_time()
    render((pattern * 20_000)[:20_000])
    assert time.process_time() - started < 10


def test_a_page_takes_no_more_than_its_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(browser_safety, "_SECONDS", 0.5)
    environment = Environment(autoescape=False)  # noqa: S701 - as nbconvert's
    environment.filters |= {"markdown2html": safe_markdown, "highlight_code": safe_highlight}
    template = environment.from_string("{{ a | highlight_code }}{{ b | markdown2html }}")
    code, text = " \n" * 10_000, "<ul><li>" * 2_500  # each takes some seconds
    started = time.process_time()
    page = template.render(a=code, b=text, nb={}, resources={})
    assert time.process_time() - started < 2.5
    assert page == f"<pre>{code}</pre><pre>{html.escape(text)}</pre>"


def test_code_is_colored() -> None:
    environment = Environment(autoescape=False)  # noqa: S701 - as nbconvert's
    environment.filters["highlight_code"] = safe_highlight
    nb = {"metadata": {"language_info": {"name": "python", "pygments_lexer": "ipython3"}}}
    assert '<span class="kn">import</span>' in environment.from_string("{{ a | highlight_code }}").render(
        a="import torch", nb=nb
    )
