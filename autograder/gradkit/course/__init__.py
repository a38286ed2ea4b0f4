"""A course's configuration: ``course.toml`` and each assignment's ``assignment.toml``."""

from gradkit.course.assignment import (
    Assignment,
    BanGroup,
    Limits,
    Question,
    WrittenQuestion,
    load_assignment,
    rounded,
    total,
)
from gradkit.course.course import Course, LatePolicy, load_course
from gradkit.course.hand_in_policy import Feedback, Policy

__all__ = [
    "Assignment",
    "BanGroup",
    "Course",
    "Feedback",
    "LatePolicy",
    "Limits",
    "Policy",
    "Question",
    "WrittenQuestion",
    "load_assignment",
    "load_course",
    "rounded",
    "total",
]
