"""Chains of attributes, and what the names that they start at stand for."""

from __future__ import annotations

import ast

import pytest

from gradkit.bans.names import MAX_NAME, imported, imported_modules, unrolled


def expression(source: str) -> ast.expr:
    return ast.parse(source, mode="eval").body


def test_a_chain_is_unrolled_from_its_start() -> None:
    start, attributes = unrolled(expression("torch.nn.functional.linear"))
    assert (ast.unparse(start), attributes) == ("torch", ["nn", "functional", "linear"])


def test_a_chain_may_start_at_any_expression() -> None:
    start, attributes = unrolled(expression("table[0].linear.weight"))
    assert (ast.unparse(start), attributes) == ("table[0]", ["linear", "weight"])


def test_a_name_alone_has_no_attributes() -> None:
    assert unrolled(expression("x"))[1] == []


@pytest.mark.parametrize(
    ("source", "aliases"),
    [
        ("import torch", {"torch": "torch"}),
        ("import torch.nn", {"torch": "torch"}),
        ("import torch.nn.functional as F", {"F": "torch.nn.functional"}),
        ("from torch import nn, optim as o", {"nn": "torch.nn", "o": "torch.optim"}),
        ("from . import helper\nfrom .torch import nn", {}),
        ("import torch as x\nimport numpy as x", {"x": "numpy"}),
    ],
)
def test_imports_give_names_their_meaning(source: str, aliases: dict[str, str]) -> None:
    assert imported(ast.parse(source).body) == aliases


def test_a_meaning_is_kept_to_a_length_that_no_banned_name_has() -> None:
    long = "a" * 1000
    assert imported(ast.parse(f"from {long} import {long}").body) == {long: "a" * MAX_NAME}


def test_modules_are_known_by_the_first_parts_of_their_names() -> None:
    tree = ast.parse(
        "import torch.nn\nfrom os.path import join\nfrom . import helper\ndef f():\n    import numpy as np"
    )
    assert imported_modules(tree) == {"torch", "os", "numpy"}
