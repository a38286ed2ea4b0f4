"""Which known mistake a submission's answers are: one, or none. A wrong diagnosis would be worse than none."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import combinations

from gradkit.diagnosis.answers import Answer
from gradkit.diagnosis.fingerprints import CasePrint, Fingerprint
from gradkit.suite.session import CaseOutcome
from gradkit.suite.tests import HiddenTest

ENOUGH = 2  # calls that tell a mistake from the right answer, and in which the submission answers as the mistake does


class Matcher:
    """Looks at one submission's answers, case by case while they are there, and names the mistakes at the end.

    A mistake explains a test that it fails if in each of the test's cases the submission answers as it does; in a case
    in which the mistake answers rightly, passing is enough. It is told for the tests that it explains if

    - it explains more than half of the tests that it fails, and the submission fails the others too,
    - at least two calls in those that it explains tell it from the right answer, and
    - no other mistake of which this is true explains as many.

    So another fault beside a mistake need not hide it, and a few equal answers do not make one.

    A diagnosis that fails costs nothing but itself: from then on no mistake is named.

    Attributes:
        fault: what looking or naming raised, or None.
    """

    def __init__(self, known: Sequence[Fingerprint]) -> None:
        self._known = known
        self._unlike: dict[str, set[str]] = {one.id: set() for one in known}
        self._cases: Counter[str] = Counter()
        self._failed: set[str] = set()
        self.fault: Exception | None = None

    def look(self, test: HiddenTest, outcome: CaseOutcome) -> None:
        """See one case's answers; a test's cases come in their order."""
        with self._giving_up():
            self._see(test.id, outcome.mismatch is None, [Answer(found.observation) for found in outcome.found])

    @contextmanager
    def _giving_up(self) -> Iterator[None]:
        """Drop what is raised: answers that were half looked at could be taken for a mistake's."""
        try:
            yield
        except Exception as fault:  # noqa: BLE001 - no diagnosis is worth a verdict
            self.fault = fault

    def _see(self, test: str, passed: bool, answers: Sequence[Answer]) -> None:
        number = self._cases[test]
        self._cases[test] += 1
        if not passed:
            self._failed.add(test)
        for one in self._known:
            unlike = self._unlike[one.id]
            if test not in one.failed or test in unlike or 2 * len(unlike) >= len(one.failed):
                continue
            if not _agrees(one.tests[test][number], passed, answers):
                unlike.add(test)

    def found(self) -> dict[str, Fingerprint]:
        """By the test's id, the mistake that was made in it."""
        found: dict[str, Fingerprint] = {}
        with self._giving_up():
            found = self._find()
        return {} if self.fault is not None else found

    def _find(self) -> dict[str, Fingerprint]:
        explained = {}
        for one in self._known:
            tests = one.failed - self._unlike[one.id]
            if one.failed <= self._failed and 2 * len(tests) > len(one.failed) and one.tells_in(tests) >= ENOUGH:
                explained[one.id] = tests
        found: dict[str, Fingerprint] = {}
        for test in set().union(*explained.values()):
            fitting = [one for one in self._known if test in explained.get(one.id, ())]
            fitting.sort(key=lambda one: len(explained[one.id]), reverse=True)
            if len(fitting) == 1 or len(explained[fitting[1].id]) < len(explained[fitting[0].id]):
                found[test] = fitting[0]
        return found


def told(known: Sequence[Fingerprint]) -> dict[str, set[str]]:
    """Which mistakes a submission is told that answers just as a known one does; by the known one's id."""
    found = {}
    for one in known:
        matcher = Matcher([other for other in known if other.question == one.question])
        for test, cases in one.tests.items():
            for case in cases:
                matcher._see(test, case.passed, [call.answer for call in case.calls])
        found[one.id] = {other.id for other in matcher.found().values()}
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
    """Pairs of mistakes that answer alike in every case of their question: neither could ever be told."""
    for one, other in combinations(known, 2):
        if one.question == other.question and _alike(one, other) and _alike(other, one):
            yield one.id, other.id


def _alike(one: Fingerprint, other: Fingerprint) -> bool:
    return all(
        _agrees(case, twin.passed, [call.answer for call in twin.calls])
        for test, cases in one.tests.items()
        for case, twin in zip(cases, other.tests[test], strict=True)
    )
