"""``notebook.md`` becomes a notebook that nbgrader takes."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import nbformat
import pytest
from nbgrader.nbgraderformat import MetadataValidator

from gradkit.course import Assignment
from gradkit.errors import BuildError
from gradkit.release.notebook import complete_notebook, read_cells, staged_notebook

Original = Callable[[str], str]


def staged(text: str, assignment: Assignment) -> dict[str, Any]:
    return dict(json.loads(staged_notebook(read_cells(text, "notebook.md", assignment), assignment)))


def test_the_staged_notebook_is_valid_for_jupyter_and_nbgrader(original: Original, assignment: Assignment) -> None:
    text = staged_notebook(read_cells(original("notebook.md"), "notebook.md", assignment), assignment)
    notebook = nbformat.reads(text, as_version=4)
    nbformat.validate(notebook)
    MetadataValidator().validate_nb(notebook)
    assert nbformat.writes(notebook) + "\n" == text, "Jupyter would write the notebook otherwise"


def test_each_question_gets_its_locked_cell_with_its_points(original: Original, assignment: Assignment) -> None:
    cells = {cell["id"]: cell for cell in staged(original("notebook.md"), assignment)["cells"]}
    check = {"grade": True, "locked": True, "schema_version": 3, "solution": False, "task": False, "cell_type": "code"}
    assert cells["scale"]["metadata"] == {"nbgrader": check | {"grade_id": "scale", "points": 3}}
    assert cells["Line"]["metadata"] == {"nbgrader": check | {"grade_id": "Line", "points": 2.5}}
    written = check | {"locked": False, "solution": True, "cell_type": "markdown", "grade_id": "why", "points": 1}
    assert cells["why"]["metadata"] == {"nbgrader": written}
    assert cells["why"]["source"] == ["YOUR ANSWER HERE"]


def test_ordinary_cells_are_numbered_and_bare(original: Original, assignment: Assignment) -> None:
    notebook = staged(original("notebook.md"), assignment)
    ids = [cell["id"] for cell in notebook["cells"]]
    assert ids == ["cell-01", "cell-02", "cell-03", "scale", "cell-05", "Line", "cell-07", "why"]
    assert [cell["metadata"] for cell in notebook["cells"] if cell["id"].startswith("cell-")] == [{}] * 5
    assert notebook["metadata"] == {
        "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }


def test_regions_in_code_cells_are_stripped(original: Original, assignment: Assignment) -> None:
    cells = {cell["id"]: "".join(cell["source"]) for cell in staged(original("notebook.md"), assignment)["cells"]}
    expected = 'x = torch.arange(4.0)\n# TODO(Line): draw the line\'s heights.\nraise NotImplementedError("Line")'
    assert cells["cell-05"] == expected


def test_the_complete_notebook_has_solutions_and_model_answers(original: Original, assignment: Assignment) -> None:
    text = complete_notebook(read_cells(original("notebook.md"), "notebook.md", assignment), assignment)
    cells = {cell["id"]: "".join(cell["source"]) for cell in json.loads(text)["cells"]}
    assert cells["cell-05"] == "x = torch.arange(4.0)\nheights = [line(v).item() for v in x * 2]"
    assert cells["why"].startswith("Because the mean is linear")
    assert "SOLUTION" not in text


CHECK = '```python question="{}"\n!pytest\n```\n'
WRITTEN = '<!-- #region written="{}" -->\nsome answer\n<!-- #endregion -->\n'
ALL = CHECK.format("scale") + "\n" + CHECK.format("Line") + "\n" + WRITTEN.format("why") + "\n"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (ALL.replace(CHECK.format("Line"), ""), 'question="Line" occurs 0 times; expected exactly one'),
        (ALL + CHECK.format("Line"), 'question="Line" occurs 2 times'),
        (ALL + CHECK.format("other"), r'names "other", which assignment.toml does not have \(it has: scale, Line\)'),
        (ALL.replace(WRITTEN.format("why"), ""), 'written="why" --> occurs 0 times'),
        (ALL + WRITTEN.format("why"), 'written="why" --> occurs 2 times'),
        (ALL + WRITTEN.format("when"), r'names "when", which assignment.toml does not have \(it has: why\)'),
        (ALL + '```python written="why"\nx\n```\n', 'cell 4: a code cell with written="why"; expected'),
        (ALL + WRITTEN.format("why").replace("written", "question"), 'cell 4: a markdown cell with question="why"'),
        (ALL + '```python tags=["x"]\nx\n```\n', r'cell 4: a code cell with tags=\["x"\]'),
        (ALL + '```python active="py"\nx\n```\n', "cell 4: a raw cell"),
        (ALL + "text\n### BEGIN SOLUTION Line: a\nx\n### END SOLUTION\n", "cell 4: a solution region in a text cell"),
        (
            ALL + "```python\n### BEGIN SOLUTION Line: a\nx\n```\n",
            "notebook.md, line 14: BEGIN SOLUTION Line has no end",
        ),
        (
            ALL + "```python\n### BEGIN SOLUTION Line: a\nx\n```\n\n```python\n### END SOLUTION\n```\n",
            "notebook.md, cell 4, line 1: BEGIN SOLUTION Line has no end",
        ),
    ],
)
def test_a_cell_that_is_missing_double_or_unknown_is_named(text: str, message: str, assignment: Assignment) -> None:
    with pytest.raises(BuildError, match=message) as error:
        read_cells(text, "hw9_scale/notebook.md", assignment)
    assert str(error.value).startswith("hw9_scale/notebook.md")
