"""Gradescope's ``results.json``.

Source: Gradescope's documentation, "Autograder Specifications", section "Output format". Our record is a superset of
it; what only instructors may see is removed, since a file that leaves the course may be read by anyone.
"""

from __future__ import annotations

import json
from typing import Any

from gradkit.grading.record import Record, to_dict

FAILED = "Nothing was graded: the grader failed. This is not your fault; your instructor has been notified."
_REFUSED = "The submission can be read"
_TEST_FACTS = ("question", "kind", "hint", "picture")


def results_json(record: Record) -> str:
    """A record for Gradescope.

    A refused submission gets one failed test that says why. If the grader failed there is neither score nor test, so
    that Gradescope shows the run as failed instead of giving points, or none, by default.
    """
    data = to_dict(record)
    del data["execution_time"]  # the code, which has seen hidden inputs, chooses how long it takes
    for test, result in zip(data["tests"], record.tests, strict=True):
        test["output"] = result.text
        test["extra_data"] = {name: test["extra_data"][name] for name in _TEST_FACTS}
    extra: dict[str, Any] = data["extra_data"]
    data["extra_data"] = {name: extra[name] for name in ("schema_version", "assignment", "title", "status", "versions")}
    problems = () if record.status == "refused" else record.problems
    data["output"] = "\n".join(filter(None, [record.output, *problems, *record.notes]))
    if record.status == "refused":
        reasons = "\n".join(record.problems) or record.output
        data["tests"] = [{"name": _REFUSED, "score": 0.0, "max_score": 0.0, "status": "failed", "output": reasons}]
    elif record.score is None:
        del data["tests"]
        data["output"] = FAILED
    return json.dumps(data, indent=1, ensure_ascii=False, allow_nan=False) + "\n"
