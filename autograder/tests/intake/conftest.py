"""The toy course's fixtures."""

from ..toy_course import room, template

__all__ = ["room", "template"]
