"""The findings of an audit, as data for tables and JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from gradkit.audit.contract import Coverage
from gradkit.audit.mutants import Mutant


@dataclass(frozen=True)
class QuestionAudit:
    """The findings for one question.

    Attributes:
        id: the question.
        tests: the names of its tests, in the suite's order.
        mistakes: mistake id -> the names of the tests that it fails.
        tells: mistake id -> the number of calls that distinguish it from the right answer; with too few it is never
            diagnosed.
        accepted: the number of accepted variants.
        mutants: the number of mutants tried.
        redundant: tests that catch no mistake or mutant beyond those that the other tests catch.
        contract: the coverage of its docstrings.
        lost: mistake id -> the points that it loses.
        seen: mistake id -> the public checks that it does not pass.
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
        """The share of all points lost by mistakes that is lost by those that pass every public check."""
        return sum(self.lost[name] for name in self.unseen) / (sum(self.lost.values()) or 1.0)


@dataclass(frozen=True)
class Audit:
    """The findings for one assignment.

    Attributes:
        assignment: its id.
        questions: the findings by question.
        faults: what is wrong, one sentence each.
        survivors: mutants that pass and are not listed as equivalent.
        twins: pairs of mistakes of one question that give the same answers everywhere, and cannot be distinguished.
        runs: the number of submissions tried.
        answers: the number of strange answers given to the tests.
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
    """The findings for a contract alone.

    Attributes:
        assignment: its id.
        tables: the coverage by question, and of the handout under ``handout``.
        missing: the missing entries as TOML, or "".
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
