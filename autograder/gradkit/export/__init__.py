"""Grades for other systems: Canvas, Moodle, Gradescope.

Each module writes one system's own format from `Grade`s. Whoever has a grade and no row there, or the other way round,
is named: nobody is dropped in silence.
"""
