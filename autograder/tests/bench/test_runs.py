"""Each way of grading, on the same few submissions of one assignment."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from bench import notebooks, runs
from bench.runs import Prepared
from gradkit.course import load_course
from gradkit.errors import GraderFault

from ..demo_course import HW


@pytest.fixture(scope="module")
def prepared(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Prepared:
    return runs.prepare(tmp_path_factory.mktemp("prepared"), load_course(built), HW, 10)


def test_code_that_ends_its_process_is_left_out_and_fingerprints_are_kept(prepared: Prepared) -> None:
    students = [submission.student for submission in prepared.submissions]
    assert len(students) == 10
    assert not any("ended" in student for student in students)
    assert list((prepared.course.work / "fingerprints").iterdir())
    assert prepared.points == (
        {
            "test_scale.py::test_secret_name_values": 2,
            "test_scale.py::test_secret_name_figures": 1,
            "test_shift.py::test_secret_name_shift": 2,
        }
    )


def test_gradkit_grades_all_anew(prepared: Prepared) -> None:
    run = runs.run_gradkit(prepared, 2, prepared.submissions)
    shares = {student.rpartition("-")[0]: share for student, share in run.shares.items()}
    assert shares["reference"] == shares["accepted-by_sum"] == 1
    assert shares["stub"] == 0
    assert shares["mistake-NoShift"] == pytest.approx(0.6)
    assert run.cost.cpu > 1
    assert not prepared.course.results.exists()


def test_the_floor_is_below(prepared: Prepared) -> None:
    loaded, performed = (runs.run_floor(prepared, prepared.submissions, calls=calls).cost for calls in (False, True))
    assert 0.5 < loaded.cpu < performed.cpu + 1


def test_the_floor_loads_what_a_module_imports_beside_it(prepared: Prepared) -> None:
    reference = prepared.submissions[0]
    source = reference.files[prepared.module]
    helped = replace(
        reference, student="helped", files={"helper.py": b"", prepared.module: b"import helper\n" + source}
    )
    broken = replace(reference, student="broken", files={prepared.module: b"import no_such_helper\n" + source})
    assert runs._floor(prepared, [helped, broken], str(prepared.tests))[1] == {"broken"}


def test_pytest_and_nbgrader_compare_with_stored_answers(prepared: Prepared) -> None:
    chosen = prepared.submissions[:2]
    assert runs.run_pytest(prepared, chosen).shares == {"reference-1": 1, "stub-1": 0}
    assert runs.run_nbgrader(prepared, chosen).shares == {"reference-1": 1, "stub-1": 0}


def test_notebooks_have_the_module_in_a_cell(prepared: Prepared, tmp_path: Path) -> None:
    notebooks.write_source(tmp_path, HW, prepared.tests, prepared.points)
    (tmp_path / "source").rename(tmp_path / "release")
    notebooks.hand_in(tmp_path, HW, prepared.module, prepared.submissions)
    cells = json.loads((tmp_path / "submitted" / "stub-1" / HW / "answers.ipynb").read_text())["cells"]
    assert cells[0]["source"].endswith("# stub-1\n")
    assert len(cells) == 2 + len(prepared.points)


def test_command_that_fails_is_named_with_its_words(tmp_path: Path) -> None:
    with pytest.raises(GraderFault, match=r"no_such_module") as raised:
        runs.run_command([*runs._NBGRADER[:2], "no_such_module"], tmp_path)
    assert "ended with status 1" in str(raised.value)
