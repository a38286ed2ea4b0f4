"""Make a submission's files from one entry of a bank.

The student's module becomes the solution, then what all entries of the file share, then the entry, and the target bound
to it. The solution lies beside it as ``reference.py``, so that an entry can lean on it.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

FORMS: Mapping[str, Callable[[str], bytes]] = MappingProxyType(
    {
        "bom": lambda text: b"\xef\xbb\xbf" + text.encode(),
        "crlf": lambda text: text.replace("\n", "\r\n").encode(),
        "tabs": lambda text: re.sub(
            r"^(?: {4})+", lambda found: "\t" * (len(found[0]) // 4), text, flags=re.M
        ).encode(),
    }
)


@dataclass(frozen=True)
class Definition:
    """A function or class of a bank's file.

    Attributes:
        text: the whole file.
        node: the definition.
        marker: the decorator that makes it an entry.
    """

    text: str
    node: ast.FunctionDef | ast.ClassDef
    marker: ast.Call

    def source(self) -> str:
        """Its lines without marker and docstring, which no student's file would have."""
        lines = self.text.splitlines()
        docstring = self.node.body[0]
        left_out = set(range(docstring.lineno, (docstring.end_lineno or 0) + 1))
        left_out |= set(range(self.marker.lineno, (self.marker.end_lineno or 0) + 1))
        first = min(decorator.lineno for decorator in self.node.decorator_list)
        kept = [lines[number - 1] for number in range(first, (self.node.end_lineno or 0) + 1) if number not in left_out]
        if len(self.node.body) == 1:
            kept.append("    pass")  # a class that only inherits
        return "\n".join(kept)


def compose(
    module: str, solution: bytes, shared: str, definition: Definition, target: str, form: str | None
) -> dict[str, bytes]:
    """The files of the submission.

    Args:
        module: the file name of the student's module.
        solution: the reference's source.
        shared: the source of what the entries of the file share.
        definition: the entry.
        target: the name that it replaces.
        form: one of `FORMS`, or None for a plain file.
    """
    parts = [solution.decode(), shared, definition.source(), f"{target} = {definition.node.name}\n"]
    text = "\n\n".join(parts)
    return {module: FORMS[form](text) if form else text.encode(), "reference.py": solution}
