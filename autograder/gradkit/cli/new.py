"""``gradkit new``: the files of a new assignment."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from gradkit.cli.console import find_course, out, short_path


def new(
    assignment: Annotated[str, typer.Argument(help="The new assignment's id, as in hw9_attention.")],
    title: Annotated[str | None, typer.Option(help="Its title on pages; derived from the id by default.")] = None,
    due: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The due date; in two weeks by default.")
    ] = None,
    course: Annotated[Path | None, typer.Option(help="The course's folder.")] = None,
) -> None:
    """Write a new assignment with one small worked question: source, hidden suite, mistakes bank and accepted variants.

    It can be built, audited and graded at once; replace it piece by piece, as docs/authoring.md explains.
    """
    from gradkit.release.new import scaffold

    deadline = None if due is None else due.replace(hour=22, tzinfo=UTC)
    for path in scaffold(find_course(course), assignment, title, deadline):
        out.print(short_path(path), soft_wrap=True)
    out.print(
        f"\nNext: gradkit build {assignment}, then gradkit audit {assignment}; see docs/authoring.md", soft_wrap=True
    )
