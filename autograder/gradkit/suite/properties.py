"""Properties of a model that may be built in any way."""

from __future__ import annotations

from gradkit.suite.found import Found
from gradkit.suite.mismatch import Mismatch


def assert_deeper(found: Found, short: str, long: str, *, by: int, message: str) -> None:
    """Fail unless a tensor's computation is deeper than another's, as a recurrence is for a longer sequence.

    ``<short>.depth`` and ``<long>.depth`` must have been observed.

    Args:
        found: the student's.
        short: the scores of a short sequence.
        long: the scores of a long one, by the same model.
        by: the number of further steps, one for each further token.
        message: what the student reads otherwise.

    Raises:
        Mismatch: with that message.
    """
    less, more = found.value(f"{short}.depth"), found.value(f"{long}.depth")
    if type(less) is not int or type(more) is not int or more - less < by:
        raise Mismatch("check", message)
