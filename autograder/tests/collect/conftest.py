"""The toy course's fixtures."""

from ..toy_course import make_record, room, template

__all__ = ["make_record", "room", "template"]
