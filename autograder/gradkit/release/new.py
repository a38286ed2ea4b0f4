"""Create a new assignment: files with one small worked question, to be replaced step by step."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from string import Template

from gradkit.course import Course
from gradkit.errors import UsageError
from gradkit.messages import message
from gradkit.temporary import TemporaryFolder

_FILES = Path(__file__).parent / "scaffold"
_ENDING = ".template"  # so that no tool treats them as modules of this package
_WEEKS = 2


def scaffold(course: Course, assignment_id: str, title: str | None = None, due: datetime | None = None) -> list[Path]:
    """Write ``assignments/<id>/`` and ``autograder/hidden/<id>/``, both or neither.

    Args:
        course: the course.
        assignment_id: a letter, followed by letters, digits and underscores.
        title: the title on pages; derived from the id if None.
        due: the due time, with a time zone; two weeks from now if None.

    Returns:
        The written files.

    Raises:
        UsageError: the id or title is invalid, or one of the folders already exists.
    """
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*", assignment_id):
        raise UsageError(
            message(
                '"{id}" is not a valid assignment id: use a letter, followed by letters, digits '
                "and _, as in hw9_attention.",
                id=assignment_id,
            )
        )
    title = assignment_id.replace("_", " ").capitalize() if title is None else title.strip()
    if not title or not title.isprintable():
        raise UsageError(
            message(
                "--title {title}: a title is one line of text, without control characters.", title=json.dumps(title)
            )
        )
    places = {"assignment": course.source(assignment_id), "hidden": course.hidden(assignment_id)}
    for place in places.values():
        if place.exists():
            raise UsageError(
                message("{place} already exists and was not changed. Choose another id, or move it away.", place=place)
            )
    due = due or (datetime.now(UTC) + timedelta(weeks=_WEEKS)).replace(hour=22, minute=0, second=0)
    words = {
        "id": assignment_id,
        "title": _in_markdown(title),
        "toml_title": json.dumps(title, ensure_ascii=False),  # also a valid TOML string
        "python_title": title.replace("\\", "\\\\").replace('"', '\\"'),
        "due": due.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
    }
    written: list[Path] = []
    with TemporaryFolder(".new", course.root) as work:
        for kind, place in places.items():
            for template in sorted((_FILES / kind).rglob(f"*{_ENDING}")):
                name = template.relative_to(_FILES / kind).as_posix().removesuffix(_ENDING)
                path = work / kind / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(Template(template.read_text(encoding="utf-8")).substitute(words), encoding="utf-8")
                written.append(place / name)
        for kind, place in places.items():
            place.parent.mkdir(parents=True, exist_ok=True)
            (work / kind).rename(place)
    return written


def _in_markdown(text: str) -> str:
    """Escape text so that Markdown shows it literally."""
    escaped = re.sub(r"([\\`*_\[\]#~|$])", r"\\\1", text)
    return escaped.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
