"""Feedback pages by nbgrader's own ``generate_feedback``, in this process, with scores and comments on them.

One gradebook stays open for all of them.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nbconvert.preprocessors import CSSHTMLHeaderPreprocessor

# nbgrader has annotations but does not declare them (no py.typed).
from nbgrader.api import Gradebook  # type: ignore[import-untyped]
from nbgrader.converters import GenerateFeedback  # type: ignore[import-untyped]
from nbgrader.converters.base import NbGraderException  # type: ignore[import-untyped]
from nbgrader.coursedir import CourseDirectory  # type: ignore[import-untyped]
from nbgrader.preprocessors import GetGrades  # type: ignore[import-untyped]

from gradkit.course import Assignment, Course, rounded
from gradkit.errors import GradebookUnavailable
from gradkit.gradebook.browser_safety import for_people
from gradkit.gradebook.database import open_gradebook
from gradkit.gradebook.database_errors import PATIENCE, advice_on
from gradkit.gradebook.logs import gathered_log
from gradkit.gradebook.settings import nbgrader_config

# What nbgrader says around the reason.
_NO_REASON = ("Removing failed assignment", "There was an error ", "Please see the")


@dataclass(frozen=True)
class FeedbackReport:
    """What one run made.

    Attributes:
        pages: the page of each student, by student.
        failed: what nbgrader said where it could not make one, by student. The student's older page is gone then.
    """

    pages: dict[str, Path]
    failed: dict[str, str]


# A class without declared types cannot be subclassed strictly.
class _ChosenFeedback(GenerateFeedback):  # type: ignore[misc]
    """nbgrader's converter for a list of students in place of a pattern, each for itself."""

    chosen: dict[str, list[str]]
    said: list[str]
    failures: dict[str, str]
    stopped: str | None

    def init_notebooks(self) -> None:
        self.assignments = dict(self.chosen)

    def convert_notebooks(self) -> None:
        # One converter, and with it one compiled template, serves the whole class.
        for folder, notebooks in self.chosen.items():
            self.assignments = {folder: notebooks}
            self.said.clear()
            try:
                super().convert_notebooks()
            except NbGraderException as error:
                reasons = [text for text in self.said if not text.startswith(_NO_REASON)]
                reason = reasons[-1].partition("\n")[0] if reasons else str(error)
                if advice_on(reason):  # not the student's page is at fault, and the next one would wait in vain too
                    self.stopped = reason
                    return
                self.failures[folder] = reason


def generate_feedback(
    course: Course, assignment: Assignment, students: Collection[str], patience: float = PATIENCE
) -> FeedbackReport:
    """Make ``feedback/<student>/<assignment>/<topic>.html`` from the autograded notebooks and the gradebook.

    Args:
        course: the course.
        assignment: the assignment.
        students: whose pages are made anew; those without an autograded notebook are reported as failed.
        patience: seconds to wait while another program writes to the gradebook.

    Returns:
        The pages, and what went wrong. One student's failure does not stop the others.

    Raises:
        GradebookUnavailable: the gradebook cannot be read now, or there is no room for the pages. Those that were made
            by then are whole.
    """
    pages: dict[str, Path] = {}
    failed: dict[str, str] = {}
    chosen = {}
    for student in sorted(students):
        notebook = course.autograded / student / assignment.id / assignment.notebook
        if notebook.is_file():
            chosen[str(notebook.parent)] = [str(notebook)]
        else:
            failed[student] = f"{notebook}: no such file; the submission has not been graded yet."
    config = nbgrader_config(course)
    config.CourseDirectory.assignment_id = assignment.id
    with gathered_log("feedback") as (log, said):
        folders = CourseDirectory(config=config, log=log)
        converter = _ChosenFeedback(coursedir=folders, config=config, log=log, force=True)
        converter.chosen, converter.said, converter.failures, converter.stopped = chosen, said, {}, None
        if chosen:
            with open_gradebook(course, patience=patience) as gradebook:
                converter.preprocessors = [OpenGrades(gradebook), CSSHTMLHeaderPreprocessor, for_people]
                converter.start()
    if converter.stopped is not None:
        raise GradebookUnavailable(
            f"{assignment.id}: not all feedback pages could be made ({converter.stopped}). See that the disk has "
            "room and that no other program writes to the gradebook, then run again: that makes those that are missing."
        )
    for student in sorted(set(students) - failed.keys()):
        reason = converter.failures.get(str(course.autograded / student / assignment.id))
        if reason:
            failed[student] = reason
        else:
            pages[student] = course.feedback / student / assignment.id / f"{assignment.topic}.html"
    return FeedbackReport(pages, failed)


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
