"""Open a cluster: on this machine, at a scheduler that runs already, or as jobs of Slurm."""

from __future__ import annotations

import logging
import os
import signal
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from importlib.util import find_spec
from multiprocessing import resource_tracker
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from gradkit.course import Course
from gradkit.errors import GraderFault, UsageError
from gradkit.messages import Message, lines, message, plural
from gradkit.temporary import TemporaryFolder, sweep

if TYPE_CHECKING:
    from distributed import Client

    from gradkit.cluster.head import Nodes
    from gradkit.cluster.requests import Sealed

_NEEDED = ("dask", "distributed", "cryptography", "msgpack", "dask_jobqueue")
_WAIT = 60  # seconds for the first node of a cluster that runs already, or here
_QUEUE_WAIT = 24 * 3600  # seconds for the first job of Slurm
_LOCAL = ("127.0.0.1", "localhost", "::1")
SETTINGS = {
    "distributed.scheduler.allowed-failures": 0,  # a chunk that ends its worker is halved at once
    # Its processes wait most of the time; what they do meanwhile is not for nothing.
    "distributed.admin.system-monitor.gil.enabled": False,
    "distributed.admin.system-monitor.interval": "5s",
    "distributed.admin.tick.interval": "1s",
    "distributed.worker.memory.monitor-interval": "2s",
    "distributed.worker.profile.enabled": False,
    "distributed.worker.memory.spill": False,
    "distributed.worker.memory.target": False,
    "distributed.scheduler.http.routes": [],  # no pages for whoever else is on this machine
    "distributed.worker.http.routes": [],
}
_FORMS = message("local:N, tls://HOST:PORT, or the path of a slurm.toml")


def check_cluster(cluster: str) -> None:
    """Check that ``cluster`` names one, and that what it needs is installed; reaching it is another matter.

    Raises:
        UsageError: it does not, or is not.
    """
    if missing := [name for name in _NEEDED if find_spec(name) is None]:
        raise UsageError(
            message("--cluster needs {packages}: pip install 'gradkit[cluster]'", packages=", ".join(missing))
        )
    if cluster.startswith("local:"):
        number = cluster.removeprefix("local:")
        if not number.isdecimal() or not 0 < int(number) <= 1000:
            raise UsageError(
                message('--cluster: expected local:N with a number of nodes from 1, found "{found}".', found=cluster)
            )
    elif "://" in cluster:
        _check_address(cluster)
    elif not cluster.endswith(".toml"):
        raise UsageError(message('--cluster: expected {forms}, found "{found}".', forms=_FORMS, found=cluster))
    elif not Path(cluster).is_file():
        raise UsageError(message("--cluster {path}: no such file. docs/scaling.md shows one.", path=cluster))


def _check_address(address: str) -> None:
    try:
        parts = urlsplit(address)
        host, port = parts.hostname, parts.port
    except ValueError:  # brackets, or a port that is not a number
        host, port = None, None
    if not host or not port:
        raise UsageError(message('--cluster: expected {forms}, found "{found}".', forms=_FORMS, found=address))
    if parts.scheme != "tls" and not (parts.scheme == "tcp" and host in _LOCAL):
        raise UsageError(
            message(
                '--cluster: only TLS is accepted (tls://HOST:PORT), found "{address}". Everything in a '
                "scheduler can be read, and its workers used, by whoever reaches it.",
                address=address,
            )
        )


@contextmanager
def open_nodes(
    course: Course,
    assignment_ids: Sequence[str],
    cluster: str,
    policy: str,
    graders: int | None,
    tell: Callable[[str], None] = lambda _text: None,
    *,
    audit: bool = False,
) -> Iterator[Nodes]:
    """Open a cluster whose nodes have these assignments.

    Args:
        course: the course.
        assignment_ids: the assignments.
        cluster: "local:N", "tls://HOST:PORT", or the path of a ``slurm.toml``; see `check_cluster`.
        policy: how to confine students' code.
        graders: how many submissions a node grades at a time; None: as many as it has processors.
        tell: called with what is happening.
        audit: whether the nodes need what an audit needs.

    Raises:
        UsageError: ``cluster`` cannot be reached or used, or its nodes differ.
        GradkitError: a node cannot work.
    """
    import dask
    import distributed  # noqa: F401 - which sets the levels of its loggers

    from gradkit.cluster.bundle import pack_course
    from gradkit.cluster.head import text_of
    from gradkit.cluster.requests import Sealed

    for name in ("distributed", "distributed.client", "tornado.application"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    bundle = Sealed(pack_course(course, assignment_ids, audit=audit))
    for last in (False, False, True):
        with _ended_in_order(), dask.config.set(SETTINGS), ExitStack() as stack:
            try:
                client, cores = _connect(course, cluster, stack, tell)
                tell(message("sending the course to the nodes"))
                nodes = equip(client, bundle, ["--sandbox", policy, "--graders", str(graders or cores)], stack, tell)
            except (OSError, RuntimeError, TimeoutError) as error:  # a worker ended meanwhile
                if last:
                    raise GraderFault(
                        message(
                            "--cluster {cluster}: its nodes end while they start ({error}).",
                            cluster=cluster,
                            error=text_of(error),
                        )
                    ) from error
                continue
            yield nodes
            return


@contextmanager
def _ended_in_order() -> Iterator[None]:
    """Let SIGTERM end this process only when nodes have forgotten the course; a second one ends it at once."""
    came: list[int] = []

    def stop(number: int, _frame: object) -> None:
        signal.signal(number, before)
        came.append(number)
        raise SystemExit(128 + number)

    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
        for number in came:
            os.kill(os.getpid(), number)


def equip(
    client: Client,
    bundle: Sealed,
    options: Sequence[str],
    stack: ExitStack,
    tell: Callable[[str], None] = lambda _text: None,
    command: Sequence[str] = (),
) -> Nodes:
    """Give the workers the course, and check that their nodes are alike; ``command`` starts a node otherwise."""
    from gradkit.cluster.carrier import NODE, Carrier
    from gradkit.cluster.head import Nodes

    _forget_the_dead(client)
    name = f"gradkit-{client.id}-{uuid.uuid4().hex}"
    nodes = Nodes(client, name, lambda number: tell(_count(number)))
    stack.callback(_unregister, client, nodes.plugins)
    try:
        client.register_plugin(Carrier(bundle, options, command or NODE), name=name)
    except (OSError, RuntimeError):
        raise
    except Exception as error:  # whatever a worker met
        raise UsageError(
            message(
                "--cluster: a worker cannot take the course ({error}). Install on its machine the gradkit that runs "
                "here, with the extras grade and cluster.",
                error=error,
            )
        ) from error
    _agree(nodes)
    return nodes


def _count(number: int) -> Message:
    if not number:
        return message("no node is left: waiting for one (Ctrl-C ends this, and keeps what was graded)")
    return plural("{n} node", "{n} nodes", number)


def _forget_the_dead(client: Client) -> None:
    """Have the workers of a scheduler that runs forget what heads gave them that were killed."""
    with suppress(ImportError):  # a scheduler without gradkit cannot say
        given, heads = client.run_on_scheduler(_given)
        _unregister(client, [name for name in given if not any(f"-{head}-" in name for head in heads)])


def _given(dask_scheduler: Any) -> tuple[list[str], list[str]]:
    """On the scheduler: what was given to workers by heads, and the heads that are connected."""
    return [name for name in dask_scheduler.worker_plugins if name.startswith("gradkit-")], [*dask_scheduler.clients]


def _unregister(client: Client, plugins: Sequence[str]) -> None:
    """Have the workers end their nodes and remove what they were given; a client whose scheduler is gone cannot."""
    if client.status == "running":
        for plugin in reversed(plugins):
            with suppress(ValueError, KeyError, OSError, TimeoutError):  # a worker that is new or gone has no plugin
                client.unregister_worker_plugin(plugin)


def _connect(course: Course, cluster: str, stack: ExitStack, tell: Callable[[str], None]) -> tuple[Client, int]:
    """A client, and how many graders a node should have; 0: the node decides."""
    if cluster.startswith("local:"):
        number = int(cluster.removeprefix("local:"))
        return start_here(number, stack), max(1, len(os.sched_getaffinity(0)) // number)
    if "://" in cluster:
        return _running(cluster, stack), 0
    return _slurm(Path(cluster), course.work / "slurm", stack, tell)


def start_here(number: int, stack: ExitStack) -> Client:
    """Start a cluster of workers on this machine, which ends with ``stack``.

    Raises:
        RuntimeError: no worker starts.
    """
    import dask
    from distributed import Client, LocalCluster, Security

    # TLS even here: whoever else is on this machine could otherwise have the scheduler run anything.
    security = Security.temporary()
    stack.callback(sweep)  # what nodes left that were killed
    scratch = stack.enter_context(TemporaryFolder("gradkit-dask"))
    stack.enter_context(dask.config.set({"temporary-directory": str(scratch)}))
    try:
        here: Any = stack.enter_context(
            LocalCluster(
                n_workers=0,  # so that one that ends while it starts is replaced, and ends nothing else
                threads_per_worker=1,
                processes=True,
                host="127.0.0.1",
                protocol="tls://",
                security=security,
                dashboard_address=None,
                scheduler_kwargs={"dashboard_address": "127.0.0.1:0"},  # else two clusters want the same port
                silence_logs=logging.CRITICAL,
                memory_limit=0,
                local_directory=str(scratch),
            )
        )
        client = stack.enter_context(Client(here, security=security))
        here.sync(_keep_from_workers, signal.SIGINT)
        here.scale(number)
        client.wait_for_workers(1, timeout=_WAIT)
        with suppress(TimeoutError):  # others may still come
            client.wait_for_workers(number, timeout=_WAIT / 6)
    except (OSError, RuntimeError, TimeoutError) as error:
        raise RuntimeError(message("no worker has started: {error}", error=error)) from error
    return client


async def _keep_from_workers(number: int) -> None:
    """Have what this thread starts ignore a signal: Ctrl-C reaches all processes of a terminal, and is for the head."""
    resource_tracker.ensure_running()  # otherwise it is started with the first process, and undoes this
    signal.pthread_sigmask(signal.SIG_BLOCK, {number})


def _running(address: str, stack: ExitStack) -> Client:
    from distributed import Client

    try:
        client = stack.enter_context(Client(address, timeout=10))
    except (OSError, TypeError, ValueError, RuntimeError) as error:
        raise UsageError(message("--cluster {address}: {why}", address=address, why=_why(error))) from error
    try:
        client.wait_for_workers(1, timeout=_WAIT)
    except TimeoutError as error:
        raise UsageError(
            message(
                "--cluster {address}: the scheduler runs, but no worker has joined it. Start one on each machine: dask "
                "worker {address} --nthreads 1",
                address=address,
            )
        ) from error
    return client


def _why(error: Exception) -> Message:
    """What a failed connection means, and what to do."""
    chain: list[str] = []
    cause: BaseException | None = error
    while cause is not None:
        chain.append(str(cause))
        cause = cause.__cause__ or cause.__context__
    said = " ".join(chain)
    if isinstance(error, TypeError) or "ssl_context" in said:
        return message(
            "a certificate and key of your own are needed. Name them in Dask's configuration (distributed.comm.tls: "
            "ca-file, client.cert, client.key)."
        )
    if "certificate" in said.lower() or "SSL" in said:
        return message(
            "its certificate is not accepted here. Name the authority that signed it, and your own certificate and "
            "key, in Dask's configuration (distributed.comm.tls). ({chain})",
            chain=chain[-1],
        )
    return message(
        "no scheduler answers there ({error}). Is it running, and does the firewall let this machine through?",
        error=chain[-1],
    )


def _slurm(path: Path, logs: Path, stack: ExitStack, tell: Callable[[str], None]) -> tuple[Client, int]:
    from distributed import Client

    from gradkit.cluster.slurm import check_job, start

    cluster, settings = start(path, logs)
    client = stack.enter_context(Client(stack.enter_context(cluster)))
    check_job(path, cluster.job_script())
    cluster.scale(jobs=settings.nodes)
    tell(message("waiting for Slurm to start the first node"))
    client.wait_for_workers(1, timeout=_QUEUE_WAIT)
    return client, settings.cores


def _agree(nodes: Nodes) -> None:
    """Check that all nodes are alike, and like this machine in all but processor and sandbox.

    Raises:
        UsageError: they are not; the text lists them.
    """
    from gradkit.cluster.head import here

    found = nodes.describe()
    if not found:
        raise RuntimeError(message("no worker stayed"))
    mine = here()
    first = next(iter(found.values()))
    keys = ("python", "torch", "gradkit", "engine")
    alike = all(getattr(first, key) == getattr(mine, key) for key in keys)
    if len(set(found.values())) > 1 or not alike:
        found = {message("this machine"): mine, **found}
        raise UsageError(
            lines(
                message(
                    "--cluster: the nodes differ, so the same submission could get different records. Nothing was "
                    "graded."
                ),
                *(message("  {address}: {node}", address=address, node=node) for address, node in found.items()),
            )
        )
    nodes.agree(first)
