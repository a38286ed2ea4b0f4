"""What a killed process leaves behind is swept away; what a living one uses is not."""

from __future__ import annotations

import errno
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from gradkit.temporary import TemporaryFolder, advice_on, replacing

HOLD = """
import sys
from pathlib import Path
from gradkit.temporary import TemporaryFolder, replacing
with TemporaryFolder("work", Path(sys.argv[1])) as folder, replacing(Path(sys.argv[1]) / "record") as new:
    (folder / "inside").mkdir()
    print(folder.name, new.name, flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def holder(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[str], list[str]]]:
    """Another process that holds a folder and a file, and their names."""
    with subprocess.Popen(  # noqa: S603 - our own interpreter
        [sys.executable, "-I", "-c", HOLD, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        yield process, process.stdout.readline().split()
        process.kill()


def use(parent: Path) -> None:
    with TemporaryFolder("work", parent), replacing(parent / "record") as new:
        new.write_text("ours")


@pytest.mark.parametrize(
    ("error", "advice"),
    [
        (OSError(errno.ENOSPC, "full"), "Free some space"),
        (PermissionError(errno.EACCES, "denied"), "Check the owner"),
        (OSError(errno.EROFS, "read-only"), "mounted for writing"),
        (OSError(errno.EMFILE, "too many"), "ulimit -n"),
        (BlockingIOError(errno.EAGAIN, "no fork"), "ulimit -u"),
        (MemoryError(), "Out of memory"),
        (ImportError("libtorch.so: cannot map: Cannot allocate memory"), "ulimit -v"),
        (ValueError("a mistake of ours"), None),
    ],
)
def test_an_error_of_the_machine_says_what_to_do(error: Exception, advice: str | None) -> None:
    assert advice_on(error) is None if advice is None else advice in str(advice_on(error))


def test_folder_goes_when_it_is_closed(tmp_path: Path) -> None:
    with TemporaryFolder("work", tmp_path) as folder:
        (folder / "inside").mkdir()
        assert folder.parent == tmp_path
    assert list(tmp_path.iterdir()) == []


def test_what_a_living_process_uses_stays(tmp_path: Path, holder: tuple[subprocess.Popen[str], list[str]]) -> None:
    use(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {"record", *holder[1]}


def test_what_a_killed_process_leaves_is_swept_away(
    tmp_path: Path, holder: tuple[subprocess.Popen[str], list[str]]
) -> None:
    holder[0].send_signal(signal.SIGKILL)
    holder[0].wait()
    assert {path.name for path in tmp_path.iterdir()} == set(holder[1])
    use(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["record"]


def test_links_and_other_names_are_left_alone(tmp_path: Path) -> None:
    """A course may well lie in /tmp/gradkit-main, or beside its record in a file of a similar name."""
    others = {"kept", "workshop", "work-main", "work-0.1.0", "work-abcd1234", "work-two.tmp", "work-of-12345678.old"}
    for name in others:
        (tmp_path / name).mkdir()
    (tmp_path / ".record-of-ada").touch()
    link = tmp_path / "work-12345678.tmp"
    link.symlink_to(tmp_path / "kept")
    use(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {*others, ".record-of-ada", link.name, "record"}


def test_another_kind_of_the_same_family_is_swept(tmp_path: Path) -> None:
    (tmp_path / "work-books-12345678.tmp").mkdir()
    use(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["record"]


def test_a_file_is_replaced_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "new" / "record"
    with replacing(path) as new:
        new.write_text("first")
    with pytest.raises(IsADirectoryError), replacing(path) as new:
        new.write_bytes(path.parent.read_bytes())
    assert path.read_text() == "first"
    assert list(path.parent.iterdir()) == [path]
