"""Every place where a text could hide is looked at."""

from __future__ import annotations

import json
from pathlib import Path

from gradkit.release.leaks import places, unknown_metadata


def test_a_notebook_is_taken_apart_cell_by_cell(tmp_path: Path) -> None:
    cell = {"cell_type": "markdown", "source": ["one ", "text"], "metadata": {"deletable": False}}
    (tmp_path / "a.ipynb").write_text(json.dumps({"cells": [cell, "odd"], "metadata": {"title": "t"}}))
    found = {place.place: place.text.split() for place in places(tmp_path)}
    assert found == {
        "file name": ["a.ipynb"],
        "notebook metadata": ["metadata", "title", "t"],
        "cell 1, cell_type": ["markdown"],
        "cell 1, source": ["one", "text"],
        "cell 1, metadata": ["deletable", "False"],
    }


def test_folders_have_names_too(tmp_path: Path) -> None:
    (tmp_path / "secret name").mkdir()
    assert [(place.place, place.text) for place in places(tmp_path)] == [("file name", "secret name")]


def test_a_notebook_of_another_shape_is_no_stumbling_block(tmp_path: Path) -> None:
    for number, content in enumerate(["[]", '"x"', '{"cells": 3}', '{"cells": [1], "metadata": 2}', "["]):
        (tmp_path / f"{number}.ipynb").write_text(content)
    assert list(unknown_metadata(tmp_path)) == []
    assert len(list(places(tmp_path))) >= 10
