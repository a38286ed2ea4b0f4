"""nbgrader's ``generate_assignment``, run in process on a staged folder."""

from __future__ import annotations

import json
import logging
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from nbgrader.api import Gradebook

from gradkit.errors import BuildError
from gradkit.gradebook.generate import alembic_on_path, generate_assignment

GRADED = {"grade": True, "locked": True, "points": 3, "schema_version": 3, "solution": False, "task": False}


def write_staged(folder: Path, *ids: str) -> None:
    cells: list[dict[str, Any]] = [
        {
            "cell_type": "code",
            "execution_count": None,
            "id": f"cell-{number}",
            "metadata": {"nbgrader": GRADED | {"grade_id": grade_id}},
            "outputs": [],
            "source": "1 + 1",
        }
        for number, grade_id in enumerate(ids)
    ]
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    notebook = {"cells": cells, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "n.ipynb").write_text(json.dumps(notebook))
    (folder / "helper.py").write_text("x = 1\n")


def generate(root: Path, due: datetime | None = None, *, gradebook: bool = True) -> Path:
    url = f"sqlite:///{root}/gradebook.db" if gradebook else None
    return generate_assignment(
        root / "staged", root / "out", database_url=url, course_id="tiny", assignment_id="hw1", due=due
    )


# nbgrader's own add_submission makes SQLAlchemy warn.
@pytest.mark.filterwarnings("ignore:Object of type <Submitted.*> not in session:sqlalchemy.exc.SAWarning")
def test_the_assignment_is_released_and_entered(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "/nowhere")  # as where the environment is not activated
    write_staged(tmp_path / "staged" / "hw1", "q1", "q2")
    with caplog.at_level(logging.DEBUG):
        folder = generate(tmp_path, datetime(2030, 10, 5, 22, tzinfo=UTC))
    assert folder == tmp_path / "out" / "hw1"
    assert sorted(path.name for path in folder.iterdir()) == ["helper.py", "n.ipynb"]
    with Gradebook(f"sqlite:///{tmp_path}/gradebook.db", "tiny") as gradebook:
        entered = gradebook.find_assignment("hw1")
        assert [(cell.name, cell.max_score) for cell in entered.notebooks[0].grade_cells] == [("q1", 3), ("q2", 3)]
        assert entered.duedate == datetime(2030, 10, 5, 22)  # nbgrader keeps UTC, without a zone
    assert capfd.readouterr() == ("", "")
    assert "hw1" not in caplog.text
    # Again, with one question fewer: the old folder and the old cells make way, the due date stays.
    write_staged(tmp_path / "staged" / "hw1", "q1")
    (tmp_path / "staged" / "hw1" / "helper.py").unlink()
    generate(tmp_path)
    assert [path.name for path in folder.iterdir()] == ["n.ipynb"]
    with Gradebook(f"sqlite:///{tmp_path}/gradebook.db", "tiny") as gradebook:
        entered = gradebook.find_assignment("hw1")
        assert [cell.name for cell in entered.notebooks[0].grade_cells] == ["q1"]
        assert entered.duedate is not None
        gradebook.add_student("ada")
        gradebook.add_submission("hw1", "ada")
    # Once somebody has handed in, nbgrader refuses to change the cells; the release that is there stays.
    write_staged(tmp_path / "staged" / "hw1", "q1", "q2")
    before = (folder / "n.ipynb").read_bytes()
    with pytest.raises(BuildError, match="RuntimeError: Cannot add or remove cells for notebook 'n'"):
        generate(tmp_path)
    assert (folder / "n.ipynb").read_bytes() == before


def test_a_duplicated_cell_is_refused_in_nbgraders_words(tmp_path: Path) -> None:
    write_staged(tmp_path / "staged" / "hw1", "q1", "q1")
    with pytest.raises(
        BuildError, match=r"^hw1: nbgrader could not make the released notebook(.|\n)*Duplicate grade id"
    ):
        generate(tmp_path, gradebook=False)
    assert not (tmp_path / "out" / "hw1").exists()


def test_without_a_gradebook_the_release_is_the_same(tmp_path: Path) -> None:
    write_staged(tmp_path / "staged" / "hw1", "q1")
    without = (generate(tmp_path, gradebook=False) / "n.ipynb").read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out", "staged"]
    assert (generate(tmp_path) / "n.ipynb").read_bytes() == without


def test_a_folder_without_a_notebook_is_refused(tmp_path: Path) -> None:
    (tmp_path / "staged" / "hw1").mkdir(parents=True)
    with pytest.raises(BuildError, match="No notebooks were matched"):
        generate(tmp_path, gradebook=False)


def test_a_file_that_is_no_gradebook_is_refused(tmp_path: Path) -> None:
    write_staged(tmp_path / "staged" / "hw1", "q1")
    (tmp_path / "gradebook.db").write_text("this is not a database, and long enough to be read as one" * 10)
    with pytest.raises(BuildError, match="file is not a database"):
        generate(tmp_path)


def test_the_path_is_put_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PATH")
    with alembic_on_path():
        assert os.environ["PATH"]
    assert "PATH" not in os.environ
