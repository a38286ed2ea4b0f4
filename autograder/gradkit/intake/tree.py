"""Read the files of a commit from a bare repository one by one, unaffected by a student's settings."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from gradkit.course.course import SubmissionLimits
from gradkit.errors import SubmissionRefused
from gradkit.ids import composed, quoted
from gradkit.intake.files import check_name
from gradkit.intake.git import git
from gradkit.intake.policy import TIME_FILE, bytes_allowed, ignored, kept, listed, most_of
from gradkit.messages import message

_LONGEST = 1_000
_Entry = tuple[str, str, str, int, str]


def write_files(
    copy: Path, commit: str, folder: str, target: Path, limits: SubmissionLimits
) -> tuple[list[str], list[str]]:
    """Write a commit's files of accepted kinds to ``target``.

    Args:
        copy: the bare copy.
        commit: the commit.
        folder: the homework's folder in it; "" for the top.
        target: a folder, created here.
        limits: the limits of a submission.

    Returns:
        What was left out: the names of files, and of other repositories (submodules).

    Raises:
        SubmissionRefused: there is nothing, too much, or something that no submission may hold.
    """
    left_out: list[str] = []
    inner: list[str] = []
    wanted: dict[str, str] = {}
    weights: dict[str, int] = {}
    for mode, kind, identity, weight, name in _entries(copy, commit, folder):
        if kind == "commit":
            inner.append(name)
            continue
        if mode == "120000":
            raise SubmissionRefused(message("{name} is a link. Commit the file itself.", name=quoted(name)))
        if name == TIME_FILE:
            continue
        if not kept(name):
            left_out.append(name)
            continue
        wanted[name], weights[name] = identity, weight
        if len(wanted) > limits.files:
            raise SubmissionRefused(
                message(
                    "it has more than {files} files{most}.",
                    files=limits.files,
                    most=most_of(dict.fromkeys(weights, 1)),
                )
            )
        if weight > bytes_allowed(limits.file_megabytes) or sum(weights.values()) > bytes_allowed(limits.megabytes):
            raise SubmissionRefused(
                message(
                    "{name} makes it too large{most}: at most {each} MiB per file and {megabytes} MiB in total.",
                    name=quoted(name),
                    most=most_of(weights),
                    each=f"{limits.file_megabytes:g}",
                    megabytes=f"{limits.megabytes:g}",
                )
            )
    if not wanted:
        found = listed(
            [*left_out, *(message("{name} (another repository, a submodule)", name=name) for name in inner)]
        ) or message("nothing")
        raise SubmissionRefused(
            message(
                "commit {commit} contains no file of an accepted kind; found: {found}.", commit=commit[:10], found=found
            )
        )
    for name, data in _contents(copy, wanted, bytes_allowed(limits.megabytes)).items():
        path = target / composed(name)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("xb") as file:
                file.write(data)
        except (FileExistsError, NotADirectoryError):
            raise SubmissionRefused(message("{name} is in it twice.", name=quoted(name))) from None
    return left_out, inner


def folders(copy: Path, commit: str) -> set[str]:
    """The names of a commit's top-level folders."""
    return {name for _, kind, _, _, name in _list(copy, commit) if kind == "tree"}


def _entries(copy: Path, commit: str, folder: str) -> Iterator[_Entry]:
    """Every entry below a folder, with a relative name that is safe to write."""
    place = f"{commit}:{folder}" if folder else commit
    for entry in _list(copy, place, recursive=True):
        if len(entry[4]) > _LONGEST:
            raise SubmissionRefused(
                message(
                    "the path {name} is longer than {number} characters.",
                    name=quoted(entry[4]),
                    number=_LONGEST,
                )
            )
        for part in entry[4].split("/"):
            if part in ("", ".", "..") or part.lower() == ".git":
                raise SubmissionRefused(message("{name} is not a valid file name.", name=quoted(entry[4])))
        if any(map(ignored, entry[4].split("/"))):
            continue
        for part in entry[4].split("/"):
            check_name(part)
        yield entry


def _list(copy: Path, place: str, recursive: bool = False) -> Iterator[_Entry]:
    options = ("-r", "-z", "-l") if recursive else ("-z", "-l")
    for line in os.fsdecode(git(copy, "ls-tree", *options, "--full-tree", place)).split("\0"):
        if line:
            about, _, name = line.partition("\t")
            mode, kind, identity, size = about.split()
            yield mode, kind, identity, int(size) if size.isdigit() else 0, name


def _contents(copy: Path, wanted: Mapping[str, str], most: int) -> dict[str, bytes]:
    """Name -> bytes; no attributes or filters are applied."""
    asked = "".join(f"{identity}\n" for identity in wanted.values()).encode()
    printed = git(copy, "cat-file", "--batch", data=asked, megabytes=(most >> 20) + 2)
    found, place = {}, 0
    for name in wanted:
        end = printed.index(b"\n", place)
        size = int(printed[place:end].split()[2])
        found[name] = printed[end + 1 : end + 1 + size]
        place = end + 1 + size + 1
    return found
