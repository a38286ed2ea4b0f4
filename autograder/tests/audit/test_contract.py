"""The audit holds contract.toml against docstrings, tests and bank, and names each fault."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from gradkit.audit.contract import Coverage
from gradkit.audit.crew import LocalCrew
from gradkit.audit.findings import ContractAudit
from gradkit.audit.suite_audit import audit_contract
from gradkit.course import Course, load_course
from gradkit.errors import CourseError
from gradkit.grading.store import suite_keys
from gradkit.release import build_course
from gradkit.sandbox import Sandbox

HW = "hw9_example"
FORMULA = "m = sum_i w_i x_i / sum_i w_i"
RETURNS = (
    "Returns: The mean, shape (), of the dtype of ``x``, still attached to the graph, so that ``backward()`` reaches "
    "``x`` and ``w``."
)
X = "x: the numbers, shape (N,)."
X_UNCHANGED = "x: It is left unchanged."
W_UNCHANGED = "w: It is left unchanged."
VALUES = "test_value_and_gradients_match_reference"
FLOAT32 = "test_float32_stays_float32"

WRONG = f"""
[weighted_mean]
"The mean of numbers of which some count more than others." = ""
"{FORMULA}" = {{ {FLOAT32} = ["no_such_mistake"], test_no_such = ["weights_ignored"] }}
"{X}" = {{ {VALUES} = ["weights_ignored"] }}
"x: It is left as it is." = "Not graded."
"{W_UNCHANGED}" = {{ {VALUES} = [] }}
"{RETURNS}" = {{ {VALUES} = ["always_double"] }}
"Nothing like this." = "Not graded."

[handout]
"Write it with sums." = {{ "weighted_mean.{VALUES}" = ["kept_dimension"] }}

[no_such_question]
"A sentence." = "Not graded."
"""


@pytest.fixture(scope="module")
def built(scaffolded: Path) -> Course:
    """A course of one scaffolded assignment, built once, with a bullet in its notebook."""
    notebook = scaffolded / "assignments" / HW / "notebook.md"
    notebook.write_text(notebook.read_text().replace("Run the next cell", "- Write it with sums.\n\nRun the next cell"))
    course = load_course(scaffolded)
    build_course(course)
    return course


@pytest.fixture
def example(built: Course, copied: Callable[[Course], Course]) -> Course:
    """The course, free to be changed."""
    return copied(built)


@pytest.fixture
def path(example: Course) -> Path:
    return example.hidden(HW) / "contract.toml"


@pytest.fixture
def audit(example: Course, sandbox: Sandbox) -> Callable[[], ContractAudit]:
    return lambda: audit_contract(example, HW, LocalCrew(sandbox, 1), lambda _done, _total: None)


def test_each_kind_of_fault_is_named(audit: Callable[[], ContractAudit], path: Path) -> None:
    path.write_text(WRONG)
    found = audit()
    entry = 'contract.toml: [weighted_mean] "{}"'.format
    assert set(found.faults) == {
        # sentences
        'contract.toml: [weighted_mean] has no entry for "w: how much each of them counts, greater than 0, of the '
        'shape and dtype of ``x``." (gradkit audit --contract prints it as TOML).',
        f'contract.toml: [weighted_mean] has no entry for "{X_UNCHANGED}" '
        "(gradkit audit --contract prints it as TOML).",
        f"{entry('The mean of numbers of which some count more than others.')}: name the tests that cover it, or say "
        "why it is not graded.",
        f"{entry('x: It is left as it is.')}: there is no such sentence in the release (any more). "
        f'Is it now "{X_UNCHANGED}"?',
        f"{entry('Nothing like this.')}: there is no such sentence in the release (any more). Remove the entry.",
        f"{entry(W_UNCHANGED)} is graded, but no mistake violates it. Add one to the bank and name it here.",
        "contract.toml: [no_such_question]: no such question. Tables: weighted_mean, handout.",
        # tests and mistakes
        f'{entry(FORMULA)}: the bank has no "no_such_mistake" of weighted_mean.',
        f'{entry(FORMULA)}: weighted_mean has no test "test_no_such".',
        f'{entry(X)}: "weights_ignored" is also listed under "{FORMULA}". A mistake violates one sentence: keep it '
        "there, and add another mistake here.",
        f'{entry(RETURNS)}: {VALUES} passes "always_double". Strengthen the test, or name one that fails it.',
        "contract.toml: [weighted_mean] test_figures_worked_by_hand grades something that no sentence states: name it "
        "under the sentence that it covers, or add that sentence to the docstring.",
    }
    tables = {name: (one.sentences, one.graded, one.excused) for name, one in found.tables.items()}
    assert tables == {"weighted_mean": (7, 4, 0), "handout": (1, 1, 0)}


def test_what_is_missing_can_be_pasted(audit: Callable[[], ContractAudit], path: Path) -> None:
    text = path.read_text()
    found = audit()
    assert tomllib.loads(found.missing) == {"handout": {"Write it with sums.": ""}}
    path.write_text(text + found.missing.replace('""', '"Said in the docstring."'))
    assert audit() == ContractAudit(
        HW, {"weighted_mean": found.tables["weighted_mean"], "handout": Coverage(1, 0, 1)}, "", ()
    )


def test_a_missing_file_is_one_fault(audit: Callable[[], ContractAudit], path: Path) -> None:
    listed = tomllib.loads(path.read_text())["weighted_mean"]
    path.unlink()
    found = audit()
    assert tomllib.loads(found.missing)["weighted_mean"] == dict.fromkeys(listed, "")
    assert [fault[:28] for fault in found.faults] == ["contract.toml: no such file."]


@pytest.mark.parametrize("value", ["3", "[]", '{ test_a = "mistake" }', "{ test_a = [1] }"])
def test_an_entry_of_another_form_is_a_course_error(audit: Callable[[], ContractAudit], path: Path, value: str) -> None:
    path.write_text(f'[weighted_mean]\n"{X}" = {value}\n')
    with pytest.raises(CourseError, match=r'contract\.toml: \[weighted_mean\] "x: the numbers.*expected tests with'):
        audit()


def test_a_changed_contract_grades_nobody_again(example: Course, path: Path) -> None:
    before = suite_keys(example, HW)
    path.write_text(WRONG)
    assert suite_keys(example, HW) == before
