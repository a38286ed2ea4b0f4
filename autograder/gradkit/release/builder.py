"""Make ``release/`` and ``solutions/``, all or nothing, or say where they are out of date."""

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
    """What a build did.

    Attributes:
        assignments: the ids that were built.
        changes: what differed from before, one line each: ``release/hw3_losses/losses.py: out of date``.
    """

    assignments: tuple[str, ...]
    changes: tuple[str, ...]


@dataclass(frozen=True)
class _Target:
    """One of the two generated trees: the name it goes by, its folder, and whether it is the course's own."""

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
    """Make ``release/<hw>`` and ``solutions/<hw>`` anew.

    Everything is made in folders beside the targets first and moved into place at the end, so a failure leaves what was
    there. Folders that are up to date are left alone. When all assignments are built into the course's own folders,
    those of assignments that no longer exist are removed.

    Args:
        course: the course.
        assignment_ids: which assignments; None for all.
        release_root: where to put the released folders instead of ``release/``.
        solutions_root: where to put the complete folders instead of ``solutions/``.

    Raises:
        BuildError: a source cannot be built.
        LeakError: something that students must not see would have been released.
        UsageError, CourseError: there is no such assignment, or its ``assignment.toml`` is wrong.
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
    """What differs between ``release/`` and ``solutions/`` and what a build would make; empty when up to date.

    One line a file, by relative name: missing, not made by the build, or out of date.

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
    """Put new folders in the place of old ones: all of them, or none.

    Args:
        moves: (new folder or None to remove only, its place, where the old one is put aside), on one file system.

    Raises:
        BuildError: a folder could not be moved; every old folder is back in its place.
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
        raise BuildError(
            f"The new folders could not be moved into place ({error}); all is as it was before."
        ) from error


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
                # No gradebook: what it holds must not change what students get.
                database_url=None,
                course_id=course.id,
                assignment_id=source.assignment.id,
            )
    for assignment in assignments:
        leaks = find_leaks(course, assignment, release / assignment.id)
        if leaks:
            lines = "\n".join(f"  {leak}" for leak in leaks)
            raise LeakError(f"release/{assignment.id} would show students what they must not see:\n{lines}")


def _folders(course: Course, target: _Target, assignment_ids: Sequence[str] | None) -> list[str]:
    """The assignment folders that a build is about, those that no longer belong among them."""
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
