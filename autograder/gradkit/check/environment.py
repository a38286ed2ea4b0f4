"""Where this machine differs from the one that grades: syntax of a newer Python, packages that are not installed there.

The course states both; `gradkit build` writes them into ``homework.json``. What cannot be seen from the source is not
judged: a function that a later version added to a module, or annotations that only Python 3.14 leaves unevaluated.
"""

from __future__ import annotations

import ast
import io
import re
import sys
import tokenize
import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, packages_distributions, requires
from itertools import pairwise
from pathlib import Path
from types import MappingProxyType

from gradkit.check.results import Warned
from gradkit.conditions.source_lines import lines_of, text_of

_LONGEST = 200  # characters of a line that are shown
_SOURCES = 20  # files of a homework that are read
# Modules of the standard library that are not in each version from 3.11 on. Source: its "What's New" pages.
_ADDED: Mapping[str, tuple[int, int]] = MappingProxyType({"annotationlib": (3, 14), "compression": (3, 14)})
_REMOVED: Mapping[str, tuple[int, int]] = MappingProxyType(
    dict.fromkeys(("asynchat", "asyncore", "distutils", "imp", "smtpd"), (3, 12))
    | dict.fromkeys(("aifc", "audioop", "cgi", "cgitb", "chunk", "crypt", "imghdr", "lib2to3", "mailcap"), (3, 13))
    | dict.fromkeys(("nis", "nntplib", "ossaudiodev", "pipes", "sndhdr", "spwd", "sunau"), (3, 13))
    | dict.fromkeys(("telnetlib", "uu", "xdrlib"), (3, 13))
)
_CAUGHT = frozenset({"ImportError", "ModuleNotFoundError", "Exception", "BaseException"})


@dataclass(frozen=True)
class Environment:
    """What grades a homework.

    Attributes:
        python: the version of Python, as (3, 11).
        packages: what is installed beside it, as lines of a requirements file.
        withheld: packages that students' code can import and not use.
    """

    python: tuple[int, int]
    packages: tuple[str, ...]
    withheld: tuple[str, ...] = ()

    @property
    def version(self) -> str:
        """The version of Python in words: ``3.11``."""
        return ".".join(map(str, self.python))

    @property
    def in_words(self) -> str:
        """Both as one phrase: "Python 3.11 with torch, numpy"."""
        return f"Python {self.version} with {', '.join(self.packages)}"


def differences(folder: Path, module: str, environment: Environment) -> list[Warned]:
    """What in a homework's module, and in the files beside it that it imports, will not load where it is graded.

    What cannot be read or parsed here is left to whoever loads it.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # an escape that is none, say, which is not what this is about
        return list(_differences(folder, module, environment))


def _differences(folder: Path, module: str, environment: Environment) -> Iterator[Warned]:
    waiting, seen = [module], {module}
    while waiting:
        name = waiting.pop(0)
        try:
            source = (folder / name).read_bytes()
            text = text_of(source)
            tree = ast.parse(text)
        except (OSError, SyntaxError, ValueError, RecursionError, MemoryError):
            continue
        for line, message in (*_newer_syntax(text, environment), *_missing(folder, tree, environment), *_gpu(tree)):
            yield Warned(message, name, line, lines_of(source)[line - 1].strip()[:_LONGEST])
        tops = [name.partition(".")[0] for name, _ in _imports(tree.body)]
        siblings = [f"{top}.py" for top in tops if (folder / f"{top}.py").is_file()]
        waiting += [one for one in dict.fromkeys(siblings) if one not in seen][: _SOURCES - len(seen)]
        seen.update(waiting)


def _newer_syntax(text: str, environment: Environment) -> Iterator[tuple[int, str]]:
    """(line, message) of the first syntax that the grader's Python does not have."""
    if sys.version_info[:2] <= environment.python:
        return
    start = f"Grading runs Python {environment.version}; this needs a newer one"
    try:
        ast.parse(text, feature_version=environment.python)
    except SyntaxError as error:
        yield error.lineno or 1, f"{start} ({error.msg}). Your file would not load there."
        return
    if environment.python < (3, 12):  # feature_version says nothing of f-strings
        line, what = next(newer_f_strings(text), (0, ""))
        if line:
            yield line, f"{start}: {what} inside an f-string's braces. Your file would not load there."


def newer_f_strings(text: str) -> Iterator[tuple[int, str]]:
    """(line, what it is) of each f-string that Python 3.11 does not read. Nothing before Python 3.12, which reads none.

    Up to 3.11 an f-string was one string first: its quotes, backslashes and comments could not be used inside braces.
    """
    begins, ends = _token("FSTRING_START"), _token("FSTRING_END")
    lines = text.splitlines(keepends=True)
    inside: list[tokenize.TokenInfo] = []
    depth = 0
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        depth += (token.type == begins) - (token.type == ends)
        if depth or token.type == ends:
            inside.append(token)
        if token.type == ends and not depth:
            what = _newer_in(inside, lines)
            if what:
                yield inside[0].start[0], what
            inside = []


def _newer_in(tokens: Sequence[tokenize.TokenInfo], lines: Sequence[str]) -> str:
    """What of one f-string, from its first to its last token, is newer than Python 3.11; "" where nothing is."""
    first, last = tokens[0], tokens[-1]
    quote = first.string.lstrip("rRfFbB")
    body = r"(?:[^\\]|\\.)*?" if len(quote) == 3 else r"(?:[^\\\n]|\\.)*?"
    whole = _between(lines, first.start, last.end)
    as_string = re.match(rf"[rRfF]+{quote}{body}{quote}", whole, re.DOTALL)
    if as_string is None or as_string.end() != len(whole):
        return f"the quote {quote} or a line end"
    strings, braces = 1, 0
    for before, token in pairwise(tokens):
        if token.type == tokenize.COMMENT:
            return "a comment"
        gap = _between(lines, before.end, token.start) if braces else ""
        # Text of the string itself and how a value is formatted may have backslashes in each version.
        literal = strings == 1 and token.type == _token("FSTRING_MIDDLE")
        if "\\" in gap or ("\\" in token.string and not literal):
            return "a backslash"
        strings += (token.type == _token("FSTRING_START")) - (token.type == _token("FSTRING_END"))
        braces += (token.string == "{") - (token.string == "}")
    return ""


def _token(name: str) -> int:
    """A type of token; -1, which none has, before the version that brought it."""
    return int(getattr(tokenize, name, -1))


def _between(lines: Sequence[str], start: tuple[int, int], end: tuple[int, int]) -> str:
    """The text from one (line, column) to another."""
    if start[0] == end[0]:
        return lines[start[0] - 1][start[1] : end[1]]
    return "".join([lines[start[0] - 1][start[1] :], *lines[start[0] : end[0] - 1], lines[end[0] - 1][: end[1]]])


def _missing(folder: Path, tree: ast.Module, environment: Environment) -> Iterator[tuple[int, str]]:
    """(line, message) of each import that the grader cannot follow, once for each package."""
    told: set[str] = set()
    for name, line in _imports(tree.body):
        top = name.partition(".")[0]
        if (folder / f"{top}.py").is_file():
            continue
        away = next((one for one in environment.withheld if f"{name}.".startswith(f"{one}.")), None)
        if (away or top) in told:
            continue
        told.add(away or top)
        if away:
            yield line, f"{away} is not available when graded: its first use raises an error there. Do without it."
        elif top in sys.stdlib_module_names or top in _REMOVED or top in _ADDED:
            if environment.python < _ADDED.get(top, (0, 0)):
                yield line, f"Grading runs Python {environment.version}, which has no {top} yet. Do without it."
            elif environment.python >= _REMOVED.get(top, (99, 0)):
                yield line, f"Grading runs Python {environment.version}, which has no {top} any more. Do without it."
        elif not _is_installed_with(top, environment.packages):
            has = ", ".join(environment.packages)
            yield (
                line,
                f"{top} is not installed where it is graded (there: {has}); your file would not load. Do without it.",
            )


def _gpu(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """(line, message) of the first thing that needs a GPU, unless the file asks whether there is one."""
    nodes = list(ast.walk(tree))
    if any(isinstance(node, ast.Attribute) and node.attr == "is_available" for node in nodes):
        return
    lines = [
        node.lineno
        for node in nodes
        if (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "cuda")
        or (isinstance(node, ast.Constant) and re.fullmatch(r"cuda(:\d+)?", str(node.value)))
    ]
    if lines:
        yield min(lines), "There is no GPU where it is graded. Make new tensors on the device of your input, x.device."


def _imports(body: Sequence[ast.AST]) -> Iterator[tuple[str, int]]:
    """(dotted name, line) of each absolute import, but for those whose failure is provided for."""
    for node in body:
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            if node.level == 0 and node.module is not None:
                yield from ((f"{node.module}.{alias.name}", node.lineno) for alias in node.names)
        elif isinstance(node, ast.Try) and any(map(_catches_it, node.handlers)):
            yield from _imports([*node.orelse, *node.finalbody])
        elif isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            yield from _imports(node.orelse)
        elif not isinstance(node, ast.expr):
            yield from _imports(list(ast.iter_child_nodes(node)))


def _catches_it(handler: ast.ExceptHandler) -> bool:
    return handler.type is None or bool(_CAUGHT & {n.id for n in ast.walk(handler.type) if isinstance(n, ast.Name)})


@cache
def _is_installed_with(top: str, packages: tuple[str, ...]) -> bool:
    """Whether a module belongs to one of these packages, or to what they bring along, by what is installed here."""
    wanted = {_name(line) for line in packages}
    if _normal(top) in wanted:
        return True
    owners = {_normal(name) for name in packages_distributions().get(top, ())}
    return bool(owners & _brought(packages))


@cache
def _brought(packages: tuple[str, ...]) -> frozenset[str]:
    """The packages, what they require, and so on."""
    found: set[str] = set()
    waiting = [_name(line) for line in packages]
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        found.add(name)
        try:
            waiting += [_name(line) for line in requires(name) or () if "extra ==" not in line]
        except PackageNotFoundError:
            continue
    return frozenset(found)


def _name(requirement: str) -> str:
    """The package that a line of requirements names."""
    found = re.match(r"[A-Za-z0-9._-]+", requirement.strip())
    return _normal(found[0]) if found else ""


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
