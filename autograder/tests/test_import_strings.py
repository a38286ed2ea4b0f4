"""A string that names a module of gradkit, or something in one, names what is there; no import would tell."""

from __future__ import annotations

import ast
import importlib
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import gradkit

PACKAGE = Path(gradkit.__file__).parent
TESTS = Path(__file__).parent
_EVENTS = {"gradkit.process", "gradkit.share"}  # of sys.audit
_FILES = {"gradkit.egg", "gradkit.po", "gradkit.mo"}
_NAME = re.compile(r"gradkit(?:\.[A-Za-z_]\w*)+")


def names() -> Iterator[tuple[str, str]]:
    """Where each is, and the name: strings of the engine and its tests, nbgrader's configuration, and the pages."""
    root = PACKAGE.parents[1]
    for path in sorted([*PACKAGE.rglob("*.py"), *TESTS.rglob("*.py")]):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                for name in set(_NAME.findall(node.value)) - _EVENTS - _FILES:
                    yield path.relative_to(PACKAGE.parent).as_posix(), name
    for path in (
        root / "nbgrader_config.py",
        root / "ARCHITECTURE.md",
        root / "CONTRIBUTING.md",
        *root.glob("docs/*.md"),
    ):
        for name in _NAME.findall(path.read_text(encoding="utf-8")):
            yield path.relative_to(root).as_posix(), name


ALL = sorted(set(names()))


def test_there_are_some() -> None:
    assert len(ALL) > 10


@pytest.mark.parametrize(("where", "name"), ALL, ids=[f"{where}:{name}" for where, name in ALL])
def test_it_is_there(where: str, name: str) -> None:
    if name.endswith("__main__"):
        assert (PACKAGE.parent / name.replace(".", "/")).with_suffix(".py").exists(), where
        return
    parts = name.split(".")
    for end in range(len(parts), 0, -1):
        try:
            found = importlib.import_module(".".join(parts[:end]))
        except ModuleNotFoundError:
            continue
        for part in parts[end:]:
            assert hasattr(found, part), f"{where} names {name}"
            found = getattr(found, part)
        return
    pytest.fail(f"{where} names {name}")
