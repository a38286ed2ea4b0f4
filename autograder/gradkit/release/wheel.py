"""Build the students' wheel, which contains only `gradkit check`, and a wheel of the whole engine.

Wheels are reproducible (no compression, which differs between versions of zlib, and no timestamps), so the build can
tell whether a release is up to date. The version of the students' wheel ends in a hash of its content: pip does not
install a version that it already has, and a later homework may bring a different wheel. The format:
packaging.python.org, "Binary distribution format".
"""

from __future__ import annotations

import base64
import hashlib
import io
import zipfile
from collections.abc import Mapping
from functools import cache
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import gradkit
from gradkit.errors import BuildError
from gradkit.messages import message

ENGINE = f"gradkit-{gradkit.__version__}-py3-none-any.whl"
_REQUIRED = ("rich>=14", "typer>=0.20", "watchfiles>=1.1")
_ENDINGS = (".py", ".typed", ".txt", ".html", ".js", ".yml", ".sh", ".template", ".mo")  # of the engine's files
_REINSTALL = message("gradkit is not installed, or its installation is outdated. Install it: make setup")
_LONG_AGO = (1980, 1, 1, 0, 0, 0)  # the earliest timestamp of the zip format


@cache
def student_wheel() -> tuple[str, bytes]:
    """The students' wheel: its file name, and its bytes.

    Raises:
        BuildError: gradkit is not installed, so its license is missing.
    """
    sources = _sources()
    content = "".join(f"{name} {_digest(data)}\n" for name, data in sources.items()) + repr(_REQUIRED)
    version = f"{gradkit.__version__}+{hashlib.sha256(content.encode()).hexdigest()[:8]}"
    return f"gradkit-{version}-py3-none-any.whl", _pack(version, sources, _metadata(version))


def engine_wheel() -> bytes:
    """Build the wheel of all of gradkit, named `ENGINE`, for a machine that grades; with the installed metadata.

    Raises:
        BuildError: gradkit is not installed here in this version, so what it requires is unknown.
    """
    if f"\nVersion: {gradkit.__version__}\n" not in _installed("METADATA"):
        raise BuildError(_REINSTALL)
    package = Path(gradkit.__file__).parent
    files = {
        path.relative_to(package).as_posix(): path.read_bytes()
        for path in sorted(package.rglob("*"))
        if path.is_file() and path.suffix in _ENDINGS
    }
    metadata = dict(_metadata(gradkit.__version__))
    for name in ("METADATA", "entry_points.txt"):
        metadata[name] = _installed(name)
    return _pack(gradkit.__version__, files, metadata)


def _pack(version: str, sources: Mapping[str, bytes], metadata: Mapping[str, str]) -> bytes:
    info = f"gradkit-{version}.dist-info"
    files = {f"gradkit/{name}": data for name, data in sources.items()}
    files |= {f"{info}/{name}": text.encode() for name, text in metadata.items()}
    record = f"{info}/RECORD"
    lines = [f"{name},sha256={_digest(data)},{len(data)}" for name, data in files.items()]
    files[record] = "\n".join([*lines, f"{record},,", ""]).encode()
    wheel = io.BytesIO()
    with zipfile.ZipFile(wheel, "w", zipfile.ZIP_STORED) as archive:
        for name, data in files.items():
            entry = zipfile.ZipInfo(name, _LONG_AGO)
            entry.create_system, entry.external_attr = 3, 0o644 << 16  # Unix, whatever builds it
            archive.writestr(entry, data)
    return wheel.getvalue()


def _sources() -> Mapping[str, bytes]:
    package = Path(gradkit.__file__).parent
    files = [package / "__init__.py", package / "errors.py", package / "messages.py"]
    files += [file for name in ("bans", "check", "conditions") for file in sorted((package / name).glob("*.py"))]
    files += sorted(package.glob("locale/*/LC_MESSAGES/check.mo"))
    return {path.relative_to(package).as_posix(): path.read_bytes() for path in files}


def _metadata(version: str) -> Mapping[str, str]:
    metadata = ["Metadata-Version: 2.4", "Name: gradkit", f"Version: {version}"]
    metadata += ["License-Expression: MIT", "License-File: LICENSE"]
    metadata += ["Summary: Check your homework before you submit it.", "Requires-Python: >=3.11"]
    metadata += [f"Requires-Dist: {name}" for name in _REQUIRED]
    wheel = ["Wheel-Version: 1.0", "Generator: gradkit build", "Root-Is-Purelib: true", "Tag: py3-none-any"]
    return {
        "METADATA": "\n".join([*metadata, ""]),
        "WHEEL": "\n".join([*wheel, ""]),
        "entry_points.txt": "[console_scripts]\ngradkit = gradkit.check.command:main\n",
        "licenses/LICENSE": _installed("licenses/LICENSE"),
    }


def _installed(name: str) -> str:
    """A file of gradkit's installed metadata."""
    try:
        text = distribution("gradkit").read_text(name)
    except PackageNotFoundError:
        text = None
    if text is None:
        raise BuildError(_REINSTALL)
    return text


def _digest(data: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
