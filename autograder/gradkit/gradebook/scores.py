"""Put scores and comments on feedback pages, from one gradebook that stays open for all of them."""

from __future__ import annotations

from typing import Any

# nbgrader has annotations but does not declare them (no py.typed).
from nbgrader.api import Gradebook  # type: ignore[import-untyped]
from nbgrader.preprocessors import GetGrades  # type: ignore[import-untyped]

from gradkit.course import rounded


# A class without declared types cannot be subclassed strictly.
class OpenGrades(GetGrades):  # type: ignore[misc]
    """nbgrader's ``GetGrades``, but for the gradebook, which it opens anew for each page.

    Every query is put together anew for each opened gradebook, which is almost half of what a page costs.
    """

    def __init__(self, gradebook: Gradebook) -> None:
        super().__init__(enabled=True)
        self.gradebook = gradebook

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        """Put scores and comments into the notebook's cells, and the sums into ``resources``."""
        about = resources["nbgrader"]
        self.notebook_id, self.assignment_id, self.student_id = (
            about[key] for key in ("notebook", "assignment", "student")
        )
        try:
            nb, resources = super(GetGrades, self).preprocess(nb, resources)  # cell by cell, as nbgrader does
            notebook = self.gradebook.find_submission_notebook(self.notebook_id, self.assignment_id, self.student_id)
            penalty = rounded(notebook.late_submission_penalty or 0)
            score, most = rounded(notebook.score - penalty), rounded(notebook.max_score)
            resources["nbgrader"].update(score=score, max_score=most, late_penalty=penalty)
        finally:
            self.gradebook.db.remove()  # nothing is kept from one page to the next
        return nb, resources
