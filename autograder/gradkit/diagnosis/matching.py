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

    A mistake explains a test when it fails the test and answers as the submission does in every case: in a case in
    which the mistake answers rightly, passing is enough. It is told for the tests that it explains if

    - the submission fails every test that the mistake fails,
    - at least two calls in the explained tests tell the mistake from the right answer, and
    - of the mistakes that explain a test, it is the one that explains the most tests.
    """

    def __init__(self, known: Sequence[Fingerprint]) -> None:
        self._known = {one.id: one for one in known}
        self._alike: dict[str, list[Fingerprint]] = {}
        self._cases: Counter[str] = Counter()
        self._failed: set[str] = set()

    def look(self, test: HiddenTest, outcome: CaseOutcome) -> None:
        """See one case's answers; a test's cases come in their order."""
        number = self._cases[test.id]
        self._cases[test.id] += 1
        if outcome.mismatch is not None:
            self._failed.add(test.id)
        alike = self._alike.get(test.id)
        if alike is None:
            alike = [one for one in self._known.values() if test.id in one.failed]
        answers = [Answer(found.observation) for found in outcome.found]
        passed = outcome.mismatch is None
        self._alike[test.id] = [one for one in alike if _agrees(one.tests[test.id][number], passed, answers)]

    def found(self) -> dict[str, Fingerprint]:
        """By the test's id, the mistake that was made in it."""
        explained: dict[str, set[str]] = {}
        for name, alike in self._alike.items():
            for one in alike:
                if one.failed <= self._failed:
                    explained.setdefault(one.id, set()).add(name)
        fitting = {
            identity: tests for identity, tests in explained.items() if _telling(self._known[identity], tests) >= ENOUGH
        }
        found = {}
        for name in self._failed:
            by_reach = Counter({identity: len(tests) for identity, tests in fitting.items() if name in tests})
            best = by_reach.most_common(2)
            if best and (len(best) == 1 or best[0][1] > best[1][1]):
                found[name] = self._known[best[0][0]]
        return found


def _agrees(case: CasePrint, passed: bool, answers: Sequence[Answer]) -> bool:
    if case.passed != passed:
        return False
    if case.passed and not case.tells:
        return True
    return len(case.calls) == len(answers) and all(
        call.agrees(answer) for call, answer in zip(case.calls, answers, strict=True)
    )


def _telling(mistake: Fingerprint, tests: set[str]) -> int:
    return sum(case.tells for test in tests for case in mistake.tests[test])


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
