"""Build ``release/`` and ``solutions/`` atomically, or list where they are out of date."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from gradkit.course import Assignment, Course
from gradkit.errors import BuildError, LeakError
from gradkit.gradebook.generate import generate_assignment
from gradkit.release.leaks import find_leaks
from gradkit.release.source import is_litter, read_source
from gradkit.release.staging import write_complete, write_staged
from gradkit.temporary import TemporaryFolder


@dataclass(frozen=True)
class BuildReport:
    """The outcome of a build.

    Attributes:
        assignments: the ids of the built assignments.
        changes: one line for each changed file: ``release/hw3_losses/losses.py: out of date``.
    """

    assignments: tuple[str, ...]
    changes: tuple[str, ...]


@dataclass(frozen=True)
class _Target:
    """One of the two generated trees: its name, its folder, and whether it is the course's own."""

    name: str
    root: Path
    own: bool


def build_course(
    course: Course,
    assignment_ids: Sequence[str] | None = None,
    *,
    release_root: Path | None = None,
    solutions_root: Path | None = None,
) -> BuildReport:
    """Build ``release/<hw>`` and ``solutions/<hw>``.

    Everything is first written to temporary folders next to the targets and then moved into place, so a failure
    changes nothing. Folders that are up to date are not touched. When all assignments are built into the course's own
    folders, the folders of assignments that no longer exist are removed.

    Args:
        course: the course.
        assignment_ids: the assignments to build; None for all.
        release_root: the folder to use instead of ``release/``.
        solutions_root: the folder to use instead of ``solutions/``.

    Raises:
        BuildError: a source cannot be built.
        LeakError: the release would contain something that students must not see.
        UsageError, CourseError: an assignment does not exist, or its ``assignment.toml`` is invalid.
    """
    release = _Target("release", release_root or course.root / "release", own=release_root is None)
    solutions = _Target("solutions", solutions_root or course.root / "solutions", own=solutions_root is None)
    assignments = _assignments(course, assignment_ids)
    for target in (release, solutions):
        target.root.mkdir(parents=True, exist_ok=True)
    with (
        TemporaryFolder(".build", release.root) as new_release,
        TemporaryFolder(".build", solutions.root) as new_solutions,
    ):
        _make(course, assignments, new_release, new_solutions)
        changes: list[str] = []
        moves: list[tuple[Path | None, Path, Path]] = []
        for target, new in ((release, new_release), (solutions, new_solutions)):
            for folder in _folders(course, target, assignment_ids):
                differences = _differences(target, folder, new)
                changes += differences
                if differences:
                    made = new / folder
                    moves.append((made if made.exists() else None, target.root / folder, new / f"{folder}.old"))
        swap(moves)
    return BuildReport(tuple(assignment.id for assignment in assignments), tuple(changes))


def check_course(course: Course, assignment_ids: Sequence[str] | None = None) -> list[str]:
    """List where ``release/`` and ``solutions/`` differ from a new build; empty if they are up to date.

    One line per file, with its relative name: missing, not made by the build, or out of date.

    Raises:
        The same as ``build_course``.
    """
    differences: list[str] = []
    with TemporaryFolder("gradkit-check") as work:
        new_release, new_solutions = work / "release", work / "solutions"
        _make(course, _assignments(course, assignment_ids), new_release, new_solutions)
        for new in (new_release, new_solutions):
            target = _Target(new.name, course.root / new.name, own=True)
            for folder in _folders(course, target, assignment_ids):
                differences += _differences(target, folder, new)
    return differences


def swap(moves: Sequence[tuple[Path | None, Path, Path]]) -> None:
    """Replace old folders by new ones: all of them, or none.

    Args:
        moves: (new folder, or None to only remove; target; backup path for the old folder), on one file system.

    Raises:
        BuildError: a folder could not be moved; every old folder was restored.
    """
    done: list[tuple[Path, Path]] = []
    try:
        for new, place, aside in moves:
            if place.exists():
                place.rename(aside)
                done.append((aside, place))
            if new is not None:
                new.rename(place)
                done.append((place, new))
    except OSError as error:
        for now, before in reversed(done):
            now.rename(before)
        raise BuildError(f"The new folders could not be moved into place ({error}); nothing was changed.") from error


def _assignments(course: Course, assignment_ids: Sequence[str] | None) -> list[Assignment]:
    ids = course.assignment_ids if assignment_ids is None else dict.fromkeys(assignment_ids)
    return [course.assignment(assignment_id) for assignment_id in ids]


def _make(course: Course, assignments: Sequence[Assignment], release: Path, solutions: Path) -> None:
    sources = [read_source(course, assignment) for assignment in assignments]
    with TemporaryFolder("gradkit-staged") as folder:
        for source in sources:
            write_complete(source, solutions)
            write_staged(source, folder)
            generate_assignment(
                folder,
                release,
                # No gradebook: its content must not influence the release.
                database_url=None,
                course_id=course.id,
                assignment_id=source.assignment.id,
            )
    for assignment in assignments:
        leaks = find_leaks(course, assignment, release / assignment.id)
        if leaks:
            lines = "\n".join(f"  {leak}" for leak in leaks)
            raise LeakError(f"release/{assignment.id} would contain what students must not see:\n{lines}")


def _folders(course: Course, target: _Target, assignment_ids: Sequence[str] | None) -> list[str]:
    """The assignment folders that a build concerns, including those to remove."""
    if assignment_ids is not None:
        return list(dict.fromkeys(assignment_ids))
    there = set(course.assignment_ids)
    if target.own and target.root.is_dir():
        there |= {path.name for path in target.root.iterdir() if path.is_dir() and not path.name.startswith(".")}
    return sorted(there)


def _differences(target: _Target, folder: str, new: Path) -> list[str]:
    old_files, new_files = _tree(target.root / folder), _tree(new / folder)
    lines = []
    for name in sorted(old_files | new_files):
        shown = f"{target.name}/{folder}/{name}"
        if name not in old_files:
            lines.append(f"{shown}: missing")
        elif name not in new_files:
            lines.append(f"{shown}: not made by the build")
        elif (target.root / folder / name).read_bytes() != (new / folder / name).read_bytes():
            lines.append(f"{shown}: out of date")
    return lines


def _tree(folder: Path) -> set[str]:
    if not folder.is_dir():
        return set()
    found = (path.relative_to(folder) for path in folder.rglob("*") if path.is_symlink() or not path.is_dir())
    return {path.as_posix() for path in found if not any(is_litter(part) for part in path.parts)}
