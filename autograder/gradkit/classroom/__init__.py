"""A class from end to end: collecting, filing in the gradebook, releasing feedback, and a sample class to try it with.

Each module connects packages of the engine that do not know each other. They are imported separately, since those that
need nbgrader are slow to import.
"""
