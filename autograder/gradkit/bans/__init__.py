"""Calls that a question does not allow: found in the source by their names, and noted where they run.

Grading and `gradkit check` look in the same two ways, and say the same. The package is in the wheel that students
install, and imports nothing of gradkit; what reads sources (`names`) imports the standard library only.
"""
