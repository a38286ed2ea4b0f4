"""Build ``release/`` and ``solutions/`` atomically, or list where they are out of date."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from gradkit.course import Assignment, Course
from gradkit.errors import BuildError, LeakError, UsageError
from gradkit.gradebook.generate import generate_assignment
from gradkit.messages import LANGUAGES, LOCALES, lines, message
from gradkit.release.catalogues import (
    CatalogueFile,
    catalogues,
    compiled,
    faults,
    languages,
    translated_into,
    translations,
    update,
)
from gradkit.release.leaks import find_leaks
from gradkit.release.source import Source, is_litter, read_source
from gradkit.release.staging import write_complete, write_staged
from gradkit.temporary import TemporaryFolder, replacing


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
    """One of the generated trees.

    Attributes:
        name: its name: ``release``, ``solutions`` or ``release/zh``.
        root: its folder.
        own: whether it is the course's own.
    """

    name: str
    root: Path
    own: bool

    def within(self, folder: str) -> _Target:
        """The tree in a folder of this one."""
        return _Target(f"{self.name}/{folder}", self.root / folder, self.own)


def build_course(
    course: Course,
    assignment_ids: Sequence[str] | None = None,
    *,
    release_root: Path | None = None,
    solutions_root: Path | None = None,
) -> BuildReport:
    """Build ``release/<hw>`` and ``solutions/<hw>`` in the course's language, and ``release/zh/<hw>`` beside them.

    An assignment has a release in Chinese if it has a catalogue; in a Chinese course, the one in English is beside it.
    Catalogues that are read at run time are compiled.

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
        for target, new in _trees((release, new_release), (solutions, new_solutions)):
            for folder in _folders(course, target, assignment_ids):
                differences = _differences(target, folder, new)
                changes += differences
                if differences:
                    made = new / folder
                    target.root.mkdir(exist_ok=True)
                    new.mkdir(exist_ok=True)
                    moves.append((made if made.exists() else None, target.root / folder, new / f"{folder}.old"))
        swap(moves)
        for language in LANGUAGES:
            _remove_empty(release.root / language)
        changes += _write_compiled(course, assignments)
    return BuildReport(tuple(assignment.id for assignment in assignments), tuple(changes))


def check_course(course: Course, assignment_ids: Sequence[str] | None = None) -> list[str]:
    """List where ``release/`` and ``solutions/`` differ from a new build; empty if they are up to date.

    One line per file, with its relative name: missing, not made by the build, or out of date. Before them, a line for
    each text of a catalogue that is not translated, no longer used or doubtful; a release that lacks translations is
    not compared.

    Raises:
        The same as ``build_course``.
    """
    assignments = _assignments(course, assignment_ids)
    differences = [line for catalogue in _catalogues(course, assignments) for line in faults(catalogue)]
    if differences:
        return differences
    with TemporaryFolder("gradkit-check") as work:
        new_release, new_solutions = work / "release", work / "solutions"
        _make(course, assignments, new_release, new_solutions)
        both = ((_Target(new.name, course.root / new.name, own=True), new) for new in (new_release, new_solutions))
        for target, new in _trees(*both):
            for folder in _folders(course, target, assignment_ids):
                differences += _differences(target, folder, new)
    return differences + [line for line, _, _ in _outdated(course, assignments)]


def extract(course: Course, assignment_ids: Sequence[str] | None = None) -> list[str]:
    """Enter new texts into the catalogues, and drop those that are no longer used; translations stay.

    Args:
        course: the course.
        assignment_ids: the assignments, which get catalogues if they have none; None for all that have some.

    Returns:
        What is to be done, a line each.

    Raises:
        BuildError: a source or a catalogue cannot be read.
        UsageError, CourseError: an assignment does not exist, or its ``assignment.toml`` is invalid.
    """
    assignments = _assignments(course, assignment_ids)
    found = _catalogues(course, assignments, begin=assignment_ids is not None)
    for catalogue in found:
        update(catalogue)
    return [line for catalogue in found for line in faults(catalogue)]


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
        raise BuildError(
            message("The new folders could not be moved into place ({reason}); nothing was changed.", reason=error)
        ) from error


def _assignments(course: Course, assignment_ids: Sequence[str] | None) -> list[Assignment]:
    ids = course.assignment_ids if assignment_ids is None else dict.fromkeys(assignment_ids)
    for language in LANGUAGES:
        if language in ids:
            raise UsageError(
                message(
                    'An assignment cannot have the id "{language}": release/{language} is a language\'s folder.',
                    language=language,
                )
            )
    return [course.assignment(assignment_id) for assignment_id in ids]


def _catalogues(course: Course, assignments: Sequence[Assignment], *, begin: bool = False) -> list[CatalogueFile]:
    """The catalogues of assignments and their suites; with ``begin``, also those that are not there yet."""
    return [
        catalogue
        for assignment in assignments
        for language in (LOCALES if begin else translated_into(course, assignment.id))
        for catalogue in catalogues(course, assignment, language)
    ]


def _outdated(course: Course, assignments: Sequence[Assignment]) -> Iterator[tuple[str, Path, bytes]]:
    """Each compiled catalogue that is missing or out of date: a line, its path, and its bytes."""
    for catalogue in _catalogues(course, assignments):
        if catalogue.compiled:
            new, there = compiled(catalogue), catalogue.mo.is_file()
            if not there or catalogue.mo.read_bytes() != new:
                name = catalogue.mo.relative_to(course.root).as_posix()
                text = message("{path}: out of date", path=name) if there else message("{path}: missing", path=name)
                yield text, catalogue.mo, new


def _write_compiled(course: Course, assignments: Sequence[Assignment]) -> list[str]:
    changes = []
    for line, path, data in _outdated(course, assignments):
        with replacing(path) as new:
            new.write_bytes(data)
        changes.append(line)
    return changes


def _trees(*both: tuple[_Target, Path]) -> Iterator[tuple[_Target, Path]]:
    """Each tree and its new one; then those of the release's languages."""
    yield from both
    release, new = both[0]
    for language in LANGUAGES:
        yield release.within(language), new / language


def _remove_empty(folder: Path) -> None:
    if folder.is_dir() and not any(folder.iterdir()):
        folder.rmdir()


def _make(course: Course, assignments: Sequence[Assignment], release: Path, solutions: Path) -> None:
    for catalogue in _catalogues(course, assignments):
        translations(catalogue)
    for assignment in assignments:
        own, *others = (read_source(course, assignment, language) for language in languages(course, assignment.id))
        write_complete(own, solutions)
        _release(course, own, release)
        for source in others:
            _release(course, source, release / source.language)
    for assignment in assignments:
        _, *beside = languages(course, assignment.id)
        for inside in (assignment.id, *(f"{language}/{assignment.id}" for language in beside)):
            leaks = find_leaks(course, assignment, release / inside)
            if leaks:
                raise LeakError(
                    lines(
                        message("release/{inside} would contain what students must not see:", inside=inside),
                        *(message("  {line}", line=leak.in_words) for leak in leaks),
                    )
                )


def _release(course: Course, source: Source, root: Path) -> None:
    """Make ``root/<hw>``."""
    with TemporaryFolder("gradkit-staged") as folder:
        write_staged(source, folder)
        generate_assignment(
            folder,
            root,
            # No gradebook: its content must not influence the release.
            database_url=None,
            course_id=course.id,
            assignment_id=source.assignment.id,
        )


def _folders(course: Course, target: _Target, assignment_ids: Sequence[str] | None) -> list[str]:
    """The assignment folders that a build concerns, including those to remove."""
    if assignment_ids is not None:
        return list(dict.fromkeys(assignment_ids))
    there = set(course.assignment_ids)
    if target.own and target.root.is_dir():
        there |= {path.name for path in target.root.iterdir() if path.is_dir() and not path.name.startswith(".")}
    return sorted(there - LANGUAGES.keys())


def _differences(target: _Target, folder: str, new: Path) -> list[str]:
    old_files, new_files = _tree(target.root / folder), _tree(new / folder)
    found: list[str] = []
    for name in sorted(old_files | new_files):
        path = f"{target.name}/{folder}/{name}"
        if name not in old_files:
            found.append(message("{path}: missing", path=path))
        elif name not in new_files:
            found.append(message("{path}: not made by the build", path=path))
        elif (target.root / folder / name).read_bytes() != (new / folder / name).read_bytes():
            found.append(message("{path}: out of date", path=path))
    return found


def _tree(folder: Path) -> set[str]:
    if not folder.is_dir():
        return set()
    found = (path.relative_to(folder) for path in folder.rglob("*") if path.is_symlink() or not path.is_dir())
    return {path.as_posix() for path in found if not any(is_litter(part) for part in path.parts)}
