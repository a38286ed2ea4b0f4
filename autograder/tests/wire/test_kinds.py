"""Every kind of failure, and what it means."""

from __future__ import annotations

import subprocess
import sys

import pytest

from gradkit.wire.kinds import FAILURE_KINDS, KINDS, Kind, Meaning, meaning_of
from gradkit.wire.observation import Failure


def those(attribute: str) -> set[str]:
    return {kind for kind in KINDS if getattr(meaning_of(kind), attribute) not in (False, None)}


def test_kinds_are_different_and_hold_those_of_a_call_without_result() -> None:
    assert len(set(KINDS)) == len(KINDS)
    assert set(KINDS) > FAILURE_KINDS


def test_an_unknown_kind_means_nothing() -> None:
    with pytest.raises(AssertionError):
        meaning_of("strange")  # type: ignore[arg-type]


def test_replies_state_facts_that_a_failure_has() -> None:
    facts = set(Failure.__dataclass_fields__) - {"kind", "source"}
    for attribute in ("while_loading", "in_a_call"):
        assert those(attribute) < FAILURE_KINDS
        assert all((getattr(meaning_of(kind), attribute) or set()) <= facts for kind in KINDS)


def test_the_grader_alone_states_what_it_alone_can_know() -> None:
    stated = those("while_loading") | those("in_a_call")
    assert {"timeout", "died", "output", "unavailable"} == FAILURE_KINDS - stated
    assert stated - those("in_a_call") == {"import"}


def test_what_tells_of_an_answer_is_no_trouble_and_is_counted() -> None:
    assert those("of_answer") == {
        *("raised", "unusable", "type", "shape", "dtype", "finite", "value"),
        *("detached", "gradient", "mutated", "check"),
    }
    assert those("hinted") == those("of_answer") - {"check"}
    assert those("of_answer").isdisjoint(those("marked"))
    assert those("of_answer") <= those("counted")


@pytest.mark.parametrize("kind", KINDS)
def test_a_text_without_facts_is_a_sentence(kind: Kind) -> None:
    bare = meaning_of(kind).bare
    assert bare.endswith(".")
    assert (bare == Meaning.bare) == (kind in ("not_started", "value", "check"))


def test_records_and_tables_are_read_without_torch() -> None:
    code = "import sys, gradkit.cli.table, gradkit.pages, gradkit.grading.record; print('torch' in sys.modules)"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)  # noqa: S603
    assert said.stdout == "False\n"
