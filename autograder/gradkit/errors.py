"""The errors that gradkit raises on purpose, but for those of confinement (`gradkit.jail.levels`).

    GradkitError                 reported to the user without a traceback
    |-- UsageError               the command was used wrongly (exit status 2)
    |-- CourseError              a course's own file is wrong: names file, key, what was expected (exit status 2)
    |-- BuildError               release/ or solutions/ cannot be made (exit status 1)
    |   `-- LeakError            something that students must not see would be released
    |-- SubmissionRefused        one submission cannot be read; the others are graded (exit status 1)
    |   `-- EarlierStays         it cannot be read, and an earlier one stays in its place
    |-- GradebookUnavailable     gradebook.db cannot be used now: records wait for the next run (exit status 3)
    |-- GraderFault              the suite, the reference or gradkit failed: no score is given (exit status 3)
    `-- WireError                a frame breaks the protocol

A message names the thing, what was found, and what to do next.
"""

from __future__ import annotations


class GradkitError(Exception):
    """An error reported to the user. ``exit_status`` is the command's exit status."""

    exit_status = 3

    @property
    def message(self) -> str:
        """Its text: a `gradkit.messages.Message` where it can be shown in another language."""
        return self.args[0] if self.args and isinstance(self.args[0], str) else str(self)


class UsageError(GradkitError):
    """The command was used wrongly."""

    exit_status = 2


class CourseError(GradkitError):
    """A file of the course is wrong."""

    exit_status = 2


class BuildError(GradkitError):
    """``release/`` or ``solutions/`` cannot be made, or are out of date."""

    exit_status = 1


class LeakError(BuildError):
    """Something that students must not see would have been released."""


class SubmissionRefused(GradkitError):  # noqa: N818 - named for the outcome
    """One submission cannot be read. It is reported by name and the rest of the class is graded."""

    exit_status = 1


class EarlierStays(SubmissionRefused):
    """One submission cannot be read, and an earlier one stays in its place, as its text says."""


class GradebookUnavailable(GradkitError):  # noqa: N818 - a temporary state
    """The gradebook is locked, full or unreadable. Nothing can be filed now, and nothing is lost."""


class GraderFault(GradkitError):  # noqa: N818 - the term in the docs
    """The suite, the reference or gradkit itself failed: the submission stays unscored."""


class WireError(GradkitError):
    """Bytes on a worker's channel are not a frame of the protocol, or not the expected one."""
