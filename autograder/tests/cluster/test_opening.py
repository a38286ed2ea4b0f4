"""How a cluster is named, reached and refused; and what of the suite its logs show."""

from __future__ import annotations

import datetime
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import psutil
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from gradkit.cluster.opening import check_cluster
from gradkit.course import Course
from gradkit.errors import UsageError

from .conftest import Gradkit, Records
from .test_grading import PATIENCE, start, wait_for, words_of

Names = Mapping[str, str]


@pytest.mark.parametrize(
    ("cluster", "said"),
    [
        ("local:none", "expected local:N with a number of nodes from 1"),
        ("local:0", "expected local:N with a number of nodes from 1"),
        ("somewhere", "expected local:N, tls://HOST:PORT, or the path of a slurm.toml"),
        ("tcp://10.0.0.1:8786", "only TLS is accepted"),
        ("tls://127.0.0.1:1", "tls://127.0.0.1:1"),
        ("absent.toml", "no such file"),
        ("", "expected local:N"),
        ("tls://[::1", "expected local:N"),
        ("tls://somewhere", "expected local:N"),
        ("tls://127.0.0.1:no", "expected local:N"),
    ],
)
def test_a_cluster_that_cannot_be_used_is_refused(gradkit: Gradkit, submissions: Path, cluster: str, said: str) -> None:
    ran = gradkit("grade", "--submissions", submissions, "--results", "there", "--cluster", cluster)
    assert (ran.returncode, "Traceback" in ran.stderr) == (2, False), ran.stderr
    assert said in ran.stderr
    assert cluster in ran.stderr


@pytest.mark.parametrize("package", ["dask", "distributed", "cryptography", "msgpack", "dask_jobqueue"])
def test_without_the_extra_the_command_says_what_to_install(package: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(UsageError, match=rf"needs {package}: pip install 'gradkit\[cluster\]'"):
        check_cluster("local:2")


def test_a_cluster_is_checked_before_anything_is_read(gradkit: Gradkit) -> None:
    for command in (("grade", "--watch"), ("audit",)):
        ran = gradkit(*command, "--cluster", "local:zwei")
        assert (ran.returncode, "local:zwei" in ran.stderr) == (2, True), ran.stderr


def test_a_scheduler_needs_certificates(gradkit: Gradkit, submissions: Path) -> None:
    ran = gradkit("grade", "--submissions", submissions, "--results", "there", "--cluster", "tls://127.0.0.1:1")
    assert (ran.returncode, "a certificate and key of your own are needed" in ran.stderr) == (2, True), ran.stderr


def test_confinement_that_nodes_do_not_have_is_refused(gradkit: Gradkit, submissions: Path) -> None:
    words = ("grade", "--submissions", submissions, "--results", "there", "--cluster", "local:1")
    ran = gradkit(*words, "--sandbox", "nonsense")
    assert (ran.returncode, 'Unknown sandbox "nonsense"' in ran.stderr) == (2, True), ran.stderr


def test_a_running_scheduler_grades_and_shows_nothing(
    gradkit: Gradkit,
    submissions: Path,
    records: Records,
    here: Mapping[str, Any],
    scheduler: tuple[str, Names, list[Path]],
    course: Course,
) -> None:
    address, environment, logs = scheduler
    words = ("grade", "--submissions", submissions, "--results", "there", "--cluster", address)
    ran = gradkit(*words, environment=environment)
    assert (ran.returncode, records("there")) == (0, here), ran.stderr
    shown = "".join(log.read_text(errors="replace") for log in logs) + ran.stdout + ran.stderr
    assert len(shown) > 1000
    hidden = [*course.hidden("hw0_scaling").glob("*.py"), course.hidden("secret.txt")]
    lines = {line.strip() for path in hidden for line in path.read_text().splitlines() if len(line.strip()) > 20}
    assert [line for line in lines if line in shown] == []


def test_what_a_killed_head_gave_to_workers_is_removed_by_the_next(
    course: Course, gradkit: Gradkit, submissions: Path, scheduler: tuple[str, Names, list[Path]], tmp_path: Path
) -> None:
    address, environment, _ = scheduler
    head = start(course, submissions, tmp_path, address, environment)
    wait_for(lambda: "sandbox:" in (tmp_path / "log.txt").read_text())
    head.kill()
    head.wait()
    assert [*tmp_path.rglob("gradkit-node-*")] != []
    words = ("grade", "--submissions", submissions, "--results", "there", "--cluster", address)
    ran = gradkit(*words, environment=environment)
    assert ran.returncode == 0, ran.stderr
    assert [*tmp_path.rglob("gradkit-node-*")] == []


def test_a_scheduler_that_dies_ends_the_run_in_one_sentence(
    course: Course, submissions: Path, scheduler: tuple[str, Names, list[Path]], tmp_path: Path
) -> None:
    address, environment, _ = scheduler
    head = start(course, submissions, tmp_path, address, environment)
    wait_for(lambda: "sandbox:" in (tmp_path / "log.txt").read_text())  # so nodes have begun
    for process in psutil.Process().children():
        if "scheduler" in words_of(process):
            process.kill()
    assert head.wait(PATIENCE) == 3
    said = (tmp_path / "log.txt").read_text()
    assert "Traceback" not in said
    assert said.endswith("What was graded is kept: run the command again to go on.\n")


def test_a_worker_without_gradkit_is_named(
    gradkit: Gradkit, submissions: Path, tmp_path: Path, start_cluster: Callable[..., tuple[str, Names, list[Path]]]
) -> None:
    (tmp_path / "absent").mkdir()
    (tmp_path / "absent" / "sitecustomize.py").write_text("import sys\nsys.modules['gradkit'] = None\n")
    address, environment, _ = start_cluster({"PYTHONPATH": str(tmp_path / "absent")})
    words = ("grade", "--submissions", submissions, "--results", "there", "--cluster", address)
    ran = gradkit(*words, environment=environment)
    assert (ran.returncode, "Traceback" in ran.stderr) == (2, False), ran.stderr
    assert "Install on its machine the gradkit that runs here" in ran.stderr


def test_a_scheduler_without_our_authority_is_refused(
    gradkit: Gradkit, submissions: Path, scheduler: tuple[str, Names, list[Path]], tmp_path: Path
) -> None:
    address, _, _ = scheduler
    other = make_authority(tmp_path / "other")
    words = ("grade", "--submissions", submissions, "--results", "there", "--cluster", address)
    ran = gradkit(*words, environment=other)
    assert (ran.returncode, "certificate" in ran.stderr, "Traceback" in ran.stderr) == (2, True, False), ran.stderr
    assert not (tmp_path / "there").exists()


@pytest.fixture
def start_cluster(tmp_path: Path) -> Iterator[Callable[..., tuple[str, Names, list[Path]]]]:
    """Start a scheduler and a worker that tell all they know: its address, the settings that reach it, their logs."""
    with ExitStack() as stack:

        def run(of_worker: Names) -> tuple[str, Names, list[Path]]:
            environment = make_authority(tmp_path / "ours")
            port = free_port()
            address = f"tls://127.0.0.1:{port}"
            begin = starter(stack, tmp_path, environment)
            begin("scheduler", "--protocol", "tls", "--host", "127.0.0.1", "--port", str(port), "--no-dashboard")
            begin = starter(stack, tmp_path, {**environment, **of_worker})
            begin("worker", address, "--nthreads", "1", "--local-directory", str(tmp_path / "dask"), "--no-dashboard")
            return address, environment, [tmp_path / "scheduler.log", tmp_path / "worker.log"]

        yield run


@pytest.fixture
def scheduler(
    start_cluster: Callable[..., tuple[str, Names, list[Path]]],
) -> tuple[str, Names, list[Path]]:
    """A cluster as above."""
    return start_cluster({})


def starter(stack: ExitStack, folder: Path, environment: Names) -> Callable[..., None]:
    import os

    def begin(program: str, *words: str) -> None:
        log = stack.enter_context((folder / f"{program}.log").open("wb"))
        process = subprocess.Popen(  # noqa: S603 - Dask's command
            [sys.executable, "-m", "dask", program, *words],
            stdout=log,
            stderr=log,
            env={**os.environ, **environment, "DASK_LOGGING__DISTRIBUTED": "debug"},
        )
        stack.callback(process.wait)
        stack.callback(process.terminate)
        time.sleep(1.0)

    return begin


def free_port() -> int:
    import socket

    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def make_authority(folder: Path) -> Names:
    """A certificate that signs itself and serves everybody, and Dask's settings that name it."""
    folder.mkdir()
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "gradkit")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    (folder / "cert.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (folder / "key.pem").write_bytes(private)
    prefix = "DASK_DISTRIBUTED__COMM__TLS__"
    names = {f"{prefix}CA_FILE": "cert.pem"}
    for role in ("CLIENT", "SCHEDULER", "WORKER"):
        names |= {f"{prefix}{role}__CERT": "cert.pem", f"{prefix}{role}__KEY": "key.pem"}
    return {key: str(folder / value) for key, value in names.items()}
