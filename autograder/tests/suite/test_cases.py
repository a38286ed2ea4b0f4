"""A case runs once for equal answers, and comes to the outcome that running it again would give."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

import pytest

from gradkit.course import Course
from gradkit.errors import GraderFault
from gradkit.sandbox import Sandbox, SubmissionRunner, Submitted
from gradkit.suite.session import Suite, TestOutcome, open_suite

HW = "hw0_scaling"
TOP = "import pytest\nimport torch\n"
WRONG = (
    ("x / (1 / factor)", "x * 2"),
    ("x / (1 / factor)", "x.detach() * factor"),
    ("x / (1 / factor)", "(x * factor).float()"),
    ("x / (1 / factor)", "y"),
    ("x / (1 / factor)", "x.mul_(factor)"),
    ("x + self.offset", "x - self.offset"),
    ("x + self.offset", "x.sum()"),
)
Ask = Callable[[str], tuple[TestOutcome, ...]]


@pytest.fixture
def opened(course: Course, sandbox: Sandbox) -> Callable[[Callable[[Suite, Ask], None]], None]:
    """Opens the demonstration suite, with a function that runs it on a source."""
    assignment = course.assignment(HW)

    def run(body: Callable[[Suite, Ask], None]) -> None:
        def with_workers(suite: Suite) -> None:
            with closing(sandbox.connect()) as workers:

                def ask(source: str) -> tuple[TestOutcome, ...]:
                    submitted = Submitted(assignment.module, {assignment.module: source.encode()})
                    with closing(SubmissionRunner(submitted, assignment.limits, workers.start)) as runner:
                        return suite.run(runner)

                body(suite, ask)

        open_suite(course.hidden(HW), assignment, course.source(HW) / assignment.module, course.secret, with_workers)

    return run


def change(course: Course, before: str, after: str, name: str = "test_scale.py") -> None:
    path = course.hidden(HW) / name
    text = path.read_text()
    assert before in text
    path.write_text(text.replace(before, after))


def count_runs(course: Course) -> None:
    """Have the tests of scale count how often they run."""
    change(course, "pytestmark", "RUNS = []\npytestmark")
    change(course, '    call = function_call("scale"', '    RUNS.append(n)\n    call = function_call("scale"')


def runs(suite: Suite) -> list[int]:
    counted: list[int] = suite.tests[0].cases[0].module.RUNS
    return counted


def told(outcomes: tuple[TestOutcome, ...]) -> list[Any]:
    return [
        [
            None if case.mismatch is None else (case.mismatch.kind, case.mismatch.details.said.text)
            for case in outcome.cases
        ]
        for outcome in outcomes
    ]


def wrong_sources(reference: str) -> Iterator[str]:
    for before, after in WRONG:
        assert before in reference
        yield reference.replace(before, after)


def test_a_rehearsed_suite_runs_no_test_on_right_answers(course: Course, opened: Any, reference_source: str) -> None:
    count_runs(course)

    def body(suite: Suite, ask: Ask) -> None:
        suite.rehearse()
        before = [*runs(suite)]
        assert told(ask(reference_source)) == [[None] * 3, [None], [None]]
        assert runs(suite) == before

    opened(body)


def test_an_answer_that_was_wrong_once_is_wrong_again_without_a_run(
    course: Course, opened: Any, reference_source: str
) -> None:
    count_runs(course)

    def body(suite: Suite, ask: Ask) -> None:
        suite.rehearse()
        for source in wrong_sources(reference_source):
            first, before = told(ask(source)), len(runs(suite))
            again, after = told(ask(f"{source}\n# another student\n")), len(runs(suite))
            assert again == first
            assert after == before, source

    opened(body)


def test_outcomes_are_those_of_a_suite_that_remembers_nothing(
    course: Course, opened: Any, reference_source: str
) -> None:
    sources = [reference_source, *wrong_sources(reference_source), reference_source, *wrong_sources(reference_source)]
    found: list[list[Any]] = []
    opened(lambda _suite, ask: found.append([told(ask(source)) for source in sources]))

    def rehearsed(suite: Suite, ask: Ask) -> None:
        suite.rehearse()
        found.append([told(ask(source)) for source in sources])

    opened(rehearsed)
    change(course, "pytestmark", "@pytest.fixture(autouse=True)\ndef beside():\n    yield\n\n\npytestmark")
    opened(lambda _suite, ask: found.append([told(ask(source)) for source in sources]))
    assert found[0] == found[1] == found[2]


@pytest.mark.parametrize(
    "fixture", ["@pytest.fixture(autouse=True)\ndef beside():\n    yield\n", "def setup_function():\n    pass\n"]
)
def test_a_test_with_fixtures_of_its_own_runs_every_time(
    course: Course, opened: Any, reference_source: str, fixture: str
) -> None:
    count_runs(course)
    change(course, "pytestmark", f"{fixture}\n\npytestmark")

    def body(suite: Suite, ask: Ask) -> None:
        suite.rehearse()
        for _ in range(2):
            assert told(ask(reference_source)) == [[None] * 3, [None], [None]]
        assert len(runs(suite)) == 9

    opened(body)


def test_a_suite_with_a_conftest_runs_every_time(course: Course, opened: Any, reference_source: str) -> None:
    count_runs(course)
    (course.hidden(HW) / "conftest.py").write_text("def pytest_runtest_setup(item):\n    pass\n")

    def body(suite: Suite, ask: Ask) -> None:
        suite.rehearse()
        ask(reference_source)
        assert len(runs(suite)) == 6

    opened(body)


def test_a_test_that_draws_its_inputs_elsewhere_is_named(course: Course, opened: Any, reference_source: str) -> None:
    change(course, '{"x": rng.normal(n)}', '{"x": torch.rand(n, dtype=torch.float64)}')

    def body(suite: Suite, ask: Ask) -> None:
        suite.rehearse()
        with pytest.raises(GraderFault, match=r"test_secret_name_values.* another call .* rng fixture"):
            ask(reference_source.replace("x / (1 / factor)", "x * 2"))

    opened(body)


def test_the_order_of_calls_does_not_depend_on_the_answers(
    course: Course, sandbox: Sandbox, reference_source: str
) -> None:
    """A test that makes a second call only after a right answer: nothing of a later case is performed before it."""
    change(
        course,
        'assert_matches(student.run(call), reference.run(call), hint="x (n,): result (n,)")',
        'assert_matches(student.run(call), reference.run(call), hint="x (n,): result (n,)")\n'
        '    student.run(function_call("scale", {"x": torch.zeros(n)})).raise_for_failure()',
    )
    printing = reference_source.replace("    return x / (1 / factor)", "    print(len(x))\n    return x / (1 / factor)")
    assignment = course.assignment(HW)
    logs = []

    def body(suite: Suite) -> None:
        suite.rehearse()
        for source in (printing, printing.replace("x / (1 / factor)", "x * 2 if len(x) == 2 else x / (1 / factor)")):
            submitted = Submitted(assignment.module, {assignment.module: source.encode()})
            with closing(sandbox.connect()) as workers:
                runner = SubmissionRunner(submitted, assignment.limits, workers.start)
                suite.run(runner)
                runner.close()
            logs.append(runner.log.split())

    open_suite(course.hidden(HW), assignment, course.source(HW) / assignment.module, course.secret, body)
    assert logs == [["5", "5", "2", "2", "3", "3", "1"], ["5", "5", "2", "3", "3", "1"]]
