"""A node that ends without a word when a chunk holds a poisonous job."""

from __future__ import annotations

import os
import sys
from dataclasses import asdict

from gradkit.cluster.requests import ComputeAnswers, Describe, pack_reply, read_frame, read_request, write_frame

from gradkit.cluster.head import here  # isort: skip

POISONOUS = 13


def main() -> None:
    description = asdict(here())
    while (data := read_frame(sys.stdin.buffer)) is not None:
        request = read_request(data)
        if isinstance(request, Describe):
            write_frame(sys.stdout.buffer, pack_reply({"description": description}))
            continue
        assert isinstance(request, ComputeAnswers)
        if POISONOUS in request.runs:
            os._exit(9)
        reply = {"results": [2 * run for run in request.runs], "seconds": 0.1 * len(request.runs)}
        write_frame(sys.stdout.buffer, pack_reply({**reply, "description": description}))


if __name__ == "__main__":
    main()
