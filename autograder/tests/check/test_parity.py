"""What loads and runs in `gradkit check` does so when graded, or the student reads why not in both places.

Each text goes through both doors: the process of `gradkit check`, and a confined worker of grading.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest
import torch

from gradkit.check.apart import Apart
from gradkit.check.homework import find_homework
from gradkit.check.report import Report
from gradkit.conditions.rules import FILES, INPUT, NETWORK, PROCESSES, SHARED
from gradkit.conditions.switches import in_words
from gradkit.course import Limits
from gradkit.sandbox import Sandbox, SubmissionRunner, Submitted, Workers
from gradkit.suite import function_call
from gradkit.wire import Failure

from .conftest import make_homework

HELPER = "VALUE = 3\ndef where(): return __file__\n"
REST = """
def double(x):
    probe()
    return 2 * x

def double_all(xs):
    return [2 * x for x in xs]
"""

# Run while the file is loaded, and again inside a function.
LOADED = {
    "own path": "os.chdir(os.path.dirname(os.path.abspath(__file__))); assert os.path.isabs(__file__)",
    "own spec": "assert ['demo', 'demo', *[__file__] * 2] == [__name__, __spec__.name, __spec__.origin, sys.argv[0]]",
    "no main": "assert __name__ != '__main__' and __package__ == '' and sys.modules[__name__].__dict__ is globals()",
    "own source": "assert 'def probe' in inspect.getsource(sys.modules[__name__])",
    "own source as data": "assert __loader__.get_data(__file__) and 'probe' in __loader__.get_source('demo')",
    "helper": "import helper; assert helper.VALUE == 3 and helper.where() == helper.__spec__.origin",
    "path": "sys.path.append(os.path.dirname(__file__)); import helper",
    "reconfigured": "[file.reconfigure(encoding='utf-8') for file in (sys.stdin, sys.stdout, sys.stderr)]",
    "wrapped": "sys.stdout = io.TextIOWrapper(sys.stdout.buffer, encoding='utf-8'); print('\u00fc')",
    "wrapped and dropped": "io.TextIOWrapper(sys.stdout.buffer, 'utf-8').close(); print('still there')",
    "detached": "sys.stdout = codecs.getwriter('utf-8')(sys.stdout.detach()); print('x')",
    "closed": "sys.stdout.close(); print('still there')",
    "written as bytes": "sys.stdout.buffer.write(b'x'); sys.stdout.buffer.flush(); sys.stderr.buffer.write(b'x')",
    "a text file": "assert isinstance(sys.stdout, io.TextIOBase) and sys.stdout.writable() and not sys.stdout.isatty()",
    "asked": "sys.stdout.fileno() + sys.stderr.fileno(), sys.stdout.name + sys.stdout.mode + sys.stdout.encoding",
    "kinds of printing": "sys.stdout.writelines(['a', 'b']); print('x', file=sys.stderr, flush=True)",
    "written below the buffer": "sys.stdout.buffer.raw.write(b'x'); sys.stdout.buffer.detach().write(b'x')",
    "tested": "import doctest; doctest.testmod(sys.modules[__name__])",
    "input closed": "sys.stdin.close()",  # and open again for the next
    "surrogates": "print('\\ud800', '\\udc80')",
    "logging": "logging.basicConfig(level=0, stream=sys.stdout, force=True); logging.info('x'); faulthandler.enable()",
    "redirected": "with contextlib.redirect_stdout(io.StringIO()) as text: print('x')\nassert 'x' in text.getvalue()",
    "replaced": "sys.stdout = sys.__stdout__; sys.__stdout__.reconfigure(errors='replace'); print('x')",
    "compiled": "assert torch.compile(lambda x: x + 1)(1) == 2 and torch.compile(mode='reduce-overhead')(abs)(-1) == 1",
    "compiled model": "m = torch.nn.Linear(1, 1); m.compile(); torch.compile(m, fullgraph=True)(torch.ones(1, 1))",
    "user": "import getpass; assert getpass.getuser() and os.environ['HOME']",
    "scripted": "torch.jit.script(torch.nn.Linear(1, 1))(torch.ones(1, 1))",
    "nothing": "assert sys.stdin.read() == '' and sys.stdin.readline() == ''",
    "batches": "list(torch.utils.data.DataLoader([1, 2], num_workers=0))",
    "temporary": "import tempfile; tempfile.gettempdir()",
}
# At the top of the file alone.
CLASSES = """
@dataclasses.dataclass
class Point:
    x: int
    other: "Point | None" = None

assert typing.get_type_hints(Point)["other"] == Point | None
assert pickle.loads(pickle.dumps(Point(1))) == copy.deepcopy(Point(1)) == Point(1)
assert inspect.getmodule(Point) is sys.modules["demo"] and "x: int" in inspect.getsource(Point)
assert inspect.getsourcefile(Point) == __file__ == inspect.getfile(Point)
limit: int = 3
assert __annotations__ == {"limit": int}
try:
    1 / 0
except ZeroDivisionError:
    assert "    1 / 0" in traceback.format_exc() and f'File "{__file__}", line' in traceback.format_exc()
"""
# What is refused, by the rule; inside a function.
REFUSED = {
    "loader's workers": (PROCESSES, "list(torch.utils.data.DataLoader([1, 2], num_workers=1))"),
    "pool": (PROCESSES, "with multiprocessing.Pool(1) as pool: pool.map(abs, [1])"),
    "executor": (PROCESSES, "with concurrent.futures.ProcessPoolExecutor(1) as pool: pool.submit(abs, 1).result()"),
    "one process": (PROCESSES, "p = multiprocessing.Process(target=abs, args=(1,)); p.start(); p.join()"),
    "shared tensor": (SHARED, "torch.ones(2).share_memory_()"),
    "lock": (PROCESSES, "multiprocessing.Lock()"),
    "program": (PROCESSES, "subprocess.run([sys.executable, '-c', ''], check=True)"),
    "shell": (PROCESSES, "if os.system('exit 0') != 0: raise OSError('it failed')"),
    "fork": (PROCESSES, "os.fork() or os._exit(0)"),
    "socket": (NETWORK, "import socket; socket.socket().close()"),
    "pair": (NETWORK, "import asyncio; asyncio.run(asyncio.sleep(0))"),
    "own data": (FILES, "open(os.path.join(os.path.dirname(__file__), 'homework.json')).close()"),
    "own file": (FILES, "open(__file__).close()"),
    "its folder": (FILES, "os.listdir(os.path.dirname(__file__)); open(os.path.expanduser('~/.none'), 'a').close()"),
    "another's data": (FILES, "open('/etc/hosts').close()"),
    "saved": (FILES, "pathlib.Path(__file__).with_name('weights.npy').write_bytes(b'')"),
}
IMPORTS = (
    "import codecs, concurrent.futures, contextlib, copy, dataclasses, faulthandler, inspect, io, logging\n"
    "import multiprocessing, os, pathlib, pickle, subprocess, sys, traceback, typing\nimport torch, torch.utils.data\n"
)
SWITCHED = """
import warnings
torch.set_grad_enabled(False)
torch.set_default_dtype(torch.float64)
torch.use_deterministic_algorithms(True)
torch.manual_seed(0)
torch.set_printoptions(precision=2)
warnings.simplefilter("error")
"""


def module(top: str = "pass", inside: str = "pass") -> str:
    return f"{IMPORTS}\ndef probe():\n{textwrap.indent(inside, '    ')}\n\n{top}\n{REST}"


@dataclass(frozen=True)
class Doors:
    """Both ways of trying a module."""

    folder: Path
    checks: Apart
    workers: Workers

    def check(self, text: str) -> Report:
        (self.folder / "demo.py").write_text(text)
        return self.checks.run()

    def grade(self, text: str) -> tuple[Failure | None, tuple[str, ...]]:
        """Why a call fails, and the switches that loading the module turned."""
        sources = {"demo.py": text.encode(), "helper.py": HELPER.encode()}
        runner = SubmissionRunner(Submitted("demo.py", sources), Limits(), self.workers.start)
        with closing(runner):
            return runner.run(function_call("double", {"x": torch.ones(2)})).failure, runner.turned


@pytest.fixture(scope="module")
def doors(tmp_path_factory: pytest.TempPathFactory, sandbox: Sandbox) -> Iterator[Doors]:
    folder = make_homework(tmp_path_factory.mktemp("parity") / "hw0_demo")
    (folder / "helper.py").write_text(HELPER)
    with Apart(find_homework(folder), seconds=20.0) as checks, closing(sandbox.connect()) as workers:
        yield Doors(folder, checks, workers)


@pytest.mark.parametrize(
    "text", [module(text, text) for text in LOADED.values()] + [module(CLASSES)], ids=[*LOADED, "classes"]
)
def test_what_loads_and_runs_at_one_door_does_so_at_the_other(doors: Doors, text: str) -> None:
    report = doors.check(text)
    assert report.passed, report
    assert report.warnings == ()
    assert doors.grade(text) == (None, ())


@pytest.mark.parametrize(("rule", "text"), REFUSED.values(), ids=REFUSED)
def test_what_grading_refuses_is_said_in_the_same_words_at_both_doors(doors: Doors, rule: str, text: str) -> None:
    line = module(inside=text).splitlines().index(f"    {text}") + 1
    warnings = doors.check(module(inside=text)).warnings
    assert [(one.message, one.file, one.line) for one in warnings] == [
        (f"Different when graded: {rule}", "demo.py", line)
    ]
    assert warnings[0].source == text
    failure, _ = doors.grade(module(inside=text))
    assert failure is not None
    assert rule in failure.message
    assert failure.line == line


def test_a_question_for_input_has_one_answer_at_both_doors(doors: Doors) -> None:
    trouble = doors.check(module("input()")).trouble
    assert trouble is not None
    assert trouble.message == INPUT
    failure, _ = doors.grade(module("input()"))
    assert failure is not None
    assert INPUT in failure.message


def test_the_switches_that_a_file_turns_are_named_at_both_doors(doors: Doors) -> None:
    text = module(SWITCHED)
    failure, turned = doors.grade(text)
    assert failure is None
    assert turned == ("gradients", "dtype", "deterministic", "seed", "printing", "warnings")
    assert [one.message for one in doors.check(text).warnings] == list(in_words(turned))
