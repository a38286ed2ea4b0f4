"""Run a homework's public checks and say what came of each."""

from __future__ import annotations

import ast
import contextlib
import inspect
import io
import random
import sys
import time
import traceback
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from types import ModuleType

from gradkit.check.homework import CHECKS, Homework, Question
from gradkit.check.modules import fresh_modules
from gradkit.check.patience import StoppedError, patience
from gradkit.check.report import CheckResult, QuestionReport, Report, Status
from gradkit.errors import UsageError

SECONDS = 10.0  # for one check
_PRINTED = 2_000


def run_checks(homework: Homework, only: Question | None = None, seconds: float = SECONDS) -> Report:
    """Load the homework's files as they are now, and run its checks.

    Args:
        homework: the homework.
        only: the question to check; all when None.
        seconds: how long one check may take before it is interrupted.

    Raises:
        UsageError: the checks themselves cannot be loaded.
    """
    import torch  # noqa: F401 - slow the first time, which is nobody's check

    started = time.perf_counter()
    questions = homework.questions if only is None else (only,)
    stem = Path(homework.module).stem
    with fresh_modules(homework.folder, frozenset({stem, Path(CHECKS).stem})), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        runner = _Runner(homework, seconds)
        trouble = runner.attempt(Path(homework.module).stem, f"{homework.module} is loaded.", lambda: __import__(stem))
        if trouble.status != "passed":
            reports = [QuestionReport(question.id, question.points, (trouble,)) for question in questions]
        else:
            checks = _checks(homework, _load_checks(homework))
            reports = [
                QuestionReport(question.id, question.points, tuple(runner.run(checks[question.id], question)))
                for question in questions
            ]
    return Report(homework.id, homework.title, homework.module, tuple(reports), time.perf_counter() - started)


class _Runner:
    """Runs checks one by one."""

    def __init__(self, homework: Homework, seconds: float) -> None:
        self.homework = homework
        self.seconds = seconds
        self.path = homework.folder / homework.module

    def run(self, checks: Sequence[Callable[[], object]], question: Question) -> Iterator[CheckResult]:
        """The results of one question's checks."""
        for check in checks:
            title = (inspect.getdoc(check) or check.__name__).partition("\n")[0]
            yield self.attempt(check.__name__, title, check, question)

    def attempt(
        self, name: str, title: str, action: Callable[[], object], question: Question | None = None
    ) -> CheckResult:
        """Do something with the student's code, and say how it went."""
        printed = io.StringIO()
        started = time.perf_counter()
        _seed()
        status: Status = "passed"
        message, line = "", None
        with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed), _torch_as_it_was():
            try:
                with patience(self.seconds):
                    action()
            except StoppedError:
                status, message = (
                    "stopped",
                    f"It did not finish within {self.seconds:g} seconds. Does a loop never end?",
                )
            except AssertionError as error:
                line = self._line(error)
                own = line is not None  # an assert of the student's own
                status, message = "failed", str(error) or ("An assert of yours fails." if own else title)
            except NotImplementedError as error:
                line = self._line(error)
                status, message = ("not started", "The TODO is still there.") if line else ("failed", _said(error))
            except KeyboardInterrupt:
                raise
            except BaseException as error:  # noqa: BLE001 - sys.exit() in student code is a failed check
                line = self._line(error)
                status, message = "failed", _said(error)
        if line is None and status != "passed" and question is not None:
            line = self._definition(question)
        return CheckResult(
            name=name,
            title=title,
            status=status,
            message=message,
            line=line,
            source=self._source(line),
            printed=printed.getvalue()[-_PRINTED:],
            seconds=time.perf_counter() - started,
        )

    def _line(self, error: BaseException) -> int | None:
        """The innermost line of the student's module that an exception came through."""
        if isinstance(error, SyntaxError) and error.filename == str(self.path):
            return error.lineno
        frames = traceback.extract_tb(error.__traceback__)
        return next((frame.lineno for frame in reversed(frames) if frame.filename == str(self.path)), None)

    def _definition(self, question: Question) -> int | None:
        """The line where what the question asks for is defined."""
        with contextlib.suppress(OSError, SyntaxError, ValueError):
            for node in ast.parse(self.path.read_bytes()).body:
                if isinstance(node, (ast.FunctionDef, ast.ClassDef)) and node.name in question.targets:
                    return node.lineno
        return None

    def _source(self, line: int | None) -> str:
        with contextlib.suppress(OSError, ValueError, IndexError):
            if line is not None:
                return self.path.read_text(encoding="utf-8-sig").splitlines()[line - 1].strip()[:200]
        return ""


def _load_checks(homework: Homework) -> ModuleType:
    try:
        return __import__(Path(CHECKS).stem)
    except Exception as error:
        place = f"{homework.folder / CHECKS}"
        raise UsageError(f"{place}: cannot be loaded ({_said(error)}). Take the file as you were given it.") from error


def _checks(homework: Homework, module: ModuleType) -> Mapping[str, Sequence[Callable[[], object]]]:
    """The checks of each question: those whose name goes on after ``test_`` with its id, the longest that fits."""
    found: dict[str, list[Callable[[], object]]] = {question.id: [] for question in homework.questions}
    for name, value in vars(module).items():
        fitting = [one for one in found if name == f"test_{one}" or name.startswith(f"test_{one}_")]
        if fitting and inspect.isfunction(value):
            found[max(fitting, key=len)].append(value)
    return found


def _said(error: BaseException) -> str:
    if isinstance(error, SystemExit):
        return "Your code ends the program. Take out exit() and the like."
    text = error.msg if isinstance(error, SyntaxError) else str(error)
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def _seed() -> None:
    """The same random numbers for each check, whichever are run."""
    random.seed(0)
    sys.modules["torch"].manual_seed(0)


@contextlib.contextmanager
def _torch_as_it_was() -> Iterator[None]:
    """Undo what a check may have switched for the whole process."""
    torch = sys.modules["torch"]
    dtype, grad = torch.get_default_dtype(), torch.is_grad_enabled()
    try:
        yield
    finally:
        torch.set_default_dtype(dtype)
        torch.set_grad_enabled(grad)
