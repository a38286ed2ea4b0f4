"""Levels of confinement, strongest first, and which of them a run may use.

bubblewrap   the worker base runs inside bubblewrap; each child also has namespaces of its own and what "flat" has
namespaces   each child has user, mount, pid, ipc, uts and network namespaces of its own and what "flat" has
flat-uid     a user id of its own for each child, and what "flat" has (only when started by root)
flat         rlimits, no capabilities, no new privileges, Landlock, seccomp
insecure     a process of its own with rlimits: for one's own code only
"""

from __future__ import annotations

import os
from dataclasses import dataclass

from gradkit.errors import GradkitError
from gradkit.jail import kernel

# User ids that no account has by default, below the range that containers are given.
OUR_UID, OUR_UIDS = 64321, 1000


class SandboxError(GradkitError):
    """The confinement that was asked for is not to be had on this machine."""

    exit_status = 2


@dataclass(frozen=True)
class Level:
    """What one level of confinement consists of.

    Attributes:
        name: what records and messages call it.
        jail: whether the worker base itself runs inside bubblewrap.
        namespaces: the namespaces that each child leaves.
        uid: the first of the user ids that children take on, each one of its own; None to keep the base's.
        confined: whether rlimits, capabilities, Landlock and seccomp apply. Only "insecure" goes without.
    """

    name: str
    jail: bool = False
    namespaces: tuple[str, ...] = ()
    uid: int | None = None
    confined: bool = True

    @property
    def has_private_folder(self) -> bool:
        """Whether a child has a temporary folder of its own, with a size limit."""
        return "mnt" in self.namespaces

    @property
    def counts_threads_apart(self) -> bool:
        """Whether the kernel, where it counts threads at all, counts each child's apart."""
        if self.namespaces:
            return kernel.counts_threads_by_namespace()
        return self.uid is not None or not self.confined


BUBBLEWRAP = Level("bubblewrap", jail=True, namespaces=("user", "mnt", "pid", "ipc", "uts"))
NAMESPACES = Level("namespaces", namespaces=("user", "mnt", "pid", "ipc", "uts", "net"))
FLAT_UID = Level("flat-uid", uid=OUR_UID)
FLAT = Level("flat")
INSECURE = Level("insecure", confined=False)

LEVELS = {level.name: level for level in (BUBBLEWRAP, NAMESPACES, FLAT_UID, FLAT, INSECURE)}


def candidates(policy: str) -> list[Level]:
    """The levels to try for a policy, in order.

    Args:
        policy: "auto", down to "flat" but no further; "strict", a full jail or nothing; "insecure"; or a level's name.

    Raises:
        SandboxError: there is no such policy.
    """
    if policy == "auto":
        return [BUBBLEWRAP, NAMESPACES, *([FLAT_UID] if os.geteuid() == 0 else []), FLAT]
    if policy == "strict":
        return [BUBBLEWRAP, NAMESPACES]
    if policy in LEVELS:
        return [LEVELS[policy]]
    raise SandboxError(f'There is no sandbox "{policy}". Choose auto, strict or one of: {", ".join(LEVELS)}.')
