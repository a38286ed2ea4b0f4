"""One pytest session for a whole class: the suite is collected once, then run for each submission in turn.

pytest provides collection, parametrization and fixtures. A test reports a wrong answer as a `Mismatch`; any other
exception in a test is the suite's fault, never the student's. Sessions do not affect each other, and installed plugins
are not loaded.
"""

from __future__ import annotations

import inspect
import os
import signal
import sys
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from functools import partial
from itertools import count, islice
from pathlib import Path
from typing import Any, Literal

import pytest

from gradkit.course import Assignment
from gradkit.errors import CourseError, GraderFault
from gradkit.messages import lines, message
from gradkit.suite.cases import Ask, Case, CaseOutcome, Performing, Replies, first_calls
from gradkit.suite.items import run_item, start_afresh
from gradkit.suite.mismatch import Mismatch
from gradkit.suite.rng import Rng
from gradkit.suite.runner import Found, ReferenceRunner
from gradkit.suite.tests import HiddenTest, read_tests
from gradkit.wire.call import Call
from gradkit.wire.frames import HEAD, Frame, pack
from gradkit.wire.observation import Observation, observation_to_value
from gradkit.wire.reply import Key, Reply, reply_key

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
        assignment = plugin.assignment
        banned = {question.id: assignment.banned_operators(question) for question in assignment.questions}
        self._cases = {item: Case(item, banned[test.question]) for test in tests for item in test.cases}

    def rehearse(self) -> None:
        """Run every case on the reference: its first calls, and the right answers, are known from then on.

        A suite that did not rehearse learns from submissions, and sends no calls ahead.
        """
        cases = list(self._cases.values())
        for case, following in zip(cases, [*cases[1:], None], strict=True):
            with suppress(GraderFault):  # the first submission will show it
                outcome = self._run_case(case, following, _Rehearsing(self._plugin.reference_runner))
                case.alone = len(outcome.found) <= 1

    def run(
        self, perform: Perform | Replies, tests: Sequence[HiddenTest] | None = None, look: Look | None = None
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
        replies = perform if isinstance(perform, Replies) else Performing(perform)
        chosen = self.tests if tests is None else tuple(tests)
        cases = [self._cases[item] for test in chosen for item in test.cases]
        numbers = count()

        def run_next(test: HiddenTest) -> CaseOutcome:
            number = next(numbers)
            if number == 0 or not cases[number - 1].alone:
                replies.announce(first_calls(islice(cases, number, None)))
            following = None
            if cases[number].arguments is None:
                following = next((case for case in islice(cases, number + 1, None) if case.arguments is None), None)
            outcome = self._run_case(cases[number], following, replies)
            if look is not None:
                look(test, outcome)
            # A whole suite's values must not stay in memory until the points are computed.
            return outcome.without_values()

        return tuple(TestOutcome(test, tuple(run_next(test) for _ in test.cases)) for test in chosen)

    def _run_case(self, case: Case, following: Case | None, replies: Replies) -> CaseOutcome:
        try:
            return case.run(replies, partial(self._plugin.run_test, case, following))
        except BaseException:
            self._plugin.start_afresh()
            raise


class _Plugin:
    """gradkit's pytest plugin: fixtures, markers, and its own run loop."""

    def __init__(self, body: Callable[[Suite], None], assignment: Assignment, secret: str, source: Path) -> None:
        self.body, self.assignment, self.secret, self.source = body, assignment, secret, source
        self.fault: BaseException | None = None
        self.collect_errors: list[str] = []
        self._item: pytest.Function | None = None
        self._ask: Ask | None = None
        self._reference: ReferenceRunner | None = None
        self._has_conftest = False
        self._raised: list[BaseException] = []
        self._given: Mapping[str, Any] = {}
        self._fixtures: Mapping[str, Callable[[], Any]] = {
            "student": lambda: _Student(self),
            "reference": self.reference_runner,
            "rng": self._seeded,
        }
        self._session: pytest.Session | None = None

    # -- fixtures ------------------------------------------------------------------------------------------------

    @pytest.fixture
    def student(self) -> _Student:
        """Performs calls with the submission's code."""
        return _Student(self)

    @pytest.fixture
    def reference(self) -> ReferenceRunner:
        """Performs calls with the reference solution."""
        return self.reference_runner()

    @pytest.fixture
    def rng(self) -> Rng:
        """A generator seeded with course secret, assignment, test and case."""
        return self._seeded()

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
                self._has_conftest = any(folder.rglob("conftest.py"))
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

    def pytest_pyfunc_call(self, pyfuncitem: pytest.Function) -> None:
        """Note what a test function receives; then pytest calls it."""
        self._given = dict(pyfuncitem.funcargs)

    # -- running -------------------------------------------------------------------------------------------------

    def run_test(self, case: Case, following: Case | None, ask: Ask) -> Mismatch | None:
        """Run a case's test function, which asks for its calls through ``ask``; returns what was wrong.

        The first time, and every time if fixtures are not only gradkit's, it runs in pytest, where fixtures that the
        following case needs stay set up.

        Raises:
            GraderFault: the test itself failed.
        """
        self._item, self._ask, self._raised, self._given = case.item, ask, [], {}
        if case.arguments is None:
            run_item(case.item, None if following is None else following.item)
            case.arguments = self._own_arguments(case.item)
        else:
            self._call(case.item, case.arguments)
        for error in self._raised:
            if isinstance(error, GraderFault):  # raised below the test
                raise error
            if not isinstance(error, Mismatch):
                raise GraderFault(
                    message("{test}: the hidden test itself failed: {error}", test=case.item.nodeid, error=f"{error!r}")
                ) from error
        mismatch = self._raised[0] if self._raised else None
        return mismatch if isinstance(mismatch, Mismatch) else None

    def _own_arguments(self, item: pytest.Function) -> Mapping[str, Any] | None:
        """What the test function received besides gradkit's fixtures, if these were only its parameters."""
        parameters = item.callspec.params if hasattr(item, "callspec") else {}
        others = {name: value for name, value in self._given.items() if name not in self._fixtures}
        wanted = inspect.signature(item.function).parameters
        if self._has_conftest or item.cls is not None or self._given.keys() != wanted.keys():
            return None
        alone = all(name in parameters and parameters[name] is value for name, value in others.items())
        return others if alone else None

    def _call(self, item: pytest.Function, arguments: Mapping[str, Any]) -> None:
        """Call the test function as pytest would."""
        ours = {name: self._fixtures[name]() for name in item.fixturenames if name in self._fixtures}
        try:
            item.obj(**arguments, **ours)
        except (KeyboardInterrupt, pytest.exit.Exception):
            raise
        except BaseException as error:  # noqa: BLE001 - as pytest does
            self._raised.append(error)

    def start_afresh(self) -> None:
        """Reset after an interrupted run."""
        self._item, self._ask, self._raised, self._given = None, None, [], {}
        if self._session is not None:
            start_afresh(self._session)

    def perform(self, call: Call) -> Found:
        """Ask the submission."""
        if self._ask is None:
            raise GraderFault(message("a hidden suite used the student fixture outside a test"))
        return self._ask(call)

    def _seeded(self) -> Rng:
        if self._item is None:
            raise GraderFault(message("a hidden suite used the rng fixture outside a test"))
        return Rng(self.secret, self.assignment.id, self._item.path.name, self._item.name)

    def reference_runner(self) -> ReferenceRunner:
        """Performs calls with the reference solution."""
        if self._reference is None:
            self._reference = ReferenceRunner(self.source)
        return self._reference


class _Student:
    """The runner behind the ``student`` fixture."""

    def __init__(self, plugin: _Plugin) -> None:
        self.run = plugin.perform


class _Rehearsing:
    """Answers calls with the reference, as a worker would."""

    def __init__(self, runner: Callable[[], ReferenceRunner]) -> None:
        self._runner = runner

    def announce(self, calls: Iterable[Call], /) -> None:
        """Do nothing."""

    def ask(self, call: Call, known: Container[Key] = (), /) -> Reply:
        """The reference's reply, with the key of a worker's reply to the same effect."""
        del known
        observation = self._runner().run(replace(call, banned=())).observation
        if observation.failure is not None:  # a worker's names its own file's line
            return Reply(lambda: observation)
        head, *tensors = pack(Frame("observed", "", observation_to_value(observation)))
        return Reply(lambda: observation, reply_key(head[HEAD.size :], b"".join(tensors), ""))


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
        raise GraderFault(
            message("Python runs with -O, which disables the suite's assert statements. Unset PYTHONOPTIMIZE")
        )
    if not folder.is_dir():
        raise CourseError(
            message("{folder}: no such folder. It must contain the assignment's hidden suite.", folder=folder)
        )
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
        raise CourseError(
            lines(message("{folder}: the hidden suite cannot be collected.", folder=folder), *plugin.collect_errors)
        )
    if status not in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED):
        raise GraderFault(message("{folder}: pytest ended with status {status}", folder=folder, status=f"{status!r}"))


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
