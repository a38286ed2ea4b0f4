"""What an audit found, for tables and JSON to be made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from gradkit.audit.contract import Coverage
from gradkit.audit.mutants import Mutant


@dataclass(frozen=True)
class QuestionAudit:
    """What the audit of one question found.

    Attributes:
        id: the question.
        tests: the names of its tests, in the suite's order.
        mistakes: by the mistake's id, the names of the tests that it fails.
        tells: by the mistake's id, how many calls tell it from the right answer; with too few it is never told.
        accepted: how many accepted variants there are.
        mutants: how many mutants were tried.
        redundant: tests that catch no mistake and no mutant that another of the tests does not.
        contract: how many sentences of its docstrings are graded.
        lost: by the mistake's id, the points that it loses.
        seen: by the mistake's id, the public checks that it does not pass.
    """

    id: str
    tests: tuple[str, ...]
    mistakes: Mapping[str, frozenset[str]]
    tells: Mapping[str, int]
    accepted: int
    mutants: int
    redundant: tuple[str, ...]
    contract: Coverage
    lost: Mapping[str, float]
    seen: Mapping[str, tuple[str, ...]]

    @property
    def unseen(self) -> tuple[str, ...]:
        """The mistakes that lose points, but pass every public check."""
        return tuple(name for name, points in self.lost.items() if points and not self.seen[name])

    @property
    def lost_unseen(self) -> float:
        """The share of the points lost by all mistakes that those lose which pass every public check."""
        return sum(self.lost[name] for name in self.unseen) / (sum(self.lost.values()) or 1.0)


@dataclass(frozen=True)
class Audit:
    """What the audit of one assignment found.

    Attributes:
        assignment: its id.
        questions: by question.
        faults: what is wrong, one sentence each; none where the suite is right as far as is known.
        survivors: mutants that pass and are not listed as equivalent.
        twins: mistakes of one question that answer alike everywhere, so that neither can be told from the other.
        runs: how many submissions were tried.
        answers: how many strange answers were given to the tests.
    """

    assignment: str
    questions: tuple[QuestionAudit, ...]
    faults: tuple[str, ...]
    survivors: tuple[Mutant, ...]
    twins: tuple[tuple[str, str], ...]
    runs: int
    answers: int

    @property
    def passed(self) -> bool:
        """Whether nothing is wrong."""
        return not self.faults and not self.survivors


@dataclass(frozen=True)
class ContractAudit:
    """What was found of a contract alone.

    Attributes:
        assignment: its id.
        tables: by question, how much is graded; under ``handout``, of the handout.
        missing: the missing entries as TOML, "" where there are none.
        faults: what is wrong, one sentence each.
    """

    assignment: str
    tables: Mapping[str, Coverage]
    missing: str
    faults: tuple[str, ...]

    @property
    def passed(self) -> bool:
        """Whether nothing is wrong."""
        return not self.faults
