"""A student's notebook under the released one's rules."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from gradkit.errors import BuildError, SubmissionRefused
from gradkit.gradebook.notebooks import claimed, merge, read_released, read_submitted

LIMIT = 250_000


@pytest.fixture
def released(room: Any) -> Any:
    """The released notebook."""
    return read_released(room.course.release("hw1_lines") / "lines.ipynb")


@pytest.fixture
def raw(room: Any) -> Any:
    """The released notebook's JSON, for a test to spoil."""
    return json.loads((room.course.release("hw1_lines") / "lines.ipynb").read_text())


def read(folder: Path, notebook: Any) -> list[Any]:
    path = folder / "student.ipynb"
    path.write_bytes(notebook if isinstance(notebook, bytes) else json.dumps(notebook).encode())
    return read_submitted(path, LIMIT)


def test_an_untouched_notebook_stays_as_it_is(released: Any, raw: Any, tmp_path: Path) -> None:
    merged = merge(read(tmp_path, raw), released)
    assert [(cell["source"], cell["metadata"]) for cell in merged["cells"]] == [
        (cell["source"], cell["metadata"]) for cell in released["cells"]
    ]
    assert merged["metadata"] == released["metadata"]


def test_the_students_answer_and_own_cells_stay(released: Any, raw: Any, tmp_path: Path) -> None:
    raw["cells"][6]["source"] = ["Because ", "of this."]
    raw["cells"].insert(2, {"cell_type": "code", "source": "x = 1", "metadata": {"tags": ["mine"]}, "outputs": [1]})
    cells = merge(read(tmp_path, raw), released)["cells"]
    assert cells[7]["source"] == "Because of this."
    assert cells[2]["source"] == "x = 1"
    assert cells[2]["metadata"] == {}
    assert cells[2]["outputs"] == []


def test_a_changed_check_cell_is_restored(released: Any, raw: Any, tmp_path: Path) -> None:
    cell = raw["cells"][2]
    cell["source"] = "print('all passed')"
    cell["metadata"]["nbgrader"].update(points=100, locked=False, checksum="0" * 32, solution=True)
    cell["cell_type"] = "markdown"
    merged = merge(read(tmp_path, raw), released)
    assert merged["cells"][2]["source"] == released["cells"][2]["source"]
    assert merged["cells"][2]["metadata"] == released["cells"][2]["metadata"]
    assert merged["cells"][2]["cell_type"] == "code"


def test_of_a_copied_check_cell_the_first_counts(released: Any, raw: Any, tmp_path: Path) -> None:
    raw["cells"].append(raw["cells"][2])
    raw["cells"].insert(0, raw["cells"][2])
    cells = merge(read(tmp_path, raw), released)["cells"]
    assert [claimed(cell) for cell in cells] == ["slope", "", "", "", "", "offset", "", "why", ""]


def test_of_a_copied_answer_the_first_that_is_answered_counts(released: Any, raw: Any, tmp_path: Path) -> None:
    raw["cells"].append({**raw["cells"][6], "source": "Because."})
    cells = merge(read(tmp_path, raw), released)["cells"]
    assert [(claimed(cell), cell["source"]) for cell in cells[6:]] == [("", "YOUR ANSWER HERE"), ("why", "Because.")]


def test_missing_cells_are_added_back_where_they_belong(released: Any, raw: Any, tmp_path: Path) -> None:
    raw["cells"] = [cell for cell in raw["cells"] if claimed(cell) in ("", "offset")]
    cells = merge(read(tmp_path, raw), released)["cells"]
    assert [claimed(cell) for cell in cells if claimed(cell)] == ["slope", "offset", "why"]
    missing = next(n for n, cell in enumerate(cells) if claimed(cell) == "why")
    assert "was missing" in cells[missing - 1]["source"]
    assert cells[missing]["source"] == "YOUR ANSWER HERE"


@pytest.mark.parametrize(
    "settings",
    [
        "a string", ["list"], 7, None, {"grade_id": 7}, {"grade_id": ["slope"]}, {"grade_id": "unknown", "grade": True},
        {"schema_version": 99, "grade": True}, {"grade": "yes", "points": "many", "grade_id": "x" * 100_000},
    ],
)  # fmt: skip
def test_strange_metadata_is_taken_away(released: Any, raw: Any, tmp_path: Path, settings: Any) -> None:
    raw["cells"][0]["metadata"] = {"nbgrader": settings, "deletable": {"deep": [[]]}}
    raw["cells"][3]["metadata"] = settings
    raw["metadata"] = {"kernelspec": 7, "language_info": {"name": "<script>"}, "title": "<script>"}
    merged = merge(read(tmp_path, raw), released)
    assert [claimed(cell) for cell in merged["cells"]] == ["", "", "slope", "", "offset", "", "why"]
    assert merged["cells"][0]["metadata"] == {}
    assert merged["metadata"] == released["metadata"]


def test_cells_that_are_none_become_empty_text(released: Any, raw: Any, tmp_path: Path) -> None:
    raw["cells"] += [
        7,
        None,
        {},
        {"cell_type": ["code"], "source": {"a": 1}},
        {"cell_type": "video", "source": [1, "x"]},
    ]
    cells = merge(read(tmp_path, raw), released)["cells"]
    assert [(cell["cell_type"], cell["source"]) for cell in cells[-5:]] == [("raw", "")] * 4 + [("raw", "x")]


def test_attached_pictures_stay_and_nothing_else_that_is_attached(released: Any, raw: Any, tmp_path: Path) -> None:
    raw["cells"][6].update(
        source="![](attachment:a.png)",
        attachments={"a.png": {"image/png": "aGk=", "text/html": "<script>"}, "b": {"image/svg+xml": "x"}, "c": 7},
    )
    cells = merge(read(tmp_path, raw), released)["cells"]
    assert cells[6]["attachments"] == {"a.png": {"image/png": "aGk="}}


def test_long_cells_are_cut(released: Any, raw: Any, tmp_path: Path) -> None:
    raw["cells"][6]["source"] = "x" * 30_000
    source = merge(read(tmp_path, raw), released)["cells"][6]["source"]
    assert source.startswith("x" * 20_000 + "\n\n[The rest of this cell was left out")


@pytest.mark.parametrize(
    "content",
    [
        b"", b"not JSON", b"\xff\xfe", b"[]", b"7", b'{"cells": []}', b'{"nbformat": 3, "worksheets": []}',
        b'{"nbformat": 4, "cells": {}}', b"[" * 100_000, b'{"nbformat": 4, "cells": [' + b"0," * 2000 + b"0]}",
        b" " * (LIMIT + 1), b"1" * 10_000,
    ],
    ids=range(12),
)  # fmt: skip
def test_files_that_are_no_notebooks_are_refused(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(SubmissionRefused, match=r"the submitted student\.ipynb"):
        read(tmp_path, content)


def test_a_missing_notebook_and_a_link_are_refused(tmp_path: Path) -> None:
    (tmp_path / "link.ipynb").symlink_to(tmp_path / "elsewhere")
    for name in ("link.ipynb", "missing.ipynb"):
        with pytest.raises(SubmissionRefused, match="there is no notebook"):
            read_submitted(tmp_path / name, LIMIT)


def test_a_broken_release_is_the_courses_fault(tmp_path: Path) -> None:
    with pytest.raises(BuildError, match="make release"):
        read_released(tmp_path / "lines.ipynb")
