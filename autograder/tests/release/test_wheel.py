"""The two wheels hold what they say, byte for byte."""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import zipfile
from pathlib import Path

import pytest

import gradkit
from gradkit.errors import BuildError
from gradkit.release.wheel import engine_wheel, student_wheel

LICENSE = Path(__file__).parents[3] / "LICENSE"
PACKAGE = Path(gradkit.__file__).parent


@pytest.fixture(params=["student", "engine"])
def wheel(request: pytest.FixtureRequest) -> dict[str, bytes]:
    """A wheel's files."""
    data = student_wheel()[1] if request.param == "student" else engine_wheel()
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert {entry.compress_type for entry in archive.infolist()} == {zipfile.ZIP_STORED}
        return {name: archive.read(name) for name in archive.namelist()}


def test_the_record_lists_every_file_with_its_hash(wheel: dict[str, bytes]) -> None:
    (record,) = (name for name in wheel if name.endswith(".dist-info/RECORD"))
    rows = list(csv.reader(wheel[record].decode().splitlines()))
    assert [name for name, _, _ in rows] == list(wheel)
    for name, digest, size in rows[:-1]:
        found = base64.urlsafe_b64encode(hashlib.sha256(wheel[name]).digest()).decode().rstrip("=")
        assert (digest, int(size)) == (f"sha256={found}", len(wheel[name]))
    assert rows[-1] == [record, "", ""]


def test_modules_are_the_engines_own(wheel: dict[str, bytes]) -> None:
    modules = {name.removeprefix("gradkit/"): data for name, data in wheel.items() if name.endswith(".py")}
    assert all(data == (PACKAGE / name).read_bytes() for name, data in modules.items())
    assert {"__init__.py", "errors.py", "check/command.py", "bans/names.py", "conditions/finder.py"} <= modules.keys()


def test_students_get_no_module_of_the_graders() -> None:
    with zipfile.ZipFile(io.BytesIO(student_wheel()[1])) as archive:
        parts = {name.split("/")[1] for name in archive.namelist() if name.startswith("gradkit/")}
        translations = [name for name in archive.namelist() if "/locale/" in name]
    assert parts == {"__init__.py", "errors.py", "messages.py", "bans", "check", "conditions", "locale"}
    assert translations == ["gradkit/locale/zh_Hans/LC_MESSAGES/check.mo"]


def test_both_wheels_hold_the_license() -> None:
    for data in (student_wheel()[1], engine_wheel()):
        with zipfile.ZipFile(io.BytesIO(data)) as wheel:
            (name,) = (name for name in wheel.namelist() if name.endswith(".dist-info/licenses/LICENSE"))
            assert wheel.read(name) == LICENSE.read_bytes()
            assert b"License-Expression: MIT" in wheel.read(name.replace("licenses/LICENSE", "METADATA"))


def test_the_engine_is_not_packed_with_the_metadata_of_another_version(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gradkit, "__version__", "0.0.1")
    with pytest.raises(BuildError, match="make setup"):
        engine_wheel()
