"""Render templates to HTML in a language: all values are escaped, and an undefined name is an error."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache, partial
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from gradkit.messages import CATALOGUE, LANGUAGES, translate
from gradkit.text import HTML_LANGUAGES, points, strip_controls


@dataclass(frozen=True)
class Edition:
    """A page in one language.

    Attributes:
        language: one of `gradkit.messages.LANGUAGES`.
        other: the address of the same page in the other language, relative to this one; None if there is none.
        locales: assignment id -> the ``locale`` folder of its hidden suite.
    """

    language: str = "en"
    other: str | None = None
    locales: Mapping[str, Path] = field(default_factory=dict)

    def say(self, text: str, assignment: str = "") -> str:
        """A text of ours, such as a message in a record of this assignment, in the page's language."""
        return translate(text, self.language, *(folder for name, folder in self.locales.items() if name == assignment))

    @property
    def lang(self) -> str:
        """The language as HTML names it."""
        return HTML_LANGUAGES[self.language]

    @property
    def other_lang(self) -> str:
        """The other language as HTML names it."""
        return HTML_LANGUAGES[other_language(self.language)]

    @property
    def other_name(self) -> str:
        """The other language's own name."""
        return LANGUAGES[other_language(self.language)]


ENGLISH = Edition()


def other_language(language: str) -> str:
    """The language of a page's other edition."""
    return "en" if language == "zh" else "zh"


@cache
def _environment(language: str) -> Environment:
    environment = Environment(
        loader=PackageLoader("gradkit.pages"),
        autoescape=True,
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "strip_controls": strip_controls,
        "points": points,
        "shape": _shape,
        "time": partial(_time, language=language),
        "percent": partial(_percent, language=language),
        "breakable": _breakable,
    }
    environment.globals["gap"] = "" if language == "zh" else " "  # between two sentences

    def one_or_many(one: str, many: str, n: int) -> str:
        return CATALOGUE.look_up(one, language, many=many, n=n)

    # The extension adds this method to the environment.
    environment.install_gettext_callables(  # type: ignore[attr-defined]
        lambda msgid: CATALOGUE.look_up(msgid, language), one_or_many, newstyle=True
    )
    return environment


def render(template: str, edition: Edition, **values: Any) -> str:
    """A page's text, which ends with ``</html>``."""
    return _environment(edition.language).get_template(template).render(edition=edition, **values)


def read_template(name: str) -> str:
    """The text of a file beside the templates, such as a script."""
    environment = _environment("en")
    source, _, _ = environment.loader.get_source(environment, name)  # type: ignore[union-attr]  # it has a loader
    return source


def _breakable(name: str) -> Markup:
    """A name that may wrap after each underscore."""
    return escape(name).replace("_", Markup("_<wbr>"))


def _shape(sizes: list[int]) -> str:
    """A shape as torch users write it: ``(3,)``."""
    return str(tuple(sizes))


def _time(moment: datetime, language: str) -> str:
    if language == "zh":
        return f"{moment.year} 年 {moment.month} 月 {moment.day} 日 {moment:%H:%M %Z}"
    return f"{moment:%d %B %Y, %H:%M %Z}".removeprefix("0")


def _percent(share: float | None, language: str) -> str:
    return "" if share is None else f"{100 * share:.0f}{'%' if language == 'zh' else ' %'}"
