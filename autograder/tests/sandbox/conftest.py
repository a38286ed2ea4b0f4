"""Every level of confinement that this machine can give, each opened once for all tests that run at all of them."""

from __future__ import annotations

from contextlib import ExitStack
from functools import cache

import pytest

from gradkit.sandbox import Sandbox, SandboxError, open_sandbox
from gradkit.sandbox.levels import INSECURE, LEVELS

_open = ExitStack()


@cache
def levels() -> dict[str, Sandbox]:
    """The confined levels that are to be had here, tried for real."""
    found = {}
    for name, level in LEVELS.items():
        if level is INSECURE:
            continue
        try:
            found[name] = _open.enter_context(open_sandbox(name))
        except SandboxError as error:
            print(f"not tested here: {error}")  # noqa: T201 - pytest shows it where a test fails
    return found


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test that takes ``level`` runs at each of them."""
    if "level" in metafunc.fixturenames:
        metafunc.parametrize("level", list(levels().values()), ids=list(levels()), scope="session")


def pytest_sessionfinish() -> None:
    """End the worker bases."""
    _open.close()
