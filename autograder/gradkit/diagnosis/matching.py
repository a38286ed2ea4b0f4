"""Which known mistake a submission's answers are: one, or none. A wrong diagnosis would be worse than none."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import combinations

from gradkit.diagnosis.answers import Answer
from gradkit.diagnosis.fingerprints import CasePrint, Fingerprint
from gradkit.suite.hidden import HiddenTest
from gradkit.suite.session import CaseOutcome

ENOUGH = 2  # calls that tell a mistake from the right answer, and in which the submission answers as the mistake does


class Matcher:
    """Looks at one submission's answers, case by case while they are there, and names the mistakes at the end.

    A mistake is told for the tests that it fails if

    - in every case of all these tests the submission answers as it does (in a case in which the mistake answers
      rightly, passing is enough),
    - at least two calls in them tell the mistake from the right answer, and
    - no other mistake of which this is true fails as many tests.

    A submission may fail further tests, for another reason.
    """

    def __init__(self, known: Sequence[Fingerprint]) -> None:
        self._left = list(known)
        self._cases: Counter[str] = Counter()

    def look(self, test: HiddenTest, outcome: CaseOutcome) -> None:
        """See one case's answers; a test's cases come in their order."""
        number = self._cases[test.id]
        self._cases[test.id] += 1
        answers = [Answer(found.observation) for found in outcome.found]
        passed = outcome.mismatch is None
        self._left = [
            one
            for one in self._left
            if test.id not in one.failed or _agrees(one.tests[test.id][number], passed, answers)
        ]

    def found(self) -> dict[str, Fingerprint]:
        """By the test's id, the mistake that was made in it."""
        fitting = [one for one in self._left if one.tells >= ENOUGH]
        fitting.sort(key=lambda one: len(one.failed), reverse=True)
        found: dict[str, Fingerprint] = {}
        for test in {test for one in fitting for test in one.failed}:
            first, *others = (one for one in fitting if test in one.failed)
            if not others or len(others[0].failed) < len(first.failed):
                found[test] = first
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
