"""Run a homework's public checks in this process, and report their results."""

from __future__ import annotations

import contextlib
import importlib
import inspect
import random
import re
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import NamedTuple

from gradkit.bans.uses import BannedUse
from gradkit.check.banned import Banned, replace_banned
from gradkit.check.fresh_import import fresh_modules
from gradkit.check.homework import CHECKS, Homework, Question, question_of
from gradkit.check.locations import defined_at, is_todo, overwritten_at, raised_at, source_of
from gradkit.check.patience import StoppedError, within
from gradkit.check.results import CheckResult, QuestionReport, Report, Status, Tail, excerpt, parts, said
from gradkit.check.warned import Warnings
from gradkit.conditions import SEED
from gradkit.conditions.advice import NEVER_ENDS, advice, cannot_be_loaded, is_called, overwritten
from gradkit.conditions.clock import PATIENCE, too_long
from gradkit.conditions.streams import StandIn
from gradkit.errors import UsageError
from gradkit.messages import Message, lines, message, one_of, sentences

SECONDS = 10.0  # for one check
IN_THIS_PYTHON = message(
    "Python {version} with the packages of requirements.txt", version=f"{sys.version_info[0]}.{sys.version_info[1]}"
)
_COMPILES = re.compile(rb"torch\.compile|import[^\n]*\bcompile\b")


class Check(NamedTuple):
    """A check that is about to run.

    Attributes:
        name: the function's name.
        title: what it checks, as a sentence.
        question: the question that it belongs to; None for loading the module, which belongs to all questions.
    """

    name: str
    title: str
    question: str | None


def run_checks(
    homework: Homework,
    only: Question | None = None,
    seconds: float = SECONDS,
    *,
    patience: float = PATIENCE,
    begin: Callable[[Check], object] = lambda _: None,
    ended: Iterable[CheckResult] = (),
) -> Report:
    """Load the homework's current files and run its checks.

    Args:
        homework: the homework.
        only: the question to check; all when None.
        seconds: the time that one check may compute before it is interrupted.
        patience: the factor by which its wall time may be longer.
        begin: called with each check before it runs.
        ended: results of checks that ended their process, and are not run again.

    Raises:
        UsageError: the checks themselves cannot be loaded, or this Python skips assert statements.
    """
    if not __debug__:
        raise UsageError(message("Python runs with -O, which skips assert: any code would pass. Unset PYTHONOPTIMIZE."))
    import torch  # noqa: F401 - slow the first time, and must not count against a check

    replace_banned(homework)
    _load_compiler(homework)
    started = time.perf_counter()
    stem = Path(homework.module).stem
    warned = Warnings(homework)
    with fresh_modules(homework.folder, frozenset({stem, Path(CHECKS).stem})), warned.as_when_graded():
        _seed(SEED)
        runner = _Runner(homework, (seconds, patience), begin, {result.name: result for result in ended}, warned)
        title = message("{file} can be loaded.", file=homework.module)
        loaded = runner.run(Check(stem, title, None), lambda: __import__(stem))
        if loaded.status != "passed":
            loaded = replace(loaded, title=message("{file} cannot be loaded.", file=homework.module))
        trouble = None if loaded.status == "passed" else loaded
        checks = _checks(homework, _load_checks(homework)) if trouble is None else {}
        reports = []
        for question in homework.questions if only is None else (only,):
            results = [loaded] if trouble else runner.run_all(checks[question.id], question)
            reports.append(QuestionReport(question.id, question.points, tuple(results), question.beyond))
    took = time.perf_counter() - started
    untouched = only is None and all(report.status == "not started" for report in reports)
    warnings = (*warned.found(), *(warned.beside_stub() if untouched else ()))
    return Report(homework.id, homework.title, homework.module, tuple(reports), took, trouble, warnings)


def ended_by(homework: Homework, check: Check, message: str) -> CheckResult:
    """The result of a check that ended its process."""
    line = None if check.question is None else defined_at(homework, homework.question(check.question))
    return CheckResult(check.name, check.title, "stopped", message, line, source_of(homework, line), "", 0.0)


class _Runner:
    """Run checks one at a time."""

    def __init__(
        self,
        homework: Homework,
        limits: tuple[float, float],
        begin: Callable[[Check], object],
        ended: Mapping[str, CheckResult],
        warned: Warnings,
    ) -> None:
        from gradkit.conditions.switches import Settings

        self.homework = homework
        self.seconds, self.patience = limits
        self.begin = begin
        self.ended = ended
        self.warned = warned
        self.settings = Settings()

    def run_all(self, checks: Sequence[Callable[[], object]], question: Question) -> list[CheckResult]:
        """The results of a question's checks; after one that had to be stopped, the others are skipped.

        If banned calls are used, there is one more result.
        """
        results: list[CheckResult] = []
        banned = Banned(self.homework, question)
        for function in checks:
            title = (inspect.getdoc(function) or function.__name__).partition("\n")[0]
            check = Check(function.__name__, title, question.id)
            if any(result.status == "stopped" for result in results):
                why = message("Not run, since an earlier check had to be stopped.")
                results.append(ended_by(self.homework, check, why))
            else:
                with banned.looking():
                    results.append(self.run(check, function))
        if any(result.status != "not started" for result in results) and (found := banned.found()):
            results.append(self._of_banned(question, *found))
        return results

    def _of_banned(self, question: Question, use: BannedUse, line: int | None) -> CheckResult:
        source = excerpt(source_of(self.homework, line))
        name, title = f"test_{question.id}_calls", message("Only calls that this question allows are used.")
        return CheckResult(name, title, "failed", excerpt(use.message), line, source, "", 0.0)

    def run(self, check: Check, action: Callable[[], object]) -> CheckResult:
        """Call ``action``, which runs the student's code, and return the result."""
        if check.name in self.ended:
            return self.ended[check.name]
        self.begin(check)
        printed = Tail()
        started = time.perf_counter()
        _seed(SEED if check.question is None else 0)
        out, err = StandIn(printed.take), StandIn(printed.take, "<stderr>", 2)
        kept = self.settings.kept(seed=check.question is None)
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err), kept as turned:
            status, text, line = self._outcome(check, action)
        self.warned.note_switches(turned, self._what(check), by_call=check.question is not None)
        if line is None and status != "passed" and check.question is not None:
            line = defined_at(self.homework, self.homework.question(check.question))
        return CheckResult(
            name=check.name,
            title=check.title,
            status=status,
            message=excerpt(text),
            line=line,
            source=excerpt(source_of(self.homework, line)),
            printed=excerpt(printed.getvalue()),
            seconds=time.perf_counter() - started,
        )

    def _what(self, check: Check) -> str:
        """What a check does, as the beginning of a sentence."""
        if check.question is None:
            return message("Loading your file")
        return message("Calling {names}", names=one_of(self.homework.question(check.question).targets))

    def _outcome(self, check: Check, action: Callable[[], object]) -> tuple[Status, str, int | None]:
        """The status, the message, and the line of the student's file."""
        try:
            within(self.seconds, action, self.patience)
        except BaseException as error:  # noqa: BLE001 - sys.exit() in student code is a failed check
            line = raised_at(self.homework, error)
            if check.question is None:
                return self._not_loaded(error, line)
            return self._failed(check, error, line)
        return "passed", "", None

    def _failed(self, check: Check, error: BaseException, line: int | None) -> tuple[Status, str, int | None]:
        """The outcome of a check that raised an exception."""
        if isinstance(error, StoppedError):
            stopped = message("Your code was stopped: {why}.", why=self._too_long(error))
            return "stopped", sentences(stopped, NEVER_ENDS), line
        if isinstance(error, AssertionError):  # the line is None unless the assert is the student's own
            own = check.title if line is None else message("An assert statement in your code fails.")
            return "failed", str(error) or own, line
        if line is None and (name := self._overwritten(check, error)):
            line = overwritten_at(self.homework, [name]).get(name)
            text = message("{name} is overwritten: after that it cannot be called. Use another name there.", name=name)
            return "failed", text, line
        if is_todo(self.homework, error):
            return "not started", message("The TODO is still there."), line
        return "failed", self._described(error, line), line

    def _not_loaded(self, error: BaseException, line: int | None) -> tuple[Status, str, int | None]:
        """Why the file cannot be loaded, in the same words as in grading."""
        if isinstance(error, ModuleNotFoundError) and f"{error.name}.py" == self.homework.module:
            missing = message(
                "There is no {file} in this folder. The file must have exactly this name.", file=self.homework.module
            )
            return "failed", missing, line
        name, text = ("", self._too_long(error)) if isinstance(error, StoppedError) else parts(error)
        source = source_of(self.homework, line)
        environment = self.homework.environment
        what_to_do = advice(name, text, source, IN_THIS_PYTHON if environment is None else environment.in_words)
        found = [cannot_be_loaded(name, text, what_to_do)]
        if "is not callable" in text:
            targets = [target for question in self.homework.questions for target in question.targets]
            for target, where in overwritten_at(self.homework, targets).items():
                if is_called(target, source):
                    found.append(overwritten(target, where, source_of(self.homework, where)))
        return ("stopped" if isinstance(error, StoppedError) else "failed"), lines(*found), line

    def _too_long(self, error: StoppedError) -> Message:
        return too_long(self.seconds, computed=error.computed, patience=self.patience)

    def _overwritten(self, check: Check, error: BaseException) -> str:
        """The name that the check could not call because the file reassigned it, or ""."""
        if check.question is None or not isinstance(error, TypeError) or "not callable" not in str(error):
            return ""
        module = sys.modules.get(Path(self.homework.module).stem)
        targets = self.homework.question(check.question).targets
        return next((name for name in targets if not callable(getattr(module, name, callable))), "")

    def _described(self, error: BaseException, line: int | None) -> str:
        """The message for an exception."""
        module = self.homework.module
        if isinstance(error, AttributeError) and f"{getattr(error.obj, '__name__', '')}.py" == module:
            return message("{file} has no {name}. Was it renamed or removed?", file=module, name=error.name)
        words = said(error)
        if line is not None:
            return words
        if "NoneType" in words:
            return message("Your code returned None where a result was expected. Is a return statement missing?")
        return message("The check cannot use the result of your code. ({why})", why=words)


def _load_compiler(homework: Homework) -> None:
    """Import what torch.compile imports at its first use, which takes seconds, before a file that uses it is timed."""
    for path in homework.folder.glob("*.py"):
        with contextlib.suppress(Exception):  # torch.compile then reports the error
            if _COMPILES.search(path.read_bytes()):
                importlib.import_module("torch._dynamo")
                return


def _load_checks(homework: Homework) -> ModuleType:
    try:
        return __import__(Path(CHECKS).stem)
    except Exception as error:
        place = homework.folder / CHECKS
        raise UsageError(
            message("{file}: cannot be loaded ({why}). Restore the original file.", file=place, why=said(error))
        ) from error


def _checks(homework: Homework, module: ModuleType) -> Mapping[str, Sequence[Callable[[], object]]]:
    """The checks of each question."""
    found: dict[str, list[Callable[[], object]]] = {question.id: [] for question in homework.questions}
    for name, value in vars(module).items():
        question = question_of(name, found)
        if question is not None and inspect.isfunction(value):
            found[question].append(value)
    return found


def _seed(seed: int) -> None:
    """Make each check's random numbers independent of the checks before it."""
    random.seed(seed)
    sys.modules["torch"].manual_seed(seed)
