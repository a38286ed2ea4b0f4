"""Answers of known mistakes are computed for the questions that a submission fails, and change no record."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from gradkit.course import Course
from gradkit.diagnosis.answer_store import AnswerStore, Run
from gradkit.errors import GraderFault
from gradkit.grading.grade import grade_waiting
from gradkit.grading.record import Record, to_json
from gradkit.grading.store import read_record
from gradkit.grading.triage import Task, triage
from gradkit.sandbox import Sandbox, open_sandbox

HW = "hw0_scaling"
BANK = '''
"""Mistakes."""

from gradkit.bank import mistake


@mistake("scale")
def inverted(x, factor=2.0):
    """The factor divides here."""
    return x / factor


@mistake("scale")
def added(x, factor=2.0):
    """The factor is added."""
    return x + factor


@mistake("Shift")
class Subtracted(nn.Module):
    """The offset is subtracted."""

    def __init__(self, size):
        super().__init__()
        self.offset = nn.Parameter(torch.zeros(size))

    def forward(self, x):
        return x - self.offset
'''
STUB = """
def scale(x, factor=2.0):
    raise NotImplementedError


class Shift:
    def __init__(self, size):
        raise NotImplementedError
"""

GradeAll = Callable[..., dict[str, Record]]


@pytest.fixture
def sources(reference_source: str) -> dict[str, str]:
    """A class: right, a stub, two that fail one question, and one that fails both."""
    inverted = reference_source.replace("x / (1 / factor)", "x / factor")
    return {
        "ada": reference_source,
        "bob": STUB,
        "eve": inverted,
        "kim": reference_source.replace("x + self.offset", "x - self.offset"),
        "zoe": inverted.replace("x + self.offset", "x - self.offset"),
    }


@pytest.fixture
def grade_all(course: Course, sandbox: Sandbox, hand_in: Callable[..., Path], sources: dict[str, str]) -> GradeAll:
    """Grade some of the class: ``grade_all("ada", "bob", processes=2)``; the records by student."""
    (course.hidden(HW) / "mistakes.py").write_text(BANK)
    shift = course.hidden(HW) / "test_shift.py"
    twice = '@pytest.mark.parametrize("again", [0, 1])\n@pytest.mark.points(2)'
    text = shift.read_text().replace("@pytest.mark.points(2)", twice)
    shift.write_text(text.replace("rng: Rng) -> None", "rng: Rng, again: int) -> None"))

    handed_in = {student: hand_in({"scaling.py": source}, student) for student, source in sources.items()}

    def run(
        *students: str, processes: int = 0, results: str = "results", within: Sandbox = sandbox
    ) -> dict[str, Record]:
        folders = {student: folder for student, folder in handed_in.items() if student in (students or sources)}
        tasks = [Task(name, folder, course.root / results / f"{name}.json") for name, folder in folders.items()]
        found = triage(course, HW, tasks, lambda _record: None)
        records = grade_waiting(course, found, lambda _record: None, within, processes)
        written = {task.student: read_record(task.record) for task in tasks}
        assert written == {record.student: record for record in [*records, *found.settled]}
        return {record.student: record for record in records}

    return run


def without_times(record: Record | None) -> str:
    assert record is not None
    data = json.loads(to_json(record))
    del data["execution_time"]
    for test in data["tests"]:
        del test["extra_data"]["seconds"]
        for call in test["extra_data"]["calls"]:
            del call["seconds"]
    return json.dumps(data, sort_keys=True)


def plain(records: dict[str, Record]) -> dict[str, str]:
    return {student: without_times(record) for student, record in records.items()}


def kept(course: Course) -> int:
    """The number of runs whose answers are kept."""
    return len([*(course.work / "fingerprints").glob(f"{HW}/*")])


def forget(course: Course) -> None:
    for path in (course.work / "fingerprints").glob(f"{HW}/*"):
        path.unlink()


def mistakes(record: Record) -> set[str | None]:
    return {test.mistake for test in record.tests}


@pytest.mark.parametrize(
    ("students", "runs"),
    [(["ada"], 0), (["ada", "bob"], 0), (["eve"], 3), (["kim"], 2), (["eve", "kim"], 5), (["zoe"], 5)],
    ids=["right", "stub", "scale", "Shift", "one each", "both in one"],
)
def test_only_failed_questions_are_computed(
    course: Course, grade_all: GradeAll, students: Iterable[str], runs: int
) -> None:
    grade_all(*students)
    assert kept(course) == runs


def test_a_class_that_fails_later_costs_the_rest(course: Course, grade_all: GradeAll) -> None:
    assert mistakes(grade_all("eve")["eve"]) == {"inverted", None}
    assert kept(course) == 3
    assert mistakes(grade_all("zoe")["zoe"]) == {"inverted", "Subtracted"}
    assert kept(course) == 5


def test_records_depend_neither_on_the_number_of_graders_nor_on_what_is_kept(
    course: Course, grade_all: GradeAll, sources: dict[str, str]
) -> None:
    runs = []
    for processes in (0, 1, 2):
        for way in ("cold", "warm", "damaged"):
            if way == "damaged":
                path = next((course.work / "fingerprints").glob(f"{HW}/*"))
                path.write_bytes(path.read_bytes()[:-5])
            runs.append(plain(grade_all(processes=processes, results=f"{way}{processes}")))
        forget(course)
    assert runs[0].keys() == sources.keys()
    assert all(run == runs[0] for run in runs)


def end_in(grade_all: GradeAll, name: str, **options: object) -> int:
    """Grade the class in a process with a worker base of its own; returns its id."""
    pid = os.fork()
    if pid == 0:
        try:
            with open_sandbox() as sandbox:
                grade_all(results=name, within=sandbox, **options)
        finally:
            os._exit(0)
    return pid


def test_two_runs_at_once_give_the_same(course: Course, grade_all: GradeAll) -> None:
    expected = plain(grade_all())
    forget(course)
    for pid in [end_in(grade_all, name, processes=2) for name in ("first", "second")]:
        os.waitpid(pid, 0)
    for name in ("first", "second"):
        folder = course.root / name
        assert {path.stem: without_times(read_record(path)) for path in folder.iterdir()} == expected


@pytest.mark.parametrize("after", [0, 3, 4])
def test_a_killed_run_leaves_whole_records_only(
    course: Course, grade_all: GradeAll, monkeypatch: pytest.MonkeyPatch, after: int
) -> None:
    expected = plain(grade_all())
    forget(course)
    real = AnswerStore.compute

    def compute(store: AnswerStore, run: Run, *more: object) -> None:
        if kept(course) >= after:
            os.kill(os.getpid(), signal.SIGKILL)
        real(store, run, *more)  # type: ignore[arg-type]

    with monkeypatch.context() as patch:
        patch.setattr(AnswerStore, "compute", compute)
        os.waitpid(end_in(grade_all, "killed"), 0)
    written = {path.stem: without_times(read_record(path)) for path in (course.root / "killed").glob("*.json")}
    assert written.keys() < expected.keys()
    assert written == {student: expected[student] for student in written}
    assert plain(grade_all(results="killed")).items() == expected.items() - written.items()


@pytest.mark.parametrize("processes", [1, 2])
@pytest.mark.parametrize(("name", "without"), [("inverted", {"eve", "zoe"}), ("the reference", {"eve", "kim", "zoe"})])
def test_a_mistake_that_kills_graders_leaves_ungraded_only_those_who_fail_its_question(
    grade_all: GradeAll, monkeypatch: pytest.MonkeyPatch, processes: int, name: str, without: set[str]
) -> None:
    real = AnswerStore.compute

    def compute(store: AnswerStore, run: Run, *more: object) -> None:
        if run.name == name:
            os.kill(os.getpid(), signal.SIGKILL)
        real(store, run, *more)  # type: ignore[arg-type]

    monkeypatch.setattr(AnswerStore, "compute", compute)
    records = grade_all(processes=processes)
    assert {student for student, record in records.items() if record.status == "error"} == without
    for student in without:
        assert records[student].score is None
        assert records[student].log.startswith(f'the mistakes bank: the answers of "{name}" cannot be computed: ')
        assert records[student].log.count("signal 9 (SIGKILL)") == 2
    monkeypatch.undo()
    again = grade_all(processes=processes)
    assert (again.keys(), {record.status for record in again.values()}) == (without, {"graded"})


@pytest.mark.parametrize("processes", [0, 2])
def test_a_hidden_test_that_fails_on_a_mistake_is_a_fault_of_its_question(
    grade_all: GradeAll, monkeypatch: pytest.MonkeyPatch, processes: int
) -> None:
    def compute(*_: object) -> None:
        raise GraderFault("the hidden test itself failed")

    monkeypatch.setattr(AnswerStore, "compute", compute)
    records = grade_all(processes=processes)
    logs = {student: record.log for student, record in records.items() if record.status == "error"}
    assert logs.keys() == {"eve", "kim", "zoe"}
    assert all(log.endswith("cannot be computed: the hidden test itself failed") for log in logs.values())


def test_answers_that_cannot_be_read_back_are_a_fault(grade_all: GradeAll, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(AnswerStore, "compute", lambda *_: None)
    records = grade_all("ada", "eve")
    assert [records[student].status for student in ("ada", "eve")] == ["graded", "error"]
    assert "cannot be read back. Is the disk full?" in records["eve"].log
