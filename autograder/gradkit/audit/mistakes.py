"""What is wrong with a bank, now that its mistakes have been tried."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from gradkit.bank import Bank
from gradkit.course import Assignment
from gradkit.diagnosis import ENOUGH, Fingerprint, told


def bank_faults(
    assignment: Assignment,
    bank: Bank,
    known: Sequence[Fingerprint],
    failed: Mapping[str, frozenset[str]],
    named: Mapping[str, frozenset[str]],
) -> Iterator[str]:
    """One sentence for each fault of a bank.

    Args:
        assignment: the assignment.
        bank: its mistakes and accepted variants.
        known: what each mistake answered.
        failed: by the mistake's id, the tests that it fails, bans included.
        named: by the mistake's id, the mistakes that its own submission is told.
    """
    for question in assignment.questions:
        for kind, entries in (("mistakes", bank.mistakes), ("accepted variants", bank.accepted)):
            if not any(entry.question == question.id for entry in entries):
                yield f"{question.id} has no {kind} in its bank."
    by_id = {one.id: one for one in known}
    as_what = told(known)
    for entry in bank.mistakes:
        # What cannot be loaded fails every test, and so would seem to be caught.
        if reason := _not_loaded(by_id[entry.id]):
            yield f'{entry.place}: "{entry.id}" was never tried, since its file cannot be loaded: {reason}'
        for other in sorted(as_what[entry.id] - {entry.id}):
            yield f'{entry.place}: who makes "{entry.id}" is told "{other}".'
        if not failed[entry.id]:
            yield f'{entry.place}: "{entry.id}" is wrong, but passes every test.'
        elif by_id[entry.id].tells_in(by_id[entry.id].failed) >= ENOUGH and entry.id not in named[entry.id]:
            yield (
                f'{entry.place}: who makes "{entry.id}" is not told so, although its answers differ from '
                "the right ones. Is it a twin, or is something in its answers different in each process?"
            )


def _not_loaded(mistake: Fingerprint) -> str:
    """Why the mistake's file could not be loaded, or ""."""
    calls = (call for cases in mistake.tests.values() for case in cases for call in case.calls)
    failures = (call.answer.observation.failure for call in calls)
    return next((f"{one.type_name}: {one.message}" for one in failures if one and one.kind == "import"), "")
