"""Grade the submissions of one assignment: collect the suite once, then run, compare, score and record each."""

from __future__ import annotations

import gc
import time
import traceback
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing

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
    assignment, waiting = triage.assignment, triage.waiting
    records: list[Record] = []

    def body(suite: Suite) -> None:
        gc.freeze()  # the garbage collector skips torch and pytest for every submission
        try:
            known = fingerprints(course, assignment, suite, triage.keys, sandbox, graders)
        except WorkerBaseEnded:
            sandbox.revive(1.0)
            known = fingerprints(course, assignment, suite, triage.keys, sandbox, graders)

        def grade(number: int, workers: Workers, reader: SourceReader) -> Record:
            task, submission = waiting[number]
            record = grade_submission(
                suite,
                assignment,
                submission,
                triage.keys,
                workers,
                reader,
                sandbox.as_record(),
                known,
                course.environment.in_words,
            )
            write_record(record, task.record)
            return record

        def prepare() -> Callable[[int], object]:
            workers = sandbox.connect()
            sandbox.let_go()
            reader = SourceReader()
            return lambda number: grade(number, workers, reader)

        def keep(record: Record) -> None:
            records.append(record)
            report(record)

        def fetch(number: int) -> None:
            path = waiting[number][0].record
            record = read_record(path)
            if record is None:
                raise GraderFault(f"{path}: the record that was just written is gone")
            keep(record)

        def give_up(number: int, how: str) -> None:
            task, submission = waiting[number]
            record = faulty(assignment, submission, how)
            write_record(record, task.record)
            keep(record)

        if graders:
            run_jobs(len(waiting), graders, Jobs(prepare, fetch, give_up, sandbox.revive))
            return
        with closing(sandbox.connect()) as workers, closing(SourceReader()) as reader:
            for number in range(len(waiting)):
                keep(grade(number, workers, reader))

    sandbox.revive(0.0)
    graders = sandbox.at_a_time(processes)
    torch.set_num_threads(1)
    source = course.source(assignment.id) / assignment.module
    open_suite(course.hidden(assignment.id), assignment, source, course.secret, body)
    return records


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
    message = f"{assignment.module} is not among the files handed in"
    return lambda _call: Observation(failure=Failure("missing", message))
