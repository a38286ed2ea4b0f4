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

from gradkit.check.checks import IN_THIS_PYTHON
from gradkit.check.homework import find_homework
from gradkit.check.process import Apart
from gradkit.check.results import Report
from gradkit.conditions.advice import advice, cannot_be_loaded, overwritten
from gradkit.conditions.rules import FILES, NETWORK, PROCESSES, SHARED
from gradkit.conditions.switches import in_words
from gradkit.course import Limits
from gradkit.grading.gate import Gate
from gradkit.grading.score import notes_of_switches
from gradkit.sandbox import Sandbox, SubmissionRunner, Submitted, Workers
from gradkit.suite import function_call
from gradkit.wire.observation import Failure

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
# What turns each switch, and what would be otherwise if it stayed so.
SWITCHED = {
    "inference": ("global guard; guard = torch.inference_mode(); guard.__enter__()", ""),
    "gradients": ("torch.set_grad_enabled(False)", "assert torch.ones(1, requires_grad=True).mul(2).requires_grad"),
    "dtype": ("torch.set_default_dtype(torch.float64)", "assert torch.zeros(1).dtype == torch.float32"),
    "device": ("torch.set_default_device('meta')", "assert torch.zeros(1).device.type == 'cpu'"),
    "modes": ("Mode().__enter__()", "assert not torch.overrides._get_current_function_mode_stack()"),
    "deterministic": ("torch.use_deterministic_algorithms(True)", ""),
    "anomalies": ("torch.autograd.set_detect_anomaly(True)", ""),
    "autocast": (
        "torch.autocast('cpu').__enter__()",
        "assert (torch.ones(2, 2) @ torch.ones(2, 2)).dtype == torch.float32",
    ),
    "threads": ("torch.set_num_threads(3)", "assert torch.get_num_threads() == 1"),
    "seed": ("torch.manual_seed(123)", "assert torch.initial_seed() != 123"),
    "printing": ("torch.set_printoptions(precision=2)", "assert '0.1235' in str(torch.tensor(0.12345))"),
    "errors": ("numpy.seterr(all='raise')", "numpy.zeros(1) / numpy.zeros(1)"),
    "warnings": ("warnings.simplefilter('error')", "warnings.warn('x')"),
}
MODE = """
import numpy, warnings
from torch.overrides import TorchFunctionMode

class Mode(TorchFunctionMode):
    def __torch_function__(self, func, types, args=(), kwargs=None):
        return func(*args, **(kwargs or {}))

guard = called = None
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
        """Why a second call fails, and what is noted of switches that loading the module or the first call turned."""
        sources = {"demo.py": text.encode(), "helper.py": HELPER.encode()}
        runner = SubmissionRunner(Submitted("demo.py", sources), Limits(), self.workers.start)
        with closing(runner):
            call = function_call("double", {"x": torch.ones(2)})
            first, second = runner.run(call), runner.run(call)
            noted = notes_of_switches(runner.turned, runner.left_on, Gate(1000))
            return first.failure or second.failure, noted


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


def test_a_file_is_quoted_in_the_encoding_that_it_declares_at_both_doors(doors: Doors) -> None:
    line = "raise ValueError('no')  # 变量"
    text = module(inside=line)
    source = f"# -*- coding: gbk -*-\n\x0c{text}".encode("gbk")  # a form feed ends no line
    (doors.folder / "demo.py").write_bytes(source)
    check = doors.checks.run().questions[0].checks[0]
    runner = SubmissionRunner(Submitted("demo.py", {"demo.py": source}), Limits(), doors.workers.start)
    with closing(runner):
        failure = runner.run(function_call("double", {"x": torch.ones(2)})).failure
    assert failure is not None
    number = text.splitlines().index(f"    {line}") + 2
    assert (check.line, check.source) == (failure.line, failure.source) == (number, line)


@pytest.mark.parametrize(
    "top",
    [
        "input()",
        "import no_such_package",
        "!pip install torch",
        "open('data.csv')",
        "torch.ones(1).cuda()",
        "raise ValueError('a try')",
        "double = 3; double(3)",
    ],
)
def test_why_a_file_cannot_be_loaded_is_told_in_the_same_words_at_both_doors(doors: Doors, top: str) -> None:
    text = module(top)
    trouble = doors.check(text).trouble
    failure, _ = doors.grade(text)
    assert trouble is not None
    assert failure is not None
    what_to_do = advice(failure.type_name, failure.message, failure.source, IN_THIS_PYTHON)
    first, *others = trouble.message.splitlines()
    assert first == cannot_be_loaded(failure.type_name, failure.message, what_to_do)
    assert (trouble.line, trouble.source) == (failure.line, failure.source)
    line = text.splitlines().index(top) + 1
    assert others == ([overwritten("double", line, top)] if "double" in top else [])


@pytest.mark.parametrize(("turn", "kept"), SWITCHED.values(), ids=SWITCHED)
def test_a_switch_that_is_turned_costs_no_other_call_and_is_named_at_both_doors(
    doors: Doors, turn: str, kept: str
) -> None:
    name = next(name for name, (line, _) in SWITCHED.items() if line == turn)
    for text, what in (
        (module(f"{MODE}\n{turn.removeprefix('global guard; ')}", f"{kept or 'pass'}"), "Loading your file"),
        (module(MODE, f"{kept or 'pass'}\nglobal called; called = 1\n{turn}"), "Calling double"),
    ):
        names = [] if (name, what) == ("seed", "Calling double") else [name]
        names += ["gradients"] * (name == "inference")
        report = doors.check(text)
        assert report.passed, report
        assert [one.message for one in report.warnings] == list(in_words(names, what))
        assert doors.grade(text) == (None, in_words(names, what))
