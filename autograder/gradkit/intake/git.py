"""Read students' repositories without trusting anything in them.

Nothing is ever checked out: git keeps a bare copy, and files are read from it one by one, so that a student's hooks,
filters, attributes, links and submodules have no effect. Git runs with external transports, prompts and repository
settings disabled.
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
from gradkit.messages import message
from gradkit.temporary import TemporaryFolder

_PATIENCE = 300  # seconds for one git command
_LARGEST = 512  # MiB for one fetch
_LAST = 253_402_300_799  # seconds, the end of the year 9999
_MEMORY = 4 << 30  # bytes of address space: a small pack can expand to any size
_SETTINGS = (
    *("-c", "core.hooksPath=/dev/null", "-c", "core.fsmonitor=false", "-c", "gc.auto=0"),
    *("-c", "protocol.ext.allow=never", "-c", "submodule.recurse=false", "-c", "fetch.recurseSubmodules=false"),
    *("-c", "fetch.unpackLimit=1"),  # a fetch writes a single file, whose size can be limited
)
_ENVIRONMENT = {
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_ALLOW_PROTOCOL": "https:ssh:git:file",
    "LC_ALL": "C",
}
# Variables that a hook that calls gradkit has set for its own repository.
_FOREIGN = (
    *("GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_COMMON_DIR", "GIT_NAMESPACE", "GIT_PREFIX", "GIT_QUARANTINE_PATH"),
    *("GIT_OBJECT_DIRECTORY", "GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_SHALLOW_FILE", "GIT_GRAFT_FILE"),
)
_ADDRESS = re.compile(r"(https://|ssh://|git://|file:///|/|[\w.-]+@[\w.-]+:)[^\x00-\x1f\x7f]*")
_USER = re.compile(r"(?<=://).*@")
_COMMIT = re.compile(r"[0-9a-f]{40}([0-9a-f]{24})?")


@dataclass(frozen=True)
class Commit:
    """A commit and its committer's time, set by the author's machine."""

    id: str
    time: datetime


def without_user(address: str) -> str:
    """A URL without user name, password or token; other addresses unchanged."""
    return _USER.sub("", address)


def quoted_address(address: str) -> str:
    """An address for display in messages: quoted, without a password or token."""
    return quoted(without_user(address))


def check_address(address: str) -> str:
    """Check that an address is safe to pass to git, and return it.

    Raises:
        SubmissionRefused: it is not one, or git would read it as an option or start a program for it.
    """
    if not _ADDRESS.fullmatch(address):
        raise SubmissionRefused(
            message(
                "{address} is not a repository's address: expected https://..., ssh://..., "
                "user@host:..., or an absolute path.",
                address=quoted_address(address),
            )
        )
    return address


def fetch(address: str, copy: Path, branch: str | None) -> str:
    """Update the bare copy of a repository; commits fetched before and removed since are kept.

    Returns:
        The newest commit of the branch; if ``branch`` is None, of the repository's default branch.

    Raises:
        SubmissionRefused: it cannot be read, has no commit, or no such branch; with git's message.
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
        what = (
            message("no branch {name}", name=quoted(branch))
            if branch
            else message("no commit yet in its default branch")
        )
        raise SubmissionRefused(
            message("the repository {address} has {what}.", address=quoted_address(address), what=what)
        )
    _fetch(copy, address, f"+{name}:refs/gradkit/tip")
    git(copy, "update-ref", f"refs/gradkit/seen/{tips[0]}", "refs/gradkit/tip")
    return tips[0]


def ensure(address: str, copy: Path, commit: str) -> None:
    """Make sure that a commit is in the copy, fetching it by its id if necessary.

    Raises:
        SubmissionRefused: the server does not provide it.
    """
    if not _COMMIT.fullmatch(commit):
        raise SubmissionRefused(message("{name} is not a commit id.", name=quoted(commit)))
    known = ("cat-file", "-e", f"{commit}^{{commit}}")
    try:
        git(copy, *known)
    except SubmissionRefused:
        try:
            _fetch(copy, check_address(address), commit)
            git(copy, *known)
        except SubmissionRefused as error:
            raise SubmissionRefused(
                message(
                    "the commit {commit} in the server's record cannot be fetched ({error}). It was replaced by "
                    "a force push; ask the server's administrators for it.",
                    commit=commit[:10],
                    error=error.message,
                )
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
            raise SubmissionRefused(
                message("it is larger than {number} MiB with all its history.", number=_LARGEST)
            ) from None
        raise


def history(copy: Path, tip: str) -> list[Commit]:
    """The first parents of a commit, itself first. A time out of range is replaced by the latest possible."""
    text = git(copy, "rev-list", "--first-parent", "--format=%H %ct", tip, "--").decode()
    found = []
    for line in text.splitlines():
        if not line.startswith("commit "):
            name, _, seconds = line.partition(" ")
            known = seconds.isdecimal() and int(seconds) <= _LAST
            found.append(Commit(name, datetime.fromtimestamp(int(seconds) if known else _LAST, UTC)))
    return found


def git(folder: Path, *arguments: str, data: bytes = b"", megabytes: int = 64) -> bytes:
    """Run git on a bare repository and return its output.

    Args:
        folder: the repository. Git looks for no other one.
        arguments: the command's arguments.
        data: its input.
        megabytes: the limit of its output, and of any file it writes, in MiB. A small repository can expand to more
            files than there are atoms.

    Raises:
        SubmissionRefused: it failed (with its message), took too long, or wrote too much.
    """
    with (
        tempfile.TemporaryFile() as given,
        tempfile.TemporaryFile() as printed,
        tempfile.TemporaryFile() as complaint,
    ):
        given.write(data)
        given.seek(0)
        with subprocess.Popen(  # noqa: S603 - no shell, and values from a roster come after "--"
            ["git", *_SETTINGS, *arguments],  # noqa: S607 - the instructor's own git, from PATH
            cwd=folder,
            env=_environment(folder),
            stdin=given,
            stdout=printed,
            stderr=complaint,
            start_new_session=True,  # without a terminal ssh fails instead of prompting
            preexec_fn=lambda: _limit(megabytes << 20),
        ) as process:
            try:
                status = process.wait(_PATIENCE)
            except BaseException as error:
                os.killpg(process.pid, signal.SIGKILL)  # with the processes it started
                if isinstance(error, subprocess.TimeoutExpired):
                    raise SubmissionRefused(message("git took longer than {seconds} s.", seconds=_PATIENCE)) from None
                raise
        complaint.seek(0)
        words = complaint.read(100_000).decode(errors="replace")
        if status == -signal.SIGXFSZ:
            raise SubmissionRefused(
                message("git wrote more than {megabytes} MiB, too much for a homework.", megabytes=megabytes)
            )
        if status != 0:
            lines = words.strip().splitlines() or [f"status {status}"]
            raise SubmissionRefused(message("git failed: {name}.", name=quoted(without_user(lines[0]))))
        printed.seek(0)
        return printed.read()


def _environment(folder: Path) -> dict[str, str]:
    own = {name: value for name, value in os.environ.items() if name not in _FOREIGN}
    return {**own, **_ENVIRONMENT, "GIT_DIR": os.fspath(folder)}


def _limit(size: int) -> None:
    """In the child: limit file size and address space, in bytes."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
