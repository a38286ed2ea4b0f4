"""The library for hidden suites: seeded inputs, calls, comparison. Suites are ordinary pytest files."""

from typing import Any
from warnings import warn

from gradkit.messages import message, plural, sentences
from gradkit.suite.calls import expected, function_call, module_call
from gradkit.suite.compare import (
    assert_all_learn,
    assert_finite,
    assert_matches,
    assert_raises,
    assert_tensor,
    assert_unchanged,
    check,
)
from gradkit.suite.mismatch import Mismatch
from gradkit.suite.properties import assert_deeper, assert_drawn_as_linear, assert_logits
from gradkit.suite.rng import Rng
from gradkit.suite.runner import Found, Runner
from gradkit.wire.call import Call, Step, Vjp
from gradkit.wire.values import ObservedTensor, Ref

__all__ = [
    "Call",
    "Found",
    "Mismatch",
    "ObservedTensor",
    "Ref",
    "Rng",
    "Runner",
    "Step",
    "Vjp",
    "assert_all_learn",
    "assert_deeper",
    "assert_drawn_as_linear",
    "assert_finite",
    "assert_logits",
    "assert_matches",
    "assert_raises",
    "assert_tensor",
    "assert_unchanged",
    "check",
    "expected",
    "function_call",
    "message",
    "module_call",
    "plural",
    "sentences",
]


def __getattr__(name: str) -> Any:
    """The old name of `expected`, for one version."""
    if name == "figures":
        warn("figures() of gradkit.suite is now expected()", DeprecationWarning, stacklevel=2)
        return expected
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
