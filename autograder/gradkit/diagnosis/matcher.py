"""Match a submission's answers with one known mistake, or none: a wrong diagnosis is worse than no diagnosis."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import combinations

from gradkit.diagnosis.answers import Answer
from gradkit.diagnosis.fingerprints import CasePrint, Fingerprint
from gradkit.suite.cases import CaseOutcome
from gradkit.suite.tests import HiddenTest

ENOUGH = 2  # calls that distinguish a mistake from the correct answer and are answered as the mistake answers them


class Matcher:
    """Watches one submission's answers, case by case, and names its mistakes at the end.

    A mistake explains a test that it fails if the submission answers each of the test's cases as the mistake does; in
    a case that the mistake passes, passing is enough. It is reported for the tests that it explains if

    - it explains more than half of the tests that it fails, and the submission also fails the others,
    - at least two calls in the tests that it explains distinguish it from the correct answer, and
    - no other such mistake explains as many.

    So a second error need not hide a mistake, and a few equal answers are not enough for a diagnosis.

    An error in the diagnosis affects nothing else: from then on no mistake is named.

    Attributes:
        fault: the exception that the diagnosis raised, or None.
    """

    def __init__(self, known: Sequence[Fingerprint]) -> None:
        self._known = known
        self._failing: dict[str, list[Fingerprint]] = {}
        for mistake in known:
            for test in mistake.failed:
                self._failing.setdefault(test, []).append(mistake)
        self._unlike: dict[str, set[str]] = {mistake.id: set() for mistake in known}
        self._cases: Counter[str] = Counter()
        self._failed: set[str] = set()
        self.fault: Exception | None = None

    def look(self, test: HiddenTest, outcome: CaseOutcome) -> None:
        """Watch one case's answers; a test's cases must come in order."""
        if test.id in self._failing:
            with self._giving_up():
                self._see(test.id, outcome.mismatch is None, [Answer(found.reply) for found in outcome.found])

    @contextmanager
    def _giving_up(self) -> Iterator[None]:
        """Catch every exception: partly read answers could be mistaken for a mistake's."""
        try:
            yield
        except Exception as fault:  # noqa: BLE001 - no diagnosis is worth a verdict
            self.fault = fault

    def _see(self, test: str, passed: bool, answers: Sequence[Answer]) -> None:
        number = self._cases[test]
        self._cases[test] += 1
        if not passed:
            self._failed.add(test)
        for mistake in self._failing.get(test, ()):
            unlike = self._unlike[mistake.id]
            if test in unlike or 2 * len(unlike) >= len(mistake.failed):
                continue
            if not _agrees(mistake.tests[test][number], passed, answers):
                unlike.add(test)

    def found(self) -> dict[str, Fingerprint]:
        """The mistake that explains each test, by test id."""
        found: dict[str, Fingerprint] = {}
        with self._giving_up():
            found = self._find()
        return {} if self.fault is not None else found

    def _find(self) -> dict[str, Fingerprint]:
        explained = {}
        for mistake in self._known:
            tests = mistake.failed - self._unlike[mistake.id]
            most = 2 * len(tests) > len(mistake.failed)
            if mistake.failed <= self._failed and most and mistake.tells_in(tests) >= ENOUGH:
                explained[mistake.id] = tests
        found: dict[str, Fingerprint] = {}
        for test in set().union(*explained.values()):
            fitting = [mistake for mistake in self._known if test in explained.get(mistake.id, ())]
            fitting.sort(key=lambda mistake: len(explained[mistake.id]), reverse=True)
            if len(fitting) == 1 or len(explained[fitting[1].id]) < len(explained[fitting[0].id]):
                found[test] = fitting[0]
        return found


def told(known: Sequence[Fingerprint]) -> dict[str, set[str]]:
    """The mistakes reported for a submission that answers exactly as a known mistake, by the known one's id."""
    found = {}
    for mistake in known:
        matcher = Matcher([candidate for candidate in known if candidate.question == mistake.question])
        for test, cases in mistake.tests.items():
            for case in cases:
                matcher._see(test, case.passed, [call.answer for call in case.calls])
        found[mistake.id] = {match.id for match in matcher.found().values()}
    return found


def _agrees(case: CasePrint, passed: bool, answers: Sequence[Answer]) -> bool:
    if case.passed != passed:
        return False
    if case.passed and not case.tells:
        return True
    return len(case.calls) == len(answers) and all(
        call.agrees(answer) for call, answer in zip(case.calls, answers, strict=True)
    )


def twins(known: Sequence[Fingerprint]) -> Iterator[tuple[str, str]]:
    """Pairs of mistakes with equal answers in every case of their question: neither could ever be reported."""
    for first, second in combinations(known, 2):
        if first.question == second.question and _alike(first, second) and _alike(second, first):
            yield first.id, second.id


def _alike(first: Fingerprint, second: Fingerprint) -> bool:
    return all(
        _agrees(case, twin.passed, [call.answer for call in twin.calls])
        for test, cases in first.tests.items()
        for case, twin in zip(cases, second.tests[test], strict=True)
    )
