"""Read students' repositories without trusting anything in them.

Nothing is ever checked out: git keeps a bare copy, and files are read out of it one by one, so that no hook, filter,
attribute, link or submodule of a student's has a say. Git is run with its dangerous ways shut: transports that start
programs, prompts, and the settings that a repository could bring along.
"""

from __future__ import annotations

import os
import re
import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from gradkit.errors import SubmissionRefused
from gradkit.gradebook.folders import printable

_PATIENCE = 300  # seconds for one git command
_SETTINGS = (
    *("-c", "core.hooksPath=/dev/null", "-c", "core.fsmonitor=false", "-c", "gc.auto=0"),
    *("-c", "protocol.ext.allow=never", "-c", "submodule.recurse=false", "-c", "fetch.recurseSubmodules=false"),
)
_ENVIRONMENT = {
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_ALLOW_PROTOCOL": "https:ssh:git:file",
    "LC_ALL": "C",
}
_ADDRESS = re.compile(r"(https://|ssh://|git://|file:///|/|\./|\.\./|[\w.-]+@[\w.-]+:)[^\s\x00-\x1f]*")
_COMMIT = re.compile(r"[0-9a-f]{40}([0-9a-f]{24})?")


@dataclass(frozen=True)
class Commit:
    """A commit and its committer's time, which its author's machine wrote."""

    id: str
    time: datetime


def check_address(address: str) -> str:
    """The address of a repository, if git may be given it.

    Raises:
        SubmissionRefused: it is none, or git would take it for an option or start a program for it.
    """
    if not _ADDRESS.fullmatch(address):
        raise SubmissionRefused(
            f"{printable(address)} is no address of a repository: expected https://..., ssh://..., user@host:..., or "
            "an absolute path."
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
    copy.parent.mkdir(parents=True, exist_ok=True)
    if not copy.exists():
        git(copy.parent, "init", "--quiet", "--bare", "--", copy.name)
    name = f"refs/heads/{branch}" if branch else "HEAD"
    said = git(copy, "ls-remote", "--", address, name).decode(errors="replace")
    tips = [line.split("\t")[0] for line in said.splitlines() if line.endswith(f"\t{name}")]
    if not tips:
        what = f"no branch {printable(branch)}" if branch else "no commit yet"
        raise SubmissionRefused(f"the repository {printable(address)} has {what}.")
    git(copy, "fetch", "--quiet", "--no-tags", "--no-write-fetch-head", "--", address, f"+{name}:refs/gradkit/tip")
    git(copy, "update-ref", f"refs/gradkit/seen/{tips[0]}", "refs/gradkit/tip")
    return tips[0]


def ensure(address: str, copy: Path, commit: str) -> None:
    """See that a commit is in the copy, and ask the server for it by name where it is not.

    Raises:
        SubmissionRefused: the server does not give it out.
    """
    if not _COMMIT.fullmatch(commit):
        raise SubmissionRefused(f"{printable(commit)} is no commit's id.")
    try:
        git(copy, "cat-file", "-e", f"{commit}^{{commit}}")
    except SubmissionRefused:
        try:
            git(copy, "fetch", "--quiet", "--no-tags", "--no-write-fetch-head", "--", check_address(address), commit)
        except SubmissionRefused as error:
            raise SubmissionRefused(
                f"the commit {commit[:10]} that the server had then cannot be fetched ({error}). It was replaced by a "
                "force push; ask for it where the server keeps it."
            ) from error


def history(copy: Path, tip: str) -> list[Commit]:
    """The first parents of a commit, itself first."""
    text = git(copy, "rev-list", "--first-parent", "--format=%H %ct", tip, "--").decode()
    lines = [line.split() for line in text.splitlines() if not line.startswith("commit ")]
    return [Commit(name, datetime.fromtimestamp(int(seconds), UTC)) for name, seconds in lines]


def git(folder: Path, *arguments: str, data: bytes | None = None) -> bytes:
    """Run git in a folder; what it printed.

    Raises:
        SubmissionRefused: it failed, in its own words, or took too long.
    """
    environment = {**os.environ, **_ENVIRONMENT}
    try:
        done = subprocess.run(  # noqa: S603 - no shell, and what comes from a roster stands behind "--"
            ["git", *_SETTINGS, *arguments],  # noqa: S607 - the git on the path, as the instructor's own
            cwd=folder,
            env=environment,
            input=b"" if data is None else data,
            capture_output=True,
            timeout=_PATIENCE,
            start_new_session=True,  # without a terminal ssh asks for nothing, and fails
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise SubmissionRefused(f"git took longer than {_PATIENCE} s.") from None
    if done.returncode != 0:
        words = done.stderr.decode(errors="replace").strip().splitlines() or [f"status {done.returncode}"]
        raise SubmissionRefused(f"git says: {printable(words[0])}.")
    return done.stdout
