"""Whatever a source is like, reading it is bounded, and costs nobody but its author."""

from __future__ import annotations

import ast
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from types import FrameType
from typing import Any

import pytest

from gradkit.bans.names import Asked, find_uses
from gradkit.course import Assignment, BanGroup, Question
from gradkit.grading import reader as reader_module
from gradkit.grading.reader import Answers, Reading, SourceReader, read_sources
from gradkit.messages import translate
from gradkit.reader.signs import MAX_SIGNS, find_signs

GROUP = BanGroup("Not here.", names=("torch.nn.Linear", "torch.optim.*"))
QUESTIONS = (Question("a", ("a",), 1.0, ("group",)), Question("b", ("b",), 1.0, ("group",)))
ASSIGNMENT = Assignment("hw", "t", datetime(2026, 1, 1, tzinfo=UTC), "m.py", QUESTIONS, banned={"group": GROUP})
USES = b"from torch import nn\na = nn.Linear\n"
LARGE = 256 << 10


def filled(head: str, unit: str, tail: str = "") -> Callable[[int], str]:
    """A source of about so many characters, most of them ``unit``."""
    return lambda size: head + unit * ((size - len(head) - len(tail)) // len(unit)) + tail


def numbered(head: str, unit: str, tail: str = "") -> Callable[[int], str]:
    """As `filled`, with another number in each unit, and the next one."""
    return lambda size: head + "".join(unit.format(n, n + 1) for n in range(size // (len(unit) + 4))) + tail


# What can be read however long it is.
WIDE = {
    "names": filled("import torch as a\nb = (", "a,", ")\n"),
    "chains": filled("import torch as a\nb = (", "a.b.c.d,", ")\n"),
    "lines": filled("import torch as a\nb = a\n", "b\n"),
    "statements in a line": filled("", "b;"),
    "annotations in a line": filled("import torch as a\n", "b:a=a;"),
    "annotations of arguments": numbered("import torch as a\ndef b(", "x{0}:a,", "): 0\n"),
    "raw escapes": filled("b = (", r"'\d' ", ")\n"),
    "comparisons with is": filled("", "1 is 1\n"),
    "an alias that grows": filled("import torch as a\n", "a=a.b\n"),
    "aliases of aliases": numbered("import torch as a0\n", "a{1}=a{0}.b\n"),
    "names in one target": numbered("b=a0\n", "a{0},", "=0\n"),
    "names of one block": numbered("b=a0\nif 1:\n", " a{0}=a{1}\n"),
    "names that lead to the next": numbered("b=a0\n", "def a{0}():a{1}\n"),
    "imports": numbered("import a", " as a,torch.nn.a{0}"),
    "brackets": filled("", "((((((((((((((((((((b))))))))))))))))))))\n"),
    "no Python": filled("b = [", "1,"),
}
# What nests deeper the longer it is.
DEEP = {
    "attributes": filled("import torch as a\nb = a", ".a"),
    "sums": filled("b = a", "+a"),
    "calls": filled("b = a", "()"),
    "subscripts": filled("b = a", "[0]"),
    "signs": filled("b = ", "-", "a\n"),
    "branches": filled("if a:0\n", "elif a:0\n"),
    "functions": filled("b = ", "lambda:", "0\n"),
}


@pytest.fixture(scope="module")
def reader() -> Iterator[SourceReader]:
    with closing(SourceReader()) as reader:
        yield reader


def read(reader: SourceReader, **sources: bytes) -> Reading:
    return read_sources(reader, ASSIGNMENT, {f"{name}.py": source for name, source in sources.items()})


@pytest.mark.parametrize("shape", ["lines", "statements in a line", "an alias that grows", "no Python"])
def test_a_long_source_is_read(reader: SourceReader, shape: str) -> None:
    found = read(reader, m=WIDE[shape](LARGE).encode(), other=USES)
    assert found.unreadable == {}


@pytest.mark.parametrize("shape", DEEP)
def test_a_deep_source_is_its_own_failure(reader: SourceReader, shape: str) -> None:
    found = read(reader, m=DEEP[shape](LARGE).encode(), other=b"import ctypes\n")
    assert list(found.unreadable) == ["m.py"]
    assert found.problems[0].startswith("m.py cannot be read: ")
    assert re.fullmatch(r"m\.py 无法读取：[^a-z]*。[^a-z]*。", translate(found.problems[0], "zh").replace("Python", ""))
    assert [sign.file for sign in found.signs] == ["other.py"]
    assert read(reader, m=USES).uses["a"].line == 2


@pytest.mark.filterwarnings("ignore::SyntaxWarning", "ignore::DeprecationWarning")
@pytest.mark.parametrize("shape", sorted({*WIDE, *DEEP} - {"no Python"}))
def test_twice_the_source_takes_at_most_twice_the_steps(shape: str) -> None:
    def steps(size: int) -> int:
        tree = ast.parse({**WIDE, **DEEP}[shape](size))
        asked = [Asked(question.targets, [GROUP.names]) for question in QUESTIONS]
        return counted(lambda: (find_uses(tree, asked), find_signs(tree)))

    size = 100 if shape in DEEP else 2000  # the parser itself goes no deeper than some hundred
    assert steps(2 * size) <= 2.2 * steps(size) + 500


def counted(action: Callable[[], object]) -> int:
    """The instructions that Python takes for an action."""
    taken = 0

    def trace(frame: FrameType, event: str, _argument: Any) -> Any:
        nonlocal taken
        frame.f_trace_opcodes, frame.f_trace_lines = True, False
        taken += event == "opcode"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        action()
    finally:
        sys.settrace(before)
    return taken


def test_names_are_looked_at_to_a_length_that_no_banned_name_has(reader: SourceReader) -> None:
    long = b"import torch\na = torch.optim." + b"x" * (LARGE - 100)
    use = read(reader, m=long).uses["a"]
    assert use.name.startswith("torch.optim.x")
    assert len(use.name) == 200


def test_signs_are_few(reader: SourceReader) -> None:
    assert len(read(reader, m=b"import ctypes\n" * 1000).signs) == MAX_SIGNS


def test_files_after_those_that_took_all_the_time_are_not_read(
    reader: SourceReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reader_module, "CPU_SECONDS", 1)
    others = {f"n{number:02}": WIDE["lines"](LARGE).encode() for number in range(40)}
    found = read(reader, m=USES, **others)
    assert found.uses["a"].line == 2
    reasons = list(found.unreadable.values())
    assert reasons[0] == "reading it takes too long"
    assert set(reasons[1:]) == {"the files before it took too much"}


def test_more_memory_than_the_limit_is_its_own_failure(reader: SourceReader, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader_module, "MEMORY_MB", 64)
    found = read(reader, m=WIDE["lines"](LARGE).encode(), other=b"import ctypes\n")
    assert list(found.unreadable) == ["m.py"]


def test_a_process_that_was_killed_is_replaced() -> None:
    with closing(SourceReader()) as reader:
        read(reader, m=USES)
        assert reader.process is not None
        os.kill(reader.process.pid, signal.SIGKILL)
        assert read(reader, m=USES).uses["a"].line == 2


def test_a_process_that_does_not_answer_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader_module, "DEADLINE", 0.5)
    with closing(SourceReader()) as reader:
        read(reader, m=USES)
        assert reader.process is not None
        os.kill(reader.process.pid, signal.SIGSTOP)
        assert read(reader, m=USES).unreadable == {"m.py": "reading it takes too long"}
        monkeypatch.undo()
        assert read(reader, m=USES).unreadable == {}


def test_the_process_ends_with_its_grader() -> None:
    program = "import sys, time; from gradkit.grading.reader import SourceReader as R; r = R(); "
    program += "r.ask({'names': [], 'questions': []}, []); print(r.process.pid, flush=True); time.sleep(60)"
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE) as grader:  # noqa: S603 - our own
        assert grader.stdout is not None
        pid = int(grader.stdout.readline())
        grader.kill()
    for _ in range(100):
        if not os.path.exists(f"/proc/{pid}/fd/0"):  # noqa: PTH110 - a link into a process
            return
        time.sleep(0.1)
    pytest.fail("it outlives its grader")


@pytest.mark.parametrize(
    "answer",
    [
        None,
        [],
        {},
        {"uses": [], "signs": []},
        {"uses": [None, {"group": 1, "name": "torch.nn.Linear", "line": 1}], "signs": []},
        {"uses": [None, {"group": True, "name": "torch.nn.Linear", "line": 1}], "signs": []},
        {"uses": [None, {"group": 0, "name": "torch.mm", "line": 1}], "signs": []},
        {"uses": [None, {"group": 0, "name": "torch.optim." + "x" * 300, "line": 1}], "signs": []},
        {"uses": [None, {"group": 0, "name": "torch.optim.\x1b", "line": 1}], "signs": []},
        {"uses": [None, {"group": 0, "name": "torch.nn.Linear", "line": -1}], "signs": []},
        {"uses": [None, None], "signs": [{"line": 1, "why": ""}]},
        {"uses": [None, None], "signs": 3},
        {"unreadable": 3},
    ],
)
def test_an_answer_of_another_form_is_not_believed(answer: object) -> None:
    class Lying(SourceReader):
        def ask(self, request: object, sources: object) -> Answers:  # type: ignore[override]
            del request, sources
            return Answers([answer], 0)

    assert read(Lying(), m=USES).unreadable == {"m.py": "Python's parser crashes on it"}


def test_what_the_parser_warns_of_is_not_printed(capfd: pytest.CaptureFixture[str]) -> None:
    with closing(SourceReader()) as reader:
        assert read(reader, m=rb"a = '\d', 1 is 1").unreadable == {}
    assert capfd.readouterr() == ("", "")
