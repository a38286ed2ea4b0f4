"""Find what will not load in the grading environment: newer syntax, packages that are not installed, GPUs.

`gradkit build` writes the course's environment into ``homework.json``. What the source does not show is not found: a
function that a later version added to a module, or annotations that only Python 3.14 leaves unevaluated.
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
from gradkit.messages import Message, message, with_commas

_LONGEST = 200  # characters of a line that are shown
_SOURCES = 20  # files of a homework that are read
# Standard library modules that not every version from 3.11 on has. Source: the "What's New" pages.
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
    """The environment that a homework is graded in.

    Attributes:
        python: the version of Python, for example (3, 11).
        packages: the installed packages, as lines of a requirements file.
        withheld: packages that students' code can import but not use.
    """

    python: tuple[int, int]
    packages: tuple[str, ...]
    withheld: tuple[str, ...] = ()

    @property
    def version(self) -> str:
        """The version of Python as text: ``3.11``."""
        return ".".join(map(str, self.python))

    @property
    def in_words(self) -> Message:
        """Python and packages as one phrase: "Python 3.11 with torch, numpy"."""
        return message("Python {version} with {packages}", version=self.version, packages=with_commas(self.packages))


def differences(folder: Path, module: str, environment: Environment) -> list[Warned]:
    """Warnings where the module, or a file of the folder that it imports, will not load in grading.

    Files that cannot be read or parsed are skipped: loading them reports the error.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # for example about invalid escapes, which is another matter
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
        for line, why in (*_newer_syntax(text, environment), *_missing(folder, tree, environment), *_gpu(tree)):
            yield Warned(why, name, line, lines_of(source)[line - 1].strip()[:_LONGEST])
        tops = [name.partition(".")[0] for name, _ in _imports(tree.body)]
        siblings = [f"{top}.py" for top in tops if (folder / f"{top}.py").is_file()]
        waiting += [sibling for sibling in dict.fromkeys(siblings) if sibling not in seen][: _SOURCES - len(seen)]
        seen.update(waiting)


def _newer_syntax(text: str, environment: Environment) -> Iterator[tuple[int, str]]:
    """(line, message) of the first syntax that the grading Python does not have."""
    if sys.version_info[:2] <= environment.python:
        return
    try:
        ast.parse(text, feature_version=environment.python)
    except SyntaxError as error:
        yield (
            error.lineno or 1,
            message(
                "Grading runs Python {version}; this needs a newer one ({why}). Your file would not load there.",
                version=environment.version,
                why=error.msg,
            ),
        )
        return
    if environment.python < (3, 12):  # feature_version does not cover f-strings
        line, what = next(newer_f_strings(text), (0, ""))
        if line:
            yield (
                line,
                message(
                    "Grading runs Python {version}; this needs a newer one: {what} inside an f-string's braces. Your "
                    "file would not load there.",
                    version=environment.version,
                    what=what,
                ),
            )


def newer_f_strings(text: str) -> Iterator[tuple[int, str]]:
    """(line, what is new) of each f-string that Python 3.11 cannot parse; nothing under Python 3.11 itself.

    Up to 3.11 an f-string was tokenized as one string: its braces could not contain its own quotes, backslashes or
    comments.
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
    """What in an f-string's tokens is newer than Python 3.11, or ""."""
    first, last = tokens[0], tokens[-1]
    quote = first.string.lstrip("rRfFbB")
    body = r"(?:[^\\]|\\.)*?" if len(quote) == 3 else r"(?:[^\\\n]|\\.)*?"
    whole = _between(lines, first.start, last.end)
    as_string = re.match(rf"[rRfF]+{quote}{body}{quote}", whole, re.DOTALL)
    if as_string is None or as_string.end() != len(whole):
        return message("the quote {quote} or a line end", quote=quote)
    strings, braces = 1, 0
    for before, token in pairwise(tokens):
        if token.type == tokenize.COMMENT:
            return message("a comment")
        gap = _between(lines, before.end, token.start) if braces else ""
        # Literal text and format specifications may contain backslashes in every version.
        literal = strings == 1 and token.type == _token("FSTRING_MIDDLE")
        if "\\" in gap or ("\\" in token.string and not literal):
            return message("a backslash")
        strings += (token.type == _token("FSTRING_START")) - (token.type == _token("FSTRING_END"))
        braces += (token.string == "{") - (token.string == "}")
    return ""


def _token(name: str) -> int:
    """A token type, or -1, which no token has, in versions without it."""
    return int(getattr(tokenize, name, -1))


def _between(lines: Sequence[str], start: tuple[int, int], end: tuple[int, int]) -> str:
    """The text from one (line, column) to another."""
    if start[0] == end[0]:
        return lines[start[0] - 1][start[1] : end[1]]
    return "".join([lines[start[0] - 1][start[1] :], *lines[start[0] : end[0] - 1], lines[end[0] - 1][: end[1]]])


def _missing(folder: Path, tree: ast.Module, environment: Environment) -> Iterator[tuple[int, str]]:
    """(line, message) of each import that is not available in grading, once per package."""
    reported: set[str] = set()
    for name, line in _imports(tree.body):
        top = name.partition(".")[0]
        if (folder / f"{top}.py").is_file():
            continue
        withheld = next((package for package in environment.withheld if f"{name}.".startswith(f"{package}.")), None)
        if (withheld or top) in reported:
            continue
        reported.add(withheld or top)
        if withheld:
            yield (
                line,
                message(
                    "{package} is not available when graded: using it raises an error there. Do without it.",
                    package=withheld,
                ),
            )
        elif top in sys.stdlib_module_names or top in _REMOVED or top in _ADDED:
            if environment.python < _ADDED.get(top, (0, 0)):
                yield (
                    line,
                    message(
                        "Grading runs Python {version}, which has no {module} yet. Do without it.",
                        version=environment.version,
                        module=top,
                    ),
                )
            elif environment.python >= _REMOVED.get(top, (99, 0)):
                yield (
                    line,
                    message(
                        "Grading runs Python {version}, which has no {module} any more. Do without it.",
                        version=environment.version,
                        module=top,
                    ),
                )
        elif not _is_installed_with(top, environment.packages):
            yield (
                line,
                message(
                    "{module} is not installed for grading (installed: {packages}): your file would not load. Do "
                    "without it.",
                    module=top,
                    packages=with_commas(environment.packages),
                ),
            )


def _gpu(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """(line, message) of the first use of a GPU, unless the file checks whether there is one."""
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
        yield min(lines), message("Grading has no GPU. Create tensors on the device of your input, x.device.")


def _imports(body: Sequence[ast.AST]) -> Iterator[tuple[str, int]]:
    """(dotted name, line) of each absolute import, except those whose ImportError is caught."""
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
    """Whether a module belongs to one of these packages or their dependencies, judged by this installation."""
    wanted = {_name(line) for line in packages}
    if _normal(top) in wanted:
        return True
    owners = {_normal(name) for name in packages_distributions().get(top, ())}
    return bool(owners & _brought(packages))


@cache
def _brought(packages: tuple[str, ...]) -> frozenset[str]:
    """The packages and their dependencies, transitively."""
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
    """The normalized name of the package in a line of requirements."""
    found = re.match(r"[A-Za-z0-9._-]+", requirement.strip())
    return _normal(found[0]) if found else ""


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
