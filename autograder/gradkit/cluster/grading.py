"""Grade a class on nodes: first have the missing answers of known mistakes computed, then the submissions graded."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from gradkit.cluster.bundle import pack_answers
from gradkit.cluster.head import Nodes
from gradkit.cluster.opening import open_nodes
from gradkit.cluster.requests import ComputeAnswers, Grade
from gradkit.course import Course
from gradkit.diagnosis.answer_store import AnswerStore
from gradkit.errors import GraderFault, GradkitError
from gradkit.grading.batch import ClassResult, Watcher, noting
from gradkit.grading.record import Record, from_json, in_outline
from gradkit.grading.store import write_record
from gradkit.grading.triage import Triage, faulty, with_copies
from gradkit.messages import message, sentences
from gradkit.temporary import advice_on, replacing, system_reason

_WRITERS = 8  # records on their way to the disk at a time: to wait for it takes longer than all else


@dataclass(frozen=True)
class OnCluster:
    """Grades on a cluster, for `gradkit.grading.batch.grade_class`.

    Attributes:
        cluster: the cluster; see `gradkit.cluster.opening.open_nodes`.
        policy: how to confine students' code.
        graders: how many submissions a node grades at a time; None: as many as it has processors.
    """

    cluster: str
    policy: str
    graders: int | None = None

    def __call__(self, course: Course, waiting: Sequence[Triage], result: ClassResult, watcher: Watcher) -> None:
        """Grade what waits, and add its records to ``result``."""
        names = [triage.assignment.id for triage in waiting]
        with open_nodes(course, names, self.cluster, self.policy, self.graders, watcher.step) as nodes:
            watcher.confinement(nodes.sandbox)
            grade_on(nodes, course, waiting, result, watcher)


def grade_on(nodes: Nodes, course: Course, waiting: Sequence[Triage], result: ClassResult, watcher: Watcher) -> None:
    """Grade what waits on nodes that have the course.

    Raises:
        GraderFault: the cluster is gone; records that were written stay.
    """
    gradings, stores = [], []
    with ThreadPoolExecutor(_WRITERS) as writers:
        for triage in waiting:
            with noting(result, triage.assignment.id, watcher):
                store = AnswerStore(course, triage.assignment, triage.keys)
                stores.append(store)
                gradings.append(_Grading(triage, result, watcher, writers))
        _compute_answers(nodes, stores, watcher.mistakes)
        for archive in pack_answers(course, stores):
            nodes.give(archive)
        nodes.distribute(gradings)


def _compute_answers(nodes: Nodes, stores: Sequence[AnswerStore], progress: Callable[[str, int, int], None]) -> None:
    """Have nodes compute the answers that are missing; a fault is met again, and reported, by who needs them."""
    for store in stores:
        store.remove_outdated()
    nodes.distribute([Answers(store, progress) for store in stores])


class Answers:
    """The runs of known mistakes whose answers are missing.

    Args:
        store: the answers.
        progress: called with the assignment and the numbers of runs that have ended, and that are needed.

    Attributes:
        faults: why some could not be computed.
    """

    def __init__(self, store: AnswerStore, progress: Callable[[str, int, int], None]) -> None:
        self._store, self._progress = store, progress
        missing = {run.path for run in store.missing(store.questions)}
        self._numbers = [number for number, run in enumerate(store.runs) if run.path in missing]
        self._finished = 0
        self.faults: list[GradkitError] = []

    @property
    def size(self) -> int:
        """The number of runs."""
        return len(self._numbers)

    def request(self, jobs: Sequence[int]) -> ComputeAnswers:
        """Ask for runs."""
        return ComputeAnswers(self._store.assignment.id, [self._numbers[job] for job in jobs])

    def keep(self, results: Mapping[int, bytes]) -> None:
        """Keep runs' answers."""
        for job, result in results.items():
            _write(self._store.runs[self._numbers[job]].path, result)
            self._finished += 1
            self._progress(self._store.assignment.id, self._finished, self.size)

    def lost(self, job: int, how: str) -> None:
        """Note a run without answers."""
        self.faults.append(GraderFault(message("{run}: {how}", run=self._store.runs[self._numbers[job]].name, how=how)))

    def failed(self, fault: GradkitError) -> None:
        """Note why no run gives answers."""
        self.faults.append(fault)


class _Grading:
    """The submissions of one assignment."""

    def __init__(self, triage: Triage, result: ClassResult, watcher: Watcher, writers: ThreadPoolExecutor) -> None:
        self._triage, self._result, self._watcher, self._writers = triage, result, watcher, writers

    @property
    def size(self) -> int:
        return len(self._triage.waiting)

    def request(self, jobs: Sequence[int]) -> Grade:
        return Grade(self._triage.assignment.id, [self._triage.waiting[job][1] for job in jobs])

    def keep(self, results: Mapping[int, str]) -> None:
        for records in self._writers.map(self._write, results.keys(), results.values()):
            self._note(records)

    def _write(self, job: int, result: str) -> list[Record]:
        _write(self._triage.waiting[job][0].record, result.encode())
        return with_copies(self._triage.copies, job, from_json(result))

    def lost(self, job: int, how: str) -> None:
        task, submission = self._triage.waiting[job]
        record = faulty(self._triage.assignment, submission, how)
        write_record(record, task.record)
        self._note(with_copies(self._triage.copies, job, record))

    def failed(self, fault: GradkitError) -> None:
        with noting(self._result, self._triage.assignment.id, self._watcher):
            raise fault

    def _note(self, records: Sequence[Record]) -> None:
        for record in records:
            self._result.records.append(in_outline(record))
            self._watcher.report(record)


def _write(path: Path, data: bytes) -> None:
    try:
        with replacing(path) as new:
            new.write_bytes(data)
    except OSError as error:
        advice = advice_on(error) or message("Make the folder writable.")
        failed = message("{path}: cannot be written ({error}).", path=path, error=system_reason(error))
        raise GradkitError(sentences(failed, advice)) from error
