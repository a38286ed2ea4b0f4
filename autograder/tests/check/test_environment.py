"""What loads on a student's machine and not where it is graded is told before it is handed in."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

import pytest

from gradkit.check.environment import Environment, differences
from gradkit.check.results import Warned

OLD = Environment((3, 11), ("torch", "numpy>=2.2"), ("sklearn", "torch.ao"))


def found(folder: Path, text: str, environment: Environment = OLD, **others: str) -> list[Warned]:
    (folder / "demo.py").write_text(text, encoding="utf-8")
    for name, other in others.items():
        (folder / f"{name}.py").write_text(other, encoding="utf-8")
    return differences(folder, "demo.py", environment)


def loads(text: str) -> bool:
    try:
        ast.parse(text)
    except SyntaxError:
        return False
    return True


@pytest.mark.parametrize(
    "line",
    [
        "type X = int",
        "def f[T](x: T) -> T: return x",
        "class A[T]: pass",
        "x = f'{d['a']}'",
        "x = f'{\"\\n\".join(d)}'",
        "x = f'{f'{d}'}'",
        "x = f'{(  # why\n d)}'",
        "x = f'{\n d}'",
        "x = rf'{'\\d'}'",
        "x = f'''{d:{'\\t'}}'''",
    ],
)
def test_newer_syntax_is_named_or_does_not_load_here_either(tmp_path: Path, line: str) -> None:
    told = found(tmp_path, f"d = {{}}\n{line}\n")
    if loads(line):
        assert ["this needs a newer one" in one.message for one in told] == [True]
        assert (told[0].file, told[0].line) == ("demo.py", 2)
        assert "Grading runs Python 3.11" in told[0].message
        assert found(tmp_path, line, Environment(sys.version_info[:2], ("torch",))) == []
    else:  # then the check fails already, as grading does
        assert told == []


@pytest.mark.parametrize(
    "line",
    [
        "x = f'{d}' f\"{d!r:>{10}}\" 'a' \"b\"",
        "x = f'it\\'s {d}\\n' + f'{{}}'",
        "x = f'''{d['a']} \"{d}\"\n{d:\n}'''",
        "x = f'{d[\"a\"]}' # f'{d['a']}'",
        "x = '{d[' + 'a'",
        "x = rf'\\d{d}\\w'",
        "x = f'{d:\\t>10}'",
        "match d:\n    case {'a': 1}: pass",
    ],
)
def test_what_the_stated_python_reads_is_not_complained_of(tmp_path: Path, line: str) -> None:
    assert found(tmp_path, f"d = {{}}\n{line}\n") == []


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("import pandas as pd", "pandas is not installed for grading (installed: torch, numpy>=2.2)"),
        ("from seaborn.objects import Plot", "seaborn is not installed"),
        ("def f():\n    import cv2x", "cv2x is not installed"),
        ("try:\n    import pandas\nexcept ValueError:\n    pass", "pandas is not installed"),
        ("import sklearn.datasets", "sklearn is not available when graded"),
        ("from torch import ao", "torch.ao is not available when graded"),
        ("from torch.ao.nn import quantized", "torch.ao is not available when graded"),
        ("import annotationlib", "has no annotationlib yet"),
    ],
)
def test_an_import_that_the_grader_does_not_have_is_named_once(tmp_path: Path, line: str, words: str) -> None:
    (told,) = found(tmp_path, f"{line}\n{line}\n")
    assert words in told.message


@pytest.mark.parametrize("line", ["x = y.cuda()", "x = torch.ones(2, device='cuda:0')", "y.to('cuda')"])
def test_code_that_needs_a_gpu_is_told_that_there_is_none(tmp_path: Path, line: str) -> None:
    text = f"import torch\ny = torch.ones(2)\n{line}\n"
    (told,) = found(tmp_path, text)
    assert (told.line, "Grading has no GPU" in told.message) == (3, True)
    assert found(tmp_path, f"{text}torch.cuda.is_available()") == []


def test_a_module_that_a_newer_python_has_lost_is_named(tmp_path: Path) -> None:
    newer = Environment((3, 13), ("torch",))
    assert ["has no cgi any more" in one.message for one in found(tmp_path, "import cgi\nimport json\n", newer)] == [
        True
    ]
    assert found(tmp_path, "import cgi\n", Environment((3, 12), ("torch",))) == []


def test_what_is_there_or_provided_for_is_not_complained_of(tmp_path: Path) -> None:
    text = """
from __future__ import annotations
import os.path, json, torch.nn as nn
import numpy
import sympy, typing_extensions  # which torch brings along
import helper
from . import nowhere
from typing import TYPE_CHECKING
if TYPE_CHECKING:
    import pandas
try:
    import pandas
except ImportError:
    pandas = None
"""
    assert found(tmp_path, text, helper="import json\n") == []


def test_files_beside_the_module_are_read_as_far_as_it_imports_them(tmp_path: Path) -> None:
    told = found(
        tmp_path, "import one\n", one="import demo\nimport two\n", two="import pandas\n", other="import seaborn\n"
    )
    assert [(one.file, one.line) for one in told] == [("two.py", 1)]


@pytest.mark.parametrize("text", ["def f(:", "\x00", "", "(" * 500])
def test_what_cannot_be_read_is_left_to_the_loading(tmp_path: Path, text: str) -> None:
    assert found(tmp_path, text) == []
