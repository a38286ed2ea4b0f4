"""Read students' repositories without trusting anything in them.

Nothing is ever checked out: git keeps a bare copy, and files are read out of it one by one, so that no hook, filter,
attribute, link or submodule of a student's has a say. Git is run with its dangerous ways shut: transports that start
programs, prompts, and the settings that a repository could bring along.
"""

from __future__ import annotations

import os
import re
import resource
import signal
import subprocess
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from gradkit.errors import SubmissionRefused
from gradkit.ids import quoted
from gradkit.temporary import TemporaryFolder

_PATIENCE = 300  # seconds for one git command
_LARGEST = 512  # MiB that one fetch may bring
_LAST = 253_402_300_799  # seconds, the end of the year 9999
_MEMORY = 4 << 30  # bytes of address space: a small pack can be told to unfold into any amount
_SETTINGS = (
    *("-c", "core.hooksPath=/dev/null", "-c", "core.fsmonitor=false", "-c", "gc.auto=0"),
    *("-c", "protocol.ext.allow=never", "-c", "submodule.recurse=false", "-c", "fetch.recurseSubmodules=false"),
    *("-c", "fetch.unpackLimit=1"),  # all that is fetched is one file, whose size can be limited
)
_ENVIRONMENT = {
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_ALLOW_PROTOCOL": "https:ssh:git:file",
    "LC_ALL": "C",
}
# What a hook that calls gradkit has set for its own repository.
_FOREIGN = (
    *("GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_COMMON_DIR", "GIT_NAMESPACE", "GIT_PREFIX", "GIT_QUARANTINE_PATH"),
    *("GIT_OBJECT_DIRECTORY", "GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_SHALLOW_FILE", "GIT_GRAFT_FILE"),
)
_ADDRESS = re.compile(r"(https://|ssh://|git://|file:///|/|[\w.-]+@[\w.-]+:)[^\x00-\x1f\x7f]*")
_USER = re.compile(r"(?<=://).*@")
_COMMIT = re.compile(r"[0-9a-f]{40}([0-9a-f]{24})?")


@dataclass(frozen=True)
class Commit:
    """A commit and its committer's time, which its author's machine wrote."""

    id: str
    time: datetime


def without_user(address: str) -> str:
    """A URL without the user's name, password or token; another address as it is."""
    return _USER.sub("", address)


def quoted_address(address: str) -> str:
    """An address as it can be shown in any message: without a password or token, in quotes."""
    return quoted(without_user(address))


def check_address(address: str) -> str:
    """The address of a repository, if git may be given it.

    Raises:
        SubmissionRefused: it is none, or git would take it for an option or start a program for it.
    """
    if not _ADDRESS.fullmatch(address):
        raise SubmissionRefused(
            f"{quoted_address(address)} is no address of a repository: expected https://..., ssh://..., user@host:..., "
            "or an absolute path."
        )
    return address


def fetch(address: str, copy: Path, branch: str | None) -> str:
    """Bring the bare copy of a repository up to date; what was fetched before and has gone since is kept.

    Returns:
        The newest commit of the branch; of the repository's own default branch where ``branch`` is None.

    Raises:
        SubmissionRefused: it cannot be read, has no commit, or no such branch; in git's words.
    """
    check_address(address)
    if not (copy / "HEAD").is_file():
        copy.parent.mkdir(parents=True, exist_ok=True)
        with TemporaryFolder("new", copy.parent) as work:
            git(work, "init", "--quiet", "--bare", "--template=")
            work.replace(copy)
    name = f"refs/heads/{branch}" if branch else "HEAD"
    said = git(copy, "ls-remote", "--", address, name).decode(errors="replace")
    tips = [line.split("\t")[0] for line in said.splitlines() if line.endswith(f"\t{name}")]
    if not tips:
        what = f"no branch {quoted(branch)}" if branch else "no commit yet in its default branch"
        raise SubmissionRefused(f"the repository {quoted_address(address)} has {what}.")
    _fetch(copy, address, f"+{name}:refs/gradkit/tip")
    git(copy, "update-ref", f"refs/gradkit/seen/{tips[0]}", "refs/gradkit/tip")
    return tips[0]


def ensure(address: str, copy: Path, commit: str) -> None:
    """See that a commit is in the copy, and ask the server for it by name where it is not.

    Raises:
        SubmissionRefused: the server does not give it out.
    """
    if not _COMMIT.fullmatch(commit):
        raise SubmissionRefused(f"{quoted(commit)} is no commit's id.")
    known = ("cat-file", "-e", f"{commit}^{{commit}}")
    try:
        git(copy, *known)
    except SubmissionRefused:
        try:
            _fetch(copy, check_address(address), commit)
            git(copy, *known)
        except SubmissionRefused as error:
            raise SubmissionRefused(
                f"the commit {commit[:10]} that the server had then cannot be fetched ({error}). It was replaced by a "
                "force push; ask for it where the server keeps it."
            ) from error


def _fetch(copy: Path, address: str, what: str) -> None:
    try:
        options = ("--quiet", "--no-tags", "--no-write-fetch-head")
        git(copy, "fetch", *options, "--", address, what, megabytes=_LARGEST)
    except SubmissionRefused:
        rests = list((copy / "objects" / "pack").glob("tmp_*"))
        largest = max((rest.stat().st_size for rest in rests), default=0)
        for rest in rests:
            rest.unlink()
        if largest >= _LARGEST << 20:
            raise SubmissionRefused(f"it is larger than {_LARGEST} MiB with all its history.") from None
        raise


def history(copy: Path, tip: str) -> list[Commit]:
    """The first parents of a commit, itself first. A time that no calendar has is taken for the last of all times."""
    text = git(copy, "rev-list", "--first-parent", "--format=%H %ct", tip, "--").decode()
    found = []
    for line in text.splitlines():
        if not line.startswith("commit "):
            name, _, seconds = line.partition(" ")
            known = seconds.isdecimal() and int(seconds) <= _LAST
            found.append(Commit(name, datetime.fromtimestamp(int(seconds) if known else _LAST, UTC)))
    return found


def git(folder: Path, *arguments: str, data: bytes = b"", megabytes: int = 64) -> bytes:
    """Run git on a bare repository; what it printed.

    Args:
        folder: the repository. Git looks for no other one.
        arguments: of the command.
        data: its input.
        megabytes: how much it may print, and how large a file it may write, in MiB. A small repository can be told to
            unfold into more files than there are atoms.

    Raises:
        SubmissionRefused: it failed, in its own words, took too long, or wrote more than it may.
    """
    with (
        tempfile.TemporaryFile() as given,
        tempfile.TemporaryFile() as printed,
        tempfile.TemporaryFile() as complaint,
    ):
        given.write(data)
        given.seek(0)
        with subprocess.Popen(  # noqa: S603 - no shell, and what comes from a roster stands behind "--"
            ["git", *_SETTINGS, *arguments],  # noqa: S607 - the git on the path, as the instructor's own
            cwd=folder,
            env=_environment(folder),
            stdin=given,
            stdout=printed,
            stderr=complaint,
            start_new_session=True,  # without a terminal ssh asks for nothing, and fails
            preexec_fn=lambda: _limit(megabytes << 20),
        ) as process:
            try:
                status = process.wait(_PATIENCE)
            except BaseException as error:
                os.killpg(process.pid, signal.SIGKILL)  # with the helpers that it has started
                if isinstance(error, subprocess.TimeoutExpired):
                    raise SubmissionRefused(f"git took longer than {_PATIENCE} s.") from None
                raise
        complaint.seek(0)
        words = complaint.read(100_000).decode(errors="replace")
        if status == -signal.SIGXFSZ:
            raise SubmissionRefused(f"git came to more than {megabytes} MiB; no homework has so many files.")
        if status != 0:
            lines = words.strip().splitlines() or [f"status {status}"]
            raise SubmissionRefused(f"git says: {quoted(without_user(lines[0]))}.")
        printed.seek(0)
        return printed.read()


def _environment(folder: Path) -> dict[str, str]:
    own = {name: value for name, value in os.environ.items() if name not in _FOREIGN}
    return {**own, **_ENVIRONMENT, "GIT_DIR": os.fspath(folder)}


def _limit(size: int) -> None:
    """In the child: how large a file it may write, and how much memory it may ask for, in bytes."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
