"""Audit one assignment: run its hidden suite on stub, reference, bank, mutants of the reference and strange answers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import count

from gradkit.audit.contract import Contract, contract_faults, read_contract
from gradkit.audit.crew import Crew
from gradkit.audit.findings import Audit, ContractAudit, QuestionAudit
from gradkit.audit.fuzz import together
from gradkit.audit.mutants import Equivalent, Mutant, mutants, read_equivalent
from gradkit.audit.public import PublicTrial, not_passed
from gradkit.audit.trials import Trial, Tried, bank_faults
from gradkit.bank import Bank, Entry, read_bank
from gradkit.course import Assignment, Course
from gradkit.diagnosis import Fingerprint, fingerprints, twins
from gradkit.errors import CourseError, GraderFault
from gradkit.grading.store import suite_keys
from gradkit.messages import Message, message
from gradkit.suite.session import Suite, open_suite
from gradkit.suite.tests import HiddenTest

Progress = Callable[[int, int], None]
_PATIENCE = 5.0  # time limit of a mutant's call, relative to the reference's slowest
_AT_LEAST = 2.0  # lower bound of that limit, in seconds
_REFERENCE = message("the reference")
_UNSEEN = 0.1  # tolerated share of the points lost by a question's mistakes that pass every public check


def audit_assignment(course: Course, assignment_id: str, crew: Crew, progress: Progress) -> Audit:
    """Audit one assignment.

    Args:
        course: the course.
        assignment_id: the assignment; its release must be built.
        crew: runs the code.
        progress: called with the number of finished trials and the total.

    Raises:
        CourseError: suite, bank, ``contract.toml`` or ``equivalent.toml`` is invalid, or the release is not built.
        UsageError: cosmic-ray or hypothesis is not installed.
        GraderFault: a hidden test raised an error on the reference, or a grader died twice on the same trial.
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
        suite.rehearse()
        known = fingerprints(course, assignment, suite, suite_keys(course, assignment_id), crew.compute)
        desk = _Desk(course, assignment, suite, crew, progress)
        audits.append(desk.audit(bank, known, found, equivalent, contract))

    open_suite(hidden, assignment, path, course.secret, body)
    return audits[0]


def audit_contract(course: Course, assignment_id: str, crew: Crew, progress: Progress) -> ContractAudit:
    """Audit only the contract of one assignment; arguments and errors are those of ``audit_assignment``."""
    assignment = course.assignment(assignment_id)
    hidden = course.hidden(assignment_id)
    path = course.source(assignment_id) / assignment.module
    bank = read_bank(hidden, assignment, path.read_bytes())
    contract = read_contract(course, assignment)
    faults: list[str] = []

    def body(suite: Suite) -> None:
        suite.rehearse()
        known = fingerprints(course, assignment, suite, suite_keys(course, assignment_id), crew.compute)
        failed = _Desk(course, assignment, suite, crew, progress).mistakes(bank, known)
        faults.extend(contract_faults(contract, suite.tests, bank, failed))

    open_suite(hidden, assignment, path, course.secret, body)
    tables = {table: contract.coverage(table) for table in contract.given}
    return ContractAudit(assignment_id, tables, contract.as_toml(), tuple(faults))


@dataclass
class _Desk:
    """An audit in progress."""

    course: Course
    assignment: Assignment
    suite: Suite
    crew: Crew
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
        tried_mistakes = self._submissions(bank, known)
        failed = {name: frozenset(tried.failed) for name, tried in tried_mistakes.items()}
        named = {name: frozenset(tried.named) for name, tried in tried_mistakes.items()}
        self.faults += bank_faults(self.assignment, bank, known, failed, named)
        self.faults += contract_faults(contract, self.suite.tests, bank, failed)
        seen = self._public(bank)
        tried_mutants = self._try_mutants(found, slowest, failed)
        answers = self._fuzz(known)
        survivors = [
            mutant for mutant, tried in zip(found, tried_mutants, strict=True) if not tried.failed and not tried.fault
        ]
        excused = [entry for entry in equivalent if any(entry.is_of(mutant) for mutant in survivors)]
        stale = [entry for entry in equivalent if entry not in excused]
        self.faults += [
            message(
                '{path}: {question}: "{before}" -> "{after}" is not a surviving mutant (any more). Remove the entry.',
                path="equivalent.toml",
                question=entry.question,
                before=entry.before,
                after=entry.after,
            )
            for entry in stale
        ]
        questions = tuple(
            self._question(question.id, bank, known, failed, seen, found, tried_mutants, contract)
            for question in self.assignment.questions
        )
        self.faults += [_surprises(question) for question in questions if question.lost_unseen > _UNSEEN]
        return Audit(
            self.assignment.id,
            questions,
            tuple(self.faults),
            tuple(mutant for mutant in survivors if not any(entry.is_of(mutant) for entry in excused)),
            tuple(twins(known)),
            self.runs + len(bank.mistakes),  # for their fingerprints
            answers,
        )

    def _try(self, trials: Sequence[Trial], known: Sequence[Fingerprint] = ()) -> list[Tried]:
        self.runs += len(trials)
        advance = self._counted(len(trials))
        return self.crew.try_all(self.suite, self.assignment, trials, known, advance)

    def _counted(self, total: int) -> Callable[[], None]:
        """A callback that reports one more finished trial."""
        done = count(1)
        return lambda: self.progress(next(done), total)

    def _check_right_and_stub(self, bank: Bank) -> float:
        """Try stub, reference and accepted variants; return the seconds of the reference's longest call."""
        module = self.assignment.module
        solution = (self.course.source(self.assignment.id) / module).read_bytes()
        stub = self._stub()
        limits, tests = self.assignment.limits, self.suite.tests
        trials = [Trial(tests, {module: stub}, limits), Trial(tests, {module: solution}, limits)]
        trials += [Trial(self._tests(entry.question), entry.files, limits) for entry in bank.accepted]
        of_stub, of_reference, *of_accepted = self._try(trials)
        if of_reference.fault:
            raise GraderFault(of_reference.fault)
        for test in tests:
            if test.id not in of_stub.failed:
                self.faults.append(
                    message(
                        "the stub passes {test} and gets {points} points for nothing.",
                        test=test.name,
                        points=f"{test.points:g}",
                    )
                )
        names = [_REFERENCE, *map(_named, bank.accepted)]
        for name, tried in zip(names, [of_reference, *of_accepted], strict=True):
            self.faults += [message("{name}: {fault}", name=name, fault=tried.fault)] if tried.fault else []
            for test_id, text in zip(tried.failed, tried.messages, strict=True):
                self.faults.append(
                    message(
                        "{name} is right, but fails {test}: {text}",
                        name=name,
                        test=test_id.rpartition("::")[2],
                        text=text,
                    )
                )
        return of_reference.seconds

    def _stub(self) -> bytes:
        path = self.course.release(self.assignment.id) / self.assignment.module
        try:
            return path.read_bytes()
        except FileNotFoundError:
            command = f"gradkit build {self.assignment.id}"
            raise CourseError(
                message(
                    "{path}: no such file. The audit also tries the stub: run {command} first.",
                    path=path,
                    command=command,
                )
            ) from None

    def mistakes(self, bank: Bank, known: Sequence[Fingerprint]) -> dict[str, frozenset[str]]:
        """Mistake id -> the tests that it fails, by its answers or by a banned call."""
        failed = {mistake.id: mistake.failed for mistake in known}
        with_bans = {question.id for question in self.assignment.questions if question.banned}
        entries = [entry for entry in bank.mistakes if entry.question in with_bans]
        trials = [Trial(self._tests(entry.question), entry.files, self.assignment.limits) for entry in entries]
        banned = {entry.id: frozenset(tried.failed) for entry, tried in zip(entries, self._try(trials), strict=True)}
        return failed | banned

    def _submissions(self, bank: Bank, known: Sequence[Fingerprint]) -> dict[str, Tried]:
        """Mistake id -> its result as a submission, in another process than for its fingerprint."""
        trials = [Trial(self._tests(entry.question), entry.files, self.assignment.limits) for entry in bank.mistakes]
        return {entry.id: tried for entry, tried in zip(bank.mistakes, self._try(trials, known), strict=True)}

    def _public(self, bank: Bank) -> dict[str, tuple[str, ...]]:
        """Run the public checks on stub, reference and bank; return mistake id -> the checks that it does not pass."""
        module = self.assignment.module
        reference = {module: (self.course.source(self.assignment.id) / module).read_bytes()}
        right: list[tuple[Message, str | None, Mapping[str, bytes]]] = [(_REFERENCE, None, reference)]
        right += [(_named(entry), entry.question, entry.files) for entry in bank.accepted]
        trials = [PublicTrial(None, {}), *(PublicTrial(question, files) for _, question, files in right)]
        trials += [PublicTrial(entry.question, entry.files) for entry in bank.mistakes]
        self.runs += len(trials)
        release = self.course.release(self.assignment.id)
        advance = self._counted(len(trials))
        stub, *reports = self.crew.try_public(self.assignment, release, reference, trials, advance)
        for question in () if stub is None else stub.questions:
            if question.status != "not started":
                self.faults.append(
                    message(
                        'the stub is "{status}" instead of "not started" in the checks of {question}.',
                        status=question.status,
                        question=question.id,
                    )
                )
        for (name, _, _), report in zip(right, reports, strict=False):
            for check, text in not_passed(report).items():
                self.faults.append(
                    message(
                        "{name} is right, but fails the public check {check}: {text}", name=name, check=check, text=text
                    )
                )
        of_mistakes = reports[len(right) :]
        return {entry.id: tuple(not_passed(report)) for entry, report in zip(bank.mistakes, of_mistakes, strict=True)}

    def _try_mutants(
        self, found: Sequence[Mutant], slowest: float, mistakes: Mapping[str, frozenset[str]]
    ) -> list[Tried]:
        """Try each mutant; ``mistakes`` has the tests that each mistake fails."""
        seconds = max(_AT_LEAST, _PATIENCE * slowest)
        limits = replace(self.assignment.limits, seconds_per_call=seconds, seconds=4 * seconds, restarts=0)
        needed = frozenset(name for failed in mistakes.values() if len(failed) == 1 for name in failed)
        caught = Counter(name for failed in mistakes.values() for name in failed)

        def likeliest(question: str) -> list[HiddenTest]:
            return sorted(self._tests(question), key=lambda test: (test.id not in needed, -caught[test.id]))

        trials = [
            Trial(
                [test for question in mutant.questions for test in likeliest(question)],
                {self.assignment.module: mutant.source},
                limits,
                needed,
            )
            for mutant in found
        ]
        results = self._try(trials)
        self.runs += sum(tried.runs - 1 for tried in results)
        self.faults += [
            message(
                "a hidden test raises an error on {before} -> {after}: {fault}",
                before=repr(mutant.before),
                after=repr(mutant.after),
                fault=tried.fault,
            )
            for mutant, tried in zip(found, results, strict=True)
            if tried.fault
        ]
        return results

    def _fuzz(self, known: Sequence[Fingerprint]) -> int:
        """Give strange answers to every test; return their number."""
        advance = self._counted(len(self.suite.tests))
        source = self.course.source(self.assignment.id) / self.assignment.module
        fuzzed = together(self.crew.fuzz(self.suite, self.assignment, source, known, advance))
        self.faults += fuzzed.faults
        return fuzzed.answers

    def _question(
        self,
        question: str,
        bank: Bank,
        known: Sequence[Fingerprint],
        failed: Mapping[str, frozenset[str]],
        seen: Mapping[str, tuple[str, ...]],
        found: Sequence[Mutant],
        tried: Sequence[Tried],
        contract: Contract,
    ) -> QuestionAudit:
        tests = self._tests(question)
        names = {test.id: test.name for test in tests}
        points = {test.id: test.points for test in tests}
        of_question = [mistake for mistake in known if mistake.question == question]
        mistakes = {mistake.id: failed[mistake.id] for mistake in of_question}
        caught = {*mistakes.values(), *(frozenset(result.failed) for result in tried)}
        return QuestionAudit(
            question,
            tuple(names.values()),
            {name: frozenset(names[test] for test in tests) for name, tests in mistakes.items()},
            {mistake.id: mistake.tells_in(mistake.failed) for mistake in of_question},
            sum(entry.question == question for entry in bank.accepted),
            sum(question in mutant.questions for mutant in found),
            tuple(name for test, name in names.items() if frozenset({test}) not in caught),
            contract.coverage(question),
            {name: sum(points[test] for test in tests) for name, tests in mistakes.items()},
            {name: seen[name] for name in mistakes},
        )

    def _tests(self, question: str) -> list[HiddenTest]:
        return [test for test in self.suite.tests if test.question == question]


def _surprises(question: QuestionAudit) -> str:
    """The fault that mistakes that no public check warns of lose too many points."""
    return message(
        "{question}: mistakes that pass every public check lose {share} of the points lost by all mistakes, more than "
        "{limit}: {mistakes}.",
        question=question.id,
        share=f"{question.lost_unseen:.0%}",
        limit=f"{_UNSEEN:.0%}",
        mistakes=", ".join(question.unseen),
    )


def _named(entry: Entry) -> Message:
    return message('{place}: "{name}"', place=entry.place, name=entry.id)
