"""Grade the submissions of one assignment: collect the suite once, then run, compare, score and record each."""

from __future__ import annotations

import gc
import time
import traceback
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from functools import partial

import torch

from gradkit.course import Assignment, Course
from gradkit.diagnosis import Fingerprint, Matcher, fingerprints
from gradkit.errors import GraderFault, GradkitError
from gradkit.grading.reader import SourceReader, read_sources
from gradkit.grading.record import Record, to_json
from gradkit.grading.score import notes_of_switches, open_gate, score_questions, score_tests
from gradkit.grading.store import read_record, versions, write_record
from gradkit.grading.triage import Triage, faulty
from gradkit.grading.whole import about
from gradkit.intake.submission import Submission
from gradkit.sandbox import Sandbox, SubmissionRunner, Submitted, WorkerBaseEnded, Workers
from gradkit.sandbox.parallel import Jobs, run_jobs
from gradkit.suite.session import Suite, open_suite
from gradkit.wire.call import Call
from gradkit.wire.observation import Failure, Observation

_MOST_SIGNS = 50  # in one record

Report = Callable[[Record], None]


def grade_waiting(course: Course, triage: Triage, report: Report, sandbox: Sandbox, processes: int = 0) -> list[Record]:
    """Grade the submissions that triage found new or changed, and write each record when it is done.

    A fault of suite or grader gives a record with status "error" and does not stop the others.

    Args:
        course: the course.
        triage: one assignment's submissions.
        report: called with each record.
        sandbox: runs the students' code.
        processes: how many graders to fork, if the sandbox allows several; 0 grades in this process, and a crash ends
            it. The records do not depend on the number.

    Raises:
        CourseError: the suite is invalid, so no submission can be graded.
        GradkitError: a record cannot be written.
    """
    assignment = triage.assignment
    sandbox.revive(0.0)
    torch.set_num_threads(1)
    run = _Run(course, triage, report, sandbox, sandbox.at_a_time(processes))
    source = course.source(assignment.id) / assignment.module
    open_suite(course.hidden(assignment.id), assignment, source, course.secret, run.grade_all)
    return run.records


class _Run:
    """One assignment's waiting submissions on their way to records.

    Attributes:
        records: the records so far.
    """

    def __init__(self, course: Course, triage: Triage, report: Report, sandbox: Sandbox, graders: int) -> None:
        self.records: list[Record] = []
        self._course, self._triage, self._report = course, triage, report
        self._sandbox, self._graders = sandbox, graders
        self._known: tuple[Fingerprint, ...] = ()

    def grade_all(self, suite: Suite) -> None:
        """Grade every waiting submission with a collected suite, in forked graders or here."""
        gc.freeze()  # the garbage collector skips torch and pytest for every submission
        try:
            self._known = self._fingerprints(suite)
        except WorkerBaseEnded:
            self._sandbox.revive(1.0)
            self._known = self._fingerprints(suite)
        count = len(self._triage.waiting)
        if self._graders:
            prepare = partial(self._prepare, suite)
            run_jobs(count, self._graders, Jobs(prepare, self._fetch, self._give_up, self._sandbox.revive))
            return
        with closing(self._sandbox.connect()) as workers, closing(SourceReader()) as reader:
            for number in range(count):
                self._keep(self._grade(suite, workers, reader, number))

    def _fingerprints(self, suite: Suite) -> tuple[Fingerprint, ...]:
        triage = self._triage
        return fingerprints(self._course, triage.assignment, suite, triage.keys, self._sandbox, self._graders)

    def _prepare(self, suite: Suite) -> Callable[[int], object]:
        """Set up a forked grader, and return what grades a submission there."""
        workers = self._sandbox.connect()
        self._sandbox.let_go()
        return partial(self._grade, suite, workers, SourceReader())

    def _grade(self, suite: Suite, workers: Workers, reader: SourceReader, number: int) -> Record:
        task, submission = self._triage.waiting[number]
        record = grade_submission(
            suite,
            self._triage.assignment,
            submission,
            self._triage.keys,
            workers,
            reader,
            self._sandbox.as_record(),
            self._known,
            self._course.environment.in_words,
        )
        write_record(record, task.record)
        return record

    def _fetch(self, number: int) -> None:
        """Keep a record that a forked grader has written."""
        path = self._triage.waiting[number][0].record
        record = read_record(path)
        if record is None:
            raise GraderFault(f"{path}: the record that was just written is gone")
        self._keep(record)

    def _give_up(self, number: int, how: str) -> None:
        """Record a submission on which graders died twice."""
        task, submission = self._triage.waiting[number]
        record = faulty(self._triage.assignment, submission, how)
        write_record(record, task.record)
        self._keep(record)

    def _keep(self, record: Record) -> None:
        self.records.append(record)
        self._report(record)


def grade_submission(
    suite: Suite,
    assignment: Assignment,
    submission: Submission,
    keys: Mapping[str, str],
    workers: Workers,
    reader: SourceReader,
    confinement: Mapping[str, str],
    known: Sequence[Fingerprint] = (),
    installed: str = "Python and torch",
) -> Record:
    """Grade one submission; a fault of the grader gives a record with status "error".

    Raises:
        WorkerBaseEnded: the worker base is gone, so this grader cannot run it; another may.
    """
    started = time.perf_counter()
    source = submission.sources.get(assignment.module)
    runner = SubmissionRunner(
        Submitted(assignment.module, submission.sources, assignment.banned_operators()),
        assignment.limits,
        workers.start,
    )
    matcher = Matcher(known)
    try:
        reading = read_sources(reader, assignment, submission.sources)
        perform = runner.run if source is not None else _missing(assignment)
        outcomes = suite.run(perform, look=matcher.look)
        runner.close()  # its log is now complete
        gate = open_gate(assignment, outcomes, source or b"")
        tests = score_tests(assignment, outcomes, reading, matcher.found(), gate)
        record = Record(
            student=submission.student,
            assignment=assignment.id,
            title=assignment.title,
            status="graded",
            max_score=assignment.max_score,
            output=about(assignment, submission, tests, outcomes, reading, installed),
            problems=(*submission.problems, *reading.problems),
            notes=notes_of_switches(runner.turned, runner.left_on, gate),
            questions=score_questions(assignment, tests),
            tests=tests,
            submitted=submission.submitted,
            look_at=reading.signs[:_MOST_SIGNS],
            log=runner.log,
            key={**keys, "submission": submission.digest},
            versions=versions(),
            sandbox=confinement,
            seconds=round(time.perf_counter() - started, 3),
        )
        to_json(record)  # a record that cannot be serialized is a fault of this submission alone
    except WorkerBaseEnded:
        raise
    except GradkitError as fault:
        return faulty(assignment, submission, str(fault))
    except Exception as fault:  # noqa: BLE001 - a submission that breaks the grader must not stop the class
        return faulty(assignment, submission, "".join(traceback.format_exception(fault))[-4000:])
    finally:
        runner.close()
    return record


def _missing(assignment: Assignment) -> Callable[[Call], Observation]:
    """Answer every call for a submission without the module."""
    message = f"{assignment.module} is not among the submitted files"
    return lambda _call: Observation(failure=Failure("missing", message))
