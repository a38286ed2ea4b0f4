"""One pytest session for a whole class: the suite is collected once, then run for one submission after the other.

pytest does what it is good at (collection, parametrisation, fixtures). What a test found travels as a `Mismatch`; any
other exception in a test is the suite's own fault, never the student's. A session leaves no traces in the next, and
installed plugins stay out of all of them.
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

# Plugins of pytest's own that serve a person who watches one run; here they would be paid for at every case.
_LEFT_OUT = (
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
# What pytest would take from a person's environment: "-k" there would leave tests out, and points with them.
_SETTINGS = (_NO_PLUGINS, "PYTEST_ADDOPTS", "PYTEST_PLUGINS")


@dataclass(frozen=True)
class CaseOutcome:
    """What one case of a test found.

    Attributes:
        mismatch: what was wrong, or None when it passed.
        found: every call of the student's code and its answer, in order.
    """

    mismatch: Mismatch | None
    found: tuple[Found, ...]


@dataclass(frozen=True)
class TestOutcome:
    """What one test found in all its cases."""

    __test__ = False  # not a test class, whatever pytest thinks of its name

    test: HiddenTest
    cases: tuple[CaseOutcome, ...]


Look = Callable[[HiddenTest, CaseOutcome], None]


class Suite:
    """A collected suite, to be run for any number of submissions inside `open_suite`."""

    def __init__(self, plugin: _Plugin, tests: tuple[HiddenTest, ...]) -> None:
        self.tests = tests
        self._plugin = plugin

    def run(
        self, perform: Perform, tests: Sequence[HiddenTest] | None = None, look: Look | None = None
    ) -> tuple[TestOutcome, ...]:
        """Run tests with a submission that answers calls by ``perform``.

        However it ends, the next run starts with nothing set up.

        Args:
            perform: answers calls.
            tests: which tests; all when None.
            look: shown the outcome of every case while the answers in it are whole.

        Raises:
            GraderFault: a test failed for a reason of its own.
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
            # What was compared is done with: a class's replies must not pile up until its points are reckoned.
            return replace(outcome, found=tuple(map(_without_values, outcome.found)))

        try:
            return tuple(TestOutcome(test, tuple(run_case(test, case) for case in test.cases)) for test in chosen)
        except BaseException:
            self._plugin.start_afresh()
            raise


class _Plugin:
    """gradkit's part in the pytest session: fixtures, markers, and a run loop of our own."""

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
        """Seeded by course secret, assignment, test and case."""
        return Rng(self.secret, self.assignment.id, request.node.path.name, request.node.name)

    # -- hooks ---------------------------------------------------------------------------------------------------

    def pytest_configure(self, config: pytest.Config) -> None:
        """Declare the two markers of a suite."""
        config.addinivalue_line("markers", "question(id): the question that a test belongs to")
        config.addinivalue_line("markers", "points(number): what a test is worth, all its cases together")

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Remember what could not be collected."""
        if report.failed:
            self.collect_errors.append(f"{report.nodeid}: {report.longreprtext}")

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Hand the collected suite to our body, instead of running every item once."""
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
        """Keep the exception itself; a report with its text, which is slow to write, would be read by nobody."""
        if call.excinfo is not None:
            self._raised.append(call.excinfo.value)
        outcome: Literal["passed", "failed"] = "passed" if call.excinfo is None else "failed"
        return pytest.TestReport(item.nodeid, item.location, {}, outcome, longrepr=None, when="call")

    # -- running -------------------------------------------------------------------------------------------------

    def run_case(self, case: pytest.Function, following: pytest.Function | None, perform: Perform) -> CaseOutcome:
        """Run one case; fixtures are torn down as far as the following case allows."""
        self._perform, self._found, self._raised = perform, [], []
        run_item(case, following)
        for error in self._raised:
            if isinstance(error, GraderFault):  # it comes from below the test
                raise error
            if not isinstance(error, Mismatch):
                raise GraderFault(f"{case.nodeid}: the hidden test itself failed: {error!r}") from error
        mismatch = self._raised[0] if self._raised else None
        return CaseOutcome(mismatch if isinstance(mismatch, Mismatch) else None, tuple(self._found))

    def start_afresh(self) -> None:
        """Forget a run that was stopped."""
        self._perform, self._found, self._raised = None, [], []
        if self._session is not None:
            start_afresh(self._session)

    def perform(self, call: Call) -> Found:
        """Ask the submission, and remember the answer."""
        if self._perform is None:
            raise GraderFault("a hidden test asked for the student outside a test")
        found = Found(call, self._perform(call))
        self._found.append(found)
        return found


def _ask(perform: Perform, banned: Sequence[str], call: Call) -> Observation:
    """The submission's answer to a call, with the banned calls that it used."""
    return perform(replace(call, banned=banned))


def _without_values(found: Found) -> Found:
    """What is left to know of a call once its test is over."""
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
        assignment: what ``assignment.toml`` says.
        source: the reference's source file.
        secret: the course's secret, from which inputs are drawn.
        body: runs the suite as often as it likes.

    Raises:
        CourseError: the suite is missing, cannot be collected, or disagrees with ``assignment.toml``.
        GraderFault: pytest itself failed, or this Python leaves out assert statements. Whatever ``body`` raises is
            raised too.
    """
    if not __debug__:
        raise GraderFault(
            "Python runs with -O here, so no assert of the suite would be looked at. Unset PYTHONOPTIMIZE"
        )
    if not folder.is_dir():
        raise CourseError(f"{folder}: no such folder. An assignment's hidden suite stands there.")
    # pytest must not look for options, plugins or conftests anywhere but in the suite's own folder.
    options = ["-c", os.devnull, f"--rootdir={folder.parent}", f"--confcutdir={folder}", "--import-mode=importlib"]
    options += ["--assert=plain", "--strict-markers", "--capture=no"]
    options += [part for name in _LEFT_OUT for part in ("-p", f"no:{name}")]
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
    """Keep pytest plugins that happen to be installed, and options from the environment, out of the grading."""
    before, bytecode = {name: os.environ.pop(name, None) for name in _SETTINGS}, sys.dont_write_bytecode
    os.environ[_NO_PLUGINS], sys.dont_write_bytecode = "1", True
    try:
        yield
    finally:
        sys.dont_write_bytecode = bytecode
        del os.environ[_NO_PLUGINS]
        os.environ.update({name: value for name, value in before.items() if value is not None})


@contextmanager
def forgetting_modules_of(folder: Path) -> Iterator[None]:
    """Let the next suite have modules of the same names."""
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
    """Let Ctrl-C wait until the block ends, or until what is yielded is called. For the main thread.

    While modules are imported, Python may come upon it in a callback of its own, where it is printed and forgotten.
    """
    came: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, _frame: came.append(number))

    def release() -> None:
        signal.signal(signal.SIGINT, before)
        while came:
            signal.raise_signal(came.pop())

    try:
        yield release
    finally:
        release()
