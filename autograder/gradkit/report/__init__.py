"""What a class's records say together: scores, items, misconceptions, who is missing, who wrote alike.

Everything is computed from the records; only similarity reads what was submitted. Pages and tables are made from the
one `ClassReport`, so that no two of them can disagree.
"""

from gradkit.report.model import AssignmentReport, ClassReport
from gradkit.report.summary import summarise

__all__ = ["AssignmentReport", "ClassReport", "summarise"]
