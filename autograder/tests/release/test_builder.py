"""Building all or nothing, the same bytes every time."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
from nbgrader.nbgraderformat import MetadataValidator
from nbgrader.utils import compute_checksum, is_grade, is_locked, is_solution

from gradkit.course import Course, load_course
from gradkit.errors import BuildError, LeakError, UsageError
from gradkit.release import build_course, check_course
from gradkit.release.builder import swap

Write = Callable[[dict[str, str | None]], Course]
HW = "hw9_scale"


def tree(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def copy(built: Course, tmp_path: Path) -> Course:
    """The built course in another place, free to be changed."""
    shutil.copytree(built.root, tmp_path / "a copy, and more + &")
    return load_course(tmp_path / "a copy, and more + &")


def test_the_released_notebook_is_nbgraders_own(built: Course) -> None:
    notebook = nbformat.read(built.release(HW) / "scale.ipynb", as_version=4)
    nbformat.validate(notebook)
    MetadataValidator().validate_nb(notebook)
    graded = [cell for cell in notebook.cells if is_grade(cell)]
    assert [cell.metadata.nbgrader.grade_id for cell in graded] == ["scale", "Line", "why"]
    for cell in graded:
        assert cell.metadata.nbgrader.checksum == compute_checksum(cell)
        assert cell.metadata.deletable is False
    for cell in graded[:2]:
        assert is_locked(cell)
        assert not is_solution(cell)
        assert cell.metadata.editable is False


def test_a_second_build_elsewhere_gives_the_same_bytes(built: Course, copy: Course, tmp_path: Path) -> None:
    report = build_course(copy, release_root=tmp_path / "r", solutions_root=tmp_path / "s")
    assert report.assignments == (HW,)
    assert tree(tmp_path / "r") == tree(built.root / "release")
    assert tree(tmp_path / "s") == tree(built.root / "solutions")
    assert (len(tree(tmp_path / "r")), len(tree(tmp_path / "s"))) == (10, 6)


def test_a_build_leaves_alone_what_is_up_to_date(copy: Course) -> None:
    before = (copy.release(HW) / "scale.py").stat()
    assert build_course(copy).changes == ()
    after = (copy.release(HW) / "scale.py").stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_check_lists_what_is_missing_extra_or_out_of_date(copy: Course) -> None:
    (copy.release(HW) / "README.md").unlink()
    (copy.release(HW) / "old.txt").write_text("x")
    (copy.release(HW) / "__pycache__").mkdir()
    (copy.release(HW) / "__pycache__" / "scale.pyc").write_text("x")
    (copy.solution(HW) / "scale.py").write_text("x")
    (copy.root / "solutions" / "hw0_gone").mkdir()
    (copy.root / "solutions" / "hw0_gone" / "gone.py").write_text("x")
    before = tree(copy.root)
    assert check_course(copy) == [
        f"release/{HW}/README.md: missing",
        f"release/{HW}/old.txt: not made by the build",
        "solutions/hw0_gone/gone.py: not made by the build",
        f"solutions/{HW}/scale.py: out of date",
    ]
    assert tree(copy.root) == before


def test_a_build_mends_what_check_lists(copy: Course) -> None:
    expected = tree(copy.root)
    (copy.release(HW) / "old.txt").write_text("x")
    (copy.solution(HW) / "scale.py").write_text("x")
    (copy.root / "solutions" / "hw0_gone").mkdir()
    (copy.root / "solutions" / "hw0_gone" / "gone.py").write_text("x")
    assert build_course(copy).changes == (
        f"release/{HW}/old.txt: not made by the build",
        "solutions/hw0_gone/gone.py: not made by the build",
        f"solutions/{HW}/scale.py: out of date",
    )
    assert tree(copy.root) == expected
    assert sorted(path.name for path in (copy.root / "solutions").iterdir()) == [HW]


def test_check_finds_nothing_after_a_build(built: Course) -> None:
    assert check_course(built, [HW]) == []


def test_other_folders_keep_what_the_build_does_not_know(write: Write, tmp_path: Path) -> None:
    (tmp_path / "r" / "mine").mkdir(parents=True)
    (tmp_path / "r" / "mine" / "keep.txt").write_text("x")
    build_course(write({}), release_root=tmp_path / "r", solutions_root=tmp_path / "s")
    assert sorted(path.name for path in (tmp_path / "r").iterdir()) == [HW, "mine"]


def test_a_leak_keeps_the_old_state(copy: Course) -> None:
    before = tree(copy.root / "release") | tree(copy.root / "solutions")
    (copy.source(HW) / "README.md").write_text("Hint: `return scaled - scaled.mean()`.\n")
    with pytest.raises(LeakError, match=r"README.md, line 1: solution: 'return scaled - scaled.mean\(\)'"):
        build_course(copy)
    assert tree(copy.root / "release") | tree(copy.root / "solutions") == before
    assert sorted(path.name for path in (copy.root / "release").iterdir()) == [HW]


def test_one_broken_assignment_keeps_all_as_they_were(copy: Course) -> None:
    shutil.copytree(copy.source(HW), copy.root / "assignments" / "hw1_new")
    toml = copy.root / "assignments" / "hw1_new" / "assignment.toml"
    toml.write_text(toml.read_text().replace(HW, "hw1_new"))
    (copy.source(HW) / "notes.txt").write_text("x")
    with pytest.raises(BuildError, match=f"{HW}/notes.txt"):
        build_course(load_course(copy.root))
    assert not copy.release("hw1_new").exists()


def test_an_unknown_assignment_is_a_wrong_use(built: Course) -> None:
    with pytest.raises(UsageError, match='No assignment "hw0"'):
        build_course(built, ["hw0"])


def test_swap_undoes_all_moves_when_one_fails(tmp_path: Path) -> None:
    for name in ("old1", "old2", "new1"):
        (tmp_path / name).mkdir()
        (tmp_path / name / name).write_text(name)
    before = tree(tmp_path)
    moves = [
        (tmp_path / "new1", tmp_path / "old1", tmp_path / "aside1"),
        (tmp_path / "is not there", tmp_path / "old2", tmp_path / "aside2"),
    ]
    with pytest.raises(BuildError, match=r"is not there.*nothing was changed"):
        swap(moves)
    assert tree(tmp_path) == before
