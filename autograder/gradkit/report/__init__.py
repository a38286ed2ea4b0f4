"""A class's statistics: scores, items, misconceptions, missing students and similar submissions.

Everything is computed from the records; only similarity reads submissions. Pages and tables are made from the same
`ClassReport`, so they cannot disagree.
"""

from gradkit.report.summary import AssignmentReport, ClassReport, summarize

__all__ = ["AssignmentReport", "ClassReport", "summarize"]
