"""A node that answers with a record made before, after a drawn time: ``simulated_node.py DESCRIPTION RECORDS SECONDS``.

Carriers start it in place of ``gradkit node``. Nothing here imports torch, so that many fit on one machine.
"""

from __future__ import annotations

import json
import os
import random
import sys
import time
from pathlib import Path

from gradkit.cluster.requests import ComputeAnswers, Grade, pack_reply, read_frame, read_request, write_frame


def main() -> None:
    """Reply until the pipe closes; whatever follows the three arguments is not needed."""
    description, mean = json.loads(sys.argv[1]), float(sys.argv[3])
    records = {path.parent.name: path.read_text(encoding="utf-8") for path in Path(sys.argv[2]).glob("*/*.json")}
    chance = random.Random(os.getpid())  # noqa: S311 - no secret
    while (data := read_frame(sys.stdin.buffer)) is not None:
        request = read_request(data)
        results: list[bytes | str] = []
        seconds = 0.0
        if isinstance(request, ComputeAnswers):
            results += [b""] * len(request.runs)
        elif isinstance(request, Grade):
            results += [record_for(submission.student, records) for submission in request.submissions]
            seconds = sum(chance.expovariate(1 / mean) for _ in results)
        time.sleep(seconds)
        reply = {"results": results, "seconds": seconds, "keys": {}, "description": description}
        write_frame(sys.stdout.buffer, pack_reply(reply))


def record_for(student: str, records: dict[str, str]) -> str:
    """The record of who handed in the same, with this student's id."""
    same = student.rpartition("-")[0]
    return records[same].replace(f'"student": "{same}"', f'"student": "{student}"')


if __name__ == "__main__":
    main()
