"""Sanitizers for nbgrader's pages (formgrader, feedback): a student's notebook cannot run scripts in a browser.

nbconvert passes HTML in Markdown through unchanged. In formgrader a student's script would run in the instructor's
session; here it becomes text.
"""

from __future__ import annotations

import html
import re
import time
from collections.abc import Callable, Mapping, MutableMapping
from typing import Any

import bleach  # type: ignore[import-untyped]  # no annotations at all
from jinja2 import pass_context
from jinja2.runtime import Context
from nbconvert.exporters import NotebookExporter
from nbconvert.filters import Highlight2HTML
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from nbformat import NotebookNode

# nbgrader has annotations but does not declare them (no py.typed).
from nbgrader.converters.base import NbGraderException  # type: ignore[import-untyped]

from gradkit.budget import OutOfTimeError, at_most
from gradkit.messages import message

# fmt: off
_TAGS = frozenset({
    "a", "abbr", "b", "blockquote", "br", "code", "dd", "del", "details", "div", "dl", "dt", "em", "h1", "h2", "h3",
    "h4", "h5", "h6", "hr", "i", "img", "ins", "kbd", "li", "ol", "p", "pre", "s", "span", "strong", "sub", "summary",
    "sup", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "tt", "u", "ul",
})
# fmt: on
_ATTRIBUTES = {"a": {"href", "title"}, "img": {"src", "alt", "title", "width", "height"}, "ol": {"start"}}
# No pictures from the network: loading one tells its server who opened the page.
_PICTURE = re.compile(r"data:image/(png|jpeg|gif);base64,[A-Za-z0-9+/=\s]*\Z|(?!//)[\w./-]*\Z")
_HIGHLIGHT = re.compile(r"(highlight|hll|[a-z]{1,2}\d?)( [a-z]{1,2}\d?)?\Z")  # pygments' own class names
_NARROW = """
pre, code, a, h1, h2, h3, h4, h5, h6, li, p { overflow-wrap: anywhere; }
pre { white-space: pre-wrap; }
img { max-width: 100%; height: auto; }
.rendered_html table { display: block; max-width: 100%; overflow-x: auto; }
.rendered_html .MathJax_Display, .rendered_html .MathJax { max-width: 100%; overflow-x: auto; overflow-y: hidden; }
div.cell, div.input, div.inner_cell, div.output_wrapper, div.output, div.output_area, div.output_subarea,
div.text_cell_render { min-width: 0; max-width: 100%; }
div.nbgrader_cell .panel-heading { height: auto; }
#toc a { color: #23527c; text-decoration: underline; }
#toc li.late-penalty { color: #a3271b; }
div.nbgrader_cell div.panel-heading a { color: #fff; text-decoration: underline; }
@media (max-width: 767px) { div.prompt { display: none; } div.container { padding: 0 8px; } }
"""
# nbgrader's template can only take it inside a style sheet; without it a phone shows the page in tiny letters.
_VIEWPORT = '</style><meta name="viewport" content="width=device-width, initial-scale=1"><style>'
_SECONDS = 10.0  # of processor time for a page's cells; the cells after that are shown unrendered
_SPENT = "gradkit_seconds"
# TeX commands by which MathJax makes links, classes and ids.
_ACTIVE_TEX = re.compile(r"\\\s*(href|url|require|class|cssId|style|data)\b")


@pass_context
def safe_markdown(context: Context, source: str) -> str:
    """Convert Markdown to HTML as nbconvert does, then remove all active content. A Jinja filter."""
    return _in_time(context, source, lambda: _markdown(context.get("cell", {}), source))


@pass_context
def safe_highlight(context: Context, source: str, **more: Any) -> str:
    """Convert code to HTML as nbconvert does. A Jinja filter."""
    language = context.get("nb", {}).get("metadata", {}).get("language_info", {})
    lexer = language.get("pygments_lexer", language.get("name"))
    convert = Highlight2HTML(pygments_lexer=lexer)  # type: ignore[no-untyped-call]  # nbconvert declares few types
    return _in_time(context, source, lambda: str(convert(source, **more)))


def _in_time(context: Context, source: str, convert: Callable[[], str]) -> str:
    """The result of ``convert`` within the page's time limit; after that the plain source."""
    resources: MutableMapping[str, Any] = context.get("resources", {})
    spent = resources.get(_SPENT, 0.0)
    started = time.process_time()
    try:
        with at_most(max(_SECONDS - spent, 0.01)):
            return convert()
    except OutOfTimeError:
        return as_it_is(source)
    finally:
        resources[_SPENT] = spent + time.process_time() - started


def _markdown(cell: Mapping[str, Any], source: str) -> str:
    try:
        renderer = IPythonRenderer(escape=False, attachments=cell.get("attachments", {}), exclude_anchor_links=True)
        page = MarkdownWithMath(renderer=renderer).render(source)
    except Exception:  # noqa: BLE001 - whatever a student's text does to the converter, it can be shown unrendered
        return as_it_is(source)
    clean: str = bleach.clean(
        page, tags=_TAGS, attributes=_allowed, protocols={"http", "https", "mailto", "data"}, strip_comments=True
    )
    return as_it_is(source) if _ACTIVE_TEX.search(html.unescape(clean)) else clean


def as_it_is(source: str) -> str:
    """Text as preformatted HTML."""
    return f"<pre>{html.escape(source)}</pre>"


def _allowed(tag: str, name: str, value: str) -> bool:
    if name == "src":
        return tag == "img" and _PICTURE.match(value) is not None
    if name == "href":
        return tag == "a" and not value.lstrip().lower().startswith("data:")
    if name == "class":
        return tag in ("div", "span") and _HIGHLIGHT.match(value) is not None
    return name in _ATTRIBUTES.get(tag, ())


def for_people(notebook: NotebookNode, resources: MutableMapping[str, Any]) -> tuple[NotebookNode, Any]:
    """An nbconvert preprocessor: remove outputs meant for nbgrader alone, and fit the page to its window.

    nbgrader reads a check cell's score from an output ``Out[ ]: 2.5``; people read it beside the cell.
    """
    for cell in notebook.cells:
        if cell.cell_type == "code" and cell.metadata.get("nbgrader", {}).get("grade"):
            cell.outputs = [output for output in cell.outputs if output.output_type != "execute_result"]
    resources.setdefault("inlining", {}).setdefault("css", []).append(_NARROW + _VIEWPORT)
    return notebook, resources


class GradedElsewhere(NotebookExporter):
    """The exporter configured for ``nbgrader autograde``: stops that command before it changes anything.

    That command runs students' code with the instructor's rights, and would put its own scores in the gradebook.
    """

    def __init__(self, *_args: object, parent: Any = None, **_more: object) -> None:
        text = message(
            "nbgrader's autograde is disabled in this course, because it would run students' code unprotected on this "
            "machine. Nothing has been changed. Run `make grade` instead."
        )
        if parent is not None:
            parent.log.error(text)
        raise NbGraderException(text)
