"""``gradkit node``: what a Dask worker starts on its machine; see ``gradkit grade --cluster``."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer


def node(
    folder: Annotated[Path, typer.Argument(help="The folder with the files that the head sent.")],
    sandbox: Annotated[str, typer.Option(help="How to confine students' code.")] = "auto",
    graders: Annotated[int, typer.Option(help="How many submissions to grade at a time; 0: one a processor.")] = 0,
) -> None:
    """Do chunks of work that arrive on standard input. Started by `gradkit grade --cluster`, not by hand."""
    # One thread each, set before numpy is imported: graders are forked, and a fork keeps only one thread.
    os.environ.update(OPENBLAS_NUM_THREADS="1", OMP_NUM_THREADS="1")
    from gradkit.cluster.node import serve

    serve(folder, sandbox, graders or len(os.sched_getaffinity(0)))
