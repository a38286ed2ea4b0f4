"""The check of the engine's structure finds each fault that it is for."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ENGINE = "gradkit"
SCRIPT = Path(__file__).resolve().parents[1] / "tools" / "rooms.py"
LAYERS = '[tool.importlinter]\ncontracts = [{ type = "layers", layers = ["gradkit.%s"] }]\n'
# Ten packages of one size, each with one module of its own name.
PACKAGES = [f"room{number}" for number in range(10)]

Check = Callable[[], tuple[int, str, str]]


@pytest.fixture
def engine(tmp_path: Path) -> Path:
    for package in PACKAGES:
        module = tmp_path / "autograder" / "gradkit" / package / f"of_{package}.py"
        module.parent.mkdir(parents=True)
        module.write_text("VALUE = 1\n" * 10)
    (tmp_path / "pyproject.toml").write_text(LAYERS % '", "gradkit.'.join(PACKAGES))
    return tmp_path / "autograder" / "gradkit"


@pytest.fixture
def check(engine: Path) -> Check:
    def run() -> tuple[int, str, str]:
        done = subprocess.run(  # noqa: S603 - our own script
            [sys.executable, str(SCRIPT), str(engine.parents[1])], capture_output=True, text=True, check=False
        )
        return done.returncode, done.stdout, done.stderr

    return run


def test_the_table_has_each_package_with_its_layer(check: Check) -> None:
    status, table, faults = check()
    assert (status, faults) == (0, "")
    rows = [line.split() for line in table.splitlines()]
    assert rows[0] == ["package", "modules", "lines", "share", "layer"]
    assert ["room3", "1", "10", "10.0%", "4"] in rows
    assert rows[-1] == ["all", "10", "100"]


def test_a_large_package_is_named(engine: Path, check: Check) -> None:
    (engine / "room0" / "more.py").write_text("VALUE = 1\n" * 5)
    status, _, faults = check()
    assert (status, faults) == (1, "room0 has 14.3% of the engine's lines; the limit is 11%. Split it.\n")


def test_a_package_outside_the_layers_is_named(engine: Path, check: Check) -> None:
    (engine / "room0").rename(engine / "annex")
    assert check()[2] == "annex is missing from the layers in pyproject.toml.\n"


@pytest.mark.parametrize("form", ["from {0}.room1 import of_room1", "import {0}.room1.of_room1"])
def test_a_circle_of_imports_is_named(engine: Path, check: Check, form: str) -> None:
    (engine / "room1" / "of_room1.py").write_text(f"from {ENGINE}.room2.of_room2 import VALUE\n")
    (engine / "room2" / "of_room2.py").write_text(form.format(ENGINE) + "\n")
    assert f"Circular import: {ENGINE}.room" in check()[2]


def test_an_import_in_a_function_makes_no_circle(engine: Path, check: Check) -> None:
    (engine / "room1" / "of_room1.py").write_text(f"from {ENGINE}.room2.of_room2 import VALUE\n")
    (engine / "room2" / "of_room2.py").write_text(f"def late() -> None:\n    import {ENGINE}.room1.of_room1\n")
    assert "Circular import" not in check()[2]


def test_two_modules_of_one_name_are_named(engine: Path, check: Check) -> None:
    for package in ("room1", "room2"):
        (engine / package / "reading.py").write_text("")
    assert check()[2].startswith(f"Modules with the same name: {ENGINE}.room1.reading, {ENGINE}.room2.reading.")
