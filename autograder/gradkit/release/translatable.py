"""Find the texts of a Python source that people read, and replace them by their translations.

These are docstrings, comments (with the instructions of solution regions) and, in the public checks, string literals:
each with a word in it, since any of them can reach a message, except what can only be code, such as "layer.weight".
An f-string is one text, whose fields are its expressions: ``f"shape {tuple(x.shape)}"`` is "shape {tuple(x.shape)}".
A field has no words itself, since they would stay in English. The code around the texts stays as it is.
"""

from __future__ import annotations

import ast
import inspect
import io
import re
import tokenize
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from gradkit.errors import BuildError
from gradkit.messages import message
from gradkit.text import columns, units, wrap

WIDTH = 120
_PROSE = re.compile(r"[A-Za-z][,.:;']? +[A-Za-z(]")
_WORD = re.compile(r"[A-Za-z]{2,}")
_SEPARATED = re.compile(r"\}[,.:;] ")  # two fields with punctuation between them
_CODE = re.compile(r"[\w{}]+[_.\[(]\S+")  # a path, an element, a call
_INSTRUCTION = re.compile(r"### BEGIN SOLUTION \w+: (.*)", re.DOTALL)
_CONTINUED = "###   "
_GOES_ON = re.compile(r"### (?!BEGIN SOLUTION|END SOLUTION)")
_FOR_TOOLS = ("# noqa", "# type", "# fmt", "# pragma")
_NOQA = re.compile(r"\s+(# )?noqa.*")
_OPENING = re.compile(r"""([A-Za-z]*)(\"{3}|'{3}|"|')""")
_FIELD = re.compile(r"\{\{|\}\}|\{(?:[^{}]|\{[^{}]*\})*\}")
_IPYTHON = re.compile(r"^([ \t]*)([%!].*)", re.MULTILINE)


@dataclass(frozen=True)
class Text:
    """A text in a source.

    Attributes:
        id: the text in English; of an f-string, with its expressions as fields.
        start: where it begins in the source.
        end: where it ends.
        write: writes a translation as what replaces the source between the two.
    """

    id: str
    start: int
    end: int
    write: Callable[[str], str]


@dataclass(frozen=True)
class _Comment:
    """Comment lines that are one text."""

    text: str
    start: int
    end: int
    first: int
    last: int
    column: int
    alone: bool


def find_texts(source: str, shown: str, *, strings: bool) -> list[Text]:
    """The texts of a source in their order.

    Args:
        source: a module's text.
        shown: the file's name in error messages.
        strings: whether string literals are texts too, as in the public checks.

    Raises:
        BuildError: a field of an f-string has words.
    """
    tree, starts = ast.parse(source), _line_starts(source)
    found = [*_docstrings(tree, source, starts), *_comments(source, starts)]
    if strings:
        _refuse_words_in_fields(tree, shown)
        found += _literals(tree, source, starts)
    return sorted(found, key=lambda text: text.start)


def replace_texts(source: str, shown: str, look_up: Callable[[str], str], *, strings: bool) -> str:
    """The source with each text replaced by its translation.

    Args:
        source: a module's text.
        shown: the file's name in error messages.
        look_up: gives the translation of a text.
        strings: as for `find_texts`.

    Raises:
        BuildError: a field of an f-string has words, or a translation would change the code, as one with another
            field does.
    """
    parts, done = [], 0
    for text in find_texts(source, shown, strings=strings):
        parts += [source[done : text.start], text.write(look_up(text.id))]
        done = text.end
    result = "".join([*parts, source[done:]])
    if not same_code(source, result):
        raise BuildError(
            message("{path}: with its texts translated, the code is not the same. Do all fields agree?", path=shown)
        )
    return result


def same_code(one: str, other: str) -> bool:
    """Whether two sources differ only in comments and the words of string literals, not in the fields of f-strings."""
    try:
        return _bare(one) == _bare(other)
    except SyntaxError:
        return one == other


def fields(text: str) -> list[str]:
    """The fields of a text, sorted: ``{name}``, ``{x:.3g}``."""
    return sorted(found for found in _FIELD.findall(text) if found not in ("{{", "}}"))


def _bare(source: str) -> str:
    """A source's syntax tree without the words of its strings; IPython's own lines, such as ``%autoreload``, stay."""
    tree = ast.parse(_IPYTHON.sub(lambda line: f"{line[1]}{line[2].encode()!r}", source))
    return ast.dump(_WithoutWords().visit(tree))


class _WithoutWords(ast.NodeTransformer):
    """Empties strings; an f-string keeps its fields with their formats, in the order of their text."""

    def visit_Constant(self, node: ast.Constant) -> ast.Constant:  # ast chooses the names
        return ast.Constant("") if isinstance(node.value, str) else node

    def visit_JoinedStr(self, node: ast.JoinedStr) -> ast.JoinedStr:
        found = [part for part in node.values if isinstance(part, ast.FormattedValue)]
        for part in found:
            part.value = self.visit(part.value)
        return ast.JoinedStr(sorted(found, key=ast.dump))


def _line_starts(source: str) -> list[int]:
    starts = [0, 0]  # lines are counted from 1
    for line in source.split("\n"):
        starts.append(starts[-1] + len(line) + 1)
    return starts


def _span(node: ast.expr, source: str, starts: list[int]) -> tuple[int, int]:
    """Where a node begins and ends; the tree counts a line's bytes."""

    def place(line: int, column: int) -> int:
        text = source[starts[line] : starts[line + 1]]
        return starts[line] + len(text.encode()[:column].decode())

    return place(node.lineno, node.col_offset), place(node.end_lineno or 0, node.end_col_offset or 0)


def _documented(tree: ast.Module) -> Iterator[tuple[ast.Constant, str]]:
    """Each docstring, with its text."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            text = ast.get_docstring(node, clean=False)
            first = node.body[0] if text and text.strip() else None
            if text and isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
                yield first.value, inspect.cleandoc(text)


def _docstrings(tree: ast.Module, source: str, starts: list[int]) -> Iterator[Text]:
    for node, text in _documented(tree):
        start, end = _span(node, source, starts)
        yield Text(text, start, end, _docstring_writer(source[start:end], " " * node.col_offset))


def _docstring_writer(literal: str, indent: str) -> Callable[[str], str]:
    opening = _OPENING.match(literal)
    assert opening is not None  # noqa: S101  # a docstring begins with quotes
    prefix, quotes = opening.groups()
    own_line = literal.removesuffix(quotes).rstrip(" \t").endswith("\n")

    def write(text: str) -> str:
        body = text if prefix else text.replace("\\", "\\\\")
        first, *more = body.split("\n")
        lines = [f"{prefix}{quotes}{first}", *(f"{indent}{line}".rstrip() for line in more)]
        return "\n".join(lines) + (f"\n{indent}{quotes}" if own_line else quotes)

    return write


def _comments(source: str, starts: list[int]) -> Iterator[Text]:
    for comment in _comment_blocks(source, starts):
        instruction = _INSTRUCTION.match(comment.text)
        if instruction:
            yield Text(instruction[1], comment.start, comment.end, _instruction_writer(comment, source))
        elif not comment.text.startswith(("###", *_FOR_TOOLS)):
            text = comment.text.lstrip("#").strip().strip("-").strip()
            if _PROSE.search(text):
                text = _NOQA.sub("", text)
                yield Text(text, comment.start, comment.end, _comment_writer(comment, text))


def _comment_blocks(source: str, starts: list[int]) -> list[_Comment]:
    found: list[_Comment] = []
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type != tokenize.COMMENT:
            continue
        line, column = token.start
        alone, start, end = token.line.strip() == token.string, starts[line] + column, starts[line] + token.end[1]
        new = _Comment(token.string, start, end, line, line, column, alone)
        if found and _continues(found[-1], new):
            text = f"{found[-1].text} {new.text.lstrip('# ')}"
            found[-1] = replace(found[-1], text=text, end=new.end, last=line)
        else:
            found.append(new)
    return found


def _continues(block: _Comment, new: _Comment) -> bool:
    if _INSTRUCTION.match(block.text) and _GOES_ON.match(new.text):
        return True
    beside = block.last + 1 == new.first and block.column == new.column
    return beside and block.alone and new.alone and new.text.startswith("# ") and not block.text.startswith("###")


def _instruction_writer(block: _Comment, source: str) -> Callable[[str], str]:
    head = source[block.start : block.end].split(": ", 1)[0] + ": "

    def write(text: str) -> str:
        # One line of the region is a line of the TODO in the stub, whose head is as long as this one's.
        first, *more = wrap(text, WIDTH - block.column - len(head))
        return "\n".join([head + first, *(" " * block.column + _CONTINUED + line for line in more)])

    return write


def _comment_writer(block: _Comment, text: str) -> Callable[[str], str]:
    def write(translation: str) -> str:
        line = block.text.replace(text, translation) if block.first == block.last else f"# {translation}"
        if not block.alone or columns(line) <= WIDTH - block.column:
            return line
        lines = wrap(line.removeprefix("# "), WIDTH - block.column - 2)
        return f"\n{' ' * block.column}".join(f"# {part}" for part in lines)

    return write


def _literals(tree: ast.Module, source: str, starts: list[int]) -> Iterator[Text]:
    skipped = {id(node) for node, _ in _documented(tree)}
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            skipped |= {id(inner) for inner in ast.walk(node)} - {id(node)}
    for node in ast.walk(tree):
        if id(node) in skipped:
            continue
        if isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str)):
            text = _template(node)
            if _says(text):
                start, end = _span(node, source, starts)
                yield Text(text, start, end, _literal_writer(node))


def _refuse_words_in_fields(tree: ast.Module, shown: str) -> None:
    for node in ast.walk(tree):
        if isinstance(node, ast.FormattedValue):
            for inner in ast.walk(node.value):
                if isinstance(inner, ast.Constant) and isinstance(inner.value, str) and _says(inner.value):
                    raise BuildError(
                        message(
                            "{file}, line {line}: {word} is inside a field of an f-string, where it cannot be "
                            "translated. Give the field's value a name in a line before it.",
                            file=shown,
                            line=node.lineno,
                            word=repr(inner.value),
                        )
                    )


def _says(template: str) -> bool:
    """Whether a literal has words to translate; those in its fields are code."""
    text = _FIELD.sub("{}", template)
    if _CODE.fullmatch(text):
        return False
    return bool(_PROSE.search(text) or _WORD.search(text) or _SEPARATED.search(text))


def _template(node: ast.JoinedStr | ast.Constant) -> str:
    """The text of a string literal; of an f-string, as a template for `str.format`."""
    if isinstance(node, ast.Constant):
        return str(node.value)
    return "".join(
        str(part.value).replace("{", "{{").replace("}", "}}") if isinstance(part, ast.Constant) else _field(part)
        for part in node.values
        if isinstance(part, ast.Constant | ast.FormattedValue)
    )


def _field(part: ast.FormattedValue) -> str:
    conversion = "" if part.conversion < 0 else f"!{chr(part.conversion)}"
    form = ""
    if isinstance(part.format_spec, ast.JoinedStr):
        form = ":" + "".join(
            str(piece.value) if isinstance(piece, ast.Constant) else f"{{{ast.unparse(piece.value)}}}"
            for piece in part.format_spec.values
            if isinstance(piece, ast.Constant | ast.FormattedValue)
        )
    return f"{{{ast.unparse(part.value)}{conversion}{form}}}"


def _literal_writer(node: ast.JoinedStr | ast.Constant) -> Callable[[str], str]:
    formatted = isinstance(node, ast.JoinedStr)
    several = node.end_lineno != node.lineno  # so it is inside brackets

    def write(text: str) -> str:
        whole = _quoted(text, formatted=formatted)
        # The quotes, the prefix and a comma take four columns.
        if not several or columns(whole) <= WIDTH - node.col_offset:
            return whole
        lines = _broken(text, WIDTH - node.col_offset - 4, formatted=formatted)
        return f"\n{' ' * node.col_offset}".join(_quoted(line, formatted=formatted) for line in lines)

    return write


def _broken(text: str, width: int, *, formatted: bool) -> list[str]:
    """A text in pieces that fit into lines, with nothing left out and no field cut."""
    pieces: list[str] = []
    done = 0
    for field in _FIELD.finditer(text) if formatted else ():
        pieces += [*units(text[done : field.start()]), field[0]]
        done = field.end()
    pieces += units(text[done:])
    lines = [""]
    for piece in pieces:
        if lines[-1] and columns(lines[-1] + piece) > width:
            lines.append("")
        lines[-1] += piece
    return lines


def _quoted(text: str, *, formatted: bool) -> str:
    """A text as a literal; one with fields as an f-string."""
    formatted = formatted and bool(_FIELD.search(text))
    inside = "".join(_FIELD.findall(text)) if formatted else text
    quote = "'" if '"' in inside and "'" not in inside else '"'
    pieces, done = [], 0
    for field in _FIELD.finditer(text) if formatted else ():
        pieces += [_escaped(text[done : field.start()], quote), field[0]]
        done = field.end()
    return f"{'f' if formatted else ''}{quote}{''.join(pieces)}{_escaped(text[done:], quote)}{quote}"


def _escaped(text: str, quote: str) -> str:
    return text.replace("\\", "\\\\").replace(quote, f"\\{quote}").replace("\n", "\\n")
