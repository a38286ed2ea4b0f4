"""What a student reads of a failed test, as far as the assignment's feedback policy lets them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gradkit.course import Feedback
from gradkit.grading.gate import Gate, bare
from gradkit.suite.mismatch import Mismatch
from gradkit.suite.session import CaseOutcome
from gradkit.suite.showing import show_call

# Kinds that say what the student's code did with a call. The others say that it could not be asked at all, which has
# nothing to do with a hidden input, so that everybody may read why.
_WRONG = frozenset(
    {"type", "shape", "dtype", "finite", "value", "detached", "gradient", "mutated", "raised", "unusable", "check"}
)
# A hint on shapes helps against a wrong result; where there was no result it would only be noise.
_HINTED = _WRONG - {"check"}
_NOT_COUNTED = frozenset({"not_started", "import", "missing", "unavailable"})


@dataclass(frozen=True)
class Explanation:
    """Why a test failed.

    Attributes:
        kind: the kind of failure, in a word.
        message: what the student reads.
        hint: the suite's hint, or None.
        picture: what a page may draw, as plain data, or None.
    """

    kind: str
    message: str
    hint: str | None = None
    picture: Mapping[str, Any] | None = None


def explain(policy: Feedback, cases: Sequence[CaseOutcome], reason: str, gate: Gate) -> Explanation:
    """Why a test failed, as far as the policy and the submission's budget let students know.

    Args:
        policy: what the assignment's students may read.
        cases: all cases of the test, at least one of which failed.
        reason: the recognised misconception in words, or "".
        gate: what all that the student's process chose must pass.
    """
    failed = [case for case in cases if case.mismatch is not None]
    smallest = min(failed, key=_size)
    mismatch = smallest.mismatch or Mismatch("check", "")
    kind = mismatch.kind
    if policy == "verdict" and kind in _WRONG:
        raised = "Your code raised an exception." if kind == "raised" else "This is not right yet."
        return Explanation(kind, raised)
    hint = mismatch.hint if kind in _HINTED else None
    picture = _drawn(policy, mismatch)
    if picture is not None and not gate.lets(kind, mismatch.said, hint, picture):
        picture = None
    if gate.lets(kind, mismatch.said, hint, picture):
        lines = [mismatch.message]
    else:
        lines, hint = [bare(kind)], None
    if kind in _HINTED and smallest.found and smallest.found[-1].call.leaves():
        lines[0] += f" Smallest case: {smallest.found[-1].call.describe()}."
    if len(cases) > 1 and kind not in _NOT_COUNTED:
        lines[0] += f" ({len(failed)} of {len(cases)} cases fail.)"
    if reason and policy != "verdict":
        lines.append(reason)
    if policy == "inputs" and kind in _WRONG and smallest.found:
        lines += [mismatch.figures] if mismatch.figures else []
        lines += ["The smallest case that fails:", show_call(smallest.found[-1].call)]
    return Explanation(kind, "\n".join(lines), hint, picture)


def _drawn(policy: Feedback, mismatch: Mismatch) -> Mapping[str, Any] | None:
    """What a page may draw; None where there is nothing, or it cannot be made."""
    try:
        return None if mismatch.picture is None else mismatch.picture.as_data(values=policy == "inputs")
    except Exception:  # noqa: BLE001 - no picture is worth a verdict
        return None


def _size(case: CaseOutcome) -> tuple[int, int]:
    return (sum(found.call.size() for found in case.found), len(case.found))
