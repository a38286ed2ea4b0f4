"""Grade the submissions of one assignment: collect the suite once, then grade and record each."""

from __future__ import annotations

import gc
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import closing
from functools import partial
from pathlib import Path
from types import MappingProxyType

import torch

from gradkit.course import Assignment, Course
from gradkit.diagnosis import Fingerprint
from gradkit.diagnosis.answer_store import AnswerStore
from gradkit.diagnosis.fingerprints import of_question
from gradkit.errors import GraderFault, GradkitError
from gradkit.grading.demand import Demand, to_diagnose
from gradkit.grading.make_record import grade_submission
from gradkit.grading.reader import SourceReader
from gradkit.grading.record import Record
from gradkit.grading.store import read_record, write_record
from gradkit.grading.triage import Copies, Task, Triage, faulty, with_copies
from gradkit.intake.submission import Submission
from gradkit.messages import as_data, from_data, message
from gradkit.sandbox import Sandbox, WorkerBaseEnded, Workers
from gradkit.sandbox.parallel import Jobs, run_jobs
from gradkit.suite.session import Suite, open_suite
from gradkit.temporary import TemporaryFolder

Report = Callable[[Record], None]
Progress = Callable[[int, int], None]


def grade_waiting(
    course: Course,
    triage: Triage,
    report: Report,
    sandbox: Sandbox,
    processes: int = 0,
    mistakes: Progress = lambda _finished, _needed: None,
) -> list[Record]:
    """Grade the submissions that triage found new or changed, and write each record when it is done.

    A fault of suite or grader gives a record with status "error" and does not stop the others.

    Args:
        course: the course.
        triage: one assignment's submissions.
        report: called with each record.
        sandbox: runs the students' code.
        processes: how many graders to fork, if the sandbox allows several; 0 grades in this process, and a crash ends
            it. The records do not depend on the number.
        mistakes: called with the numbers of runs of known mistakes that have ended, and that were needed so far.

    Raises:
        CourseError: suite or bank is invalid, so no submission can be graded.
        GradkitError: a record cannot be written.
    """
    sandbox.revive(0.0)
    records: list[Record] = []

    def grade_all(desk: Desk) -> None:
        records.extend(desk.grade(triage.waiting, report, mistakes, triage.copies))

    at_desk(course, triage.assignment, triage.keys, sandbox, processes, grade_all)
    return records


def at_desk(
    course: Course,
    assignment: Assignment,
    keys: Mapping[str, str],
    sandbox: Sandbox,
    processes: int,
    body: Callable[[Desk], None],
) -> None:
    """Open an assignment's suite, rehearse it, and call ``body`` with what grades there.

    Raises:
        CourseError: suite or bank is invalid.
    """
    torch.set_num_threads(1)

    def ready(suite: Suite) -> None:
        suite.rehearse()
        gc.freeze()  # the garbage collector skips torch and pytest for every submission
        body(Desk(course, assignment, keys, suite, sandbox, processes))

    open_suite(course.hidden(assignment.id), assignment, course.reference(assignment), course.secret, ready)


class Desk:
    """An assignment whose suite is open: it grades any number of submissions.

    Args:
        course: the course.
        assignment: the assignment.
        keys: hashes of suite, reference and engine.
        suite: its hidden suite, rehearsed.
        sandbox: runs the students' code.
        processes: how many graders to fork; see `grade_waiting`.

    Attributes:
        store: the answers of known mistakes.
        known: question -> the fingerprints of its mistakes, for the questions whose answers are kept.
    """

    def __init__(
        self,
        course: Course,
        assignment: Assignment,
        keys: Mapping[str, str],
        suite: Suite,
        sandbox: Sandbox,
        processes: int,
    ) -> None:
        self.course, self.assignment, self.keys, self.suite = course, assignment, keys, suite
        self.sandbox, self.processes = sandbox, processes
        self.store = AnswerStore(course, assignment, keys, suite)
        self.store.remove_outdated()
        self.known: dict[str, tuple[Fingerprint, ...]] = {}

    def grade(
        self,
        waiting: Sequence[tuple[Task, Submission]],
        report: Report,
        mistakes: Progress = lambda _finished, _needed: None,
        copies: Copies = MappingProxyType({}),
    ) -> list[Record]:
        """Grade submissions; arguments and errors are those of `grade_waiting`, ``copies`` those of a `Triage`."""
        self.learn(self.store.questions - self.known.keys())
        run = _Run(self, waiting, report, mistakes, copies)
        run.grade_all()
        return run.records

    @property
    def mistakes(self) -> list[Fingerprint]:
        """All fingerprints that are known."""
        return [mistake for known in self.known.values() for mistake in known]

    def learn(self, questions: Iterable[str]) -> None:
        """Read the fingerprints of those of these questions whose answers are kept."""
        for question in sorted(questions):
            if not self.store.missing([question]):
                found = of_question(self.store, question, only_failed=True)
                if found is not None:
                    self.known[question] = found


class _Run:
    """Waiting submissions on their way to records.

    Jobs are numbered: first the submissions, then the store's runs of known mistakes. If a submission fails questions
    whose mistakes' answers are missing, the grader leaves a note in place of a record. The submission is graded again
    once the answers are there: so they need no room, and a record does not depend on when they were computed.

    Attributes:
        records: the records so far.
    """

    def __init__(
        self,
        desk: Desk,
        waiting: Sequence[tuple[Task, Submission]],
        report: Report,
        mistakes: Progress,
        copies: Copies,
    ) -> None:
        self.records: list[Record] = []
        self._desk, self._waiting, self._store, self._sandbox = desk, waiting, desk.store, desk.sandbox
        self._processes, self._graders = desk.processes, desk.sandbox.at_a_time(desk.processes)
        self._report, self._report_mistakes = report, mistakes
        self._copies, self._count = copies, len(waiting)
        self._demand = Demand(self._store, self._count, self._give_up)
        self._notes = Path()

    def grade_all(self) -> None:
        """Grade every waiting submission, in forked graders or here."""
        with TemporaryFolder("gradkit-grading") as self._notes:
            if self._graders:
                jobs = Jobs(self._prepare, self._done, self._lost, self._sandbox.revive)
                run_jobs(self._count, self._graders, jobs)
                return
            with closing(self._sandbox.connect()) as workers, closing(SourceReader()) as reader:
                waiting = [*range(self._count)][::-1]
                while waiting:
                    number = waiting.pop()
                    self._work(workers, reader, number)
                    waiting += [*self._done(number)][::-1]

    # -- in a grader ---------------------------------------------------------------------------------------------

    def _prepare(self) -> Callable[[int], object]:
        """Set up a forked grader, and return what does a job there."""
        workers = self._sandbox.connect()
        self._sandbox.let_go()
        return partial(self._work, workers, SourceReader())

    def _work(self, workers: Workers, reader: SourceReader, number: int) -> None:
        """Do a job: its result is a record, or answers in the store; else a note says what is missing."""
        if number < self._count:
            missing = self._grade(workers, reader, number)
            if missing:
                self._note(number).write_text("\n".join(missing), encoding="utf-8")
            return
        try:
            self._store.compute(self._store.runs[number - self._count], workers.start)
        except WorkerBaseEnded:
            raise
        except GradkitError as fault:
            self._note(number).write_text(json.dumps(as_data(fault.message)), encoding="utf-8")

    def _grade(self, workers: Workers, reader: SourceReader, number: int) -> list[str]:
        """Grade a submission and write its record; or return the failed questions whose answers are missing."""
        task, submission = self._waiting[number]
        desk = self._desk
        while True:
            record = grade_submission(
                desk.suite,
                desk.assignment,
                submission,
                desk.keys,
                workers,
                reader,
                self._sandbox.as_record(),
                desk.mistakes,
                desk.course.environment.in_words,
            )
            unknown = (to_diagnose(record) & self._store.questions) - desk.known.keys()
            if not unknown:
                write_record(record, task.record)
                return []
            desk.learn(unknown)
            missing = sorted(unknown - desk.known.keys())
            if missing:
                return missing

    def _note(self, number: int) -> Path:
        return self._notes / str(number)

    # -- in the main process -------------------------------------------------------------------------------------

    def _done(self, number: int) -> list[int]:
        """Keep a job's result; returns the jobs that it leads to."""
        note = self._note(number)
        text = note.read_text(encoding="utf-8") if note.exists() else ""
        note.unlink(missing_ok=True)
        if number >= self._count:
            return self._ended(number, from_data(json.loads(text)) if text else "")
        if text:
            jobs = self._demand.wait(number, text.split("\n"))
            return self._at_once(jobs) if self._graders < self._processes else jobs
        path = self._waiting[number][0].record
        record = read_record(path)
        if record is None:
            raise GraderFault(message("{path}: the record that was just written is gone", path=path))
        self._keep(number, record)
        return []

    def _at_once(self, jobs: list[int]) -> list[int]:
        """Do the runs of mistakes among these jobs with all processes; returns the others, and what they lead to.

        For levels that allow one submission at a time: while this waits, no student's code runs.
        """
        runs = [job for job in jobs if job >= self._count]
        following = [job for job in jobs if job < self._count]

        def prepare() -> Callable[[int], object]:
            work = self._prepare()
            return lambda number: work(runs[number])

        def done(number: int) -> None:
            following.extend(self._done(runs[number]))

        def lost(number: int, how: str) -> None:
            self._lost(runs[number], how)

        run_jobs(len(runs), self._processes, Jobs(prepare, done, lost, self._sandbox.revive))
        return following

    def _ended(self, number: int, fault: str = "") -> list[int]:
        ready = self._demand.ended(number, fault)
        self._report_mistakes(self._demand.finished, self._demand.needed)
        return ready

    def _lost(self, number: int, how: str) -> None:
        """A job on which graders died twice."""
        if number < self._count:
            self._give_up(number, how)
        else:
            self._ended(number, how)

    def _give_up(self, number: int, fault: str) -> None:
        """Record a submission that cannot be graded."""
        task, submission = self._waiting[number]
        record = faulty(self._desk.assignment, submission, fault)
        write_record(record, task.record)
        self._keep(number, record)

    def _keep(self, number: int, record: Record) -> None:
        """Report a submission's record, and make that of each copy of it."""
        records = with_copies(self._copies, number, record)
        self.records += records
        for each in records:
            self._report(each)
