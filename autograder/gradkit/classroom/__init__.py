"""A class from end to end: collecting, keeping the books, giving feedback, and a sample class to see it all with.

Each function here hands work from one room of the engine to the next; the rooms do not know each other.
"""

from gradkit.classroom.books import Books, open_books
from gradkit.classroom.collecting import Incoming, collect_class
from gradkit.classroom.feedback import Released, release_feedback
from gradkit.classroom.sample import play_sample_if_empty

__all__ = [
    "Books",
    "Incoming",
    "Released",
    "collect_class",
    "open_books",
    "play_sample_if_empty",
    "release_feedback",
]
