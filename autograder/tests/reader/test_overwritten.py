"""Names of functions and classes that a module's own top level gives another value are found, with the line."""

from __future__ import annotations

import ast

import pytest

from gradkit.reader.overwritten import MAX_OVERWRITTEN, find_overwritten

DEFINED = "import torch\ndef f(x): return x\nclass C: pass\n"


def found(source: str) -> list[tuple[str, int]]:
    return [(one.name, one.line) for one in find_overwritten(ast.parse(DEFINED + source))]


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("f = f(1)", "f"),
        ("f: float = f(1)", "f"),
        ("f, other = f(1), 2", "f"),
        ("print(f := f(1))", "f"),
        ("x = y = f = 3", "f"),
        ("C = C()", "C"),
        ("for f in range(3): pass", "f"),
        ("with open('x') as f: pass", "f"),
        ("if True: f = f(1)", "f"),
        ("f += 1", "f"),
        ("sum = 0", "sum"),
        ("torch = torch.ones(3)", "torch"),
    ],
)
def test_a_value_in_place_of_a_function(source: str, name: str) -> None:
    assert found(source) == [(name, 4)]


@pytest.mark.parametrize(
    "source",
    [
        "f = torch.compile(f)",
        "f = partial(g, inner=f)",
        "f = g",
        "f = torch.relu",
        "f = lambda x: x",
        "f: object",
        "def f(x): return 2 * x",
        "f = 3\ndef f(x): return x",
        "from other import f",
        "if __name__ == '__main__':\n    f = f(1)",
        "def g():\n    f = 1",
        "class D:\n    sum = 0",
        "squares = [f for f in range(3)]",
        "f.calls = 0",
        "value = f(1)",
    ],
)
def test_what_can_still_be_called_is_not_named(source: str) -> None:
    assert found(source) == []


def test_the_last_line_counts_and_the_answer_is_bounded() -> None:
    assert found("f = f(1)\nf = 2") == [("f", 5)]
    many = "".join(f"def f{n}(): pass\nf{n} = 1\n" for n in range(2 * MAX_OVERWRITTEN))
    assert len(found(many)) == MAX_OVERWRITTEN
