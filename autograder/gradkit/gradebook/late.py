"""The late penalty, as an nbgrader plugin."""

from __future__ import annotations

import math

# nbgrader has annotations but does not declare them (no py.typed).
from nbgrader.plugins import LateSubmissionPlugin  # type: ignore[import-untyped]
from traitlets import Float

from gradkit.course import rounded

_MINUTE = 60.0
_DAY = 86400.0


# A class without declared types cannot be subclassed strictly.
class LatePenalty(LateSubmissionPlugin):  # type: ignore[misc]
    """Deduct a share of the score for each day begun after a grace period, down to a floor.

        days    = ceil((seconds late - 60 * grace_minutes) / 86400), at least 0
        penalty = score * min(days * percent_per_day, 100 - floor_percent) / 100

    Source: the ``[late]`` table of ``course.toml``. nbgrader's interface is described in its documentation,
    "Customizing how late submissions are penalized". An extension that an instructor grants in the
    gradebook moves the due time before nbgrader counts the seconds.
    """

    grace_minutes = Float(0.0, min=0.0, help="Minutes after the due time that cost nothing.").tag(config=True)
    percent_per_day = Float(
        0.0, min=0.0, max=100.0, help="Percent of the score for each day begun after the grace period."
    ).tag(config=True)
    floor_percent = Float(
        0.0, min=0.0, max=100.0, help="Percent of the score that a late submission always keeps."
    ).tag(config=True)

    def late_submission_penalty(
        self,
        student_id: str,  # noqa: ARG002 - nbgrader passes it; the rule is the same for everyone
        score: float,
        total_seconds_late: float,
    ) -> float | None:
        """The points to deduct.

        Args:
            student_id: the student.
            score: points before the penalty.
            total_seconds_late: seconds after the due time, extensions counted.

        Returns:
            Points in [0, ``score``], or None for no penalty.
        """
        seconds = total_seconds_late - self.grace_minutes * _MINUTE
        if seconds <= 0:
            return None
        percent = min(math.ceil(seconds / _DAY) * self.percent_per_day, 100.0 - self.floor_percent)
        return rounded(score * percent / 100.0) if percent > 0 else None
