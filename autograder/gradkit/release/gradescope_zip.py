"""Build the zip file from which Gradescope sets up an autograder for one assignment.

Source: Gradescope's documentation, "Autograder Specifications": ``setup.sh`` and ``run_autograder`` at the top,
unpacked to ``/autograder/source``; the submission in ``/autograder/submission``; the result in
``/autograder/results/results.json``.

The zip file is reproducible, like the wheels. It contains the hidden suite and the course's secret: upload it to
Gradescope only.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator, Mapping
from importlib.metadata import distributions
from pathlib import Path

from gradkit.course import Assignment, Course
from gradkit.release import wheel
from gradkit.release.source import is_litter

_SCRIPTS = Path(__file__).parent / "gradescope"
_LONG_AGO = (1980, 1, 1, 0, 0, 0)


def autograder_zip(course: Course, assignment: Assignment) -> bytes:
    """Build the archive and return its bytes.

    Raises:
        BuildError: gradkit is not installed.
        CourseError: the course has no secret.
    """
    run = (_SCRIPTS / "run_autograder.sh").read_text(encoding="utf-8").replace("@ASSIGNMENT@", assignment.id)
    scripts = {"setup.sh": (_SCRIPTS / "setup.sh").read_bytes(), "run_autograder": run.encode()}
    files = {
        "constraints.txt": _constraints(course).encode(),
        "requirements.txt": "".join(f"{line}\n" for line in course.environment.packages).encode(),
        wheel.ENGINE: wheel.engine_wheel(),
        "course.toml": (course.root / "course.toml").read_bytes(),
        "autograder/hidden/secret.txt": course.secret.encode() + b"\n",
        **dict(_tree(course, course.source(assignment.id))),
        **dict(_tree(course, course.hidden(assignment.id))),
    }
    return _zip(scripts, executable=True, into=_zip(files, executable=False))


def _tree(course: Course, folder: Path) -> Iterator[tuple[str, bytes]]:
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(course.root)
        if path.is_file() and not any(is_litter(part) for part in name.parts):
            yield name.as_posix(), path.read_bytes()


def _constraints(course: Course) -> str:
    """The tested versions: the course's constraints.txt, else the installed versions."""
    path = course.root / "constraints.txt"
    if path.is_file():
        return path.read_text(encoding="utf-8")
    found: dict[str, str] = {}
    for package in distributions():  # in the order of sys.path: the first of a name is the one that is imported
        found.setdefault(package.name, re.sub(r"\+.*", "", package.version))
    return "".join(f"{name}=={version}\n" for name, version in sorted(found.items()) if name.lower() != "gradkit")


def _zip(files: Mapping[str, bytes], executable: bool, into: bytes = b"") -> bytes:
    archive = io.BytesIO(into)
    with zipfile.ZipFile(archive, "a", zipfile.ZIP_STORED) as opened:
        for name, data in files.items():
            entry = zipfile.ZipInfo(name, _LONG_AGO)
            entry.create_system, entry.external_attr = 3, (0o100755 if executable else 0o100644) << 16
            opened.writestr(entry, data)
    return archive.getvalue()
