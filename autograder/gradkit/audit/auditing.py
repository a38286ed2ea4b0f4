"""Audit one assignment: try stub, reference, bank, mutants of the reference and strange answers on its hidden suite."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from gradkit.audit.contract import Contract, contract_faults, read_contract
from gradkit.audit.equivalent import Equivalent, read_equivalent
from gradkit.audit.fuzz import fuzz_suite
from gradkit.audit.mistakes import bank_faults
from gradkit.audit.mutants import Mutant, mutants
from gradkit.audit.report import Audit, ContractAudit, QuestionAudit
from gradkit.audit.trying import Trial, Tried, try_all
from gradkit.bank import Bank, read_bank
from gradkit.course import Assignment, Course
from gradkit.diagnosis import Fingerprint, fingerprints, twins
from gradkit.errors import CourseError, GraderFault
from gradkit.grading.keys import suite_keys
from gradkit.sandbox import Sandbox
from gradkit.suite.hidden import HiddenTest
from gradkit.suite.session import Suite, open_suite

Progress = Callable[[int, int], None]
_PATIENCE = 5.0  # how many times as long as the reference a mutant's call may take, and at least
_AT_LEAST = 2.0  # so many seconds


def audit_assignment(course: Course, assignment_id: str, sandbox: Sandbox, processes: int, progress: Progress) -> Audit:
    """Audit one assignment.

    Args:
        course: the course.
        assignment_id: the assignment; its release must be built.
        sandbox: where the code runs.
        processes: how many graders to fork.
        progress: told how many trials are done, and of how many.

    Raises:
        CourseError: suite, bank, ``contract.toml`` or ``equivalent.toml`` is wrong, or the release is not built.
        UsageError: cosmic-ray or hypothesis is not installed.
        GraderFault: a hidden test fails by itself on the reference, or a grader died twice at the same trial.
    """
    assignment = course.assignment(assignment_id)
    hidden = course.hidden(assignment_id)
    path = course.source(assignment_id) / assignment.module
    solution = path.read_bytes()
    bank = read_bank(hidden, assignment, solution)
    contract = read_contract(course, assignment)
    equivalent = read_equivalent(hidden)
    found = list(mutants(assignment, solution))
    audits: list[Audit] = []

    def body(suite: Suite) -> None:
        known = fingerprints(course, assignment, suite, suite_keys(course, assignment_id), sandbox.connect)
        desk = _Desk(course, assignment, suite, sandbox, processes, progress)
        audits.append(desk.audit(bank, known, found, equivalent, contract))

    open_suite(hidden, assignment, path, course.secret, body)
    return audits[0]


def audit_contract(
    course: Course, assignment_id: str, sandbox: Sandbox, processes: int, progress: Progress
) -> ContractAudit:
    """Audit the contract of one assignment alone; arguments and errors are those of ``audit_assignment``."""
    assignment = course.assignment(assignment_id)
    hidden = course.hidden(assignment_id)
    path = course.source(assignment_id) / assignment.module
    bank = read_bank(hidden, assignment, path.read_bytes())
    contract = read_contract(course, assignment)
    faults: list[str] = []

    def body(suite: Suite) -> None:
        known = fingerprints(course, assignment, suite, suite_keys(course, assignment_id), sandbox.connect)
        failed = _Desk(course, assignment, suite, sandbox, processes, progress).mistakes(bank, known)
        faults.extend(contract_faults(contract, suite.tests, bank, failed))

    open_suite(hidden, assignment, path, course.secret, body)
    tables = {table: contract.coverage(table) for table in contract.given}
    return ContractAudit(assignment_id, tables, contract.as_toml(), tuple(faults))


@dataclass
class _Desk:
    """One audit under way."""

    course: Course
    assignment: Assignment
    suite: Suite
    sandbox: Sandbox
    processes: int
    progress: Progress
    faults: list[str] = field(default_factory=list)
    runs: int = 0

    def audit(
        self,
        bank: Bank,
        known: Sequence[Fingerprint],
        found: Sequence[Mutant],
        equivalent: Sequence[Equivalent],
        contract: Contract,
    ) -> Audit:
        slowest = self._check_right_and_stub(bank)
        failed = self.mistakes(bank, known)
        self.faults += bank_faults(self.assignment, bank, known, failed)
        self.faults += contract_faults(contract, self.suite.tests, bank, failed)
        tried = self._try_mutants(found, slowest)
        answers = self._fuzz(known)
        survivors = [mutant for mutant, one in zip(found, tried, strict=True) if not one.failed and not one.fault]
        excused = [one for one in equivalent if any(one.is_of(mutant) for mutant in survivors)]
        stale = [one for one in equivalent if one not in excused]
        self.faults += [
            f'equivalent.toml: {one.question}: "{one.before}" -> "{one.after}" is no surviving mutant (any more). '
            "Take the entry out."
            for one in stale
        ]
        return Audit(
            self.assignment.id,
            tuple(
                self._question(one.id, bank, known, failed, found, tried, contract) for one in self.assignment.questions
            ),
            tuple(self.faults),
            tuple(mutant for mutant in survivors if not any(one.is_of(mutant) for one in excused)),
            tuple(twins(known)),
            self.runs + len(bank.mistakes),
            answers,
        )

    def _try(self, trials: Sequence[Trial]) -> list[Tried]:
        done = 0

        def advance() -> None:
            nonlocal done
            done += 1
            self.progress(done, len(trials))

        self.runs += len(trials)
        return try_all(self.suite, self.assignment, trials, self.sandbox, self.processes, advance)

    def _check_right_and_stub(self, bank: Bank) -> float:
        """Stub, reference and accepted variants; returns the seconds of the reference's longest call."""
        module = self.assignment.module
        solution = (self.course.source(self.assignment.id) / module).read_bytes()
        stub = self._stub()
        limits, tests = self.assignment.limits, self.suite.tests
        trials = [Trial(tests, {module: stub}, limits), Trial(tests, {module: solution}, limits)]
        trials += [Trial(self._tests(one.question), one.files, limits) for one in bank.accepted]
        of_stub, of_reference, *of_accepted = self._try(trials)
        if of_reference.fault:
            raise GraderFault(of_reference.fault)
        for test in tests:
            if test.id not in of_stub.failed:
                self.faults.append(f"the stub passes {test.name} and gets {test.points:g} points for nothing.")
        names = ["the reference", *(f'accepted.py:{one.line}: "{one.id}"' for one in bank.accepted)]
        for name, one in zip(names, [of_reference, *of_accepted], strict=True):
            self.faults += [f"{name}: {one.fault}"] if one.fault else []
            for test_id, message in zip(one.failed, one.messages, strict=True):
                self.faults.append(f"{name} is right, but fails {test_id.rpartition('::')[2]}: {message}")
        return of_reference.seconds

    def _stub(self) -> bytes:
        path = self.course.release(self.assignment.id) / self.assignment.module
        try:
            return path.read_bytes()
        except FileNotFoundError:
            command = f"gradkit build {self.assignment.id}"
            raise CourseError(f"{path}: no such file. The audit tries the stub, too: run {command} first.") from None

    def mistakes(self, bank: Bank, known: Sequence[Fingerprint]) -> dict[str, frozenset[str]]:
        """By the mistake's id, the tests that it gets no points for: by its answers, else for a banned call."""
        failed = {one.id: one.failed for one in known}
        answer_rightly = [entry for entry in bank.mistakes if not failed[entry.id]]
        trials = [Trial(self._tests(one.question), one.files, self.assignment.limits) for one in answer_rightly]
        banned = {one.id: frozenset(tried.failed) for one, tried in zip(answer_rightly, self._try(trials), strict=True)}
        return failed | banned

    def _try_mutants(self, found: Sequence[Mutant], slowest: float) -> list[Tried]:
        """Each mutant's first failing test."""
        seconds = max(_AT_LEAST, _PATIENCE * slowest)
        limits = replace(self.assignment.limits, seconds_per_call=seconds, seconds=4 * seconds, restarts=0)
        trials = [
            Trial(
                [test for question in mutant.questions for test in self._tests(question)],
                {self.assignment.module: mutant.source},
                limits,
                to_the_end=False,
            )
            for mutant in found
        ]
        tried = self._try(trials)
        self.faults += [
            f"a hidden test fails by itself on {mutant.before!r} -> {mutant.after!r}: {one.fault}"
            for mutant, one in zip(found, tried, strict=True)
            if one.fault
        ]
        return tried

    def _fuzz(self, known: Sequence[Fingerprint]) -> int:
        """Strange answers to every test; returns how many."""
        done = 0

        def advance() -> None:
            nonlocal done
            done += 1
            self.progress(done, len(self.suite.tests))

        source = self.course.source(self.assignment.id) / self.assignment.module
        fuzzed = fuzz_suite(self.suite, self.assignment, source, known, self.processes, advance)
        self.faults += fuzzed.faults
        return fuzzed.answers

    def _question(
        self,
        question: str,
        bank: Bank,
        known: Sequence[Fingerprint],
        failed: Mapping[str, frozenset[str]],
        found: Sequence[Mutant],
        tried: Sequence[Tried],
        contract: Contract,
    ) -> QuestionAudit:
        tests = self._tests(question)
        names = {test.id: test.name for test in tests}
        mistakes = {one.id: failed[one.id] for one in known if one.question == question}
        return QuestionAudit(
            question,
            tuple(names.values()),
            {name: frozenset(names[test] for test in tests) for name, tests in mistakes.items()},
            {one.id: one.tells_in(one.failed) for one in known if one.question == question},
            sum(one.question == question for one in bank.accepted),
            sum(question in mutant.questions for mutant in found),
            tuple(names[test] for test in self._redundant(list(names), list(mistakes.values()), found, tried)),
            contract.coverage(question),
        )

    def _redundant(
        self,
        tests: Sequence[str],
        mistakes: Sequence[frozenset[str]],
        found: Sequence[Mutant],
        tried: Sequence[Tried],
    ) -> Iterator[str]:
        """The tests that catch nothing that another of them does not.

        A mutant was stopped at the first test that it failed, so that one is redundant only if those after it catch
        the mutant too.
        """
        by_id = {test.id: test for test in self.suite.tests}
        for number, name in enumerate(tests):
            if any(failed == {name} for failed in mistakes):
                continue
            caught = [mutant for mutant, one in zip(found, tried, strict=True) if one.failed == (name,)]
            later = [by_id[test] for test in tests[number + 1 :]]
            limits = replace(self.assignment.limits, seconds_per_call=_AT_LEAST, seconds=4 * _AT_LEAST, restarts=0)
            trials = [
                Trial(later, {self.assignment.module: mutant.source}, limits, to_the_end=False) for mutant in caught
            ]
            if all(one.failed for one in self._try(trials)):
                yield name

    def _tests(self, question: str) -> list[HiddenTest]:
        return [test for test in self.suite.tests if test.question == question]
