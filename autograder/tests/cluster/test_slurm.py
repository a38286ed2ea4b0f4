"""Nodes as jobs of a real Slurm of one machine."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from .conftest import Gradkit, Records

PROGRAMS = ("munged", "slurmctld", "slurmd", "sbatch", "sinfo")
SETTINGS = 'partition = "main"\nnodes = 2\ncores = 1\nmemory = "1GB"\ntime = "00:20:00"\n'
CONFIGURATION = """
ClusterName=gradkit
SlurmctldHost={host}(127.0.0.1)
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket={folder}/munge.socket
CredType=cred/munge
SlurmctldPort={first}
SlurmdPort={second}
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd.log
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SchedulerType=sched/builtin
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
MpiDefault=none
ReturnToService=2
SwitchType=switch/none
JobAcctGatherType=jobacct_gather/none
NodeName={host} NodeAddr=127.0.0.1 CPUs=2 RealMemory=4000 State=UNKNOWN
PartitionName=main Nodes={host} Default=YES MaxTime=INFINITE State=UP OverSubscribe=FORCE:4
"""


def test_a_class_is_graded_as_jobs(
    gradkit: Gradkit,
    submissions: Path,
    records: Records,
    here: Mapping[str, Any],
    slurm: Mapping[str, str],
    tmp_path: Path,
) -> None:
    (tmp_path / "slurm.toml").write_text(SETTINGS)
    words = ("grade", "--submissions", submissions, "--results", "there", "--cluster", tmp_path / "slurm.toml")
    ran = gradkit(*words, environment=slurm)
    assert (ran.returncode, records("there")) == (0, here), ran.stderr
    jobs = run(slurm, "squeue", "--noheader")
    assert jobs == "" or " CG " in jobs  # completing
    assert [path.name for path in tmp_path.glob("slurm-*.out")] == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (SETTINGS + "gpus = 4\n", "gpus"),
        (SETTINGS.replace('"1GB"', '"a lot"'), "memory"),
        (SETTINGS.replace("nodes = 2", "nodes = 0"), "nodes"),
        (SETTINGS.replace('"00:20:00"', '"soon"'), "time"),
        ("partition = main\n", "slurm.toml"),
    ],
)
def test_a_wrong_file_is_refused(gradkit: Gradkit, submissions: Path, tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "slurm.toml").write_text(text)
    ran = gradkit("grade", "--submissions", submissions, "--results", "there", "--cluster", tmp_path / "slurm.toml")
    assert (ran.returncode, said in ran.stderr, "Traceback" in ran.stderr) == (2, True, False), ran.stderr
    assert not (tmp_path / "there").exists()


def test_what_slurm_does_not_accept_is_refused_at_once(
    gradkit: Gradkit, submissions: Path, slurm: Mapping[str, str], tmp_path: Path
) -> None:
    (tmp_path / "slurm.toml").write_text(SETTINGS.replace('"main"', '"absent"'))
    words = ("grade", "--submissions", submissions, "--results", "there", "--cluster", tmp_path / "slurm.toml")
    ran = gradkit(*words, environment=slurm)
    assert (ran.returncode, "Invalid partition" in ran.stderr, "Traceback" in ran.stderr) == (2, True, False), (
        ran.stderr
    )


@pytest.fixture
def slurm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mapping[str, str]]:
    """Slurm, running; what is in the environment of its commands."""
    path = f"{os.environ['PATH']}:/usr/sbin"
    missing = [program for program in PROGRAMS if shutil.which(program, path=path) is None]
    assert missing == [], "Slurm is not installed: apt-get install slurm-wlm munge"
    assert os.geteuid() == 0, "munged and slurmd are started by root: run these tests as root"
    folder = tmp_path_factory.mktemp("slurm")
    for name in ("munge", "state", "spool"):
        (folder / name).mkdir()
    for parent in (folder, *folder.parents[:2]):
        parent.chmod(0o755)
    (folder / "munge").chmod(0o700)
    key = folder / "munge" / "key"
    key.write_bytes(os.urandom(1024))
    key.chmod(0o600)
    host = socket.gethostname().partition(".")[0]
    first, second = free_ports()
    text = CONFIGURATION.format(host=host, folder=folder, first=first, second=second)
    (folder / "slurm.conf").write_text(text)
    environment = {"SLURM_CONF": str(folder / "slurm.conf"), "PATH": path}
    places = {"key-file": "munge/key", "socket": "munge.socket", "log-file": "munge/log", "seed-file": "munge/seed"}
    places["pid-file"] = "munge.pid"
    run(environment, "munged", "--force", *(f"--{option}={folder / name}" for option, name in places.items()))
    run(environment, "slurmctld")
    run(environment, "slurmd")
    wait_until_idle(environment)
    yield environment
    for name in ("slurmd", "slurmctld", "munge"):
        os.kill(int((folder / f"{name}.pid").read_text()), signal.SIGTERM)


def run(environment: Mapping[str, str], *words: str) -> str:
    ran = subprocess.run(  # noqa: S603 - programs of Slurm
        words, env={**os.environ, **environment}, capture_output=True, text=True, check=False, timeout=60
    )
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


def wait_until_idle(environment: Mapping[str, str]) -> None:
    end = time.monotonic() + 60.0
    while "idle" not in run(environment, "sinfo", "--noheader"):
        assert time.monotonic() < end
        time.sleep(0.2)


def free_ports() -> list[int]:
    sockets = [socket.socket() for _ in range(2)]
    for each in sockets:
        each.bind(("127.0.0.1", 0))
    ports = [int(each.getsockname()[1]) for each in sockets]
    for each in sockets:
        each.close()
    return ports
