"""What a command costs: all of its processes are counted, however they end."""

from __future__ import annotations

import sys
from pathlib import Path

from bench.stopwatch import measure

BURN = "import time\nwhile time.process_time() < 0.4: pass\n"


def python(code: str) -> list[str]:
    return [sys.executable, "-I", "-c", code]


def test_time_of_the_command_itself_is_counted(tmp_path: Path) -> None:
    cost, status, said = measure(python(f"print('hello')\n{BURN}"), tmp_path)
    assert (status, said) == (0, "hello\n")
    assert 0.4 <= cost.cpu < 0.8
    assert cost.wall >= 0.4


def test_orphans_are_waited_for_and_counted(tmp_path: Path) -> None:
    code = f"import os\nif os.fork() == 0:\n    if os.fork() == 0:\n        {BURN.replace(chr(10), chr(10) + ' ' * 8)}"
    cost, status, _ = measure(python(code), tmp_path)
    assert status == 0
    assert cost.cpu >= 0.4
    assert cost.wall < cost.cpu + 0.4


def test_children_that_are_killed_are_counted(tmp_path: Path) -> None:
    code = (
        f"import os, signal, sys\nread, write = os.pipe()\npid = os.fork()\nif pid == 0:\n"
        f"    {BURN.replace(chr(10), chr(10) + ' ' * 4)}\n    os.write(write, b'.')\n    signal.pause()\n"
        "os.read(read, 1)\nos.kill(pid, signal.SIGKILL)"
    )
    cost, status, _ = measure(python(code), tmp_path)
    assert status == 0
    assert cost.cpu >= 0.4


STUDENT = f"""
import os
from contextlib import closing
from bench import processes
from gradkit.course.assignment import Limits
from gradkit.sandbox import SubmissionRunner, Submitted, open_sandbox
from gradkit.suite import function_call
with open_sandbox() as sandbox, closing(sandbox.connect()) as workers:
    submitted = Submitted("a.py", {{"a.py": {BURN.replace("0.4", "2")!r}.encode()}}, ())
    with closing(SubmissionRunner(submitted, Limits(), workers.start)) as runner:
        runner.run(function_call("missing", {{}}))
    family = processes.tree(os.getpid())
    ticks = sum(int(fields[11]) + int(fields[12]) for pid, fields in processes._stats() if pid in family)
    print(ticks / os.sysconf("SC_CLK_TCK"))
"""


def test_students_processes_are_counted_after_the_worker_base_has_killed_them(tmp_path: Path) -> None:
    cost, status, said = measure(python(STUDENT), tmp_path)
    assert status == 0
    assert cost.cpu - float(said) >= 2, "more than the processes that were left have used"


def test_peak_is_that_of_the_largest_process(tmp_path: Path) -> None:
    code = "import os\nif os.fork() == 0: x = b'x' * (80 << 20)\nelse: y = b'y' * (20 << 20); os.wait()"
    cost, _, _ = measure(python(code), tmp_path)
    assert 80 < cost.peak_mb < 110


def test_status_and_folder_are_the_commands(tmp_path: Path) -> None:
    cost, status, said = measure(python("import os, sys; print(os.getcwd(), flush=True); sys.exit(3)"), tmp_path)
    assert status == 3
    assert said.strip() == str(tmp_path.resolve())
    assert cost.cpu < 0.5


def test_environment_is_added_to_ours(tmp_path: Path) -> None:
    code = "import os; print(os.environ['ANSWER'], 'PATH' in os.environ)"
    assert measure(python(code), tmp_path, {"ANSWER": "42"})[2] == "42 True\n"
