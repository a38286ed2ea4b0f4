"""What attacks are run against: a course with a canary in each place that must not be read, and ears on each door."""

from __future__ import annotations

import ast
import os
import platform
import secrets
import select
import shutil
import socket
import sqlite3
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import torch

from gradkit.course import Course, load_course
from gradkit.grading.make_record import grade_submission
from gradkit.grading.reader import SourceReader
from gradkit.grading.record import Record
from gradkit.grading.store import read_record, write_record
from gradkit.grading.triage import Task, triage
from gradkit.sandbox import Sandbox, Workers
from gradkit.suite.session import Suite, open_suite

from ..demo_course import HW, write_tree

HERE = Path(__file__).parent
_HELPERS = ("conftest", "trying", "forging", "carrying")
CANARIES = {
    name: f"canary-{secrets.token_hex(8)}"
    for name in (
        "hidden", "secret", "reference", "gradebook", "record", "other", "home", "key", "environment", "process"
    )
}  # fmt: skip
# Before the first worker base is started, so that this is the environment of the grader that starts it.
os.environ["GRADKIT_TEST_TOKEN"] = CANARIES["environment"]


@dataclass(frozen=True)
class Attack:
    """One file of this folder, and what its docstring says of it.

    Attributes:
        name: the file's name.
        source: its text.
        facts: the lines ``key: value`` that end its docstring:
            expect   what must happen, alternatives with " or "; see `test_attacks.py`
            canary   the place whose canary it is after
            control  what it must achieve where nothing stops it: "leaks", "writes" or "heard"
            calls    how often it is called; the last time counts
            machine  the only kind of machine that it works on
            speaks   that its words go to terminals and pages
            stands   that grading is tried from inside its folder
    """

    name: str
    source: str
    facts: dict[str, str]

    @property
    def kind(self) -> str:
        """How it is run: "called" as a function, "graded" as a submission, or "packed" as an uploaded archive."""
        tree = ast.parse(self.source)
        names = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
        return "called" if "attack" in names else "packed" if "pack" in names else "graded"

    def hand_in(self, folder: Path, places: dict[str, str | int]) -> None:
        """Make the files that are handed in: the attack itself, or what it makes with its ``plant``."""
        folder.mkdir(parents=True)
        if "\ndef plant(" in self.source:
            self.run("plant", folder, places)
        else:
            for name in (f"{self.name}.py", "forging.py"):
                (folder / name.replace(self.name, "scaling")).write_bytes((HERE / name).read_bytes())

    def run(self, function: str, *args: object) -> None:
        """Run a part of the attack that prepares it."""
        namespace: dict[str, object] = {}
        exec(compile(self.source, self.name, "exec"), namespace)  # noqa: S102 - our own file
        namespace[function](*args)  # type: ignore[operator]

    @property
    def expected(self) -> list[str]:
        """The outcomes that are right."""
        return self.facts["expect"].split(" or ")


def _read(path: Path) -> Attack:
    source = path.read_text(encoding="utf-8")
    docstring = ast.get_docstring(ast.parse(source)) or ""
    lines = docstring.rpartition("\n\n")[2].splitlines()
    return Attack(path.stem, source, dict(line.split(": ", 1) for line in lines))


def attacks() -> list[Attack]:
    """Every attack that this machine can suffer."""
    paths = [path for path in sorted(HERE.glob("*.py")) if path.stem not in _HELPERS and not path.match("test_*")]
    found = [_read(path) for path in paths]
    return [attack for attack in found if attack.facts.get("machine", platform.machine()) == platform.machine()]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test that takes ``called``, ``graded``, ``packed`` or ``controlled`` runs for each attack of that kind."""
    for name in {"called", "graded", "packed", "controlled"} & set(metafunc.fixturenames):
        chosen = [one for one in attacks() if one.kind == name or (name == "controlled" and "control" in one.facts)]
        metafunc.parametrize(name, chosen, ids=[one.name for one in chosen])


@pytest.fixture(scope="session")
def corpus() -> list[Attack]:
    """All of them."""
    return attacks()


@dataclass
class Arena:
    """The course and its surroundings.

    Attributes:
        course: the demonstration course, with canaries.
        places: where things are, as attackers are told.
        ears: listening sockets.
    """

    course: Course
    places: dict[str, str | int]
    ears: dict[str, socket.socket] = field(default_factory=dict)
    before: dict[str, object] = field(default_factory=dict)

    def leaked(self, *sent: object) -> list[str]:
        """The canaries, and names of hidden tests, in anything that was sent."""
        data = b"".join(_flat(one) for one in sent)
        words = {**CANARIES, "test": "test_secret_name"}
        return [name for name, word in words.items() if word.encode() in data]

    def heard(self) -> list[str]:
        """The sockets on which someone called; they are emptied."""
        names: list[str] = []
        while ready := select.select(list(self.ears.values()), [], [], 0)[0]:
            for name in (name for name, ear in self.ears.items() if ear in ready):
                names.append(name)
                if name == "udp":
                    self.ears[name].recv(100)
                else:
                    self.ears[name].accept()[0].close()
        return sorted(set(names))

    def watch(self) -> None:
        """Remember how things are."""
        self.before = self._state()

    def disturbed(self) -> list[str]:
        """What has changed since then."""
        after = self._state()
        return sorted(name for name in self.before | after if self.before.get(name) != after.get(name))

    def restore(self) -> None:
        """Lay out again what an attack was allowed to change."""
        outside = Path(str(self.places["outside"]))
        for path in (outside, Path("/tmp"), Path("/dev/shm"), Path("/")):  # noqa: S108 - where attacks plant
            for planted in path.glob("planted?by?an?attack*"):
                planted.unlink()
        _lay_outside(outside)

    def _state(self) -> dict[str, object]:
        roots = (self.course.root, Path(str(self.places["outside"])), Path(str(self.places["home"])))
        found: dict[str, object] = {}
        for path in (path for root in roots if root.exists() for path in (root, *root.rglob("*"))):
            status = path.lstat()
            found[str(path)] = (status.st_mode, status.st_uid, status.st_nlink, status.st_mtime_ns, status.st_size)
        packages = (sysconfig.get_path("purelib"), sysconfig.get_path("stdlib"), str(Path(torch.__file__).parent))
        for folder in (*packages, "/tmp", "/dev/shm", "/", "/usr/lib"):  # noqa: S108 - where attacks plant
            found |= {str(path): True for path in Path(folder).glob("planted?by?an?attack*")}
        return found


def _flat(value: object) -> bytes:
    if isinstance(value, torch.Tensor):
        return value.detach().reshape(-1).contiguous().view(torch.uint8).numpy().tobytes() if value.numel() else b""
    if isinstance(value, dict):
        return b"".join(_flat(item) for pair in value.items() for item in pair)
    if isinstance(value, list | tuple | set | frozenset):
        return b"".join(_flat(item) for item in value)
    if isinstance(value, str):
        return value.encode("utf-8", errors="replace")
    return _flat(vars(value)) if hasattr(value, "__dict__") else repr(value).encode()


@pytest.fixture(scope="session")
def arena(course_files: Mapping[str, str]) -> Iterator[Arena]:
    """The place of all attacks, where every user of the machine may enter: only the sandbox is in the way."""
    with ExitStack() as stack:
        root = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="arena-")))
        # Python's own removal cannot go as deep as an attack has.
        stack.callback(subprocess.run, ["/bin/rm", "-rf", root / "handed-in"], check=True)
        root.chmod(0o755)
        places = _lay_out(root, course_files)
        ears = {
            "tcp": socket.create_server(("127.0.0.1", 0)),
            "udp": socket.socket(socket.AF_INET, socket.SOCK_DGRAM),
            "unix": socket.socket(socket.AF_UNIX),
            "abstract": socket.socket(socket.AF_UNIX),
        }
        ears["udp"].bind(("127.0.0.1", 0))
        ears["unix"].bind(str(root / "unix.sock"))
        ears["abstract"].bind(f"\0{root.name}")
        for ear in ears.values():
            stack.enter_context(ear)
        ears["unix"].listen()
        ears["abstract"].listen()
        places |= {"tcp": ears["tcp"].getsockname()[1], "udp": ears["udp"].getsockname()[1]}
        places |= {"unix": str(root / "unix.sock"), "abstract": root.name}
        neighbor = subprocess.Popen(  # noqa: S603 - a process of the grader's user, with a secret
            [sys.executable, "-I", "-c", "input()", CANARIES["process"]],
            env={"TOKEN": CANARIES["process"]},
            stdin=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        stack.enter_context(neighbor)
        stack.callback(neighbor.kill)
        places |= {"grader": os.getpid(), "neighbor": neighbor.pid}
        yield Arena(load_course(root / "course"), places, ears)


def _lay_out(root: Path, course_files: Mapping[str, str]) -> dict[str, str | int]:
    """Write the course and what lies around it; returns the paths."""
    assignment, suite, reference = (
        f"assignments/{HW}/assignment.toml",
        f"autograder/hidden/{HW}/test_scale.py",
        f"assignments/{HW}/scaling.py",
    )
    limits = "[limits]\nseconds_per_call = 1.5\nseconds = 5.0\npatience = 2.0\n"
    limits += "memory_mb = 512\nrestarts = 1\noutput_kb = 4\n"
    files = {f"course/{name}": text for name, text in course_files.items()} | {
        f"course/{assignment}": course_files[assignment].partition("[limits]")[0] + limits,
        f"course/{reference}": course_files[reference] + f'\nSECRET = "{CANARIES["reference"]}"\n',
        f"course/{suite}": course_files[suite] + f'\nSECRET = "{CANARIES["hidden"]}"\n',
        "course/autograder/hidden/secret.txt": CANARIES["secret"] + "\n",
        f"course/submitted/eve/{HW}/scaling.py": f"# {CANARIES['other']}\n",
        f"course/results/eve/{HW}.json": f'{{"output": "{CANARIES["record"]}"}}\n',
        "home/.netrc": f"password {CANARIES['home']}\n",
        "home/.config/gh/hosts.yml": f"oauth_token: {CANARIES['home']}\n",
        "home/.ssh/id_ed25519": f"{CANARIES['key']}\n",
    }
    write_tree(root, files)
    _lay_outside(root / "outside")
    with sqlite3.connect(root / "course/gradebook.db") as database:
        database.execute("create table grade (note text, score real)")
        database.execute("insert into grade values (?, 0)", (CANARIES["gradebook"],))
    database.close()
    (root / "course/gradebook.db").chmod(0o777)
    return {
        "root": str(root),
        "hidden": str(root / "course" / suite),
        "secret": str(root / "course/autograder/hidden/secret.txt"),
        "reference": str(root / "course" / reference),
        "gradebook": str(root / "course/gradebook.db"),
        "record": str(root / f"course/results/eve/{HW}.json"),
        "other": str(root / f"course/submitted/eve/{HW}/scaling.py"),
        "home": str(root / "home"),
        "key": str(root / "home/.ssh/id_ed25519"),
        "outside": str(root / "outside"),
        "victim": str(root / "outside/victim.txt"),
    }


def _lay_outside(folder: Path) -> None:
    """A folder that everyone may write to, and a file in it."""
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "empty").mkdir(parents=True)
    (folder / "victim.txt").write_text("leave me alone\n", encoding="utf-8")
    for path in (folder, *folder.iterdir()):
        path.chmod(0o777)


@pytest.fixture(scope="session")
def graded_at(arena: Arena, request: pytest.FixtureRequest) -> Callable[[Sandbox, Attack], Any]:
    """What an attack's grading came to at a level, that of an honest submission right after it, and what it changed.

    All attacks that are to be tested are graded in one run of the suite, as a class would be.
    """
    items = [item for item in request.session.items if isinstance(item, pytest.Function) and hasattr(item, "callspec")]
    chosen = {one.name: one for item in items if isinstance(one := item.callspec.params.get("graded"), Attack)}
    done: dict[tuple[str, str], Any] = {}

    def outcome(level: Sandbox, attack: Attack) -> Any:
        if (level.level.name, attack.name) not in done:
            found = grade_all(level, arena, list(chosen.values()))
            done.update({(level.level.name, name): each for name, each in found.items()})
        found = done[level.level.name, attack.name]
        if isinstance(found, Exception):
            raise found
        return found

    return outcome


def grade_all(level: Sandbox, arena: Arena, chosen: list[Attack]) -> dict[str, Any]:
    """Hand in and grade each attack, and after each an honest submission; what the grader itself raised is kept."""
    course, folder = arena.course, arena.course.root.parent / "handed-in" / level.level.name
    assignment = course.assignment(HW)
    outcomes: dict[str, Any] = {}

    def body(suite: Suite) -> None:
        suite.rehearse()
        with closing(level.connect()) as workers, closing(SourceReader()) as reader:
            for attack in chosen:
                mallory, trent = (folder / attack.name / name for name in ("mallory", "trent"))
                attack.hand_in(mallory, arena.places)
                trent.mkdir()
                (trent / "scaling.py").write_bytes(Path(str(arena.places["reference"])).read_bytes())
                arena.watch()
                try:
                    records = [
                        grade(suite, Task(place.name, place, place.parent / f"{place.name}.json"), workers, reader)
                        for place in (mallory, trent)
                    ]
                except Exception as error:  # noqa: BLE001 - the test of this attack raises it again
                    outcomes[attack.name] = error
                else:
                    outcomes[attack.name] = (*records, arena.disturbed())

    def grade(suite: Suite, task: Task, workers: Workers, reader: SourceReader) -> Record | None:
        for _, submission in triage(course, HW, [task], lambda _record: None).waiting:
            record = grade_submission(suite, assignment, submission, {}, workers, reader, level.as_record())
            write_record(record, task.record)
        return read_record(task.record)

    open_suite(course.hidden(HW), assignment, course.source(HW) / assignment.module, course.secret, body)
    return outcomes
