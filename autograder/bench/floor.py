"""The lower bound of the cost of one process per submission: ``python -m bench.floor CHECKS FOLDER...``.

torch is imported once; for each folder a child is forked that imports the student's module and runs the plain checks
on it, in the same process and without confinement. Prints the questions that each folder solves as JSON.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch


def main() -> None:
    """Fork a child for each folder, and print the results."""
    checks, folders = Path(sys.argv[1]), [Path(name) for name in sys.argv[2:]]
    torch.set_num_threads(1)
    _warm_up()
    code = compile(checks.read_text(encoding="utf-8"), checks.name, "exec")
    print(json.dumps({folder.parent.name: _grade(code, folder) for folder in folders}))  # noqa: T201 - the result


def _grade(code: Any, folder: Path) -> list[str]:
    receive, send = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.write(send, json.dumps(_solved(code, folder)).encode())
        os._exit(0)
    os.close(send)
    with os.fdopen(receive, "rb") as answer:
        found: list[str] = json.loads(answer.read())
    os.waitpid(pid, 0)
    return found


def _solved(code: Any, folder: Path) -> Sequence[str]:
    """In the child: the names of the tests that pass."""
    sys.path.insert(0, str(folder))
    names: dict[str, Any] = {}
    exec(code, names)  # noqa: S102 - this is what is measured
    solved = []
    for name, test in names.items():
        if name.startswith("test_"):
            try:
                test()
            except Exception:  # noqa: BLE001, S112 - any exception fails the test
                continue
            solved.append(name.removeprefix("test_"))
    return solved


def _warm_up() -> None:
    """Use what is slow on first use: a student may need an optimizer, which takes a second to import."""
    model = torch.nn.Linear(2, 2)
    optimizer = torch.optim.SGD(model.parameters())
    x = torch.randn(2, 2)
    torch.testing.assert_close(model(x), model(x))
    model(x).sum().backward()
    optimizer.step()


if __name__ == "__main__":
    main()
