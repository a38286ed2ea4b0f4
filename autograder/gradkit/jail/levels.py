"""Levels of confinement, strongest first, and which of them a run may use.

bubblewrap   the worker base runs inside bubblewrap; each child also has its own namespaces, and all of "flat"
namespaces   each child has its own user, mount, pid, ipc, uts and network namespaces, and all of "flat"
flat-uid     each child has its own user id, and all of "flat" (only if started by root)
flat         rlimits, no capabilities, no new privileges, Landlock, seccomp
insecure     a separate process with rlimits: only for your own code
"""

from __future__ import annotations

import os
from dataclasses import dataclass

from gradkit.errors import GradkitError
from gradkit.jail import kernel
from gradkit.messages import message

# User ids that no account has by default, below the range for containers.
OUR_UID, OUR_UIDS = 64321, 1000


class SandboxError(GradkitError):
    """The requested confinement is not available on this machine."""

    exit_status = 2


@dataclass(frozen=True)
class Level:
    """One level of confinement.

    Attributes:
        name: its name in records and messages.
        jail: whether the worker base itself runs inside bubblewrap.
        namespaces: the kinds of namespaces that each child has for itself.
        uid: the first of the children's user ids, one for each; None to keep the base's.
        confined: whether rlimits, capabilities, Landlock and seccomp apply: at all levels but "insecure".
    """

    name: str
    jail: bool = False
    namespaces: tuple[str, ...] = ()
    uid: int | None = None
    confined: bool = True

    @property
    def has_private_folder(self) -> bool:
        """Whether a child has its own temporary folder, with a size limit."""
        return "mnt" in self.namespaces

    @property
    def counts_threads_apart(self) -> bool:
        """Whether the kernel, if it counts threads at all, counts each child's separately."""
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
        policy: "auto", down to "flat"; "strict", a full jail or nothing; "insecure"; or a level's name.

    Raises:
        SandboxError: there is no such policy.
    """
    if policy == "auto":
        return [BUBBLEWRAP, NAMESPACES, *([FLAT_UID] if os.geteuid() == 0 else []), FLAT]
    if policy == "strict":
        return [BUBBLEWRAP, NAMESPACES]
    if policy in LEVELS:
        return [LEVELS[policy]]
    raise SandboxError(
        message(
            'Unknown sandbox "{policy}". Choose auto, strict or one of: {levels}.',
            policy=policy,
            levels=", ".join(LEVELS),
        )
    )
