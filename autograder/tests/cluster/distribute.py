"""Distribute a hundred jobs, one of them poisonous, and print what became of them."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from gradkit.cluster.carrier import Carrier
from gradkit.cluster.head import Nodes
from gradkit.cluster.opening import start_here
from gradkit.cluster.requests import ComputeAnswers, Sealed
from gradkit.errors import GradkitError


class Doubling:
    """Jobs whose results are twice their numbers."""

    size = 100

    def __init__(self) -> None:
        self.kept: list[tuple[int, int]] = []
        self.given_up: dict[int, str] = {}

    def request(self, jobs: Sequence[int]) -> ComputeAnswers:
        return ComputeAnswers("hw", [*jobs])

    def keep(self, results: Mapping[int, Any]) -> None:
        self.kept += results.items()

    def lost(self, job: int, how: str) -> None:
        self.given_up[job] = how

    def failed(self, fault: GradkitError) -> None:
        raise fault


def main() -> None:
    with ExitStack() as stack:
        client = start_here(2, stack)
        command = (sys.executable, str(Path(__file__).with_name("poisoned_node.py")))
        archive = Path(sys.argv[1]).read_bytes()
        client.register_plugin(Carrier(Sealed(archive), (), command), name="test")
        nodes = Nodes(client, "test")
        errand = Doubling()
        nodes.distribute([errand])
        client.unregister_worker_plugin("test")
    print(json.dumps([sorted(errand.kept), errand.given_up]))  # noqa: T201


if __name__ == "__main__":
    main()
