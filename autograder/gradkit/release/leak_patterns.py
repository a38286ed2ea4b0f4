"""The strings of an assignment that students must not see.

Not every line of a solution gives it away: ``return x`` and ``loss.backward()`` occur in many handouts. A line is
searched for when it is *telling*:

- a line of code with at least four words, numbers and arithmetic or comparison operators in total, not counting
  Python's keywords: ``y = x @ w`` is telling, ``for epoch in range(epochs):`` is not. Imports never are;
- a comment, docstring or sentence of at least four words and twenty characters.

Lines that the author publishes are left out: lines of a solution that also occur outside the regions of its file, and
lines of a hidden test that also occur in the stub, the notebook or ``test_public.py`` (all may quote the same
numbers), unless they use the suite's API, which nothing public does. Names of hidden tests are always searched for, as
are names of two words or more from the mistakes bank, the course's secret, the hidden folder's path and nbgrader's
instructor markers.
"""

from __future__ import annotations

import ast
import keyword
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from gradkit.bank import FILE_NAMES
from gradkit.course import Course
from gradkit.errors import BuildError
from gradkit.messages import Message, message
from gradkit.release.source import Source, read_text

PatternKind = Literal["solution", "model answer", "hidden test", "mistakes bank", "secret", "marker", "metadata"]

KINDS: Mapping[PatternKind, Message] = {
    "solution": message("solution"),
    "model answer": message("model answer"),
    "hidden test": message("hidden test"),
    "mistakes bank": message("mistakes bank"),
    "secret": message("secret"),
    "marker": message("marker"),
    "metadata": message("metadata"),
}

MARKERS = ("BEGIN SOLUTION", "END SOLUTION", "BEGIN HIDDEN TESTS", "END HIDDEN TESTS", "MARK SCHEME", "AUTOTEST")
_BANKS = tuple(name + ending for name in FILE_NAMES.values() for ending in ("", ".py"))  # folders, files
_SHARED_NAMES = ("__init__.py", "conftest.py")
_CHINESE = re.compile(r"[\u4e00-\u9fff]")
_SENTENCE_ENDS = re.compile(r"(?<=[.!?;:])\s+|(?<=[。！？；：])\s*|\n\s*\n")
_WORD = re.compile(r"[^\W\d]\w*|\d[\w.]*")
_SIGN = re.compile(r"\*\*|//|<<|>>|[=!<>]=|[-+*/@%<>&|^~]")
_MESSAGE = re.compile(r"""^[rf]?(["']).*\1[,)\]]*$""")
_SUITE = re.compile(
    r"\bgradkit\b|\b(student|reference)\.run\b|\brng\.|pytest\.mark\.(points|question)\b"
    r"|\b(assert_(all_learn|deeper|drawn_as_linear|finite|logits|matches|raises|tensor|unchanged)|check"
    r"|function_call|module_call|message|plural|sentences|expected|figures|Step|Call|Ref|Vjp)\("
    r"|@(mistake|accepted)\b"
)


@dataclass(frozen=True)
class Needle:
    """A string that must not be found.

    Attributes:
        text: the string, with whitespace normalized.
        kind: the kind of leak that it would be.
        origin: the file or setting that it comes from, for messages.
        file_name: whether it is a file name, which is compared with file names only.
    """

    text: str
    kind: PatternKind
    origin: str
    file_name: bool = False


def normalize(text: str) -> str:
    """Replace every run of whitespace by one space, so line breaks and indentation hide nothing."""
    return " ".join(text.split())


def is_telling_code(line: str) -> bool:
    """Whether a line of code is telling."""
    if line.startswith(("import ", "from ")) and "gradkit" not in line:
        return False
    words = [word for word in _WORD.findall(line) if not keyword.iskeyword(word)]
    return len(words) + len(_SIGN.findall(line)) >= 4


def is_telling_prose(sentence: str) -> bool:
    """Whether a sentence is telling; Chinese, which has no spaces, from eight characters on."""
    return (len(sentence) >= 20 and len(sentence.split()) >= 4) or len(_CHINESE.findall(sentence)) >= 8


def needles(course: Course, *sources: Source) -> list[Needle]:
    """The strings of one assignment that must not be found, without duplicates.

    Args:
        course: the course.
        sources: the assignment's source in each of its languages.

    Raises:
        BuildError: a file of the hidden folder is not valid Python.
    """
    found = [Needle(marker, "marker", message("nbgrader's markers")) for marker in MARKERS]
    for source in sources:
        found += _solution_needles(source)
    found += _hidden_needles(course.hidden(sources[0].assignment.id), sources)
    secret = course.root / "autograder" / "hidden" / "secret.txt"
    if secret.exists():
        found.append(Needle(course.secret, "secret", "autograder/hidden/secret.txt"))
    return list({(needle.text, needle.file_name): needle for needle in reversed(found)}.values())[::-1]


def _solution_needles(source: Source) -> Iterator[Needle]:
    shown = normalize(source.stub)
    for region in source.module_regions:
        for line in _telling(region.body):
            if line not in shown:
                yield Needle(line, "solution", source.module_path)
    shown = _public_notebook(source)
    for cell in source.cells:
        for region in source.cell_regions(cell):
            for line in _telling(region.body):
                if line not in shown:
                    yield Needle(line, "solution", cell.where)
        if cell.kind == "written":
            for sentence in _SENTENCE_ENDS.split(cell.source):
                text = normalize(sentence).lstrip("-*> ")
                if is_telling_prose(text) and text not in shown:
                    yield Needle(text, "model answer", cell.where)


def _public_notebook(source: Source) -> str:
    return normalize("\n".join(source.public_text(cell) for cell in source.cells))


def _telling(lines: Iterable[str]) -> Iterator[str]:
    """The telling lines of code and their telling comments, normalized."""
    for line in lines:
        code, _, comment = f" {line}".partition(" # ")
        if is_telling_code(normalize(code)):
            yield normalize(code)
        if is_telling_prose(normalize(comment)):
            yield normalize(comment)


def _hidden_needles(folder: Path, sources: Sequence[Source]) -> Iterator[Needle]:
    yield Needle("autograder/hidden", "hidden test", message("the hidden folder's path"))
    stub = normalize("\n".join(source.stub for source in sources))
    on_purpose = " ".join([stub, *(f"{normalize(source.checks)} {_public_notebook(source)}" for source in sources)])
    public = {target for question in sources[0].assignment.questions for target in question.targets}
    for path in sorted(folder.rglob("*.py")):
        inside = path.relative_to(folder)
        origin = f"autograder/hidden/{folder.name}/{inside.as_posix()}"
        text = read_text(path, origin)
        try:
            tree = ast.parse(text)
        except SyntaxError as error:
            raise BuildError(
                message(
                    "{path}, line {number}: not valid Python ({reason}).",
                    path=origin,
                    number=error.lineno,
                    reason=error.msg,
                )
            ) from error
        kind: PatternKind = "mistakes bank" if inside.parts[0] in _BANKS else "hidden test"
        shown = stub if kind == "mistakes bank" else on_purpose  # accepted variants are right answers
        if path.name not in _SHARED_NAMES:
            name = inside.as_posix() if kind == "mistakes bank" else path.name
            yield Needle(name, kind, origin, file_name=True)
        for name in _names(tree, kind):
            if name not in public:
                yield Needle(name, kind, origin)
        said, prose = _docstrings(tree, kind)
        for sentence in prose:
            if is_telling_prose(sentence) and sentence not in shown:
                yield Needle(sentence, kind, origin)
        for number, line in enumerate(text.split("\n"), start=1):
            # A line that is only a string is a message or a hint, which students see.
            if number in said or _MESSAGE.match(normalize(line)):
                continue
            for code in _telling([line]):
                if code not in shown or _SUITE.search(code):
                    yield Needle(code, kind, message("{path}, line {number}", path=origin, number=number))


def _names(tree: ast.Module, kind: PatternKind) -> Iterator[str]:
    """Names of tests and bank entries; one-word entries, such as ``einsum``, would be found anywhere."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            test = node.name.startswith(("test_", "Test"))
            entry = kind == "mistakes bank" and "_" in node.name.strip("_") and bool(node.decorator_list)
            if test or entry:
                yield node.name


def _docstrings(tree: ast.Module, kind: PatternKind) -> tuple[set[int], list[str]]:
    """The line numbers of docstrings, and the docstring lines that students never see.

    A test's first line is its title in the feedback, and a mistake's whole docstring is written for students.
    """
    taken: set[int] = set()
    prose: list[str] = []
    for node in ast.walk(tree):
        if not isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        text = ast.get_docstring(node)
        if text is None:
            continue
        taken.update(range(node.body[0].lineno, (node.body[0].end_lineno or node.body[0].lineno) + 1))
        if kind != "mistakes bank":
            prose += map(normalize, text.strip().split("\n")[1:])
    return taken, prose
