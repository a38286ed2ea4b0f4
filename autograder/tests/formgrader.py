"""nbgrader's formgrader, run as an instructor runs it."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from typing import Any

TOKEN = "only-for-this-test"  # noqa: S105


def environment(room: Any) -> dict[str, str]:
    """An environment in which nothing of this machine's Jupyter configuration is seen."""
    home = str(room.course.root / "home")
    return {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", "HOME": home, "JUPYTER_CONFIG_DIR": home}


@dataclass(frozen=True)
class Formgrader:
    """A running formgrader."""

    address: str

    def get(self, path: str, method: str = "GET", body: Any = None) -> str:
        """Fetch one of its pages, which must be there, or send it something."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(  # noqa: S310 - an address of this machine
            f"{self.address}/formgrader/{path}", data, {"Authorization": f"token {TOKEN}"}, method=method
        )
        with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310
            return str(answer.read().decode("utf-8"))

    def ask(self, path: str) -> Any:
        """Ask its API."""
        return json.loads(self.get(f"api/{path}"))


@contextmanager
def formgrader(room: Any) -> Iterator[Formgrader]:
    """Run formgrader as an instructor does: Jupyter's server in the course's folder, nbgrader's extension on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [
        sys.executable, "-m", "jupyter_server", "--no-browser", "--allow-root", "--ip=127.0.0.1", f"--port={port}",
        "--ServerApp.port_retries=0", f"--IdentityProvider.token={TOKEN}",
        "--ServerApp.jpserver_extensions={'nbgrader.server_extensions.formgrader': True}",
    ]  # fmt: skip
    log = room.course.root / "server.log"
    with log.open("wb") as output:
        server = subprocess.Popen(  # noqa: S603
            command, cwd=room.course.root, env=environment(room), stdout=output, stderr=output
        )
        try:
            running = Formgrader(f"http://127.0.0.1:{port}")
            tries = Event()
            for _ in range(600):
                assert server.poll() is None, log.read_text()
                try:
                    running.ask("status")
                    break
                except (urllib.error.URLError, ConnectionError):
                    tries.wait(0.1)
            yield running
        finally:
            server.terminate()
            server.wait(timeout=60)
