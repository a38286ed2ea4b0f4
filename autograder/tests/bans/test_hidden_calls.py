"""No ready-made call, however it is hidden, gets full marks without a sign for instructors; ordinary code has few."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from hidden_calls import HELPER, WAYS  # type: ignore[import-not-found]

from gradkit.bank import read_bank
from gradkit.course import Course, load_course
from gradkit.grading.reader import SourceReader, read_sources
from gradkit.grading.score import score_tests
from gradkit.reader.signs import find_signs
from gradkit.sandbox import Sandbox, SubmissionRunner, Submitted
from gradkit.suite.session import Suite, open_suite

ROOT = Path(__file__).parents[3]
QUESTIONS = sorted(WAYS)


@pytest.fixture(scope="module")
def real_course() -> Course:
    return load_course(ROOT)


@pytest.mark.parametrize("question", QUESTIONS, ids=" ".join)
def test_no_hidden_call_gets_full_marks_unseen(
    question: tuple[str, str], real_course: Course, sandbox: Sandbox
) -> None:
    found = dict(graded(real_course, sandbox, *question))
    assert set(found) == set(WAYS[question])
    unseen = [way for way, (full, signs) in found.items() if full and not signs]
    assert unseen == []


def test_there_are_enough_ways() -> None:
    assert sum(map(len, WAYS.values())) >= 70


def graded(course: Course, sandbox: Sandbox, hw: str, question: str) -> Iterator[tuple[str, tuple[bool, int]]]:
    """By way: whether it gets all points of its question, and how many signs its files have."""
    assignment = course.assignment(hw)
    source = course.source(hw) / assignment.module
    found: list[tuple[str, tuple[bool, int]]] = []

    def body(suite: Suite) -> None:
        tests = [test for test in suite.tests if test.question == question]
        reader = SourceReader()
        with closing(sandbox.connect()) as workers, closing(reader):
            for way, text in WAYS[hw, question].items():
                files = {assignment.module: source.read_bytes() + f"\n{text}".encode(), "helper.py": HELPER.encode()}
                submitted = Submitted(assignment.module, files, assignment.banned_operators())
                with closing(SubmissionRunner(submitted, assignment.limits, workers.start)) as runner:
                    outcomes = suite.run(runner.run, tests)
                reading = read_sources(reader, assignment, files)
                results = score_tests(assignment, outcomes, reading)
                found.append((way, (all(result.passed for result in results), len(reading.signs))))

    open_suite(course.hidden(hw), assignment, source, "a secret of the tests", body)
    yield from found


def test_ordinary_code_has_next_to_no_signs(real_course: Course) -> None:
    flagged = [name for name, tree in ordinary(real_course) if find_signs(tree)]
    number = sum(1 for _ in ordinary(real_course))
    assert number > 1000
    assert len(flagged) <= number / 100, flagged


def ordinary(course: Course) -> Iterator[tuple[str, ast.Module]]:
    """Solutions, the sample class's files, and each entry of the banks with the imports that it uses."""
    for path in sorted((ROOT / "examples" / "class").rglob("*.py")):
        try:
            yield str(path), ast.parse(path.read_bytes())
        except SyntaxError:
            continue
    for folder in sorted((ROOT / "assignments").iterdir()):
        if not (folder / "assignment.toml").is_file():
            continue
        assignment = course.assignment(folder.name)
        solution = (folder / assignment.module).read_bytes()
        yield folder.name, ast.parse(solution)
        bank = read_bank(course.hidden(folder.name), assignment, solution)
        for entry in (*bank.accepted, *bank.mistakes):
            yield f"{folder.name}: {entry.id}", entry_alone(ast.parse(entry.files[assignment.module]))


def entry_alone(tree: ast.Module) -> ast.Module:
    """An entry without what all of its file share, which no student writes."""
    own = tree.body[-2:]
    used = {node.id for part in own for node in ast.walk(part) if isinstance(node, ast.Name)}
    kept: list[ast.stmt] = []
    for statement in tree.body:
        if isinstance(statement, (ast.Import, ast.ImportFrom)):
            statement.names = [one for one in statement.names if (one.asname or one.name.partition(".")[0]) in used]
            kept += [statement] if statement.names else []
    return ast.Module([*kept, *own], [])
