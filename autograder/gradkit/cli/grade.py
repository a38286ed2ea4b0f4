"""``gradkit grade``: grade one folder, a folder of folders, or the course's own submissions."""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gradkit.cli.output import check_file, check_folder, complain, err, find_course, out, progress, short_path
from gradkit.cluster.opening import check_cluster
from gradkit.errors import GradkitError, UsageError
from gradkit.jail.levels import SandboxError
from gradkit.messages import language_in_use, message, plural, sentences
from gradkit.term.runs import RunLog, only_run

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

    from gradkit.classroom.standings import Standings
    from gradkit.classroom.sync_gradebook import Books
    from gradkit.course import Course
    from gradkit.grading.batch import ClassResult, Plan
    from gradkit.grading.record import Record
    from gradkit.sandbox import Sandbox
    from gradkit.term.ledger import Ledger


_REFUSED = message("refused: {line}")
_ready: list[Sandbox] = []  # the confinement that a watcher's next round has opened before it begins


@dataclass(frozen=True)
class Sources:
    """Where hand-ins are collected from, besides the exchange.

    Attributes:
        zips: a platform's download.
        pattern: how to read its names.
        times: when its uploads were handed in.
        people: whose they are.
        roster: the students' repositories.
    """

    zips: Path | None = None
    pattern: str | None = None
    times: Path | None = None
    people: Path | None = None
    roster: Path | None = None

    @property
    def options(self) -> list[str]:
        """The options for the same sources, from any folder."""
        files = {"--zip": self.zips, "--times": self.times, "--roster": self.people, "--git": self.roster}
        found = [word for option, path in files.items() if path is not None for word in (option, str(path.resolve()))]
        return found if self.pattern is None else [*found, "--pattern", self.pattern]


@dataclass(frozen=True)
class _Options:
    """The options that say how to grade.

    Attributes:
        policy: how to confine students' code.
        processes: how many graders to fork.
        feedback: whether to make feedback pages.
        as_json: whether to print JSON.
        cluster: the cluster to grade on; None: this machine.
        graders: how many submissions to grade at a time, if that was asked for.
        sources: what to collect first, before feedback is released at the end; None: neither.
    """

    policy: str
    processes: int
    feedback: bool
    as_json: bool
    sources: Sources | None = None
    cluster: str | None = None
    graders: int | None = None


def grade(
    submission: Annotated[Path | None, typer.Option(help="Grade this one folder; needs --assignment.")] = None,
    assignment: Annotated[list[str] | None, typer.Option(help="Grade only this assignment; repeatable.")] = None,
    output: Annotated[Path | None, typer.Option(help="With --submission: the record to write.")] = None,
    submissions: Annotated[
        Path | None, typer.Option(help="Grade every DIR/<student>/<assignment>/, without exchange and gradebook.")
    ] = None,
    results: Annotated[Path | None, typer.Option(help="With --submissions: the folder for the records.")] = None,
    sample: Annotated[
        Path | None, typer.Option(help="If nothing has been submitted, play this sample class through first.")
    ] = None,
    collect: Annotated[
        bool, typer.Option("--collect", help="Collect first, and at the end release the feedback that is new.")
    ] = False,
    watch: Annotated[
        bool, typer.Option("--watch", help="Do so whenever something is handed in, until Ctrl-C.")
    ] = False,
    zips: Annotated[
        Path | None, typer.Option("--zip", help="With --collect or --watch: also collect this LMS download.")
    ] = None,
    pattern: Annotated[str | None, typer.Option(help="With --zip: as of gradkit collect.")] = None,
    times: Annotated[Path | None, typer.Option(help="With --zip: as of gradkit collect.")] = None,
    people: Annotated[Path | None, typer.Option("--roster", help="With --zip: as of gradkit collect.")] = None,
    roster: Annotated[
        Path | None, typer.Option("--git", help="With --collect or --watch: also collect these repositories.")
    ] = None,
    every: Annotated[
        float, typer.Option(min=0.1, help="With --watch: minutes after which to look again in any case.")
    ] = 5.0,
    sandbox: Annotated[
        str, typer.Option(help="How to confine students' code: auto, strict or a level; see docs/reference.md.")
    ] = "auto",
    insecure: Annotated[
        bool, typer.Option("--insecure", help="Run the code unconfined, in a separate process: for code you trust.")
    ] = False,
    graders: Annotated[
        int | None,
        typer.Option(
            *("--graders", "--workers"),  # the second is its name before 0.2.0
            min=1,
            help="How many submissions to grade at a time; the number of processors by default.",
        ),
    ] = None,
    cluster: Annotated[
        str | None,
        typer.Option(help="Grade on a cluster: local:N, tls://HOST:PORT or slurm.toml; see docs/scaling.md."),
    ] = None,
    feedback: Annotated[bool, typer.Option(help="Make feedback pages (for the course's own submissions).")] = True,
    as_json: Annotated[bool, typer.Option("--json", help="Print the table as JSON.")] = False,
    course: Annotated[Path | None, typer.Option(help="The course's folder.")] = None,
) -> None:
    """Run the hidden suites on submissions and record the points.

    Without --submission and --submissions the course's own submitted/ is graded, and gradebook and feedback pages are
    updated. Unchanged work is not graded again.
    """
    processes = graders or len(os.sched_getaffinity(0))
    if zips is None and (pattern, times, people) != (None, None, None):
        raise UsageError(
            message("--pattern, --times and --roster are about the uploads of --zip PATH: give it as well.")
        )
    sources = Sources(zips, pattern, times, people, roster) if collect or watch else None
    _check_sources(sources, zips is not None or roster is not None, submission is not None or submissions is not None)
    options = _Options("insecure" if insecure else sandbox, processes, feedback, as_json, sources, cluster, graders)
    if cluster is not None:
        check_cluster(cluster)
    found = find_course(course)
    only = assignment or []
    for name in only:
        found.assignment(name)  # fail before any work begins
    if output is not None and submission is None:
        raise UsageError(message("--output FILE is the record of --submission DIR: give both."))
    if results is not None and submissions is None:
        raise UsageError(message("--results DIR is for the records of --submissions DIR: give both."))
    check_file("--output", output)
    check_folder("--results", results)
    if watch:
        status = _watch(found, only, options, every)
    elif submission is not None:
        if len(only) != 1 or output is None or submissions is not None:
            raise UsageError(message("--submission DIR needs exactly one --assignment HW and --output FILE."))
        status = _grade_one(found, submission, only[0], output, options)
    elif submissions is not None:
        if results is None:
            raise UsageError(message("--submissions DIR needs --results DIR, the folder for the records."))
        status = _grade_folder(found, submissions, results, only, options)
    else:
        status = _grade_course(found, only, sample, options)
    raise typer.Exit(status)


def _check_sources(sources: Sources | None, named: bool, elsewhere: bool) -> None:
    """Check that what to collect is given if, and only if, something is collected for the course.

    Raises:
        UsageError: it is not.
    """
    if sources is not None and elsewhere:
        raise UsageError(
            message("--collect and --watch are for the course's own submissions, without --submission(s).")
        )
    if sources is None and named:
        raise UsageError(message("--zip PATH and --git FILE say what to collect: they need --collect or --watch."))


def _grade_one(course: Course, folder: Path, assignment: str, output: Path, options: _Options) -> int:
    from gradkit.grading.batch import Plan
    from gradkit.grading.triage import Task
    from gradkit.text import points

    if not folder.is_dir():
        raise UsageError(
            message("{path} is not a folder. --submission takes a student's submission folder.", path=folder)
        )
    _print_unlike_stated(course)
    result = _grade_with_progress(course, Plan({assignment: [Task("", folder, output)]}, []), options)
    if options.as_json and result.records:
        out.print_json(output.read_text(encoding="utf-8"))
    for record in result.records if not options.as_json else ():
        if record.score is not None:
            line = message(
                "{assignment}: {score} of {most} points; the record is {path}",
                assignment=assignment,
                score=points(record.score),
                most=points(record.max_score),
                path=short_path(output),
            )
            out.print(line, soft_wrap=True)
    _complain_about(result)
    return result.exit_status


def _grade_folder(course: Course, submissions: Path, results: Path, only: Sequence[str], options: _Options) -> int:
    from gradkit.grading.batch import plan_class

    if not submissions.is_dir():
        raise UsageError(
            message(
                "{path} is not a folder. --submissions takes a folder with <student>/<assignment>/.", path=submissions
            )
        )
    _print_unlike_stated(course)
    result = _grade_with_progress(course, plan_class(course, submissions, results, only), options)
    _print_result(result, set(), options.as_json)
    if not options.as_json:
        out.print()
        out.print(message("records: {path}", path=short_path(results)), soft_wrap=True)
    return result.exit_status


def _grade_course(course: Course, only: Sequence[str], sample: Path | None, options: _Options) -> int:
    if sample is not None:
        from gradkit.classroom.sample import play_sample_if_empty

        with progress() as bar:
            task = bar.add_task("", total=None)  # no description until the sample is known to be played
            step = partial(bar.update, task, description=message("the sample class hands in"), refresh=True)
            played = play_sample_if_empty(course, sample, lambda done, total: step(completed=done, total=total))
        if played:
            err.print(
                message(
                    "Nothing had been submitted, so {path} was played through the exchange.", path=short_path(sample)
                )
            )
            err.print()
    with only_run(course, lambda sentence: err.print(sentence, soft_wrap=True)):
        log = RunLog(course)
        try:
            return _run_course(course, only, options, log)
        except GradkitError as error:
            log.finish([error.message])
            raise


def _run_course(course: Course, only: Sequence[str], options: _Options, log: RunLog) -> int:
    """Collect, grade, file, make pages and release them, in batches; then say how all stands."""
    from gradkit.classroom.batches import in_batches
    from gradkit.classroom.renaming import settle
    from gradkit.classroom.sync_gradebook import open_books
    from gradkit.grading.batch import ClassResult, plan_class

    not_collected = settle(course)
    not_collected += [] if options.sources is None else _collect(course, only, options.sources)
    plan = plan_class(course, course.submitted, course.results, only)
    if not plan.size and not plan.refused and options.sources is not None:
        log.finish(not_collected)
        out.print(message("Nothing has been handed in yet."))
        return 1 if not_collected else 0
    if not plan.size and not plan.refused:
        raise UsageError(
            message("Nothing to grade in {path}. Run `gradkit collect` first.", path=short_path(course.submitted))
        )
    _print_unlike_stated(course)
    result, new_pages = ClassResult(), False
    batches = in_batches(plan) if options.cluster is None else [plan]  # a cluster is opened once
    queue = _Queue(log, sum(batch.size for batch in batches[:-1]))
    with open_books(course) as books, _opened(options) as sandbox:
        for batch in batches:
            result.add(_grade_batch(course, batch, only, options, books, queue, sandbox))
            due = books.pages_due() if options.feedback else {}
            if due:
                _make_pages(books, due)
            new_pages = new_pages or bool(due)
            if options.sources is not None and options.feedback and course.exchange.is_dir():
                _release(course)
        late = books.late()
    result.refused += [*not_collected, *books.problems]
    log.finish([*result.refused, *result.faults])
    if options.sources is not None and new_pages:
        from gradkit.classroom.reporting import make_report

        make_report(course, course.report)
    _print_result(result, late, options.as_json, books.gone, books.standings.ledger)
    if not options.as_json:
        place = course.gradebook_place if course.server else short_path(course.gradebook)
        out.print()
        out.print(message("gradebook: {path}", path=place))
        out.print(message("records:   {path}", path=short_path(course.results)))
        out.print(message("feedback:  {path}", path=short_path(course.feedback)))
    if books.unavailable is not None:
        waiting = plural(
            "{n} graded submission is not in the gradebook yet.",
            "{n} graded submissions are not in the gradebook yet.",
            books.waiting,
        )
        complain(sentences(waiting if books.waiting else "", books.unavailable))
        return 3
    return result.exit_status


def _collect(course: Course, only: Sequence[str], sources: Sources) -> list[str]:
    """Collect from the exchange and the other sources; returns what was refused."""
    from gradkit.classroom.collecting import Repositories, collect_class

    found = [collect_class(course, list(only) or None)] if course.exchange.is_dir() else []
    if sources.zips is not None:
        found.append(
            collect_class(
                course, list(only) or None, sources.zips, sources.pattern, None, sources.times, sources.people
            )
        )
    if sources.roster is not None:
        found.append(collect_class(course, list(only) or None, repositories=Repositories(sources.roster)))
    number = sum(incoming.collected for incoming in found)
    err.print(plural("{n} submission collected.", "{n} submissions collected.", number), soft_wrap=True)
    for incoming in found:
        for line in incoming.warnings:
            complain(line)
    return [line for incoming in found for line in incoming.refused]


def _make_pages(books: Books, due: Mapping[str, list[str]]) -> None:
    with progress() as bar:
        task = bar.add_task(message("feedback pages"), total=sum(map(len, due.values())))
        books.make_pages(due, lambda number: bar.update(task, advance=number, refresh=True))


def _release(course: Course) -> None:
    """Put the feedback that is new into the exchange."""
    from gradkit.classroom.releasing import put_into_exchange  # late: imports nbgrader

    put_into_exchange(course)


@contextmanager
def _opened(options: _Options) -> Iterator[Callable[[], Sandbox]]:
    """The confinement for all batches of a run: the one that is ready, else opened when it is first needed."""
    with ExitStack() as stack:

        @cache
        def sandbox() -> Sandbox:
            from gradkit.grading.batch import open_for_class

            return _ready[0] if _ready else stack.enter_context(open_for_class(options.policy))

        yield sandbox


def prepared_round() -> None:
    """A round's process: load what a round needs, wait for a line on standard input, then run the command.

    The first argument says how to confine students' code; the command follows. Without a line nothing is run: the
    watcher has ended.
    """
    policy = sys.argv.pop(1)
    on_interrupt = signal.signal(signal.SIGINT, signal.SIG_DFL)  # while it waits, Ctrl-C is no error
    with ExitStack() as closing:
        from gradkit.grading.batch import open_for_class

        with suppress(SandboxError):  # the command reports it
            _ready.append(closing.enter_context(open_for_class(policy)))
        # Loaded for the command, which imports them late.
        import gradkit.classroom.collecting
        import gradkit.classroom.releasing
        import gradkit.classroom.reporting
        import gradkit.grading.grade  # noqa: F401
        from gradkit.cli.app import main

        if sys.stdin.readline():
            signal.signal(signal.SIGINT, on_interrupt)
            main()


def _watch(course: Course, only: Sequence[str], options: _Options, minutes: float) -> int:
    """Collect, grade and release feedback whenever something is handed in, each time in a process of its own.

    So nothing of one round is left for the next, and whatever ends a round ends nothing else.
    """
    from gradkit.classroom.watching import Rounds, hand_ins, only_watcher, places_to_watch

    sources = options.sources or Sources()
    words = ["--collect", "--sandbox", options.policy]
    words += [] if options.graders is None else ["--graders", str(options.graders)]
    words += [] if options.cluster is None else ["--cluster", options.cluster]
    words += ["--course", str(course.root)]
    words += [word for name in only for word in ("--assignment", name)]
    words += [] if options.feedback else ["--no-feedback"]
    words += sources.options
    statement = "from gradkit.cli.grade import prepared_round; prepared_round()"
    command = [sys.executable, "-c", statement, options.policy, "--language", language_in_use(), "grade", *words]
    places = places_to_watch(course, sources.zips, sources.times)
    stopped: list[int] = []

    def stop(number: int, _frame: object) -> None:
        stopped.append(number)
        raise KeyboardInterrupt

    with only_watcher(course), suppress(KeyboardInterrupt):
        signal.signal(signal.SIGTERM, stop)
        with closing(Rounds(command)) as rounds:
            for _ in hand_ins(places, 60 * minutes):
                out.print(f"{datetime.now(course.zone):%Y-%m-%d %H:%M:%S %Z}")
                rounds.run()
                rounds.prepare()
                out.print(message("waiting for the next hand-in; Ctrl-C to stop"))
    return 143 if stopped else 130


class _Queue:
    """The hand-ins that a run grades, in all its batches.

    Attributes:
        size: the number of new ones.
        graded: the number graded so far.
    """

    def __init__(self, log: RunLog, size: int) -> None:
        self.size, self.graded = size, 0
        self._log = log
        self._complained: set[str] = set()
        log.waits(size)

    def count(self) -> None:
        """Another one is graded."""
        self.graded += 1
        self._log.graded()

    def complain_once(self, text: str) -> None:
        """Print a fault that every batch meets."""
        if text not in self._complained:
            self._complained.add(text)
            complain(text)


def _grade_batch(
    course: Course,
    plan: Plan,
    only: Sequence[str],
    options: _Options,
    books: Books,
    queue: _Queue,
    sandbox: Callable[[], Sandbox] | None,
) -> ClassResult:
    """Grade and file a batch of the course's own submissions."""
    from gradkit.grading.store import read_record

    grade_all = partial(_grade_with_progress, course, options=options, queue=queue, sandbox=sandbox)
    if books.standings.plain:
        return grade_all(plan, file=books.file)
    result = _grade_and_settle(plan, only, grade_all, books.standings)
    for outline in result.records:
        record = read_record(course.results / outline.student / f"{outline.assignment}.json")
        if record is not None:
            books.file(record)
    return result


def _grade_and_settle(
    plan: Plan, only: Sequence[str], grade_all: Callable[[Plan], ClassResult], standings: Standings
) -> ClassResult:
    """Grade the hand-ins that count and those beside them; then the right ones count."""
    from gradkit.grading.batch import Plan
    from gradkit.grading.record import in_outline

    result = grade_all(plan)
    if beside := standings.to_grade(only):
        graded = grade_all(Plan(beside, []))
        result.faults += graded.faults
        result.worst_fault = max(result.worst_fault, graded.worst_fault)
    result.records = [*map(in_outline, standings.settled(result.records))]
    return result


def _print_unlike_stated(course: Course) -> None:
    from gradkit.grading.batch import unlike_stated

    for sentence in unlike_stated(course):
        err.print(sentence, style="yellow", soft_wrap=True)


def _grade_with_progress(
    course: Course,
    plan: Plan,
    options: _Options,
    queue: _Queue | None = None,
    sandbox: Callable[[], Sandbox] | None = None,
    file: Callable[[Record], None] = lambda _record: None,
) -> ClassResult:
    from gradkit.grading.batch import grade_class

    elsewhere = None
    if options.cluster is not None:
        from gradkit.cluster.grading import OnCluster

        elsewhere = OnCluster(options.cluster, options.policy, options.graders)
    with progress() as bar:
        watcher = _Watcher(bar, plan.size, file, options, queue)
        return grade_class(course, plan, options.policy, watcher, options.processes, sandbox, elsewhere)


class _Watcher:
    """Reports progress on standard error while a class is graded, and files each record."""

    def __init__(
        self,
        bar: Progress,
        size: int,
        file: Callable[[Record], None],
        options: _Options,
        queue: _Queue | None = None,
    ) -> None:
        self._bar = bar
        self._processes = options.processes
        # All that is new is counted over its batches; what is left when that is done, on its own.
        self._queue = queue if queue is not None and queue.graded < queue.size else None
        total, done = (size, 0) if self._queue is None else (self._queue.size, self._queue.graded)
        self._task = bar.add_task(message("reading the class"), total=total, completed=done)
        self._complain = complain if queue is None else queue.complain_once
        self._mistakes: TaskID | None = None
        self._file = file

    def report(self, record: Record) -> None:
        self._file(record)
        if self._queue is not None:
            self._queue.count()
        self._bar.update(
            self._task,
            advance=1,
            description=message("grading {assignment}", assignment=record.assignment),
            refresh=True,
        )

    def step(self, text: str) -> None:
        self._bar.update(self._task, description=text, refresh=True)

    def mistakes(self, assignment: str, finished: int, needed: int) -> None:
        if self._mistakes is None:
            self._mistakes = self._bar.add_task("", total=needed)
        self._bar.update(
            self._mistakes,
            description=message("known mistakes of {name}", name=assignment),
            completed=finished,
            total=needed,
            visible=finished < needed,
            refresh=True,
        )

    def fault(self, text: str) -> None:
        self._complain(text)

    def confinement(self, text: str) -> None:
        err.print(message("sandbox: {level}", level=text), style="dim", soft_wrap=True)

    def sandbox(self, sandbox: Sandbox) -> None:
        for reason in sandbox.missed:
            err.print(message("not available here: {reason}", reason=reason), style="dim", soft_wrap=True)
        self.confinement(sandbox.describe())
        if sandbox.at_a_time(self._processes) < self._processes:
            err.print(sandbox.why_one(), style="dim", soft_wrap=True)


def _print_result(
    result: ClassResult,
    late: set[tuple[str, str]],
    as_json: bool,
    gone: Set[str] = frozenset(),
    ledger: Ledger | None = None,
) -> None:
    from gradkit.cli.table import as_rows, class_table, legend

    dropped = frozenset[str]() if ledger is None else ledger.dropped
    excused = frozenset[tuple[str, str]]() if ledger is None else ledger.excused
    if as_json:
        data = {
            "records": as_rows(result.records, late, gone, excused),
            "refused": result.refused,
            "faults": result.faults,
        }
        out.print_json(json.dumps(data))
        return
    names = sorted({record.assignment for record in result.records})
    out.print(class_table(result.records, names, late, gone, excused))
    if marks := legend(result.records, late, gone, excused):
        out.print("\n" + marks, style="dim", soft_wrap=True)
    if removed := gone - dropped:
        complain(
            message(
                "removed from the gradebook, so not entered again: {names}. To bring one back, run `nbgrader db "
                "student add STUDENT`, then `make grade`.",
                names=", ".join(sorted(removed)),
            )
        )
    if left := gone & dropped:
        err.print(
            message("left the course, so not in the gradebook: {names}.", names=", ".join(sorted(left))),
            style="dim",
            soft_wrap=True,
        )
    _complain_about(result)


def _complain_about(result: ClassResult) -> None:
    """Print what was refused, graded with a problem, or not graded, a line for each kind."""
    from gradkit.text import together

    for line in result.refused:
        complain(message(_REFUSED, line=line))
    for sentence, of_refused in ((_REFUSED, True), (message("note: {line}"), False)):
        records = [record for record in result.records if (record.status == "refused") == of_refused]
        for line in together(
            (record.student, record.assignment, problem) for record in records for problem in record.problems
        ):
            complain(message(sentence, line=line))
    for line in together(
        (record.student, record.assignment, record.log) for record in result.records if record.status == "error"
    ):
        complain(message("not graded: {line}", line=line))
