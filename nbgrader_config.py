"""nbgrader's settings for this course: all of them come from course.toml."""

from pathlib import Path

from gradkit.gradebook.settings import configure

configure(get_config(), Path(__file__).resolve().parent)  # noqa: F821 - nbgrader hands get_config to this file
