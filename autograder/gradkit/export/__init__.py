"""Grades for other systems: Canvas, Moodle, Gradescope.

Each module writes one system's format from `Grade`s. Students with a grade but no row there, and the reverse, are
listed: nobody is dropped silently.
"""
