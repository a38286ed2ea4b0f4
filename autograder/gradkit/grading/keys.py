"""What a result was made from, as hashes: equal keys mean an equal result, so nothing is graded twice for nothing."""

from __future__ import annotations

import hashlib
import platform
from collections.abc import Mapping
from functools import cache
from importlib.metadata import version
from pathlib import Path

import gradkit
from gradkit.course import Course


@cache
def versions() -> Mapping[str, str]:
    """The versions that a result depends on."""
    return {"gradkit": gradkit.__version__, "python": platform.python_version(), "torch": version("torch")}


def suite_keys(course: Course, assignment_id: str) -> dict[str, str]:
    """Hashes of suite, mistakes bank and secret, of what students were given, and of the engine.

    Students were given the reference's stub, ``assignment.toml``, the handout and the stated environment.
    """
    handout = course.release(assignment_id) / course.assignment(assignment_id).notebook
    given = hashlib.sha256(handout.read_bytes()).hexdigest() if handout.is_file() else ""
    given += repr(course.environment)  # messages name it
    return {
        "suite": _hash_tree(course.hidden(assignment_id), extra=course.secret, unused=("accepted.py",)),
        "reference": _hash_tree(course.source(assignment_id), endings=(".py", ".toml"), extra=given),
        "engine": engine_key(),
    }


@cache
def engine_key() -> str:
    """A hash of gradkit's own source and of the versions that it runs on."""
    return _hash_tree(Path(gradkit.__file__).parent, endings=(".py", ".txt"), extra=repr(sorted(versions().items())))


def _hash_tree(folder: Path, endings: tuple[str, ...] = (".py",), extra: str = "", unused: tuple[str, ...] = ()) -> str:
    sha = hashlib.sha256(extra.encode())
    for path in sorted(folder.rglob("*")):
        if path.suffix in endings and path.name not in unused and path.is_file():
            data = path.read_bytes()
            sha.update(f"{path.relative_to(folder).as_posix()}\0{len(data)}\0".encode() + data)
    return sha.hexdigest()
