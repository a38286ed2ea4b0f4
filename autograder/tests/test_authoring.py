"""docs/authoring.md, followed to the letter by a new author in a course of their own."""

from __future__ import annotations

import os
import re
import subprocess
import sysconfig
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import torch

import gradkit.suite
from gradkit.suite import Found, Rng, assert_matches
from gradkit.worker.perform import perform

from .demo_course import BARE, write_tree

PAGE = Path(__file__).parents[2] / "docs" / "authoring.md"
BLOCK = re.compile(
    r"^(?P<fence>`{3,})(?P<kind>\w+)(?: status=(?P<status>\d))?\n(?P<text>.*?)^(?P=fence)\n", re.M | re.S
)
NAME = re.compile(r"`([^`\n]+)`:\n\n\Z")


@dataclass(frozen=True)
class Step:
    """A block of the page: commands, what they print, or a file to write."""

    kind: str
    text: str
    status: int
    file: str


def steps() -> Iterator[Step]:
    page = PAGE.read_text(encoding="utf-8")
    for block in BLOCK.finditer(page):
        name = NAME.search(page[: block.start()])
        yield Step(block["kind"], block["text"], int(block["status"] or 0), name[1] if name else "")


def perform_example(text: str) -> None:
    """Run an example; if it makes a call, perform this, and compare it with itself.

    The students' module holds what the example defines, and torch.nn.
    """
    space = {**vars(gradkit.suite), "torch": torch, "rng": Rng("a secret", "a test", "a case")}
    exec(text, space)  # noqa: S102 - an example of the page
    if "call" not in space:
        return
    call, module = space["call"], ModuleType("answer")
    vars(module).update({**vars(torch.nn), **space})
    found = Found(call, perform(call, module))
    assert_matches(found, found, hint="")
    assert all(gradient is not None for gradient in found.observation.gradients.values())


def test_a_new_author_gets_what_the_page_promises(tmp_path: Path) -> None:
    write_tree(tmp_path, BARE)
    path = os.pathsep.join([sysconfig.get_path("scripts"), os.environ["PATH"]])
    said = ""
    kinds = []
    for step in steps():
        kinds.append("file" if step.file else step.kind)
        if step.kind == "python" and not step.file:
            perform_example(step.text)
        elif step.file:
            (tmp_path / step.file).write_text(step.text, encoding="utf-8")
        elif step.kind == "sh":
            done = subprocess.run(  # noqa: S603 - the page's own commands
                ["/bin/sh", "-e", "-c", step.text],
                cwd=tmp_path,
                env={**os.environ, "PATH": path, "COLUMNS": "200"},
                capture_output=True,
                text=True,
                check=False,
            )
            said = done.stdout + done.stderr
            assert done.returncode == step.status, f"{step.text}\n{said}"
        else:
            said += "".join(file.read_text() for file in tmp_path.glob("trial-results/wrong/*.json"))
            for line in step.text.splitlines():
                assert line.strip() in said
    assert kinds.count("file") == 9
    assert kinds.count("sh") >= 6
    assert kinds.count("text") == 3
