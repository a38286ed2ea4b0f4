"""One pytest session for a whole class: the suite is collected once, then run for each submission in turn.

pytest provides collection, parametrization and fixtures. A test reports a wrong answer as a `Mismatch`; any other
exception in a test is the suite's fault, never the student's. Sessions do not affect each other, and installed plugins
are not loaded.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Literal

import pytest

from gradkit.course import Assignment
from gradkit.errors import CourseError, GraderFault
from gradkit.suite.items import run_item, start_afresh
from gradkit.suite.mismatch import Mismatch
from gradkit.suite.rng import Rng
from gradkit.suite.runner import Found, ReferenceRunner
from gradkit.suite.tests import HiddenTest, read_tests
from gradkit.wire.call import Call
from gradkit.wire.observation import Observation

Perform = Callable[[Call], Observation]

# Built-in pytest plugins for interactive runs; here they would only slow down every case.
_UNUSED_PLUGINS = (
    "terminal",
    "cacheprovider",
    "logging",
    "warnings",
    "skipping",
    "setuponly",
    "faulthandler",
    "threadexception",
    "unraisableexception",
)
_NO_PLUGINS = "PYTEST_DISABLE_PLUGIN_AUTOLOAD"
# Environment variables that pytest reads: "-k" in one of them would deselect tests, and their points.
_ENVIRONMENT = (_NO_PLUGINS, "PYTEST_ADDOPTS", "PYTEST_PLUGINS")


@dataclass(frozen=True)
class CaseOutcome:
    """The outcome of one case of a test.

    Attributes:
        mismatch: what was wrong, or None if the case passed.
        found: every call of the student's code with its answer, in order.
    """

    mismatch: Mismatch | None
    found: tuple[Found, ...]


@dataclass(frozen=True)
class TestOutcome:
    """The outcomes of all cases of a test."""

    __test__ = False  # keeps pytest from collecting it as a test class

    test: HiddenTest
    cases: tuple[CaseOutcome, ...]


Look = Callable[[HiddenTest, CaseOutcome], None]


class Suite:
    """A collected suite, which runs for any number of submissions inside `open_suite`."""

    def __init__(self, plugin: _Plugin, tests: tuple[HiddenTest, ...]) -> None:
        self.tests = tests
        self._plugin = plugin

    def run(
        self, perform: Perform, tests: Sequence[HiddenTest] | None = None, look: Look | None = None
    ) -> tuple[TestOutcome, ...]:
        """Run tests on a submission that answers calls through ``perform``.

        Even if it is interrupted, the next run starts with no fixtures set up.

        Args:
            perform: answers calls.
            tests: which tests; all when None.
            look: called with the outcome of every case while its answers still have their values.

        Raises:
            GraderFault: a test itself failed.
        """
        chosen = self.tests if tests is None else tuple(tests)
        cases = [case for test in chosen for case in test.cases]
        following = dict(zip(cases, [*cases[1:], None], strict=True))
        assignment = self._plugin.assignment
        banned = {question.id: assignment.banned_operators(question) for question in assignment.questions}

        def run_case(test: HiddenTest, case: pytest.Function) -> CaseOutcome:
            ask = partial(_ask, perform, banned[test.question])
            outcome = self._plugin.run_case(case, following[case], ask)
            if look is not None:
                look(test, outcome)
            # Drop the compared values: a whole suite's replies must not stay in memory until the points are computed.
            return replace(outcome, found=tuple(map(_without_values, outcome.found)))

        try:
            return tuple(TestOutcome(test, tuple(run_case(test, case) for case in test.cases)) for test in chosen)
        except BaseException:
            self._plugin.start_afresh()
            raise


class _Plugin:
    """gradkit's pytest plugin: fixtures, markers, and its own run loop."""

    def __init__(self, body: Callable[[Suite], None], assignment: Assignment, secret: str, source: Path) -> None:
        self.body, self.assignment, self.secret, self.source = body, assignment, secret, source
        self.fault: BaseException | None = None
        self.collect_errors: list[str] = []
        self._perform: Perform | None = None
        self._found: list[Found] = []
        self._raised: list[BaseException] = []
        self._reference: ReferenceRunner | None = None
        self._session: pytest.Session | None = None

    # -- fixtures ------------------------------------------------------------------------------------------------

    @pytest.fixture
    def student(self) -> _Student:
        """Performs calls with the submission's code."""
        return _Student(self)

    @pytest.fixture
    def reference(self) -> ReferenceRunner:
        """Performs calls with the reference solution."""
        if self._reference is None:
            self._reference = ReferenceRunner(self.source)
        return self._reference

    @pytest.fixture
    def rng(self, request: pytest.FixtureRequest) -> Rng:
        """A generator seeded with course secret, assignment, test and case."""
        return Rng(self.secret, self.assignment.id, request.node.path.name, request.node.name)

    # -- hooks ---------------------------------------------------------------------------------------------------

    def pytest_configure(self, config: pytest.Config) -> None:
        """Declare the two markers of a suite."""
        config.addinivalue_line("markers", "question(id): the question that a test belongs to")
        config.addinivalue_line("markers", "points(number): the points of a test with all its cases")

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Note collection errors."""
        if report.failed:
            self.collect_errors.append(f"{report.nodeid}: {report.longreprtext}")

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Pass the collected suite to ``body`` instead of running every item once."""
        self._session = session
        try:
            if not self.collect_errors:
                folder = Path(str(session.config.args[0]))
                self.body(Suite(self, read_tests(session.items, self.assignment, folder)))
        except BaseException as fault:  # noqa: BLE001 - raised again outside pytest, which would swallow it
            self.fault = fault
        return True

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo[None]) -> pytest.TestReport:
        """Keep the exception itself; rendering its text for a report is slow, and nothing reads it."""
        if call.excinfo is not None:
            self._raised.append(call.excinfo.value)
        outcome: Literal["passed", "failed"] = "passed" if call.excinfo is None else "failed"
        return pytest.TestReport(item.nodeid, item.location, {}, outcome, longrepr=None, when="call")

    # -- running -------------------------------------------------------------------------------------------------

    def run_case(self, case: pytest.Function, following: pytest.Function | None, perform: Perform) -> CaseOutcome:
        """Run one case; fixtures that the following case needs stay set up."""
        self._perform, self._found, self._raised = perform, [], []
        run_item(case, following)
        for error in self._raised:
            if isinstance(error, GraderFault):  # raised below the test
                raise error
            if not isinstance(error, Mismatch):
                raise GraderFault(f"{case.nodeid}: the hidden test itself failed: {error!r}") from error
        mismatch = self._raised[0] if self._raised else None
        return CaseOutcome(mismatch if isinstance(mismatch, Mismatch) else None, tuple(self._found))

    def start_afresh(self) -> None:
        """Reset after an interrupted run."""
        self._perform, self._found, self._raised = None, [], []
        if self._session is not None:
            start_afresh(self._session)

    def perform(self, call: Call) -> Found:
        """Ask the submission and keep the answer."""
        if self._perform is None:
            raise GraderFault("a hidden suite used the student fixture outside a test")
        found = Found(call, self._perform(call))
        self._found.append(found)
        return found


def _ask(perform: Perform, banned: Sequence[str], call: Call) -> Observation:
    """Perform a call, with a report of the banned calls that it uses."""
    return perform(replace(call, banned=banned))


def _without_values(found: Found) -> Found:
    """Drop the observed values, which nothing needs once the test is over."""
    answer = found.observation
    return Found(found.call, Observation(failure=answer.failure, operators=answer.operators, seconds=answer.seconds))


class _Student:
    """The runner behind the ``student`` fixture."""

    def __init__(self, plugin: _Plugin) -> None:
        self.run = plugin.perform


def open_suite(folder: Path, assignment: Assignment, source: Path, secret: str, body: Callable[[Suite], None]) -> None:
    """Collect the hidden suite in ``folder`` once, and call ``body`` with it.

    Args:
        folder: ``autograder/hidden/<hw>``.
        assignment: the parsed ``assignment.toml``.
        source: the reference's source file.
        secret: the course's secret, which seeds the inputs.
        body: runs the suite any number of times.

    Raises:
        CourseError: the suite is missing, cannot be collected, or disagrees with ``assignment.toml``.
        GraderFault: pytest itself failed, or this Python ignores assert statements. Exceptions from ``body``
            propagate.
    """
    if not __debug__:
        raise GraderFault("Python runs with -O, which disables the suite's assert statements. Unset PYTHONOPTIMIZE")
    if not folder.is_dir():
        raise CourseError(f"{folder}: no such folder. It must contain the assignment's hidden suite.")
    # pytest must look for options, plugins and conftests only in the suite's own folder.
    options = ["-c", os.devnull, f"--rootdir={folder.parent}", f"--confcutdir={folder}", "--import-mode=importlib"]
    options += ["--assert=plain", "--strict-markers", "--capture=no"]
    options += [part for name in _UNUSED_PLUGINS for part in ("-p", f"no:{name}")]
    with only_our_plugins(), forgetting_modules_of(folder), interrupts_held() as release:

        def ready(suite: Suite) -> None:
            release()
            body(suite)

        plugin = _Plugin(ready, assignment, secret, source)
        status = pytest.main([str(folder), *options], plugins=[plugin])
    if plugin.fault is not None:
        raise plugin.fault
    if status == pytest.ExitCode.INTERRUPTED:
        raise KeyboardInterrupt
    if plugin.collect_errors:
        raise CourseError(f"{folder}: the hidden suite cannot be collected.\n" + "\n".join(plugin.collect_errors))
    if status not in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED):
        raise GraderFault(f"{folder}: pytest ended with status {status!r}")


@contextmanager
def only_our_plugins() -> Iterator[None]:
    """Ignore installed pytest plugins and pytest options in the environment."""
    before, bytecode = {name: os.environ.pop(name, None) for name in _ENVIRONMENT}, sys.dont_write_bytecode
    os.environ[_NO_PLUGINS], sys.dont_write_bytecode = "1", True
    try:
        yield
    finally:
        sys.dont_write_bytecode = bytecode
        del os.environ[_NO_PLUGINS]
        os.environ.update({name: value for name, value in before.items() if value is not None})


@contextmanager
def forgetting_modules_of(folder: Path) -> Iterator[None]:
    """Unload the suite's modules, so that the next suite can reuse their names."""
    try:
        yield
    finally:
        for name, module in list(sys.modules.items()):
            path = getattr(module, "__file__", None)
            ours = name == folder.name or name.startswith(f"{folder.name}.")  # pytest's packages for the folders
            if ours or (path is not None and Path(path).is_relative_to(folder)):
                del sys.modules[name]


@contextmanager
def interrupts_held() -> Iterator[Callable[[], None]]:
    """Defer Ctrl-C until the block ends or the yielded function is called. Main thread only.

    During imports Python may raise it in an internal callback, where it is only printed.
    """
    received: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, _frame: received.append(number))

    def release() -> None:
        signal.signal(signal.SIGINT, before)
        while received:
            signal.raise_signal(received.pop())

    try:
        yield release
    finally:
        release()
