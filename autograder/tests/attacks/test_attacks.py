"""Every attack fails, for the right reason, at every level of confinement that this machine gives.

What must happen stands in the attack's docstring, after "expect: ", as one of these or several with " or ":

refused A B ...      it answers, and each way in ended in one of these errors (or, after "|", with exactly this answer)
answers [VALUE]      it answers (that), and has got hold of nothing
fails KIND[: WORDS]  it gives no answer; the kind of failure, and words of its message
scores N [KIND ...]  a whole grading gives that many points; what failed is of these kinds
refuses: [WORDS]     the submission is refused, for that reason
collects NAME ...    an uploaded archive is unpacked to exactly these files

Whatever happens, no canary comes out, nothing outside has changed, no socket was called, and the next submission is
answered or graded as if nothing had been.
"""

from __future__ import annotations

import ast
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from gradkit.course import Limits
from gradkit.grading.record import Record, to_json
from gradkit.sandbox import Sandbox, SubmissionRunner, Submitted, Workers, open_sandbox
from gradkit.suite import function_call
from gradkit.suite.session import Suite, open_suite
from gradkit.wire.frames import MAX_PAYLOAD
from gradkit.wire.observation import Observation
from gradkit.wire.values import ObservedTensor

HERE = Path(__file__).parent
HW = "hw0_scaling"
LIMITS = Limits(seconds_per_call=20.0, seconds=40.0, patience=2.0, memory_mb=512, output_kb=4, restarts=1)
IMPATIENT = replace(LIMITS, seconds_per_call=1.0)
GOOD = b"def attack(x, places): return x + 1"
_FACTS = {"expect", "canary", "control", "calls", "machine", "needs", "speaks", "stands"}
# What the control runs: all attacks in one unconfined process, since starting one costs seconds.
EVERYTHING = b"""
import importlib
def attack(x, places): return importlib.import_module(places["attack"]).attack(x, places)
"""


def test_called_attack_fails_for_the_right_reason(level: Sandbox, called: Any, arena: Any) -> None:
    arena.watch()
    limits = IMPATIENT if "fails timeout" in called.expected else LIMITS
    with closing(level.connect()) as workers:
        found, log = ask(workers, called.source.encode(), arena.places, limits, int(called.facts.get("calls", 1)))
        after, _ = ask(workers, GOOD, arena.places)
    # The kernel does not count root's threads. Where root can be no one else (`rlimits` says so), an attack that needs
    # the count ends with the process all the same, and costs nobody else anything.
    uncounted = called.facts.get("needs") == "a count of threads" and level.layers["rlimits"] != "yes"
    assert uncounted or any(is_as_expected(found, expected) for expected in called.expected), describe(found)
    assert arena.leaked(found, log) == []
    assert arena.heard() == []
    assert arena.disturbed() == []
    assert after.failure is None, "the next submission was not answered"


def test_graded_attack_fails_for_the_right_reason(level: Sandbox, graded: Any, arena: Any, graded_at: Any) -> None:
    found, after, disturbed = graded_at(level, graded)
    assert any(is_graded_as_expected(found, expected) for expected in graded.expected), summary(found)
    assert arena.leaked(*words_of(found)) == []
    assert len(to_json(found)) < 100_000
    assert disturbed == []
    assert after.score == after.max_score, "the next submission was not graded right"


def test_the_grader_does_not_keep_all_that_it_was_sent(arena: Any, sandbox: Sandbox, corpus: Any) -> None:
    attack = next(one for one in corpus if one.name == "reply_much")
    submitted = Submitted("scaling.py", {"scaling.py": attack.source.encode()})
    course, kept = arena.course, []

    def body(suite: Suite) -> None:
        with closing(sandbox.connect()) as workers:
            runner = SubmissionRunner(submitted, LIMITS, workers.start)
            for outcome in suite.run(runner.run):
                for found in (found for case in outcome.cases for found in case.found):
                    values = found.observation.values.values()
                    kept.append(sum(value.data.nbytes for value in values if isinstance(value, ObservedTensor)))
            runner.close()

    assignment = course.assignment(HW)
    open_suite(course.hidden(HW), assignment, course.source(HW) / assignment.module, course.secret, body)
    assert len(kept) > 1
    assert sum(kept) <= MAX_PAYLOAD


@pytest.fixture(scope="module")
def unconfined(arena: Any) -> Any:
    """Makes an attack where nothing is in its way: what was found, heard, and changed."""
    attackers = {path.name: path.read_bytes() for path in HERE.glob("*.py")}
    with open_sandbox("insecure") as sandbox, closing(sandbox.connect()) as workers:
        sources = {**attackers, "scaling.py": EVERYTHING}
        runner = SubmissionRunner(Submitted("scaling.py", sources), replace(LIMITS, memory_mb=2048), workers.start)

        def attack(name: str) -> tuple[Observation, list[str], list[str]]:
            arena.watch()
            found = runner.run(function_call("attack", {"x": torch.ones(2)}, places=arena.places | {"attack": name}))
            return found, arena.heard(), arena.disturbed()

        yield attack
        runner.close()


def test_the_same_attack_succeeds_where_nothing_stops_it(controlled: Any, arena: Any, unconfined: Any) -> None:
    found, heard, disturbed = unconfined(controlled.name)
    assert not any(is_as_expected(found, expected) for expected in controlled.expected), describe(found)
    match controlled.facts["control"]:
        case "leaks":
            assert controlled.facts["canary"] in arena.leaked(found), describe(found)
        case "heard":
            assert len(heard) == 1, describe(found)
        case "writes":
            assert disturbed
            arena.restore()


def test_there_are_enough_attacks_and_each_says_its_goal(corpus: Any) -> None:
    assert len(corpus) >= 60
    for attack in corpus:
        goal = (ast.get_docstring(ast.parse(attack.source)) or "").partition("\n")[0]
        assert goal.endswith("."), attack.name
        assert set(attack.facts) <= _FACTS, attack.name


def ask(
    workers: Workers, source: bytes, places: dict[str, Any], limits: Limits = LIMITS, calls: int = 1
) -> tuple[Observation, str]:
    """What a submission's ``attack`` answers the last time, and what it printed."""
    sources = {"scaling.py": source, "trying.py": (HERE / "trying.py").read_bytes()}
    runner = SubmissionRunner(Submitted("scaling.py", sources), limits, workers.start)
    x = torch.ones(2, dtype=torch.float64)
    try:
        for _ in range(calls):
            found = runner.run(function_call("attack", {"x": x}, places=places))
    finally:
        runner.close()
    return found, runner.log


def is_as_expected(found: Observation, expected: str) -> bool:
    """Whether what a call came to is this outcome."""
    what, _, words = expected.partition(": ")
    verb, *details = what.split()
    if found.failure is not None:
        return verb == "fails" and details == [found.failure.kind] and words in found.failure.message
    result = found.values["result"]
    if verb == "refused":
        allowed, _, answer = expected.removeprefix("refused ").partition(" | ")
        return bool(result) and all(end in allowed.split() or end == answer for end in result.values())
    return verb == "answers" and (not details or result == ast.literal_eval(" ".join(details)))


def is_graded_as_expected(record: Record, expected: str) -> bool:
    """Whether what a grading came to is this outcome."""
    what, _, words = expected.partition(":")
    if what == "refuses":
        return record.status == "refused" and words.strip() in record.output
    _, points, *kinds = what.split()
    failed = {test.kind for test in record.tests if not test.passed}
    return record.score == float(points) and (failed <= set(kinds) or not kinds)


def words_of(record: Record) -> list[str]:
    """Everything that a record tells a student, and the log."""
    said = [record.output, record.log, *record.problems]
    return [*said, *(word for test in record.tests for word in (test.title, test.text, test.hint or ""))]


def describe(found: Observation) -> str:
    """What a call came to, for a failing test."""
    return repr(found.failure or found.values["result"])[:3000]


def summary(record: Record) -> str:
    """What a grading came to, for a failing test."""
    return repr((record.status, record.score, record.output, record.log, [(t.kind, t.text) for t in record.tests]))[
        :3000
    ]
