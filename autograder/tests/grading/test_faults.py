"""A fault of the grader costs the submission it happened on, and no other."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from gradkit.course import Course
from gradkit.grading.grade import grade_waiting
from gradkit.grading.record import Record, to_json
from gradkit.grading.triage import Task, triage
from gradkit.sandbox import Sandbox
from gradkit.suite.picture import Picture

HW = "hw0_scaling"
STUDENTS = tuple(f"student{number}" for number in range(10))
PROCESSES = (1, 2)

# Hidden tests that read an answer unchecked, so that an empty tensor raises in the test itself. There are two cases in
# the second file too: after a crash in the first of them, that file stays set up for the other.
FRAGILE = """
@pytest.fixture(scope="module")
def divisor():
    yield 1


"""
CRASHES = {
    "test_scale.py": ("    assert_matches(student.run(call), reference", "    student.run(call).value().numel()"),
    "test_shift.py": ("    assert_matches(student", "    student.run(call).value().numel()"),
}
CRASHERS = (
    "def scale(x, factor=2.0):\n    return x[:0]\n",
    "def scale(x, factor=2.0):\n    return x[: 0 if len(x) == 3 else 9] / (1 / factor)\n",
    "class Shift(nn.Module):\n"
    "    def __init__(self, size):\n"
    "        super().__init__()\n"
    "        self.offset = nn.Parameter(torch.zeros(size))\n\n"
    "    def forward(self, x):\n"
    "        return (x + self.offset)[:0]\n",
)


def without_times(text: str) -> str:
    data = json.loads(text)
    del data["execution_time"]
    for test in data["tests"]:
        del test["extra_data"]["seconds"]
        for call in test["extra_data"]["calls"]:
            del call["seconds"]
    return json.dumps(data, sort_keys=True)


@pytest.fixture
def fragile(course: Course) -> Course:
    """The demonstration course with hidden tests that raise on an empty tensor."""
    for name, (old, crash) in CRASHES.items():
        path = course.hidden(HW) / name
        text = path.read_text().replace(old, f"    1 / {crash.strip()} / divisor\n{old}")
        text = text.replace("rng: Rng, n: int)", "rng: Rng, n: int, divisor: int)")
        text = text.replace("rng: Rng) -> None", "rng: Rng, divisor: int, again: int) -> None")
        again = '@pytest.mark.parametrize("again", [0, 1])\n' if name == "test_shift.py" else ""
        path.write_text(text.replace("@pytest.mark.points(2)", f"{FRAGILE}{again}@pytest.mark.points(2)"))
    return course


@pytest.fixture
def class_of_ten(hand_in: Callable[..., Path], reference_source: str) -> Mapping[str, Path]:
    """Right, wrong and broken submissions, none of which makes a hidden test raise."""
    sources = (
        reference_source,
        reference_source.replace("x / (1 / factor)", "x * 7"),
        reference_source.replace("x + self.offset", "x - self.offset"),
        "def scale(x, factor=2.0):\n    raise NotImplementedError\n",
        "import os\n\n\ndef scale(x, factor=2.0):\n    os._exit(1)\n",
    )
    return {
        name: hand_in({"scaling.py": sources[number % len(sources)]}, student=name)
        for number, name in enumerate(STUDENTS)
    }


def grade_all(
    course: Course, folders: Mapping[str, Path], results: Path, sandbox: Sandbox, processes: int
) -> dict[str, str]:
    tasks = [Task(name, folder, results / name / f"{HW}.json") for name, folder in folders.items()]
    found = triage(course, HW, tasks, lambda _record: None)
    grade_waiting(course, found, lambda _record: None, sandbox, processes)
    return {task.student: without_times(task.record.read_text()) for task in tasks}


@pytest.mark.parametrize("processes", PROCESSES)
def test_a_crash_at_any_position_leaves_the_nine_others_as_they_were(
    fragile: Course,
    sandbox: Sandbox,
    class_of_ten: Mapping[str, Path],
    reference_source: str,
    tmp_path: Path,
    processes: int,
) -> None:
    plain = grade_all(fragile, class_of_ten, tmp_path / "plain", sandbox, processes)
    assert {json.loads(text)["extra_data"]["status"] for text in plain.values()} == {"graded"}
    for position, crashing in enumerate(STUDENTS):
        path = class_of_ten[crashing] / "scaling.py"
        before = path.read_bytes()
        path.write_text(reference_source + "\n\n" + CRASHERS[position % len(CRASHERS)])
        records = grade_all(fragile, class_of_ten, tmp_path / f"crash{position}", sandbox, processes)
        path.write_bytes(before)
        crashed = json.loads(records.pop(crashing))
        assert crashed["extra_data"]["status"] == "error"
        assert "score" not in crashed
        assert "ZeroDivisionError" in crashed["extra_data"]["log"]
        assert records == {name: text for name, text in plain.items() if name != crashing}


def test_a_class_in_which_every_other_submission_crashes(
    fragile: Course, sandbox: Sandbox, class_of_ten: Mapping[str, Path], reference_source: str, tmp_path: Path
) -> None:
    plain = grade_all(fragile, class_of_ten, tmp_path / "plain", sandbox, 1)
    for number, name in enumerate(STUDENTS[::2]):
        path = class_of_ten[name] / "scaling.py"
        path.write_text(reference_source + "\n\n" + CRASHERS[number % len(CRASHERS)])
    records = grade_all(fragile, class_of_ten, tmp_path / "crashes", sandbox, 1)
    status = {name: json.loads(text)["extra_data"]["status"] for name, text in records.items()}
    assert [name for name in STUDENTS if status[name] == "error"] == list(STUDENTS[::2])
    assert all(records[name] == plain[name] for name in STUDENTS[1::2])


Grade = Callable[..., list[Record]]


@pytest.mark.parametrize("part", ["gradkit.suite.explaining.relation", "gradkit.suite.picture.Picture.as_data"])
def test_a_failing_explanation_costs_no_verdict(
    grade: Grade,
    hand_in: Callable[..., Path],
    reference_source: str,
    monkeypatch: pytest.MonkeyPatch,
    part: str,
) -> None:
    def fail(*_args: object, **_options: object) -> None:
        raise OverflowError("cannot convert float infinity to integer")

    monkeypatch.setattr(part, fail)
    (record,) = grade(hand_in({"scaling.py": reference_source.replace("x / (1 / factor)", "x + 7")}))
    assert (record.status, record.score) == ("graded", 2.0)
    assert [test.kind for test in record.tests] == ["value", "value", None]
    assert record.tests[0].output.startswith("The result is wrong")
    assert record.tests[0].picture is None


def test_a_failing_diagnosis_costs_no_verdict_and_names_nothing(
    course: Course,
    grade: Grade,
    hand_in: Callable[..., Path],
    reference_source: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    wrong = 'def inverted(x, factor=2.0):\n    """It divides."""\n    return x / factor\n'
    bank = f'"""Mistakes."""\n\nfrom gradkit.bank import mistake\n\n\n@mistake("scale")\n{wrong}'
    (course.hidden(HW) / "mistakes.py").write_text(bank)
    source = reference_source.replace("x / (1 / factor)", "x / factor")
    (told,) = grade(hand_in({"scaling.py": source}))
    assert [test.mistake for test in told.tests] == ["inverted", "inverted", None]

    def fail(*_: object) -> None:
        raise KeyError("no such answer")

    for part in ("gradkit.diagnosis.matcher._agrees", "gradkit.diagnosis.matcher.Matcher._find"):
        with monkeypatch.context() as patch:
            patch.setattr(part, fail)
            (record,) = grade(hand_in({"scaling.py": source}, student=part.rpartition(".")[2]))
        assert (record.status, record.score) == (told.status, told.score)
        assert [test.mistake for test in record.tests] == [None, None, None]


def test_a_record_that_cannot_be_written_as_json_is_that_submissions_fault(
    grade: Grade, hand_in: Callable[..., Path], reference_source: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Picture, "as_data", lambda *_args, **_options: {"kind": "shape", "found": [float("nan")]})
    wrong = reference_source.replace("x / (1 / factor)", "x[:, None]")
    first, second = grade(
        hand_in({"scaling.py": wrong}, student="ada"), hand_in({"scaling.py": reference_source}, student="bob")
    )
    assert (first.status, first.score) == ("error", None)
    assert (second.status, second.score) == ("graded", 5.0)
    assert "NaN" not in to_json(first)
