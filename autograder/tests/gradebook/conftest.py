"""The toy course's fixtures."""

from ..toy_course import gradebook, make_record, room, template

__all__ = ["gradebook", "make_record", "room", "template"]
