"""A small class, graded by the real command in processes of its own, and what is compared afterwards.

The class is two assignments by some students: 12 submissions in the short form, 60 with ``--soak``.
"""

from __future__ import annotations

import fcntl
import json
import os
import select
import shutil
import signal
import sqlite3
import subprocess
import sys
import sysconfig
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from gradkit.course import load_course
from gradkit.release import build_course

from ..demo_course import BARE, CONFIG, write_tree

SCHEMA = json.loads((Path(__file__).parents[3] / "docs" / "record.schema.json").read_text(encoding="utf-8"))
PATIENCE = 240.0  # seconds that a run may take before the test gives up; a quiet machine needs ten
ASSIGNMENTS = {"hw1_scale": "scale", "hw2_shift": "shift"}

COURSE = """
id = "soak"
title = "A class that is interrupted"

[late]
percent_per_day = 10
"""

TOML = """
id = "{id}"
title = "Homework"
due = 2026-10-01T22:00:00Z
module = "{name}.py"

[[question]]
id = "{name}"
targets = ["{name}"]
points = 4

[[written]]
id = "why"
points = 2
"""

MODULE = '''
"""Homework."""


def {name}(x, by=2.0):
    ### BEGIN SOLUTION {name}: one line.
    return x {operator} by
    ### END SOLUTION
'''

NOTEBOOK = """
# Homework

```python question="{name}"
!python -m pytest -q --no-header test_public.py
```

<!-- #region written="why" -->
Because of the definition.
<!-- #endregion -->
"""

PUBLIC = """
import {name}


def test_{name}_is_there():
    "It is there."
    assert callable({name}.{name})
"""

SUITE = '''
"""Hidden tests."""

import pytest

from gradkit.suite import Rng, Runner, assert_matches, function_call

pytestmark = pytest.mark.question("{name}")


@pytest.mark.points(3)
@pytest.mark.parametrize("n", [5, 2, 3])
def test_values(student: Runner, reference: Runner, rng: Rng, n: int) -> None:
    """Values and gradients are right."""
    call = function_call("{name}", {{"x": rng.normal(n)}}, by=3.0, cotangent=rng.normal(n))
    assert_matches(student.run(call), reference.run(call), hint="x (n,): result (n,)")


@pytest.mark.points(1)
def test_default(student: Runner, reference: Runner, rng: Rng) -> None:
    """The default is right."""
    call = function_call("{name}", {{"x": rng.normal(4)}})
    assert_matches(student.run(call), reference.run(call), hint="the default is 2")
'''

# All that matters of the gradebook, by names: its own ids are drawn anew in each.
GRADES = """
SELECT sa.student_id, a.name, sa.timestamp, a.duedate, sn.late_submission_penalty, c.name, c.type, gc.max_score,
       g.auto_score, g.manual_score, g.extra_credit, g.needs_manual_grade
FROM submitted_assignment sa JOIN assignment a ON a.id = sa.assignment_id
LEFT JOIN submitted_notebook sn ON sn.assignment_id = sa.id LEFT JOIN grade g ON g.notebook_id = sn.id
LEFT JOIN base_cell c ON c.id = g.cell_id LEFT JOIN grade_cells gc ON gc.id = c.id
"""
COMMENTS = """
SELECT sa.student_id, a.name, c.name, k.auto_comment, k.manual_comment
FROM comment k JOIN submitted_notebook sn ON sn.id = k.notebook_id JOIN submitted_assignment sa
ON sa.id = sn.assignment_id JOIN assignment a ON a.id = sa.assignment_id JOIN base_cell c ON c.id = k.cell_id
"""
OTHERS = ("SELECT id, first_name, last_name, email FROM student", "SELECT name, duedate FROM assignment")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--soak", action="store_true", help="run the long form: a class of 60, interrupted 50 times")


@pytest.fixture(scope="session")
def long(request: pytest.FixtureRequest) -> bool:
    """Whether this is the long form."""
    return bool(request.config.getoption("--soak", default=False))


@dataclass
class Run:
    """One ``gradkit grade`` under way. What it prints goes into a pipe: where no file may grow, one would be cut."""

    process: subprocess.Popen[bytes]
    output: int
    said: bytes = b""
    pidfd: int = field(init=False)

    def __post_init__(self) -> None:
        self.pidfd = os.pidfd_open(self.process.pid)
        os.set_blocking(self.output, False)

    def ended(self, seconds: float) -> bool:
        """Whether it ends within ``seconds``."""
        return bool(select.select([self.pidfd], [], [], seconds)[0])

    def wait(self) -> int:
        """Its exit status; it must end by itself."""
        assert self.ended(PATIENCE), f"still running: {self.words()}"
        return self.process.wait()

    def words(self) -> str:
        """What it has printed until now."""
        with suppress(BlockingIOError):
            while part := os.read(self.output, 1 << 16):
                self.said += part
        return self.said.decode()


@dataclass(frozen=True)
class Classroom:
    """A course with its class, and a temporary folder that is used by nothing but its runs."""

    home: Path
    runs: list[Run] = field(default_factory=list)

    @property
    def root(self) -> Path:
        """The course's folder."""
        return self.home / "course"

    @property
    def temporary(self) -> Path:
        """The temporary folder of its runs."""
        return self.home / "tmp"

    def copy(self, home: Path) -> Classroom:
        """The same class elsewhere, as it is now."""
        shutil.copytree(self.home, home, dirs_exist_ok=True)
        return Classroom(home)

    def start(self, prelude: str = "", **options: Any) -> Run:
        """Start the command, after the Python statements ``prelude``, where there are any."""
        command = [str(Path(sysconfig.get_path("scripts")) / "gradkit")]
        if prelude:
            command = [sys.executable, "-c", f"{prelude}\nfrom gradkit.cli import main\nmain()"]
        command += ["grade", "--course", str(self.root), "--workers", "2"]
        self.temporary.mkdir(exist_ok=True)
        output, end = os.pipe()
        fcntl.fcntl(end, fcntl.F_SETPIPE_SZ, 1 << 20)
        process = subprocess.Popen(  # noqa: S603 - our own command
            command, stdout=end, stderr=end, env={**os.environ, "TMPDIR": str(self.temporary)}, **options
        )
        os.close(end)
        self.runs.append(Run(process, output))
        return self.runs[-1]

    def grade(self, prelude: str = "", **options: Any) -> tuple[int, str]:
        """Run the command to its end; its exit status, and what it printed."""
        run = self.start(prelude, **options)
        return run.wait(), run.words()

    def record_files(self) -> list[Path]:
        """The records' files that are there now."""
        return sorted(self.root.glob("results/*/*.json"))

    def records(self) -> dict[str, dict[str, Any]]:
        """Every record, ``"ada/hw1"`` -> its content. Each must be whole and keep to the schema."""
        found = {}
        for path in self.record_files():
            record = json.loads(path.read_text(encoding="utf-8"))
            jsonschema.validate(record, SCHEMA)
            found[f"{path.parent.name}/{path.stem}"] = record
        return found

    def results(self) -> dict[str, Any]:
        """The records but for times, and for the confinement, which may be another after a kill."""
        return {name: _timeless(record) for name, record in self.records().items()}

    def gradebook(self) -> list[list[tuple[Any, ...]]]:
        """Every row that matters, sorted, so that one that is there twice shows."""
        connection = sqlite3.connect(self.root / "gradebook.db")
        try:
            assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            return [sorted(connection.execute(query), key=repr) for query in (GRADES, COMMENTS, *OTHERS)]
        finally:
            connection.close()

    def texts(self, pattern: str) -> dict[str, str]:
        """The files that fit a pattern."""
        found = self.root.glob(pattern)
        return {path.relative_to(self.root).as_posix(): path.read_text(encoding="utf-8") for path in found}

    def outcome(self) -> dict[str, Any]:
        """Everything that must be equal however the run went."""
        return {
            "records": self.results(),
            "gradebook": self.gradebook(),
            "pages": self.texts("feedback/*/*/*.html"),
            "notebooks": self.texts("autograded/*/*/*.ipynb"),
        }

    def leftovers(self) -> list[Path]:
        """Temporary files and folders of runs that have ended."""
        work = self.root / ".gradkit"
        found = [*self.temporary.iterdir(), *self.root.glob("results/*/.*"), *work.glob("*-*"), *work.glob("*/.*")]
        return [path for path in found if not path.name.startswith("torchinductor")]

    def processes(self) -> dict[int, list[str]]:
        """The living processes of its runs, pid -> command: all have one of its folders in their command."""
        found = {}
        for path in Path("/proc").iterdir():
            if path.name.isdigit():
                with suppress(OSError):
                    command = (path / "cmdline").read_bytes()
                    if f"{self.home}/".encode() in command:
                        found[int(path.name)] = command.decode().split("\0")
        return found

    def end(self) -> None:
        """Let nothing go on, whatever happened."""
        for pid in self.processes():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        while self.runs:
            run = self.runs.pop()
            run.process.wait()
            os.close(run.pidfd)
            os.close(run.output)

    def wait_until_gone(self, seconds: float = 30.0) -> None:
        """See that every process of its runs ends by itself."""
        deadline = time.monotonic() + seconds
        while (left := self.processes()) and time.monotonic() < deadline:
            with suppress(ProcessLookupError):
                pidfd = os.pidfd_open(next(iter(left)))
                select.select([pidfd], [], [], deadline - time.monotonic())
                os.close(pidfd)
        assert not left


def _timeless(value: Any) -> Any:
    if isinstance(value, Mapping):
        left_out = ("seconds", "execution_time", "sandbox")
        return {key: _timeless(one) for key, one in value.items() if key not in left_out}
    return [_timeless(one) for one in value] if isinstance(value, list) else value


def hand_in(root: Path, number: int) -> None:
    """Two submissions: right, half right, untouched, broken or talkative; some late, some with an answer."""
    for assignment, name in ASSIGNMENTS.items():
        folder = root / "submitted" / f"student{number:02d}" / assignment
        shutil.copytree(root / "release" / assignment, folder)
        right = (root / "solutions" / assignment / f"{name}.py").read_text()
        kinds = [right, right.replace("by=2.0", "by=2.5"), None, "raise ValueError('oh')\n", f"print('hello')\n{right}"]
        module = kinds[number % len(kinds)]
        if module is not None:
            (folder / f"{name}.py").write_text(module)
        (folder / "timestamp.txt").write_text(f"2026-10-0{1 + number % 3} 21:00:00 UTC")
        if number % 2:
            notebook = json.loads((folder / f"{name}.ipynb").read_text())
            notebook["cells"][-1]["source"] = f"Because student {number} says so."
            (folder / f"{name}.ipynb").write_text(json.dumps(notebook))


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory, long: bool) -> Classroom:
    """The class, nothing graded yet; each test works on a copy."""
    template = Classroom(tmp_path_factory.mktemp("soak"))
    files = BARE | {"course.toml": COURSE, "nbgrader_config.py": CONFIG}
    for assignment, name in ASSIGNMENTS.items():
        source = f"assignments/{assignment}"
        values = {"id": assignment, "name": name, "operator": "*" if name == "scale" else "+"}
        files |= {
            f"{source}/assignment.toml": TOML.format(**values),
            f"{source}/{name}.py": MODULE.format(**values).lstrip(),
            f"{source}/notebook.md": NOTEBOOK.format(**values).lstrip(),
            f"{source}/test_public.py": PUBLIC.format(**values).lstrip(),
            f"{source}/README.md": "# Homework\n",
            f"autograder/hidden/{assignment}/test_{name}.py": SUITE.format(**values).lstrip(),
        }
    build_course(load_course(write_tree(template.root, files)))
    for number in range(30 if long else 6):
        hand_in(template.root, number)
    return template


@dataclass(frozen=True)
class Uninterrupted:
    """What a run without interruption made, and how long it took to start.

    Attributes:
        room: the class, graded.
        outcome: everything that it came to.
        starting: seconds before the first record.
    """

    room: Classroom
    outcome: dict[str, Any]
    starting: float


@pytest.fixture(scope="session")
def uninterrupted(template: Classroom, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Uninterrupted]:
    """The class, graded in one go."""
    room = template.copy(tmp_path_factory.mktemp("uninterrupted"))
    size = len(list(room.root.glob("submitted/*/*")))
    began = time.monotonic()
    run = room.start()
    while not room.record_files():
        assert not run.ended(0.01), run.words()
    starting = time.monotonic() - began
    assert run.wait() == 0, run.words()
    outcome = room.outcome()
    assert [len(outcome[kind]) for kind in ("records", "pages", "notebooks")] == [size] * 3
    yield Uninterrupted(room, outcome, starting)
    room.end()


@pytest.fixture
def room(template: Classroom, tmp_path: Path) -> Iterator[Classroom]:
    """A class of the test's own, nothing graded yet."""
    room = template.copy(tmp_path)
    yield room
    room.end()
