"""Feedback pages with scores and comments, made by nbgrader's own ``generate_feedback`` in this process.

One gradebook stays open for all of them.
"""

from __future__ import annotations

import html
import re
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import FunctionLoader
from nbconvert.exporters import HTMLExporter
from nbconvert.preprocessors import CSSHTMLHeaderPreprocessor

# nbgrader has annotations but does not declare them (no py.typed).
from nbgrader.api import Gradebook  # type: ignore[import-untyped]
from nbgrader.converters import GenerateFeedback  # type: ignore[import-untyped]
from nbgrader.converters.base import NbGraderException  # type: ignore[import-untyped]
from nbgrader.coursedir import CourseDirectory  # type: ignore[import-untyped]
from nbgrader.preprocessors import GetGrades  # type: ignore[import-untyped]

from gradkit.course import Assignment, Course, load_course, rounded
from gradkit.errors import GradebookUnavailable
from gradkit.gradebook.browser_safety import for_people
from gradkit.gradebook.database import open_gradebook
from gradkit.gradebook.database_errors import PATIENCE, advice_on
from gradkit.gradebook.logs import gathered_log
from gradkit.gradebook.settings import nbgrader_config
from gradkit.messages import LANGUAGES, message, translate
from gradkit.text import HTML_LANGUAGES, without_language_link

# Log lines of nbgrader's that do not give the reason.
_NO_REASON = ("Removing failed assignment", "There was an error ", "Please see the")


_BODY = "<body>"
# The frames run no script; the one beside them makes each as high as its page. Where that does not run, they scroll.
_FRAME = """
<style>
.gradkit iframe { display: block; width: 100%; height: 85vh; border: 0; margin-bottom: 1em; }
.gradkit p { margin: 1rem 1rem 0; text-align: right; }
.gradkit-other:not(:target), .gradkit-other:target ~ .gradkit { display: none; }
:lang(zh-Hans) body { font-family: system-ui, "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif; }
</style>
{frames}<script>
for (const frame of document.querySelectorAll(".gradkit iframe")) {
  const fit = () => {
    const inside = frame.contentDocument;
    if (inside && inside.body) { frame.style.height = `${inside.documentElement.offsetHeight + 2}px`; }
  };
  frame.addEventListener("load", fit);
  addEventListener("resize", fit);
  addEventListener("hashchange", fit);
  fit();
}
</script>
"""
# The page in one language, and the link that shows it in the other: by the address's fragment, without a script.
_EDITION = """<div id="gradkit-{language}" class="gradkit{other}" lang="{lang}">
{link}<iframe id="{id}" title="{title}" sandbox="allow-same-origin" srcdoc="{page}"></iframe>
</div>
"""
_LINK = '<p><a href="#gradkit-{language}" lang="{lang}">{name}</a></p>\n'
_TITLE = message("Points, messages and comments")
# nbgrader's template: its beginning, which names no language; its list of cells, which is no landmark; and its words,
# whose like in the template's own names are in small letters.
_TEMPLATE = "index.html.j2"
_HTML = "<html>"
_CELLS = re.compile(r'(<div class="panel-heading")(>\s*<h4>)')
_WORDS = (
    *(message("Student's answer"), message("Student's task"), message("Grade cell:"), message("Task:")),
    *(message("Test cell"), message("Coding free-response"), message("Written response"), message("Task")),
    *(message("Comments:"), message("Comment"), message("Late submission penalty"), message("Score:")),
    message("(Top)"),
)
# Links within the page would otherwise lead to the page around it.
_HEAD, _BASE = "<head>", '<head><base href="about:srcdoc">'


@dataclass(frozen=True)
class FeedbackReport:
    """The result of one run.

    Attributes:
        pages: student id -> page.
        failed: student id -> nbgrader's reason. The student's older page is gone then.
    """

    pages: dict[str, Path]
    failed: dict[str, str]


class WithOurPage(HTMLExporter):
    """The exporter of nbgrader's feedback: the student's own page, if there is one, above the notebook.

    nbgrader's exchange carries one page for each notebook, so this is how students who fetch it get ours. The words of
    nbgrader's template are in the course's language.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)  # type: ignore[no-untyped-call]  # nbconvert declares no types
        converter: Any = self.parent
        language = load_course(Path(converter.coursedir.root)).languages[0]
        self.extra_loaders = [FunctionLoader(lambda name: self._in_language(name, language))]

    def _in_language(self, name: str, language: str) -> str | None:
        """The template of nbgrader in a language, which it names; None for the templates that it is made of."""
        if name != _TEMPLATE:
            return None
        path = next(file for file in (Path(folder, name) for folder in self.template_paths) if file.is_file())
        text = path.read_text(encoding="utf-8").replace(_HTML, f'<html lang="{HTML_LANGUAGES[language]}">', 1)
        text = _CELLS.sub(r'\1 role="navigation"\2', text, count=1)
        for word in _WORDS if language != "en" else ():
            text = re.sub(re.escape(word) + (" ?" if word.endswith(":") else ""), translate(word, language), text)
        return text

    def from_notebook_node(self, nb: Any, resources: Any = None, **more: Any) -> tuple[Any, Any]:
        """Convert a notebook and put the student's page into the result."""
        text, resources = super().from_notebook_node(nb, resources, **more)
        converter: Any = self.parent
        about, folders = resources["nbgrader"], converter.coursedir
        folder = folders.format_path(folders.feedback_directory, about["student"], about["assignment"])
        course = load_course(Path(folders.root))
        frames = _frames(course, Path(f"{folder}.html"))
        if frames:
            before, body, after = text.partition(_BODY)
            text = f"{before}{body}{_FRAME.replace('{frames}', frames)}{after}"
        return text, resources


def _frames(course: Course, ours: Path) -> str:
    """The frames with the student's own page, that of the other language first and hidden; "" without a page."""
    pages = {language: course.in_language(ours, language) for language in reversed(course.languages)}
    there = [language for language, page in pages.items() if page.is_file() and not page.is_symlink()]
    frames = []
    for language in there:
        page = without_language_link(pages[language].read_text(encoding="utf-8")).replace(_HEAD, _BASE, 1)
        link = "".join(
            _LINK.format(language=other, lang=HTML_LANGUAGES[other], name=LANGUAGES[other])
            for other in there
            if other != language
        )
        mark = "" if language == there[-1] else " gradkit-other"
        title = translate(_TITLE, language)
        about = {
            "id": "gradkit" if not mark else "gradkit-beside",
            "language": language,
            "lang": HTML_LANGUAGES[language],
            "other": mark,
            "link": link,
            "title": title,
        }
        frames.append(_EDITION.format(**about, page=html.escape(page)))
    return "".join(frames)


# A class without declared types cannot be subclassed strictly.
class _ChosenFeedback(GenerateFeedback):  # type: ignore[misc]
    """nbgrader's converter for a list of students in place of a pattern; one failure does not stop the others."""

    chosen: dict[str, list[str]]
    said: list[str]
    failures: dict[str, str]
    stopped: str | None

    def init_notebooks(self) -> None:
        self.assignments = dict(self.chosen)

    def convert_notebooks(self) -> None:
        # One converter, and so one compiled template, serves the whole class.
        for folder, notebooks in self.chosen.items():
            self.assignments = {folder: notebooks}
            self.said.clear()
            try:
                super().convert_notebooks()
            except NbGraderException as error:
                reasons = [text for text in self.said if not text.startswith(_NO_REASON)]
                reason = reasons[-1].partition("\n")[0] if reasons else str(error)
                if advice_on(reason):  # the gradebook's fault, not the page's: the next one would fail as well
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
        students: whose pages to make; those without an autograded notebook are reported as failed.
        patience: seconds to wait while another program writes to the gradebook.

    Returns:
        The pages and the failures. One student's failure does not stop the others.

    Raises:
        GradebookUnavailable: the gradebook cannot be read now, or the disk is full. Pages made by then are complete.
    """
    pages: dict[str, Path] = {}
    failed: dict[str, str] = {}
    chosen = {}
    for student in sorted(students):
        notebook = course.autograded / student / assignment.id / assignment.notebook
        if notebook.is_file():
            chosen[str(notebook.parent)] = [str(notebook)]
        else:
            failed[student] = message("{path}: no such file; the submission has not been graded yet.", path=notebook)
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
            message(
                "{assignment}: not all feedback pages could be made ({reason}). Check that the disk has space and "
                "that no other program writes to the gradebook, then run again to make the missing pages.",
                assignment=assignment.id,
                reason=converter.stopped,
            )
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
    """nbgrader's ``GetGrades`` with one open gradebook, where nbgrader opens it again for each page.

    Queries are compiled again for each gradebook opened, which takes almost half of a page's time.
    """

    def __init__(self, gradebook: Gradebook) -> None:
        super().__init__(enabled=True)
        self.gradebook = gradebook

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        """Put scores and comments into the notebook's cells, and the totals into ``resources``."""
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
