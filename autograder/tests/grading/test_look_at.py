"""Signs of deception stand in the record, for the instructor alone, and cost nothing."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import jsonschema
import pytest

from gradkit.course import load_course
from gradkit.export.gradescope import results_json
from gradkit.grading.reader import SourceReader, read_sources
from gradkit.grading.record import Record, from_json, to_json
from gradkit.pages.submission import feedback_page

COURSE = load_course(Path(__file__).parents[3])
SCHEMA = json.loads((Path(__file__).parents[3] / "docs/record.schema.json").read_text())
WHY = "gc: it reaches objects that were not handed to it"


def test_signs_are_recorded_and_cost_nothing(
    hand_in: Callable[..., Path], grade: Callable[..., list[Record]], reference_source: str
) -> None:
    folder = hand_in({"scaling.py": f"{reference_source}\nimport helper\n", "helper.py": "import gc\n" * 100})
    (record,) = grade(folder)
    assert record.score == record.max_score
    assert [(sign.file, sign.line, sign.why) for sign in record.look_at][:2] == [
        ("helper.py", 1, WHY),
        ("helper.py", 2, WHY),
    ]
    assert len(record.look_at) <= 50
    assert from_json(to_json(record)) == record
    jsonschema.validate(json.loads(to_json(record)), SCHEMA)
    for shown in (results_json(record), feedback_page(record, "A course")):
        assert "helper.py" not in shown
        assert "look_at" not in shown


def test_files_that_the_module_does_not_import_are_not_looked_through(
    hand_in: Callable[..., Path], grade: Callable[..., list[Record]], reference_source: str
) -> None:
    module = f"{reference_source}\nimport one as torch_two\nimport torch as torch_two\n"
    files = {
        "scaling.py": module,
        "one.py": "from two import x\n",
        "two.py": "import gc\nx = 1\n",
        "three.py": "import gc\n",
    }
    (record,) = grade(hand_in(files))
    assert {sign.file for sign in record.look_at} == {"two.py"}


@pytest.mark.parametrize("name", COURSE.assignment_ids)
def test_what_students_are_given_has_no_sign(name: str) -> None:
    assignment = COURSE.assignment(name)
    sources = {path.name: path.read_bytes() for path in COURSE.release(name).glob("*.py")}
    assert len(sources) > 1
    with closing(SourceReader()) as reader:
        assert read_sources(reader, assignment, sources).signs == ()


def test_a_record_without_signs_has_no_word_of_them(
    hand_in: Callable[..., Path], grade: Callable[..., list[Record]], reference_source: str
) -> None:
    (record,) = grade(hand_in({"scaling.py": reference_source}))
    assert "look_at" not in to_json(record)
