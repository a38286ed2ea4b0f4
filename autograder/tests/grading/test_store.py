"""Records are written whole or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from gradkit.errors import GradkitError
from gradkit.grading.record import Record
from gradkit.grading.store import is_current, read_record, read_records, write_record

RECORD = Record("ada", "hw0", "T", "graded", 5.0, key={"suite": "s"})


def test_a_record_comes_back(tmp_path: Path) -> None:
    write_record(RECORD, tmp_path / "ada" / "hw0.json")
    assert read_record(tmp_path / "ada" / "hw0.json") == RECORD
    assert list(read_records(tmp_path)) == [RECORD]
    assert [path.name for path in (tmp_path / "ada").iterdir()] == ["hw0.json"]


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"extra_data": {"schema_version": 99}}', "null"])
def test_a_file_that_is_no_record_is_no_record(tmp_path: Path, text: str) -> None:
    path = tmp_path / "hw0.json"
    path.write_text(text)
    assert read_record(path) is None
    assert read_record(tmp_path / "nothing.json") is None


def test_a_record_that_cannot_be_written_says_so_and_leaves_the_old_one(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(GradkitError, match="cannot be written"):
        write_record(RECORD, tmp_path / "file" / "hw0.json")
    assert (tmp_path / "file").read_text() == "in the way"


def test_only_a_graded_record_with_the_same_key_is_current() -> None:
    assert is_current(RECORD, {"suite": "s"})
    assert not is_current(RECORD, {"suite": "t"})
    assert not is_current(None, {"suite": "s"})
    assert not is_current(Record("ada", "hw0", "T", "error", 5.0, key={"suite": "s"}), {"suite": "s"})
