"""nbgrader's settings for a course, made from ``course.toml``, their only source.

``nbgrader_config.py`` in the course's folder calls ``configure``, so any nbgrader command works there, formgrader
included. gradkit's own use of nbgrader goes through ``nbgrader_config``.
"""

from __future__ import annotations

import math
from pathlib import Path

from traitlets.config import Config

from gradkit.course import Course, load_course
from gradkit.intake.policy import ENDINGS, IGNORED, bytes_allowed

_KILOBYTE = 1000  # nbgrader's


def configure(config: Config, root: Path) -> None:
    """Put the settings of the course in ``root`` into ``config``, nbgrader's configuration object.

    Raises:
        CourseError: ``course.toml`` is wrong.
    """
    # First: nbgrader continues when a configuration file fails, and these must hold even then.
    _guard(config)
    _describe(config, load_course(root))


def nbgrader_config(course: Course) -> Config:
    """The settings for gradkit's own use of nbgrader, in this process."""
    config = Config()
    _guard(config)
    _describe(config, course)
    return config


def nbgrader_url(course: Course) -> str:
    """The gradebook's URL in SQLAlchemy's form."""
    if course.server is None:
        return f"sqlite:///{course.gradebook}"
    return f"postgresql+psycopg{course.server.removeprefix('postgresql')}"


def _guard(config: Config) -> None:
    """Keep nbgrader from running students' code, following their links, and showing their scripts to a browser."""
    config.Autograde.exporter_class = "gradkit.gradebook.browser_safety.GradedElsewhere"
    config.ExchangeFactory.collect = "gradkit.collect.inbound.SafeCollect"
    config.ExchangeFactory.release_feedback = "gradkit.classroom.releasing.ReleaseCurrentFeedback"
    config.GenerateFeedback.exporter_class = "gradkit.gradebook.feedback_pages.WithOurPage"
    config.HTMLExporter.preprocessors = ["gradkit.gradebook.browser_safety.for_people"]
    config.HTMLExporter.filters = {
        "markdown2html": "gradkit.gradebook.browser_safety.safe_markdown",
        "highlight_code": "gradkit.gradebook.browser_safety.safe_highlight",
    }


def _describe(config: Config, course: Course) -> None:
    config.CourseDirectory.root = str(course.root)
    config.CourseDirectory.course_id = course.id
    config.CourseDirectory.db_url = nbgrader_url(course)
    # assignments/ holds no notebook, so generate_assignment run by mistake overwrites nothing.
    config.CourseDirectory.source_directory = "assignments"
    config.CourseDirectory.release_directory = "release"
    config.CourseDirectory.submitted_directory = course.submitted.name
    config.CourseDirectory.autograded_directory = course.autograded.name
    config.CourseDirectory.feedback_directory = course.feedback.name
    config.CourseDirectory.solution_directory = "solutions"
    config.CourseDirectory.ignore = list(IGNORED)
    config.CourseDirectory.max_file_size = _kilobytes(course.submission.file_megabytes)
    config.CourseDirectory.max_dir_size = _kilobytes(course.submission.megabytes)
    config.Exchange.root = str(course.exchange)
    config.Exchange.cache = str(course.work / "nbgrader_cache")
    # nbgrader's default would keep only the notebook.
    config.FileNameCollectorPlugin.valid_ext = list(ENDINGS)
    config.AssignLatePenalties.plugin_class = "gradkit.gradebook.late.LatePenalty"
    config.LatePenalty.grace_minutes = course.late.grace_minutes
    config.LatePenalty.percent_per_day = course.late.percent_per_day
    config.LatePenalty.floor_percent = course.late.floor_percent
    # In case the guard is lifted: a student's module must not be replaced by the one with the solutions.
    config.Autograde.exclude_overwriting = {
        name: sorted(path.name for path in course.source(name).iterdir() if path.is_file())
        for name in course.assignment_ids
    }


def _kilobytes(megabytes: float) -> int:
    return math.ceil(bytes_allowed(megabytes) / _KILOBYTE)
