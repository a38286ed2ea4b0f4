"""The course of this repository: right is right, untouched is nothing, and nothing hidden gets out.

The sample class is graded once, by the real command, in a copy of what git tracks. It waits a good deal for students'
code to reach its time limits, so it is started early and runs beside the notebooks. All else is graded in the same
copy, where the answers of the banks' mistakes are known by then: to compute them takes minutes.
"""

from __future__ import annotations

import csv
import io
import json
import os
import re
import resource
import shutil
import subprocess
import sys
import sysconfig
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat import NotebookNode

from gradkit.course import Assignment, Course, load_course
from gradkit.gradebook.database import open_gradebook
from gradkit.grading.batch import Plan, grade_class, plan_class
from gradkit.grading.record import Record, from_json
from gradkit.release import build_course, check_course, find_leaks
from gradkit.release.leak_patterns import normalize
from gradkit.sandbox import Sandbox

ROOT = Path(__file__).resolve().parents[2]
COURSE = load_course(ROOT)
HOMEWORKS = COURSE.assignment_ids
SCRIPTS = Path(sysconfig.get_path("scripts"))
FIRST_DUE = datetime(2026, 9, 21, 22, tzinfo=UTC)  # examples/class/class.toml says when each student handed in
SETTINGS = """
id = "sample"
title = "A sample"

[late]
grace_minutes = 60
percent_per_day = 10
floor_percent = 50
"""
PATIENCE = 3600  # seconds; a quiet machine needs a few minutes
LOSSES = "hw3_losses"
README_HEADINGS = [
    "Questions",
    "Time to plan",
    "What to know before",
    "What you will have learned",
    "Working on it",
]
TINY = "import torch\n\n\ndef {name}(*args, **options):\n    return torch.full((), 5e-324, dtype=torch.float64)\n"
RAISING = 'import torch\n\nraise RuntimeError("one line too many")\n'


class Quiet:
    """Watches grading and says nothing."""

    def report(self, record: Record) -> None: ...

    def fault(self, text: str) -> None:
        pytest.fail(text)

    def step(self, text: str) -> None: ...

    def mistakes(self, assignment: str, finished: int, needed: int) -> None: ...

    def confinement(self, text: str) -> None: ...

    def sandbox(self, sandbox: Sandbox) -> None: ...


def run(*words: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run an installed command to its end."""
    script, *rest = map(str, words)
    return subprocess.run(  # noqa: S603 - commands of our own environment
        [str(SCRIPTS / script), *rest], cwd=cwd, capture_output=True, text=True, timeout=PATIENCE, check=False
    )


def copy_tracked(root: Path) -> Course:
    """What git tracks of this repository, in another place, with the settings that the sample class was written for.

    Those of the repository are a real course's own: its exchange must not be played into, and its due times move.
    """
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout  # noqa: S607
    for name in filter(None, listed.decode().split("\0")):
        if (ROOT / name).is_file():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, root / name)
    (root / "course.toml").write_text(SETTINGS, encoding="utf-8")
    (root / "autograder" / "hidden" / "secret.txt").write_text("a secret of the tests\n", encoding="utf-8")
    for week, name in enumerate(HOMEWORKS):
        path = root / "assignments" / name / "assignment.toml"
        due = FIRST_DUE + timedelta(weeks=week)
        text = re.sub(r"(?m)^due *= *.*$", f"due = {due.isoformat()}", path.read_text(encoding="utf-8"), count=1)
        path.write_text(text, encoding="utf-8")
    return load_course(root)


def records_of(results: Path) -> dict[tuple[str, str], Record]:
    """Every record below a folder, by student and assignment."""
    found = [from_json(path.read_text(encoding="utf-8")) for path in results.glob("*/*.json")]
    return {(record.student, record.assignment): record for record in found}


def without_times(text: str) -> str:
    """A record's text but for how long things took."""
    data = json.loads(text)
    del data["execution_time"]
    for test in data["tests"]:
        del test["extra_data"]["seconds"]
        for call in test["extra_data"]["calls"]:
            del call["seconds"]
    return json.dumps(data, indent=1)


# ---- what is generated


def test_release_and_solutions_are_up_to_date() -> None:
    assert check_course(COURSE) == []


@pytest.fixture(scope="module")
def sample_run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Course, subprocess.Popen[str]]]:
    """A copy of the repository, in which the sample class is being graded."""
    course = copy_tracked(tmp_path_factory.mktemp("copy") / "course")
    words = [str(SCRIPTS / "gradkit"), "grade", "--sample", "examples/class"]
    log = (course.root.parent / "output.txt").open("w+", encoding="utf-8")
    with log, subprocess.Popen(words, cwd=course.root, stdout=log, stderr=log, text=True) as process:  # noqa: S603
        yield course, process
        process.terminate()


@pytest.mark.parametrize("name", HOMEWORKS)
def test_readme_lists_the_points_and_has_the_headings_of_all(name: str) -> None:
    text = (COURSE.source(name) / "README.md").read_text(encoding="utf-8")
    assignment = COURSE.assignment(name)
    rows = {
        row: float(points) for row, points in re.findall(r"^\| (.+?)(?: \(`.+`\))? \| ([\d.]+) \|$", text, re.MULTILINE)
    }
    written = {row: rows.pop(row) for row in list(rows) if row.startswith("in your own words: ")}
    assert list(written.values()) == [question.points for question in assignment.written]
    points = {f"`{question.id}`": question.points for question in assignment.questions}
    assert rows == {**points, "all": sum(points.values()) + sum(written.values())}
    assert re.findall(r"^## (.+)", text, re.MULTILINE) == README_HEADINGS


def run_notebook(folder: Path, assignment: Assignment) -> list[NotebookNode]:
    """Run a notebook of solutions from top to bottom; its code cells."""
    environment = os.environ | {"PATH": f"{SCRIPTS}{os.pathsep}{os.environ['PATH']}"}  # cells call `python`
    # nbclient, in a process of its own: it leaves threads behind.
    done = subprocess.run(  # noqa: S603 - our own interpreter
        [sys.executable, "-m", "jupyter", "execute", "--inplace", "--timeout=600", assignment.notebook],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    cells = [cell for cell in nbformat.read(folder / assignment.notebook, as_version=4).cells if "outputs" in cell]
    assert all(cell.execution_count for cell in cells)
    assert [output for cell in cells for output in cell.outputs if output.output_type == "error"] == []
    return cells


def texts_of(cell: NotebookNode) -> str:
    """What a cell printed."""
    return "".join(output.get("text") or output.data["text/plain"] for output in cell.outputs)


@pytest.mark.usefixtures("sample_run")
@pytest.mark.parametrize("name", HOMEWORKS)
def test_notebook_of_the_solutions_runs_from_top_to_bottom(name: str, tmp_path: Path) -> None:
    assignment = COURSE.assignment(name)
    folder = shutil.copytree(COURSE.solution(name), tmp_path / name)
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    cells = run_notebook(folder, assignment)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    # By the processor's clock, so that a busy machine fails nobody.
    assert 0 < after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < 60
    checks = [cell for cell in cells if cell.metadata.get("nbgrader", {}).get("grade")]
    assert [cell.metadata.nbgrader.grade_id for cell in checks] == [question.id for question in assignment.questions]
    for cell, question in zip(checks, assignment.questions, strict=True):
        said = texts_of(cell)
        assert re.search(rf"^  passed +{question.id} ", said, re.MULTILINE), said
        assert "failed" not in said
        assert "error" not in said


@pytest.fixture(scope="module")
def chinese_solutions(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The solutions as a course in Chinese has them."""
    folder = tmp_path_factory.mktemp("chinese")
    build_course(replace(COURSE, language="zh"), release_root=folder / "release", solutions_root=folder / "solutions")
    return folder / "solutions"


def test_reference_passes_the_public_checks_in_chinese(chinese_solutions: Path) -> None:
    """So no string that is code was translated."""
    folders = [chinese_solutions / name for name in HOMEWORKS]
    options = ["-q", "-p", "no:cacheprovider", "--import-mode=importlib", "-c", os.devnull, "--rootdir", "."]
    done = subprocess.run(  # noqa: S603 - our own interpreter
        [sys.executable, "-m", "pytest", *options, *(f"{folder}/test_public.py" for folder in folders)],
        cwd=chinese_solutions,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(map(str, folders))},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    assert " passed" in done.stdout


def test_a_notebook_in_chinese_runs_and_has_chinese_labels(chinese_solutions: Path) -> None:
    """One of the eight: their code is that of the English ones, which all run."""
    cells = run_notebook(chinese_solutions / LOSSES, COURSE.assignment(LOSSES))
    assert any("image/png" in output.get("data", {}) for cell in cells for output in cell.outputs)
    printed = [output for cell in cells for output in cell.outputs if output.output_type == "stream"]
    assert re.search("[\u4e00-\u9fff]", "".join(output.text for output in printed))
    assert [output.text for output in printed if output.name == "stderr"] == []  # such as a glyph that no font has


def test_contract_alone_counts_banned_calls_of_what_is_wrong_as_well() -> None:
    # PyTorch's own attention: banned, and wrong for a mask of its own shape.
    done = run("gradkit", "audit", "hw8_attention", "--contract", cwd=ROOT)
    assert done.returncode == 0, done.stderr


# ---- the sample class, from release to feedback


@pytest.fixture(scope="module")
def sample(sample_run: tuple[Course, subprocess.Popen[str]]) -> Course:
    """The copy, the sample class graded."""
    course, process = sample_run
    status = process.wait(timeout=PATIENCE)
    assert status == 0, (course.root.parent / "output.txt").read_text(encoding="utf-8")
    return course


# ---- reference, stub, a file that raises, and numbers at the end of the line


@pytest.fixture(scope="module")
def handed_in(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Students who hand in every reference, every stub, files that raise on import, and answers near 0."""
    folder = tmp_path_factory.mktemp("handed-in")
    for name in HOMEWORKS:
        shutil.copytree(COURSE.solution(name), folder / "right" / name)
        shutil.copytree(COURSE.release(name), folder / "untouched" / name)
        shutil.copytree(COURSE.release(name), folder / "raising" / name)
        (folder / "raising" / name / COURSE.assignment(name).module).write_text(RAISING)
    losses = COURSE.assignment(LOSSES)
    targets = [target for question in losses.questions for target in question.targets]
    (folder / "tiny" / LOSSES).mkdir(parents=True)
    (folder / "tiny" / LOSSES / losses.module).write_text("\n\n".join(TINY.format(name=target) for target in targets))
    return folder


@pytest.fixture(scope="module")
def results(handed_in: Path, sample: Course) -> Path:
    """Their records, graded by the command, by as many processes as it likes: where the bank's answers are known."""
    folder = handed_in.with_name("results")
    done = run("gradkit", "grade", "--submissions", handed_in, "--results", folder, cwd=sample.root)
    assert done.returncode == 0, done.stderr
    return folder


@pytest.mark.parametrize("name", HOMEWORKS)
def test_reference_gets_full_marks(results: Path, name: str) -> None:
    record = records_of(results)["right", name]
    assert [test.output for test in record.tests if not test.passed] == []
    assert record.score == record.max_score == COURSE.assignment(name).max_score > 0


@pytest.mark.parametrize("name", HOMEWORKS)
def test_stub_gets_nothing_and_is_told_so(results: Path, name: str) -> None:
    record = records_of(results)["untouched", name]
    assert (record.status, record.score) == ("graded", 0)
    assert {test.kind for test in record.tests} == {"not_started"}


@pytest.mark.parametrize("name", HOMEWORKS)
def test_file_that_raises_on_import_gets_nothing_and_the_reason(results: Path, name: str) -> None:
    record = records_of(results)["raising", name]
    assert (record.status, record.score) == ("graded", 0)
    assert {test.kind for test in record.tests} == {"import"}
    assert "RuntimeError: one line too many in line 3: raise RuntimeError(" in record.output


def test_a_submission_whose_functions_return_a_denormal_number_is_graded(results: Path) -> None:
    record = records_of(results)["tiny", LOSSES]
    assert (record.status, record.score) == ("graded", 0)
    assert {test.kind for test in record.tests} >= {"value", "shape"}


def test_records_are_the_same_bytes_in_another_order(
    handed_in: Path, results: Path, sample: Course, tmp_path: Path
) -> None:
    plan = plan_class(sample, handed_in, tmp_path)
    turned = {name: plan.tasks[name][::-1] for name in reversed(plan.tasks)}
    grade_class(sample, Plan(turned, plan.refused), "auto", Quiet())
    first, second = (
        {path.relative_to(folder).as_posix(): without_times(path.read_text()) for path in folder.glob("*/*.json")}
        for folder in (results, tmp_path)
    )
    assert len(first) == 3 * len(HOMEWORKS) + 1
    assert first == second


@pytest.fixture(scope="module")
def exported(sample: Course) -> dict[tuple[str, str], dict[str, str]]:
    """The rows of `nbgrader export`, by student and assignment."""
    done = run("nbgrader", "export", "--to=grades.csv", cwd=sample.root)
    assert done.returncode == 0, done.stderr
    rows = csv.DictReader(io.StringIO((sample.root / "grades.csv").read_text(encoding="utf-8")))
    return {(row["student_id"], row["assignment"]): row for row in rows}


def handed_in_by_sample() -> set[tuple[str, str]]:
    data = tomllib.loads((ROOT / "examples" / "class" / "class.toml").read_text(encoding="utf-8"))
    return {(one["student"], one["assignment"]) for one in data["submission"]}


def test_sample_class_is_graded_whole_and_shown(sample: Course) -> None:
    records = records_of(sample.results)
    assert records.keys() == handed_in_by_sample()
    assert {record.status for record in records.values()} == {"graded"}
    said = (sample.root.parent / "output.txt").read_text(encoding="utf-8")
    assert "examples/class was played through the exchange" in said
    assert "refused" not in said
    for student in {student for student, _ in records}:
        assert re.search(rf"^{student} ", said, re.MULTILINE)
    for place in ("gradebook.db", "results", "feedback"):
        assert re.search(rf"{place}$", said, re.MULTILINE)


@pytest.mark.parametrize("page", ["README.md", "README.zh.md"])
def test_readme_shows_the_table_of_the_sample_class(sample: Course, page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    shown = re.search(r"^student .*?^tomasz [^\n]*$", text, re.DOTALL | re.MULTILINE)
    assert shown is not None
    assert shown[0] in (sample.root.parent / "output.txt").read_text(encoding="utf-8")


def expected_scores() -> dict[tuple[str, str], str]:
    """What the table of examples/README.md says: student and assignment -> "full", "part" or "0"."""
    text = (ROOT / "examples" / "README.md").read_text(encoding="utf-8")
    lines = text.split("## The submissions")[1].split("\n## ")[0].splitlines()
    header, _, *rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line[:1] == "|"]
    names = [next(name for name in HOMEWORKS if name.startswith(f"{short}_")) for short in header[1:]]
    return {
        (student, name): re.split("[ ,:]", said.removeprefix("0, then "))[0]
        for student, *cells in rows
        for name, said in zip(names, cells, strict=True)
        if said
    }


def test_sample_class_gets_what_its_readme_says(sample: Course) -> None:
    found = {
        key: "full" if record.score == record.max_score else "part" if record.score else "0"
        for key, record in records_of(sample.results).items()
    }
    assert found == expected_scores()


# What is told of the sample class's mistakes, whose code was written before the bank was.
TOLD = {
    ("bjorn", "hw5_training"): {"EpsUnderTheRoot", "batch_size_for_rows"},
    ("chidi", "hw1_linear_regression"): {"BiasFirst", "ones_first"},
    ("chidi", "hw2_mlp"): {"ActivationAtTheEnd", "NoSigmoidAtTheEnd"},
    ("chidi", "hw3_losses"): {"nan_at_impossible_classes", "summed", "zero_refused"},
    ("chidi", "hw5_training"): {
        "NotCorrected",
        "gradients_never_cleared",
        "left_in_evaluation",
        "not_cleared_between_batches",
    },
    ("chidi", "hw6_convolution"): {"flipped_filters", "kernel_flipped", "rounded_up", "stride_of_one", "without_relu"},
    ("chidi", "hw8_attention"): {"divided_by_d", "mask_of_numbers"},
    ("dalia", "hw1_linear_regression"): {"PredictionsWithGraph"},
    ("dalia", "hw2_mlp"): {"LayersInAList", "NothingReturned"},
    ("dalia", "hw3_losses"): {
        "epsilon_of_1e_5",
        "epsilon_of_1e_5_in_the_logarithm",
        "root_of_each_square",
        "sigmoid_then_epsilon_of_1e_5",
    },
    ("dalia", "hw8_attention"): {"NanInEmptyRows", "halves", "nan_in_empty_rows", "without_the_diagonal"},
    ("fatima", "hw3_losses"): {"nothing_against_nan", "overflowing_exponentials", "sigmoid_then_logarithm"},
    ("fatima", "hw4_backprop"): {"mean_over_the_rows_only"},
    ("fatima", "hw6_convolution"): {"nothing_raised", "padding_exchanged", "without_padding"},
    ("giulia", "hw3_losses"): {"nan_in_the_slope"},
    ("ines", "hw5_training"): {"AsAColumn", "step_uphill", "target_before_prediction", "target_first"},
    ("ines", "hw7_rnn"): {"output_before_candidate"},
    ("jiwoo", "hw1_linear_regression"): {"LossAfterTheUpdate", "UniformNumbers", "inverse_of_the_product"},
    ("jiwoo", "hw3_losses"): {"loss_as_a_number", "mae_broadcasts", "mse_broadcasts"},
    ("jiwoo", "hw4_backprop"): {"GradientsPileUp", "db_averaged", "forward_difference", "in_place", "slope_alone"},
    ("jiwoo", "hw5_training"): {
        "chance_from_elsewhere",
        "chance_of_its_own",
        "everything_trusted",
        "mode_as_it_came",
        "mode_left_as_it_is",
    },
    ("jiwoo", "hw8_attention"): {"masked_after_the_softmax"},
    ("nilufar", "hw5_training"): {"losses_as_tensors"},
    ("nilufar", "hw7_rnn"): {"memory_not_through_tanh", "one_bias"},
    ("nilufar", "hw8_attention"): {"DividesNotChecked"},
    ("priya", "hw5_training"): {"gradients_cleared_at_the_end"},
    ("tomasz", "hw2_mlp"): {"shapes_as_lists"},
    ("tomasz", "hw4_backprop"): {"divided_by_h", "sigmoid_at_the_end"},
    ("tomasz", "hw6_convolution"): {"colors_only", "never_below_zero"},
}


def test_sample_class_is_told_its_mistakes_and_no_others(sample: Course) -> None:
    told = {
        key: {test.mistake for test in record.tests if test.mistake}
        for key, record in records_of(sample.results).items()
    }
    assert {key: mistakes for key, mistakes in told.items() if mistakes} == TOLD
    page = sample.root / "feedback" / "chidi" / "hw1_linear_regression" / "linear_regression.html"
    assert "A likely reason: The column of ones comes first." in page.read_text(encoding="utf-8")


def test_gradebook_has_the_scores_of_the_records(
    sample: Course, exported: Mapping[tuple[str, str], Mapping[str, str]]
) -> None:
    records = records_of(sample.results)
    assert {key for key, row in exported.items() if row["timestamp"]} == records.keys()
    penalized = {}
    for key, record in records.items():
        row = exported[key]
        assert float(row["raw_score"]) == record.score
        assert float(row["score"]) == pytest.approx(record.score - float(row["late_submission_penalty"] or 0))
        if float(row["late_submission_penalty"] or 0):
            penalized[key] = float(row["late_submission_penalty"])
    assert penalized == {("priya", "hw1_linear_regression"): pytest.approx(0.2 * 18)}


def solution_lines(name: str) -> set[str]:
    """Lines that stand in solution regions of an assignment's module and notebook, and nowhere else in them."""
    inside: set[str] = set()
    outside: set[str] = set()
    for path in (COURSE.source(name) / file for file in (COURSE.assignment(name).module, "notebook.md")):
        in_region = False
        for line in path.read_text(encoding="utf-8").splitlines():
            in_region |= "BEGIN SOLUTION" in line
            (inside if in_region and "###" not in line else outside).add(line.strip())
            in_region &= "END SOLUTION" not in line
    found = {line for line in inside - outside if len(line) > 10}
    assert found, f"{name} has no solution to look for"
    return found


def hidden_names(name: str) -> set[str]:
    """Names of hidden tests."""
    texts = [path.read_text(encoding="utf-8") for path in COURSE.hidden(name).glob("*.py")]
    found = {match for text in texts for match in re.findall(r"^def (test_\w+)", text, re.MULTILINE)}
    assert found, f"{name} has no hidden tests to look for"
    return found


def texts(folder: Path) -> dict[str, str]:
    """The text of each file below a folder; of notebooks, what their cells say."""
    found = {}
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        text = path.read_bytes().decode("utf-8", errors="replace")
        if path.suffix == ".ipynb":
            cells = json.loads(text)["cells"]
            text += "".join("\n" + "".join(cell["source"]) for cell in cells)
        found[path.relative_to(folder).as_posix()] = text
    return found


def hidden_in(folder: Path, name: str) -> list[tuple[str, str]]:
    """(file, what) of each name of a hidden test and each whole line of the solution: a search as plain as can be."""
    names, lines = hidden_names(name), solution_lines(name)
    hits = []
    for file, text in texts(folder).items():
        hits += [(file, word) for word in names if word in text or word in file]
        hits += [(file, line) for line in lines & {line.strip() for line in text.splitlines()}]
    return hits


@pytest.fixture(scope="module")
def pages(sample: Course) -> list[Path]:
    """The folders with what students read of their grading: feedback, and feedback in the exchange."""
    done = run("gradkit", "feedback", cwd=sample.root)
    assert done.returncode == 0, done.stderr
    folders = [sample.root / "feedback", sample.exchange / sample.id / "feedback"]
    count = len(handed_in_by_sample())
    # Our own page, in both languages, is beside nbgrader's; the exchange carries nbgrader's alone.
    assert [len(list(folder.rglob("*.html"))) for folder in folders] == [3 * count, count]
    return folders


@pytest.mark.parametrize("name", HOMEWORKS)
def test_nothing_hidden_is_released(sample: Course, name: str) -> None:
    for folder in (sample.release(name), sample.exchange / sample.id / "outbound" / name):
        assert len(list(folder.iterdir())) >= 5
        assert find_leaks(sample, sample.assignment(name), folder) == []
        assert hidden_in(folder, name) == []


@pytest.mark.parametrize("name", HOMEWORKS)
def test_nothing_hidden_is_in_feedback(sample: Course, pages: list[Path], name: str) -> None:
    # Pages show students' own work, which may well say what the solution or a hidden test's own reckoning says.
    own = normalize("\n".join(text for home in sample.submitted.glob("*/*") for text in texts(home).values()))
    for folder in pages:
        leaks = find_leaks(sample, sample.assignment(name), folder)
        assert [str(leak) for leak in leaks if leak.what not in own] == []
        assert not {word for word in hidden_names(name) for text in texts(folder).values() if word in text}


def test_the_search_for_what_is_hidden_would_find_it(sample: Course, tmp_path: Path) -> None:
    for name in HOMEWORKS:
        (tmp_path / "page.html").write_text(f"<p>{min(hidden_names(name))}</p>\n{max(solution_lines(name), key=len)}\n")
        # A line of the solution may stand in a bank, too.
        kinds = {leak.kind for leak in find_leaks(sample, sample.assignment(name), tmp_path)}
        assert {"hidden test", "solution"} <= kinds <= {"hidden test", "solution", "mistakes bank"}
        assert len(hidden_in(tmp_path, name)) == 2


def test_a_persons_mark_survives_a_second_grading(sample: Course) -> None:
    student, name, question = "amina", "hw1_linear_regression", "why_bias"
    topic = sample.assignment(name).topic
    with open_gradebook(sample) as gradebook:
        grade = gradebook.find_grade(question, topic, name, student)
        assert grade.needs_manual_grade
        grade.manual_score, grade.needs_manual_grade = 1.5, False
        gradebook.db.commit()
        before = gradebook.find_submission(name, student).score

    (sample.results / student / f"{name}.json").unlink()  # so that it is graded anew
    done = run("gradkit", "grade", "--assignment", name, "--json", cwd=sample.root)
    assert done.returncode == 0, done.stderr
    rows: list[dict[str, Any]] = json.loads(done.stdout)["records"]
    assert {row["student"] for row in rows} == {who for who, what in handed_in_by_sample() if what == name}
    assert (sample.results / student / f"{name}.json").exists()
    with open_gradebook(sample) as gradebook:
        grade = gradebook.find_grade(question, topic, name, student)
        assert (grade.manual_score, grade.needs_manual_grade) == (1.5, False)
        assert gradebook.find_submission(name, student).score == before == 18 + 1.5
