"""A class from end to end: collecting, keeping the books, giving feedback, and a sample class to see it all with.

Each module here hands work from one room of the engine to the next; the rooms do not know each other. They are imported
one by one, since those that need nbgrader take long to import.
"""
