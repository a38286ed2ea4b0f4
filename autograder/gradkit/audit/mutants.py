"""Mutants of a reference, made by cosmic-ray's mutation operators.

Source of the operators: https://cosmic-ray.readthedocs.io. Annotations, docstrings and messages of exceptions are not
mutated, since a suite cannot or should not detect such changes. Other mutants that no suite can or should detect are
listed in ``equivalent.toml``, each with a reason.
"""

from __future__ import annotations

import ast
import difflib
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import CodeType
from typing import Annotated, Any, ClassVar

from pydantic import ConfigDict, Field

from gradkit.bans.definitions import reachable
from gradkit.course import Assignment
from gradkit.course.toml_files import read_toml
from gradkit.errors import UsageError
from gradkit.messages import message

Position = tuple[int, int]  # line, column
# These operators require arguments.
_NEED_ARGUMENTS = frozenset({"VariableReplacer", "VariableInserter"})
_STRICT = ConfigDict(extra="forbid")
_Text = Annotated[str, Field(min_length=1)]


@dataclass(frozen=True)
class Mutant:
    """A mutant of the reference.

    Attributes:
        questions: the questions whose targets use the changed code.
        operator: the name of the mutation operator.
        line: the number of the changed line, from 1.
        before: its original text, with whitespace normalized.
        after: its new text, likewise.
        source: the whole module.
    """

    questions: tuple[str, ...]
    operator: str
    line: int
    before: str
    after: str
    source: bytes


def mutants(assignment: Assignment, source: bytes) -> Iterator[Mutant]:
    """Every mutant that compiles to other bytecode than the reference and all earlier mutants.

    Raises:
        UsageError: cosmic-ray is not installed.
    """
    try:
        # cosmic-ray declares no types.
        from cosmic_ray.ast import ast_nodes, get_ast  # type: ignore[import-untyped]
        from cosmic_ray.mutating import mutate_code  # type: ignore[import-untyped]
        from cosmic_ray.operators.provider import OperatorProvider  # type: ignore[import-untyped]
    except ImportError as error:
        raise UsageError(message("Mutation testing needs cosmic-ray: pip install 'gradkit[audit]'")) from error
    text = source.decode()
    tree = ast.parse(text)
    places = _Places(assignment, tree)
    statements = get_ast(text).children
    parts = [statement.get_code() for statement in statements]
    nodes = [list(ast_nodes(statement)) for statement in statements]
    known = {_program(text)}
    provider = OperatorProvider()
    for name in sorted(set(provider) - _NEED_ARGUMENTS):
        operator: Any = provider[name]()
        for number, part in enumerate(parts):
            positions = [start for node in nodes[number] for start, _ in operator.mutation_positions(node)]
            for occurrence, position in enumerate(positions):
                questions = places.questions(position)
                if not questions:
                    continue
                # cosmic-ray parses what it mutates every time, and that takes seconds for whole modules.
                changed = "".join([*parts[:number], mutate_code(part, operator, occurrence), *parts[number + 1 :]])
                program = _program(changed)
                if program is not None and program not in known:
                    known.add(program)
                    yield Mutant(questions, name, *_difference(text, changed), changed.encode())


class _Places:
    """Map positions in the reference to questions."""

    def __init__(self, assignment: Assignment, tree: ast.Module) -> None:
        self._skipped = list(_skipped(tree))
        self._spans = {
            question.id: [_span(statement) for statement in reachable(tree, question.targets)]
            for question in assignment.questions
        }

    def questions(self, position: Position) -> tuple[str, ...]:
        """The questions that a change at ``position`` may affect; none if no suite should detect it."""
        if any(start <= position < end for start, end in self._skipped):
            return ()
        return tuple(
            question for question, spans in self._spans.items() if any(start <= position < end for start, end in spans)
        )


def _skipped(tree: ast.Module) -> Iterator[tuple[Position, Position]]:
    for node in ast.walk(tree):
        if isinstance(node, (ast.Import, ast.ImportFrom, ast.Raise, ast.Assert)):
            yield _span(node)
        for name in ("annotation", "returns"):
            if (part := getattr(node, name, None)) is not None:
                yield _span(part)


def _span(node: ast.stmt | ast.expr) -> tuple[Position, Position]:
    # Columns are bytes in ast and characters in cosmic-ray; references are ASCII where it matters.
    return (node.lineno, node.col_offset), (node.end_lineno or node.lineno, node.end_col_offset or 0)


def _program(source: str | None) -> tuple[bytes, CodeType] | None:
    """The source's code without positions, to compare programs; None if it does not compile.

    Its instructions come first, because Python 3.11 leaves them out of the hash of code.
    """
    if source is None:
        return None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SyntaxWarning)  # mutants such as `x is 1` are wanted
        try:
            code = _without_places(compile(source, "", "exec", dont_inherit=True))
        except (SyntaxError, ValueError):
            return None
    return b"".join(_instructions(code)), code


def _without_places(code: CodeType) -> CodeType:
    parts = tuple(_without_places(part) if isinstance(part, CodeType) else part for part in code.co_consts)
    return code.replace(co_consts=parts, co_firstlineno=1, co_linetable=b"")


def _instructions(code: CodeType) -> Iterator[bytes]:
    yield code.co_code
    for part in code.co_consts:
        if isinstance(part, CodeType):
            yield from _instructions(part)


def _difference(before: str, after: str) -> tuple[int, str, str]:
    old, new = before.splitlines(), after.splitlines()
    changes = [
        code for code in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes() if code[0] != "equal"
    ]
    first, last = changes[0], changes[-1]
    return first[1] + 1, _joined(old[first[1] : last[2]]), _joined(new[first[3] : last[4]])


def _joined(lines: Sequence[str]) -> str:
    return " ".join(" ".join(lines).split())


@dataclass(frozen=True)
class Equivalent:
    """A mutant that is not a mistake.

    Attributes:
        question: the question that it was tried on.
        before: the line in the reference, with whitespace normalized.
        after: the same line in the mutant, likewise.
        reason: why the suite need not detect it.
    """

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT

    question: _Text
    before: _Text
    after: str
    reason: _Text

    def is_of(self, mutant: Mutant) -> bool:
        """Whether this entry describes the mutant."""
        return self.question in mutant.questions and (self.before, self.after) == (mutant.before, mutant.after)


@dataclass(frozen=True)
class _File:
    __pydantic_config__: ClassVar[ConfigDict] = _STRICT

    equivalent: tuple[Equivalent, ...] = ()


def read_equivalent(folder: Path) -> Sequence[Equivalent]:
    """The entries of ``<folder>/equivalent.toml``; empty if there is no such file.

    Raises:
        CourseError: the file is invalid.
    """
    path = folder / "equivalent.toml"
    return read_toml(path, _File).equivalent if path.is_file() else ()
