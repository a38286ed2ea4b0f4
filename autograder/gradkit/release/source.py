"""Read and validate an assignment's source folder.

The allowed files are listed, not the forbidden ones: a file put there by accident stops the build instead of reaching
students.
"""

from __future__ import annotations

import ast
import fnmatch
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from gradkit.check.homework import CHECKS, question_of
from gradkit.course import Assignment, Course
from gradkit.course.course import Environment
from gradkit.errors import BuildError
from gradkit.messages import LANGUAGES, LOCALES, message
from gradkit.release.catalogues import (
    catalogues,
    in_language,
    translate_assignment,
    translated_into,
    translations,
)
from gradkit.release.notebook import SourceCell, compare_cells, read_cells
from gradkit.release.readme import ENGLISH, complete_readme
from gradkit.release.strip import Region, complete_solutions, find_regions, strip_solutions
from gradkit.release.translatable import replace_texts

NOTEBOOK = "notebook.md"
README = "README.md"
DATA = "data"
DATA_ENDINGS = (".txt", ".csv", ".json", ".png")
# Left behind by editors and tools; ignored silently, since these files are never copied.
_LITTER = (
    *("__pycache__", ".ipynb_checkpoints", ".pytest_cache", ".mypy_cache", ".ruff_cache", ".DS_Store", "Thumbs.db"),
    *("*~", "*.bak", "*.pyc", ".*.sw?", ".#*", "#*#"),
)


@dataclass(frozen=True)
class Source:
    """The source of one assignment.

    Attributes:
        assignment: the parsed ``assignment.toml``.
        module: the module's text, with solution regions.
        module_path: the module's name in error messages.
        cells: the notebook's cells.
        checks: the text of ``test_public.py``.
        copied: name -> path of each file that is copied unchanged (``data/...``).
        readme: the README's text, followed by the differences when graded and the limits of a submission.
        environment: the grading environment.
        language: the language of its texts.
    """

    assignment: Assignment
    module: str
    module_path: str
    cells: tuple[SourceCell, ...]
    checks: str
    copied: dict[str, Path]
    readme: str
    environment: Environment
    language: str = ENGLISH

    @property
    def question_ids(self) -> list[str]:
        """The ids that a solution region may name."""
        return [question.id for question in self.assignment.questions]

    @property
    def stub(self) -> str:
        """The module in the release."""
        return strip_solutions(self.module, self.module_path, self.question_ids)

    @property
    def complete(self) -> str:
        """The module with its solutions, without markers."""
        return complete_solutions(self.module, self.module_path, self.question_ids)

    @property
    def module_regions(self) -> list[Region]:
        """The module's solution regions."""
        return find_regions(self.module, self.module_path, self.question_ids)

    def cell_regions(self, cell: SourceCell) -> list[Region]:
        """The solution regions of one of the notebook's cells."""
        return find_regions(cell.source, cell.where, self.question_ids)

    def public_text(self, cell: SourceCell) -> str:
        """The released text of one of the notebook's cells."""
        return "" if cell.kind == "written" else strip_solutions(cell.source, cell.where, self.question_ids)


def read_source(course: Course, assignment: Assignment, language: str = ENGLISH) -> Source:
    """Read ``assignments/<hw>/`` and check that it can be built.

    Args:
        course: the course.
        assignment: the assignment, as ``assignment.toml`` describes it.
        language: the language of the texts: English, or one that the assignment has a ``locale`` folder for.

    Raises:
        BuildError: a file is missing, unknown or not text; a solution region or a notebook cell is invalid; a text is
            not translated.
    """
    folder = course.source(assignment.id)
    shown = f"assignments/{assignment.id}"
    files = _files(course, shown, assignment)
    cells = read_cells(read_text(folder / NOTEBOOK, f"{shown}/{NOTEBOOK}"), f"{shown}/{NOTEBOOK}", assignment)
    module_path, public = f"{shown}/{assignment.module}", f"{shown}/{CHECKS}"
    source = Source(
        assignment=assignment,
        module=read_text(folder / assignment.module, module_path),
        module_path=module_path,
        cells=tuple(cells),
        checks=read_text(folder / CHECKS, public),
        copied={name: folder / name for name in files if name.startswith(f"{DATA}/")},
        readme=read_text(folder / README, f"{shown}/{README}"),
        environment=course.environment,
    )
    check_public_checks(source.checks, public, source.question_ids)
    _parse(source.complete, message("{path}, complete", path=module_path))
    _refuse_raising_on_import(_parse(source.stub, message("{path}, stripped", path=module_path)), module_path)
    regions = [*source.module_regions, *(region for cell in cells for region in source.cell_regions(cell))]
    for question in source.question_ids:
        if question not in {region.question for region in regions}:
            raise BuildError(
                message(
                    '{path}: question "{question}" has no solution region; expected "### BEGIN SOLUTION '
                    '{question}: <what to do>" in the module or in a code cell of {notebook}.',
                    path=module_path,
                    question=question,
                    notebook=NOTEBOOK,
                )
            )
    if language != ENGLISH:
        source = _translated(course, source, language)
    return replace(source, readme=complete_readme(source.readme, course, assignment, language))


def _translated(course: Course, source: Source, language: str) -> Source:
    """A source in another language, its code the same."""
    catalogue, _ = catalogues(course, source.assignment, language)
    look_up = translations(catalogue)
    folder, shown = course.source(source.assignment.id), f"assignments/{source.assignment.id}"
    notebook, readme = in_language(NOTEBOOK, language), in_language(README, language)
    where = f"{shown}/{notebook}"
    cells = read_cells(read_text(folder / notebook, where), where, source.assignment)
    compare_cells(source.cells, cells, where)
    return replace(
        source,
        assignment=translate_assignment(source.assignment, look_up),
        module=replace_texts(source.module, source.module_path, look_up, strings=False),
        cells=tuple(cells),
        checks=replace_texts(source.checks, f"{shown}/{CHECKS}", look_up, strings=True),
        readme=read_text(folder / readme, f"{shown}/{readme}"),
        language=language,
    )


def read_text(path: Path, shown: str) -> str:
    """The text of a source file, with Unix line endings and exactly one at the end.

    Raises:
        BuildError: the file is not UTF-8.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise BuildError(
            message("{path}: not UTF-8 text ({reason}). Save it as UTF-8.", path=shown, reason=error)
        ) from error
    return text.rstrip("\n") + "\n"


def is_litter(name: str) -> bool:
    """Whether a file or folder of this name was left behind by an editor or a tool."""
    return any(fnmatch.fnmatchcase(name, pattern) for pattern in _LITTER)


def _files(course: Course, shown: str, assignment: Assignment) -> list[str]:
    """The names of the assignment's files; of other languages only with their ``locale`` folder."""
    folder = course.source(assignment.id)
    required = {"assignment.toml", assignment.module, NOTEBOOK, CHECKS, README}
    found = sorted(_walk(folder, "", shown))
    for name in sorted(required.difference(found)):
        raise BuildError(message("{path}: no such file; every assignment needs one.", path=f"{shown}/{name}"))
    for language in translated_into(course, assignment.id):
        others = {in_language(NOTEBOOK, language), in_language(README, language)}
        for name in sorted(others.difference(found)):
            raise BuildError(
                message(
                    "{path}: no such file. The assignment has a folder locale/{locale}, so write "
                    "{name} in {language} here; or remove that folder.",
                    path=f"{shown}/{name}",
                    locale=LOCALES[language],
                    name=name.replace(f".{language}.", "."),
                    language=LANGUAGES[language],
                )
            )
        required |= {*others, f"locale/{LOCALES[language]}/LC_MESSAGES/assignment.po"}
    for name in found:
        data = name.startswith(f"{DATA}/") and name.count("/") == 1 and name.endswith(DATA_ENDINGS)
        if name not in required and not data:
            raise BuildError(
                message(
                    "{path}: not an assignment file. Expected {files} and {data}; move it elsewhere.",
                    path=f"{shown}/{name}",
                    files=", ".join(sorted(required)),
                    data=f"{DATA}/*{', *'.join(DATA_ENDINGS)}",
                )
            )
    return found


def _walk(folder: Path, prefix: str, shown: str) -> Iterator[str]:
    for path in folder.iterdir():
        name = prefix + path.name
        if is_litter(path.name):
            continue
        if path.is_symlink():
            raise BuildError(
                message(
                    "{path}: a symbolic link, which could release any file. Put the file itself there.",
                    path=f"{shown}/{name}",
                )
            )
        if path.is_dir():
            yield from _walk(path, f"{name}/", shown)
        else:
            yield name


def _parse(text: str, shown: str) -> ast.Module:
    try:
        return ast.parse(text)
    except SyntaxError as error:
        raise BuildError(
            message(
                "{path}, line {number}: not valid Python ({reason}). Does a solution region cut a statement?",
                path=shown,
                number=error.lineno,
                reason=error.msg,
            )
        ) from error


def _refuse_raising_on_import(tree: ast.Module, shown: str) -> None:
    """Refuse a stub that would raise on import, since it would block the other questions."""
    waiting: list[ast.AST] = [tree]
    while waiting:
        for node in ast.iter_child_nodes(waiting.pop()):
            if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call):
                if getattr(node.exc.func, "id", "") == "NotImplementedError":
                    raise BuildError(
                        message(
                            "{path}: a solution region outside any function: its stub, {statement}, would stop the "
                            "import of the whole module. Put the region inside the function.",
                            path=shown,
                            statement=ast.unparse(node),
                        )
                    )
            elif not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
                waiting.append(node)


def check_public_checks(text: str, shown: str, question_ids: Sequence[str]) -> None:
    """Check that every question has a check, and that every check has a question and a docstring.

    Args:
        text: the text of ``test_public.py``.
        shown: the file's name in error messages.
        question_ids: the ids of the assignment's questions.

    Raises:
        BuildError: a check or a question violates this.
    """
    try:
        checks = [node for node in ast.parse(text).body if isinstance(node, ast.FunctionDef)]
    except SyntaxError as error:
        raise BuildError(
            message(
                "{path}, line {number}: not valid Python ({reason}).", path=shown, number=error.lineno, reason=error.msg
            )
        ) from None
    checked: set[str] = set()
    for check in checks:
        if not check.name.startswith("test_"):
            continue
        question = question_of(check.name, question_ids)
        if question is None:
            raise BuildError(
                message(
                    "{path}, line {number}: {name} does not belong to a question. Its name must continue after "
                    "test_ with one of: {questions}.",
                    path=shown,
                    number=check.lineno,
                    name=check.name,
                    questions=", ".join(question_ids),
                )
            )
        checked.add(question)
        if not ast.get_docstring(check):
            raise BuildError(
                message(
                    "{path}, line {number}: {name} has no docstring. Its first line tells students what is checked.",
                    path=shown,
                    number=check.lineno,
                    name=check.name,
                )
            )
    for question in question_ids:
        if question not in checked:
            raise BuildError(
                message(
                    "{path}: question {question} has no check. Expected a function test_{question}_...",
                    path=shown,
                    question=question,
                )
            )
