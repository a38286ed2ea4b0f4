"""Signs of deception stand in the record, for the instructor alone, and cost nothing."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import jsonschema

from gradkit.export.gradescope import results_json
from gradkit.grading.record import Record, from_json, to_json
from gradkit.pages.submission import feedback_page

SCHEMA = json.loads((Path(__file__).parents[3] / "docs/record.schema.json").read_text())
WHY = "gc: it reaches objects that were not handed to it"


def test_signs_are_recorded_and_cost_nothing(
    hand_in: Callable[..., Path], grade: Callable[..., list[Record]], reference_source: str
) -> None:
    folder = hand_in({"scaling.py": reference_source, "helper.py": "import gc\n" * 100})
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


def test_a_record_without_signs_has_no_word_of_them(
    hand_in: Callable[..., Path], grade: Callable[..., list[Record]], reference_source: str
) -> None:
    (record,) = grade(hand_in({"scaling.py": reference_source}))
    assert "look_at" not in to_json(record)
