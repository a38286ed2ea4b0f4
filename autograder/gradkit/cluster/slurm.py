"""Nodes as jobs of Slurm, described in a ``slurm.toml``."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, ClassVar

from pydantic import ConfigDict, Field

from gradkit.course.toml_files import read_toml
from gradkit.errors import UsageError
from gradkit.messages import message


@dataclass(frozen=True)
class SlurmSettings:
    """What to ask Slurm for.

    Attributes:
        partition: the partition.
        nodes: how many jobs, each a node.
        cores: processors of each.
        memory: memory of each, such as "8GB".
        time: how long each may run, such as "02:00:00".
        account: the account that pays; "": the user's own.
        interface: the network that head and nodes share; "": the default one.
        shared_folder: a folder that head and nodes see, for the certificates of this run; "": the home folder.
        directives: further lines for ``#SBATCH``.
    """

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    partition: Annotated[str, Field(min_length=1)]
    nodes: Annotated[int, Field(ge=1)]
    cores: Annotated[int, Field(ge=1)]
    memory: Annotated[str, Field(pattern=r"^\d+ ?[KMGT]i?B$")]
    time: Annotated[str, Field(pattern=r"^(\d+-)?\d{1,2}:\d{2}:\d{2}$")]
    account: str = ""
    interface: str = ""
    shared_folder: str = ""
    directives: tuple[str, ...] = ()


def start(path: Path, logs: Path) -> tuple[Any, SlurmSettings]:
    """A cluster without nodes yet.

    Args:
        path: the ``slurm.toml``.
        logs: a folder for the output of its jobs.

    Raises:
        CourseError: the file is wrong.
    """
    settings = read_toml(path, SlurmSettings)
    from dask_jobqueue import SLURMCluster
    from distributed import Security

    folder = Path(settings.shared_folder or Path.home()).expanduser()
    scheduler = {
        "dashboard": False,
        "dashboard_address": "127.0.0.1:0",
        **({"interface": settings.interface} if settings.interface else {}),
    }
    cluster = SLURMCluster(
        queue=settings.partition,
        account=settings.account or None,
        cores=1,
        processes=1,
        job_cpu=settings.cores,
        memory=settings.memory,
        walltime=settings.time,
        job_extra_directives=list(settings.directives),
        interface=settings.interface or None,
        scheduler_options=scheduler,
        security=Security.temporary(),
        shared_temp_directory=str(folder),
        log_directory=str(logs),
        python=sys.executable,
        protocol="tls://",
    )
    return cluster, settings


def check_job(path: Path, script: str) -> None:
    """Ask Slurm whether it would run a job; it does not run it.

    Raises:
        UsageError: it would not, or is not here.
    """
    words = ["sbatch", "--test-only"]
    try:
        ran = subprocess.run(words, input=script, capture_output=True, text=True, check=False)  # noqa: S603 - Slurm's
    except FileNotFoundError as error:
        raise UsageError(
            message("--cluster {path}: there is no sbatch here. Run this where you submit jobs.", path=path)
        ) from error
    if ran.returncode:
        said = ran.stderr.strip().rpartition("\n")[2]
        raise UsageError(
            message(
                "--cluster {path}: Slurm does not accept its jobs ({error}). Correct the file.", path=path, error=said
            )
        )
