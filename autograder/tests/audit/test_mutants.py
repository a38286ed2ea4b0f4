"""Mutants change what a suite should notice, and nothing else."""

from __future__ import annotations

import ast

import pytest

from gradkit.audit.mutants import Mutant, mutants
from gradkit.course import Assignment, Course

SOURCE = '''"""A module of 1 + 1 parts."""

import torch
from torch import Tensor, nn

HALF = 1 / 2
UNUSED = 3 * 4


def helper(x):
    """Twice 2 * 2."""
    return x * 2


def scale(x: Tensor, factor: int | float = 2.0) -> Tensor | None:
    if factor > 1 and x.ndim == 1:
        raise ValueError(f"not {factor + 1}")
    return helper(x) - HALF


def nobody(x):
    return x + 1


class Shift(nn.Module):
    @torch.no_grad()
    def forward(self, x):
        return helper(x) + 1
'''


@pytest.fixture
def assignment(course: Course) -> Assignment:
    return course.assignment("hw0_scaling")


def changes(assignment: Assignment, source: str = SOURCE) -> dict[tuple[str, str], Mutant]:
    return {(one.before, one.after): one for one in mutants(assignment, source.encode())}


def test_what_the_targets_use_is_changed_and_nothing_else(assignment: Assignment) -> None:
    found = changes(assignment)
    changed = {one.line for one in found.values()}
    lines = SOURCE.splitlines()
    assert {lines[number - 1].strip() for number in changed} == {
        "HALF = 1 / 2",
        "return x * 2",
        "def scale(x: Tensor, factor: int | float = 2.0) -> Tensor | None:",
        "if factor > 1 and x.ndim == 1:",
        "return helper(x) - HALF",
        "@torch.no_grad()",
        "return helper(x) + 1",
    }


def test_each_knows_the_questions_that_should_notice(assignment: Assignment) -> None:
    found = changes(assignment)
    assert found["return x * 2", "return x / 2"].questions == ("scale", "Shift")
    assert found["return helper(x) - HALF", "return helper(x) + HALF"].questions == ("scale",)
    assert found["return helper(x) + 1", "return helper(x) - 1"].questions == ("Shift",)


def test_operators_numbers_and_conditions_are_changed(assignment: Assignment) -> None:
    found = changes(assignment)
    before = "if factor > 1 and x.ndim == 1:"
    assert (before, "if factor >= 1 and x.ndim == 1:") in found
    assert (before, "if factor > 1 or x.ndim == 1:") in found
    assert (before, "if not factor > 1 and x.ndim == 1:") in found
    assert (before, "if factor > 2 and x.ndim == 1:") in found
    signature = "def scale(x: Tensor, factor: int | float = 2.0) -> Tensor | None:"
    assert (signature, "def scale(x: Tensor, factor: int | float = 3.0) -> Tensor | None:") in found


def test_each_is_a_program_of_its_own(assignment: Assignment) -> None:
    programs = [ast.dump(ast.parse(one.source)) for one in mutants(assignment, SOURCE.encode())]
    assert len(programs) == len(set(programs)) > 30
    assert ast.dump(ast.parse(SOURCE)) not in programs


def test_what_compiles_alike_is_one_program(assignment: Assignment) -> None:
    found = changes(assignment, "def scale(x):\n    if not x == 2:\n        return x\n")
    alike = {("if not x == 2:", "if x == 2:"), ("if not x == 2:", "if not not x == 2:")}
    assert len(alike & found.keys()) == 1
