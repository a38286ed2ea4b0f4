"""Records are written whole or not at all, and made again when something changed that decides a grade."""

from __future__ import annotations

import ast
import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

import gradkit
from gradkit.errors import GradkitError
from gradkit.grading.record import Record, TestResult, first_told, to_json
from gradkit.grading.store import DECIDES, hash_engine, is_current, read_record, read_records, write_record

PACKAGE = Path(gradkit.__file__).parent
RECORD = Record("ada", "hw0", "T", "graded", 5.0, key={"suite": "s"})


def test_a_record_comes_back(tmp_path: Path) -> None:
    write_record(RECORD, tmp_path / "ada" / "hw0.json")
    assert read_record(tmp_path / "ada" / "hw0.json") == RECORD
    assert list(read_records(tmp_path)) == [RECORD]
    assert [path.name for path in (tmp_path / "ada").iterdir()] == ["hw0.json"]


FAILED = TestResult("scale", "test_values", "Values.", 0.0, 2.0, "The result is wrong.", "value")
TOLD = replace(FAILED, reason="The factor divides here.", smallest_case="scale(x)\nwith x = [2.0]")


def test_a_reason_and_a_smallest_case_come_back(tmp_path: Path) -> None:
    record = replace(RECORD, tests=(FAILED, TOLD))
    write_record(record, tmp_path / "hw0.json")
    assert read_record(tmp_path / "hw0.json") == record
    facts = [test["extra_data"] for test in json.loads(to_json(record))["tests"]]
    assert [{"reason", "smallest_case"} & set(fact) for fact in facts] == [set(), {"reason", "smallest_case"}]


def test_a_record_with_the_reason_in_its_message_reads_the_same(tmp_path: Path) -> None:
    """As records were written before a reason had a field of its own."""
    write_record(replace(RECORD, tests=(replace(FAILED, output=TOLD.text),)), tmp_path / "hw0.json")
    read = read_record(tmp_path / "hw0.json")
    assert read is not None
    assert (
        read.tests[0].text
        == TOLD.text
        == "\n".join(
            ["The result is wrong.", "A likely reason: The factor divides here.", "scale(x)", "with x = [2.0]"]
        )
    )


def test_a_text_is_told_once() -> None:
    again = replace(TOLD, reason='the same as in "Values."')
    assert first_told([TOLD, FAILED, TOLD, again, TestResult("scale", "t", "T.", 1.0, 1.0)]) == [
        None,
        None,
        0,
        None,
        None,
    ]


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


def test_a_change_of_what_decides_no_grade_grades_nobody_again(tmp_path: Path) -> None:
    copy = shutil.copytree(PACKAGE, tmp_path / "gradkit", ignore=shutil.ignore_patterns("__pycache__"))
    before = hash_engine(copy)
    for name in ("pages/submission.py", "cli/grade.py", "check/command.py", "report/summary.py"):
        append(copy / name)
        assert hash_engine(copy) == before
    for name in DECIDES:
        append(max((copy / name).rglob("*.py")) if (copy / name).is_dir() else copy / name)
        assert hash_engine(copy) != before
        before = hash_engine(copy)


def append(path: Path) -> None:
    path.write_text(f"{path.read_text(encoding='utf-8')}\n# A word.\n", encoding="utf-8")


def test_all_that_what_decides_a_grade_imports_decides_it_too() -> None:
    """But for temporary files, a roster's CSV, a warning's form, and groups, whose records are equal."""
    files = [PACKAGE / name for name in DECIDES if name.endswith(".py")]
    files += [path for name in DECIDES for path in (PACKAGE / name).glob("*.py")]
    imported = {
        node.module.removeprefix("gradkit.")
        for file in files
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom) and node.module is not None and node.module.startswith("gradkit.")
    }
    decides = {name.removesuffix(".py").replace("/", ".") for name in DECIDES}
    others = {name for name in imported if name not in decides and name.partition(".")[0] not in decides}
    assert others == {"temporary", "csv_tables", "check.results", "term.groups"}
