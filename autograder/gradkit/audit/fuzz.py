"""Fuzz a hidden suite: whatever a process answers, a test ends in a pass or a mismatch, and a record can be made of it.

No process is needed for it: the tests are given answers made up by `gradkit.audit.strange`. They are drawn from a fixed
seed for each test, so that an audit finds the same on every run. Each name in a
message must be in the contract, or have words of the suite's.
"""

from __future__ import annotations

import ast
import json
import random
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import count, islice
from pathlib import Path
from typing import get_args

from gradkit.audit.odd import odd_faults, odd_students
from gradkit.audit.pool import make_pool
from gradkit.audit.strange import Strange, Stranger
from gradkit.course import Assignment, Feedback
from gradkit.diagnosis import Fingerprint, Matcher
from gradkit.grading.reader import Reading
from gradkit.grading.record import Record, to_json
from gradkit.grading.score import score_questions, score_tests
from gradkit.sandbox import Submitted
from gradkit.sandbox.parallel import Jobs, run_jobs
from gradkit.suite.runner import Found, ReferenceRunner
from gradkit.suite.session import Suite, TestOutcome
from gradkit.suite.tests import HiddenTest
from gradkit.temporary import TemporaryFolder
from gradkit.wire.call import Call
from gradkit.wire.naming import in_words
from gradkit.wire.observation import Observation

ANSWERS = 100  # to each test
_MOST = 5  # faults of one test that are told
_NAME = re.compile(r"(?<![\w.])[A-Za-z_]\w*")
_QUOTED = re.compile(r"``(.+?)``", re.DOTALL)


@dataclass(frozen=True)
class Fuzzed:
    """What became of a test.

    Attributes:
        answers: how many strange answers it was given.
        faults: what broke, one sentence for each kind of exception.
    """

    answers: int
    faults: tuple[str, ...]


def fuzz_suite(
    suite: Suite,
    assignment: Assignment,
    source: Path,
    known: Sequence[Fingerprint],
    processes: int,
    advance: Callable[[], None] = lambda: None,
) -> Fuzzed:
    """Fuzz every test of a suite, and try it on odd student code, in ``processes`` forked processes.

    Args:
        suite: the suite.
        assignment: its assignment.
        source: the reference's source file.
        known: the mistakes that a diagnosis looks for.
        processes: how many to fork.
        advance: called after each test.
    """
    found, code = [Fuzzed(0, ())] * len(suite.tests), source.read_bytes()
    names = {one.id: contract_names(code, one.targets) for one in assignment.questions}
    make_pool()  # once, before processes are forked
    with TemporaryFolder("gradkit-fuzz") as folder:

        def work(number: int) -> None:
            test = suite.tests[number]
            right = ReferenceRunner(source)
            targets = next(one.targets for one in assignment.questions if one.id == test.question)
            fuzzed = fuzz_test(suite, assignment, test, right, known, names[test.question])
            students = dict(odd for target in targets for odd in odd_students(code, assignment.module, target))
            submitted = Submitted(assignment.module, {assignment.module: code})
            odd = islice(odd_faults(suite, test, right, students, submitted), _MOST)
            (folder / str(number)).write_text(json.dumps([fuzzed.answers, [*fuzzed.faults, *odd]]), encoding="utf-8")

        def keep(number: int) -> None:
            answers, faults = json.loads((folder / str(number)).read_text(encoding="utf-8"))
            found[number] = Fuzzed(answers, tuple(faults))
            advance()

        def give_up(number: int, how: str) -> None:
            found[number] = Fuzzed(0, (f"{suite.tests[number].name} cannot be fuzzed: {how}",))
            advance()

        run_jobs(len(suite.tests), processes, Jobs(lambda: work, keep, give_up))
    return Fuzzed(sum(one.answers for one in found), tuple(fault for one in found for fault in one.faults))


def fuzz_test(
    suite: Suite,
    assignment: Assignment,
    test: HiddenTest,
    right: ReferenceRunner,
    known: Sequence[Fingerprint],
    names: frozenset[str],
) -> Fuzzed:
    """Give one test strange answers, one to each run of one of its cases, and look at the names in its calls.

    Args:
        suite: the suite.
        assignment: its assignment.
        test: the test.
        right: answers rightly.
        known: the mistakes that a diagnosis looks for.
        names: the names that students know.
    """
    bench = _Bench(suite, _alone(assignment, test), test, right, known)
    chance = random.Random(f"{assignment.id} {test.id}")  # noqa: S311 - the same on every run
    stranger = Stranger(make_pool(), chance)
    for number in range(ANSWERS):
        case = number % len(test.cases)
        calls = bench.calls(case)
        if calls:
            place = chance.randrange(len(calls))
            bench.run(case, place, stranger.answer(calls[place].call, calls[place].observation))
    faults = [f"{test.name} breaks on an answer: {why}" for why in bench.faults.values()]
    asked = (found.call for case in range(len(test.cases)) for found in bench.calls(case))
    faults += [
        f'{test.name} could show students the name "{name}", which is not of the contract: give it words.'
        for name in dict.fromkeys(name for call in asked for name in nameless(call, names))
    ]
    return Fuzzed(bench.answers, tuple(faults[:_MOST]))


@dataclass
class _Bench:
    """One test, and what it did with the answers so far."""

    suite: Suite
    assignment: Assignment
    test: HiddenTest
    right: ReferenceRunner
    known: Sequence[Fingerprint]
    answers: int = 0
    faults: dict[str, str] = field(default_factory=dict)
    _calls: dict[int, list[Found]] = field(default_factory=dict)

    def calls(self, case: int) -> list[Found]:
        """The calls of a case and the right answers to them."""
        if case not in self._calls:
            self._calls[case] = []

            def note(call: Call) -> Observation:
                self._calls[case].append(self.right.run(call))
                return self._calls[case][-1].observation

            try:
                self.suite.run(note, [self._only(case)])
            except Exception as error:  # noqa: BLE001 - this is what is looked for
                self._note(error, "the right one")
        return self._calls[case]

    def run(self, case: int, place: int, strange: Strange) -> None:
        """Run a case whose call at ``place`` gets the strange answer, and make a record of the outcome."""
        numbers, matcher = count(), Matcher(list(self._narrowed(case)))

        def answer(call: Call) -> Observation:
            number = next(numbers)
            if number == place:
                return strange.observation
            calls = self._calls[case]
            return (calls[number] if number < len(calls) else self.right.run(call)).observation

        self.answers += 1
        try:
            outcomes = self.suite.run(answer, [self._only(case)], look=matcher.look)
            policies = get_args(Feedback)
            policy = policies[self.answers % len(policies)]
            _explain(replace(self.assignment, feedback=policy), outcomes, matcher)
        except Exception as error:  # noqa: BLE001 - this is what is looked for
            self._note(error, strange.what)

    def _note(self, error: Exception, what: str) -> None:
        """Keep the first of each kind of exception."""
        cause = error.__cause__ or error
        kind = type(cause).__name__
        self.faults.setdefault(kind, f"{kind}: {str(cause)[:200]} ({what[:300]})")

    def _only(self, case: int) -> HiddenTest:
        return replace(self.test, cases=(self.test.cases[case],))

    def _narrowed(self, case: int) -> Iterator[Fingerprint]:
        """The mistakes of the question, as if the test had the one case."""
        for one in self.known:
            if self.test.id in one.tests:
                yield replace(one, tests={self.test.id: (one.tests[self.test.id][case],)})


def _alone(assignment: Assignment, test: HiddenTest) -> Assignment:
    """The assignment with the test's question alone, and no bans: they are not looked for here."""
    questions = tuple(replace(one, banned=()) for one in assignment.question if one.id == test.question)
    return replace(assignment, question=questions, written=())


def _explain(assignment: Assignment, outcomes: Sequence[TestOutcome], matcher: Matcher) -> None:
    """Make a record of the outcome, and raise what would be left out of it."""
    mistakes = matcher.found()
    if matcher.fault is not None:
        raise matcher.fault
    failed = [case.mismatch for outcome in outcomes for case in outcome.cases if case.mismatch is not None]
    tests = score_tests(assignment, outcomes, Reading(), mistakes)
    questions = score_questions(assignment, tests)
    to_json(Record("", assignment.id, "", "graded", 0.0, questions=questions, tests=tests))
    for mismatch in failed:
        if mismatch.unexplained is not None:
            raise mismatch.unexplained
        if mismatch.picture is not None:
            for values in (False, True):
                mismatch.picture.as_data(values=values)


def contract_names(source: bytes, targets: Iterable[str]) -> frozenset[str]:
    """The names that students know: of targets and their arguments, and what docstrings quote; x and y are data."""
    found, wanted = {"result", "x", "y"}, set(targets)
    for node in ast.parse(source).body:
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)) and node.name in wanted:
            found.update(name for part in ast.walk(node) for name in _names(part))
    return frozenset(found)


def nameless(call: Call, known: frozenset[str]) -> Iterator[str]:
    """The names of a call's inputs and steps that a message could show, that no student knows and that have no words.

    Args:
        call: the call.
        known: the names of the contract. A number may follow: ``x1`` is an ``x``.
    """
    own = {*call.inputs, *(step.name for step in call.steps)}
    letters = {step.name for step in call.steps if step.target.startswith("student:") and len(step.name) == 1}
    for path in (*call.observe, *call.leaves()):
        text = in_words(path, call)
        for words in call.words.values():
            text = text.replace(words, " ")
        for name in _NAME.findall(text):
            if name in own and not {name, name.rstrip("0123456789")} & (known | letters):
                yield name


def _names(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.arg):
        yield node.arg
    if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
        yield node.name
        for quoted in _QUOTED.findall(ast.get_docstring(node) or ""):
            yield from _NAME.findall(quoted)
