"""Grade one submission: run, compare and score it, and make its record."""

from __future__ import annotations

import json
import time
import traceback
from collections.abc import Callable, Mapping, Sequence

from gradkit.course import Assignment
from gradkit.diagnosis import Fingerprint, Matcher
from gradkit.errors import GradkitError
from gradkit.grading.reader import SourceReader, read_sources
from gradkit.grading.record import Record, to_dict
from gradkit.grading.score import notes_of_switches, open_gate, score_questions, score_tests
from gradkit.grading.store import versions
from gradkit.grading.triage import faulty
from gradkit.grading.whole import about
from gradkit.intake.submission import Submission
from gradkit.messages import message
from gradkit.sandbox import SubmissionRunner, Submitted, WorkerBaseEnded, Workers
from gradkit.suite.session import Suite
from gradkit.wire.call import Call
from gradkit.wire.observation import Failure, Observation

_MOST_SIGNS = 50  # in one record


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
        perform = runner if source is not None else _missing(assignment)
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
        json.dumps(
            to_dict(record), allow_nan=False
        )  # a record that cannot be serialized is a fault of this submission alone
    except WorkerBaseEnded:
        raise
    except GradkitError as fault:
        return faulty(assignment, submission, fault.message)
    except Exception as fault:  # noqa: BLE001 - a submission that breaks the grader must not stop the class
        return faulty(assignment, submission, "".join(traceback.format_exception(fault))[-4000:])
    finally:
        runner.close()
    return record


def _missing(assignment: Assignment) -> Callable[[Call], Observation]:
    """Answer every call for a submission without the module."""
    missing = message("{module} is not among the submitted files", module=assignment.module)
    return lambda _call: Observation(failure=Failure("missing", missing))
