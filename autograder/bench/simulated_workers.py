"""Many Dask workers in one process, which end with their scheduler: ``simulated_workers.py NUMBER FOLDER``.

The scheduler's address and certificates are pickled on standard input.
"""

from __future__ import annotations

import asyncio
import pickle
import sys
from typing import Any

import dask
from distributed import Worker

from gradkit.cluster.opening import SETTINGS


async def work(number: int, folder: str, address: str, security: Any) -> None:
    """Run workers of one thread each until the scheduler has closed them."""
    workers = [
        await Worker(
            address,
            nthreads=1,
            security=security,
            host="127.0.0.1",
            memory_limit=0,
            local_directory=f"{folder}/{place}",
        )
        for place in range(number)
    ]
    await asyncio.gather(*(worker.finished() for worker in workers))


if __name__ == "__main__":
    with dask.config.set(SETTINGS):
        scheduler, secrets = pickle.load(sys.stdin.buffer)  # noqa: S301 - from the bench that started this
        asyncio.run(work(int(sys.argv[1]), sys.argv[2], scheduler, secrets))
