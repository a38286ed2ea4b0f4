"""Render templates to HTML: all values are escaped, and an undefined name is an error."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from gradkit.text import points, strip_controls


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("gradkit.pages"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "strip_controls": strip_controls,
        "points": points,
        "shape": _shape,
        "time": _time,
        "percent": _percent,
        "breakable": _breakable,
    }
    return environment


def render(template: str, **values: Any) -> str:
    """A page's text, which ends with ``</html>``."""
    return _environment().get_template(template).render(**values)


def read_template(name: str) -> str:
    """The text of a file beside the templates, such as a script."""
    environment = _environment()
    source, _, _ = environment.loader.get_source(environment, name)  # type: ignore[union-attr]  # it has a loader
    return source


def _breakable(name: str) -> Markup:
    """A name that may wrap after each underscore."""
    return escape(name).replace("_", Markup("_<wbr>"))


def _shape(sizes: list[int]) -> str:
    """A shape as torch users write it: ``(3,)``."""
    return str(tuple(sizes))


def _time(moment: datetime) -> str:
    return f"{moment:%d %B %Y, %H:%M %Z}".removeprefix("0")


def _percent(share: float | None) -> str:
    return "" if share is None else f"{100 * share:.0f} %"
