"""The wheel that every release holds, `gradkit check` and nothing else of gradkit; and one of the whole engine.

The same bytes every time (no compression, which differs between versions of zlib, and no times), so that a release
that is up to date can be told from one that is not. The format: packaging.python.org, "Binary distribution format".
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

NAME = f"gradkit-{gradkit.__version__}-py3-none-any.whl"
_INFO = f"gradkit-{gradkit.__version__}.dist-info"
_REQUIRED = ("rich>=14", "typer>=0.20", "watchfiles>=1.1")
_ENDINGS = (".py", ".html", ".js", ".yml", ".sh", ".template")  # of what the engine consists of
_LONG_AGO = (1980, 1, 1, 0, 0, 0)  # the first moment that a zip file knows


@cache
def student_wheel() -> bytes:
    """The wheel's bytes."""
    return _pack(_sources(), _metadata())


def engine_wheel() -> bytes:
    """A wheel of all of gradkit, for a machine that grades; its metadata are those of the one that is running.

    Raises:
        BuildError: gradkit is not installed here, so that nobody knows what it requires.
    """
    package = Path(gradkit.__file__).parent
    files = {
        path.relative_to(package).as_posix(): path.read_bytes()
        for path in sorted(package.rglob("*"))
        if path.is_file() and path.suffix in _ENDINGS
    }
    try:
        installed = distribution("gradkit")
    except PackageNotFoundError:
        raise BuildError("gradkit is not installed here. Install it first: make setup") from None
    metadata = dict(_metadata())
    for name in ("METADATA", "entry_points.txt"):
        metadata[name] = installed.read_text(name) or ""
    return _pack(files, metadata)


def _pack(sources: Mapping[str, bytes], metadata: Mapping[str, str]) -> bytes:
    files = {f"gradkit/{name}": data for name, data in sources.items()}
    files |= {f"{_INFO}/{name}": text.encode() for name, text in metadata.items()}
    record = f"{_INFO}/RECORD"
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
    files = [package / "__init__.py", package / "errors.py", *sorted((package / "check").glob("*.py"))]
    return {path.relative_to(package).as_posix(): path.read_bytes() for path in files}


def _metadata() -> Mapping[str, str]:
    metadata = ["Metadata-Version: 2.1", "Name: gradkit", f"Version: {gradkit.__version__}"]
    metadata += ["Summary: Check your homework before you hand it in.", "Requires-Python: >=3.11"]
    metadata += [f"Requires-Dist: {name}" for name in _REQUIRED]
    wheel = ["Wheel-Version: 1.0", "Generator: gradkit build", "Root-Is-Purelib: true", "Tag: py3-none-any"]
    return {
        "METADATA": "\n".join([*metadata, ""]),
        "WHEEL": "\n".join([*wheel, ""]),
        "entry_points.txt": "[console_scripts]\ngradkit = gradkit.check.app:main\n",
    }


def _digest(data: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
