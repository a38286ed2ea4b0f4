"""Record the calls of a hidden suite and the reference's answers: ``python -m bench.record COURSE ASSIGNMENT FILE``.

The calls are those that it makes on a correct submission. The file is for `bench.plain`, by ``torch.load``. Prints the
points of each test as JSON.
"""

from __future__ import annotations

import copy
import json
import sys
from dataclasses import replace
from pathlib import Path

import torch

from bench.plain import Recorded, answer
from gradkit.course import load_course
from gradkit.suite.runner import ReferenceRunner
from gradkit.suite.session import Suite, open_suite
from gradkit.wire.call import Call
from gradkit.wire.observation import Observation
from gradkit.worker.loading import load_module


def main() -> None:
    """Run every test on the reference, and write its calls and answers."""
    course, hw, target = load_course(Path(sys.argv[1])), sys.argv[2], Path(sys.argv[3])
    assignment = course.assignment(hw)
    source = course.source(hw) / assignment.module
    module = load_module(source.name, {source.name: source.read_bytes()})
    tests: dict[str, Recorded] = {}

    def body(suite: Suite) -> None:
        reference = ReferenceRunner(source)
        for test in suite.tests:
            calls: list[Call] = []

            def perform(call: Call, calls: list[Call] = calls) -> Observation:
                calls.append(copy.deepcopy(replace(call, banned=())))
                return reference.run(call).observation

            suite.run(perform, [test])
            tests[test.id] = Recorded(test.points, calls, [answer(copy.deepcopy(call), module) for call in calls])

    open_suite(course.hidden(hw), assignment, source, course.secret, body)
    torch.save(tests, target)
    print(json.dumps({name: test.points for name, test in tests.items()}))  # noqa: T201 - the result


if __name__ == "__main__":
    main()
