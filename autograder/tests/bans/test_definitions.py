"""Which top-level statements a target reaches."""

from __future__ import annotations

import ast

import pytest

from gradkit.bans.definitions import reachable


def reached(source: str, *targets: str) -> list[str]:
    return sorted(ast.unparse(statement).splitlines()[0] for statement in reachable(ast.parse(source), targets))


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("def f(): pass\ndef g(): pass", ["def f():"]),
        ("def f(): g()\ndef g(): h()\ndef h(): pass\ndef other(): pass", ["def f():", "def g():", "def h():"]),
        ("def f(): g()\ndef g(): f()", ["def f():", "def g():"]),
        ("f = 1\nf += two\ntwo = 2", ["f += two", "f = 1", "two = 2"]),
        ("class f(Base): pass\nclass Base: pass", ["class Base:", "class f(Base):"]),
        ("def f(): pass\nf.table = g\ng = 1", ["def f():", "f.table = g", "g = 1"]),
        ("def f(g): g()\ndef g(): pass", ["def f(g):"]),
        ("def f():\n    g = 1\n    return g\ndef g(): pass", ["def f():"]),
        ("def f():\n    global g\n    g = 1\ndef g(): pass", ["def f():", "def g():"]),
        ("def f(x=g): pass\ng = 1", ["def f(x=g):", "g = 1"]),
        ("a, (f, *b) = g\ng = 1", ["a, (f, *b) = g", "g = 1"]),
    ],
)
def test_a_statement_is_reached_by_what_is_named_on_the_way(source: str, expected: list[str]) -> None:
    assert reached(source, "f") == sorted(expected)


def test_what_is_not_run_when_imported_defines_nothing() -> None:
    guarded = 'def f(): pass\nif __name__ == "__main__":\n    f = 1\n'
    assert reached(guarded, "f") == ["def f():"]
    assert reached(f"{guarded}else:\n    f = 2\n", "f") == ["def f():", "if __name__ == '__main__':"]


def test_the_guard_counts_for_nothing_once_the_module_renames_itself() -> None:
    source = '__name__ = "__main__"\nif __name__ == "__main__":\n    f = 1\n'
    assert "if __name__ == '__main__':" in reached(source, "f")


def test_an_unknown_target_reaches_nothing() -> None:
    assert reached("def f(): pass", "g") == []
