"""``gradkit audit``: check a hidden suite."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gradkit.cli.output import complain, err, find_course, out, progress
from gradkit.cluster.opening import check_cluster
from gradkit.messages import Message, message, shown

if TYPE_CHECKING:
    from rich.table import Table

    from gradkit.audit.contract import Coverage
    from gradkit.audit.crew import Crew
    from gradkit.audit.findings import Audit, ContractAudit, QuestionAudit
    from gradkit.course import Course


def audit(
    assignments: Annotated[list[str] | None, typer.Argument(help="Assignments to audit; all by default.")] = None,
    graders: Annotated[
        int | None,
        typer.Option(
            "--graders",
            "--workers",
            min=1,
            help="How many trials to run at a time; the number of processors by default.",
        ),
    ] = None,
    sandbox: Annotated[
        str, typer.Option(help="How to confine the code: auto, strict or a level; see docs/reference.md.")
    ] = "auto",
    insecure: Annotated[
        bool, typer.Option("--insecure", help="Run the code unconfined, in a separate process.")
    ] = False,
    cluster: Annotated[
        str | None,
        typer.Option(help="Run the trials on a cluster: local:N, tls://HOST:PORT or slurm.toml; see docs/scaling.md."),
    ] = None,
    contract: Annotated[
        bool,
        typer.Option("--contract", help="Check contract.toml alone, and print its missing entries as TOML."),
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the findings as JSON.")] = False,
    course: Annotated[Path | None, typer.Option(help="The course's folder.")] = None,
) -> None:
    """Try stub, reference, bank, mutants of the reference and strange answers on the hidden suites.

    The stub must get no points, the reference and every accepted variant full points; every mistake and every mutant
    must fail a test. Mutants that no suite should detect are listed in equivalent.toml, each with a reason. Each
    sentence of the docstrings is listed in contract.toml, with the tests that check it and the mistakes that violate
    it, or with the reason why it is not graded. A strange answer may pass or fail, but must not break a test.
    """
    if cluster is not None:
        check_cluster(cluster)
    found = find_course(course)
    names = assignments or list(found.assignment_ids)
    for name in names:
        found.assignment(name)  # fail before any work begins
    # One thread each, set before numpy is imported: graders are forked, and a fork keeps only one thread.
    os.environ.update(OPENBLAS_NUM_THREADS="1", OMP_NUM_THREADS="1")
    import torch

    from gradkit.audit.findings import Audit
    from gradkit.audit.suite_audit import audit_assignment, audit_contract

    torch.set_num_threads(1)
    data: list[dict[str, Any]] = []
    policy = "insecure" if insecure else sandbox
    with _crew(found, names, policy, graders, cluster) as crew, progress() as bar:
        for name in names:
            task = bar.add_task(name, total=None)

            def show(done: int, total: int, task: Any = task) -> None:
                bar.update(task, completed=done, total=total, refresh=True)

            result = (audit_contract if contract else audit_assignment)(found, name, crew, show)
            bar.remove_task(task)
            data.append(_as_data(result) if isinstance(result, Audit) else _contract_as_data(result))
            if as_json:
                continue
            if isinstance(result, Audit):
                _print(result)
            else:
                _print_contract(result)
    if as_json:
        out.print_json(json.dumps({"contracts" if contract else "audits": data}))
    if wrong := [result["assignment"] for result in data if not result["passed"]]:
        complain(
            message(
                "Failed: {names} ({n} of {all}). The faults are listed above.",
                names=", ".join(wrong),
                n=len(wrong),
                all=len(data),
            )
        )
        raise typer.Exit(1)


@contextmanager
def _crew(
    course: Course, names: Sequence[str], policy: str, graders: int | None, cluster: str | None
) -> Iterator[Crew]:
    """What runs the code: this machine's processors, or a cluster."""
    processes = graders or len(os.sched_getaffinity(0))
    if cluster is not None:
        from gradkit.cluster.auditing import ClusterCrew
        from gradkit.cluster.opening import open_nodes

        tell = partial(err.print, style="dim", soft_wrap=True)
        with open_nodes(course, names, cluster, policy, graders, tell, audit=True) as nodes:
            yield ClusterCrew(nodes)
        return
    from gradkit.audit.crew import LocalCrew
    from gradkit.sandbox import open_sandbox

    with open_sandbox(policy) as opened:
        if opened.at_a_time(processes) < processes:
            err.print(opened.why_one(), style="dim", soft_wrap=True)
        yield LocalCrew(opened, processes)


def _print_contract(audit: ContractAudit) -> None:
    """Print missing entries to standard output, as TOML with comments, and faults to standard error."""
    out.print(f"# {audit.assignment}", soft_wrap=True, markup=False)
    for table, coverage in audit.tables.items():
        out.print(f"# {table}: {shown(_sentences(coverage))}", soft_wrap=True, markup=False)
    out.print(audit.missing, soft_wrap=True, markup=False, highlight=False)
    for fault in audit.faults:
        complain(message("{assignment}: {fault}", assignment=audit.assignment, fault=fault))


def _sentences(coverage: Coverage) -> Message:
    missing = coverage.sentences - coverage.graded - coverage.excused
    numbers = {"n": coverage.sentences, "graded": coverage.graded, "excused": coverage.excused}
    if missing:
        return message(
            "{n} sentences, {graded} graded, {excused} not (with reasons), {missing} MISSING",
            **numbers,
            missing=missing,
        )
    return message("{n} sentences, {graded} graded, {excused} not (with reasons)", **numbers)


def _contract_as_data(audit: ContractAudit) -> dict[str, Any]:
    return {
        "assignment": audit.assignment,
        "passed": audit.passed,
        "faults": list(audit.faults),
        "missing": audit.missing,
        "tables": {table: asdict(coverage) for table, coverage in audit.tables.items()},
    }


def _print(audit: Audit) -> None:
    for question in audit.questions:
        _print_question(audit.assignment, question)
    for mutant in audit.survivors:
        where = message(
            "survives: line {line} of the reference, {questions} ({operator})",
            line=mutant.line,
            questions=", ".join(mutant.questions),
            operator=mutant.operator,
        )
        out.print(where, style="red", soft_wrap=True)
        out.print(f"  - {mutant.before}\n  + {mutant.after}", soft_wrap=True)
    for first, second in audit.twins:
        twins = message(
            "twins: {first} and {second} give equal answers, so neither can be diagnosed", first=first, second=second
        )
        out.print(twins, soft_wrap=True)
    for fault in audit.faults:
        complain(message("{assignment}: {fault}", assignment=audit.assignment, fault=fault))
    verdict = message(
        "{assignment}: {verdict}: {mistakes} mistakes, {accepted} accepted variants, {mutants} mutants, {answers} "
        "strange answers, {runs} runs",
        assignment=audit.assignment,
        verdict=message("passed") if audit.passed else message("FAILED"),
        mistakes=sum(len(question.mistakes) for question in audit.questions),
        accepted=sum(question.accepted for question in audit.questions),
        mutants=sum(question.mutants for question in audit.questions),
        answers=audit.answers,
        runs=audit.runs,
    )
    out.print(verdict, style="green" if audit.passed else "red", soft_wrap=True)
    out.print()


def _print_question(assignment: str, question: QuestionAudit) -> None:
    out.print(f"{assignment}: {question.id}", style="bold", soft_wrap=True)
    out.print(_matrix(question))
    for number, name in enumerate(question.tests, start=1):
        if name in question.redundant:
            redundant = shown(message("(catches nothing that other tests do not)"))
            out.print(f"  {number:>2}  {name}  {redundant}", style="dim", soft_wrap=True)
        else:
            out.print(f"  {number:>2}  {name}", soft_wrap=True)
    contract = message("contract: {sentences}", sentences=_sentences(question.contract))
    checks = message(
        "public checks: {seen} of {n} mistakes seen, {share} of the lost points unseen",
        seen=sum(map(bool, question.seen.values())),
        n=len(question.seen),
        share=f"{question.lost_unseen:.0%}",
    )
    for line in (contract, checks):
        out.print(f"  {shown(line)}", soft_wrap=True)
    out.print()


def _matrix(question: QuestionAudit) -> Table:
    from rich.box import SIMPLE
    from rich.table import Table

    from gradkit.diagnosis import ENOUGH

    table = Table(box=SIMPLE, pad_edge=False)
    table.add_column(message("mistake"), no_wrap=True)
    table.add_column(message("diagnosed by"), justify="right", no_wrap=True)
    table.add_column(message("public"), justify="right", no_wrap=True)
    for number in range(1, len(question.tests) + 1):
        table.add_column(str(number), justify="right")
    for name, failed in question.mistakes.items():
        calls = question.tells[name]
        told = message("{n} calls", n=calls) if calls >= ENOUGH else message("too few calls")
        seen = "x" if question.seen[name] else ""
        table.add_row(name, told, seen, *("x" if test in failed else "" for test in question.tests))
    return table


def _as_data(audit: Audit) -> dict[str, Any]:
    return {
        "assignment": audit.assignment,
        "passed": audit.passed,
        "runs": audit.runs,
        "answers": audit.answers,
        "faults": list(audit.faults),
        "survivors": [
            {
                "questions": list(mutant.questions),
                "operator": mutant.operator,
                "line": mutant.line,
                "before": mutant.before,
                "after": mutant.after,
            }
            for mutant in audit.survivors
        ],
        "twins": [list(pair) for pair in audit.twins],
        "questions": [
            {
                "id": question.id,
                "tests": list(question.tests),
                "redundant": list(question.redundant),
                "mistakes": {name: sorted(failed) for name, failed in question.mistakes.items()},
                "tells": dict(question.tells),
                "seen": {name: list(checks) for name, checks in question.seen.items()},
                "unseen": list(question.unseen),
                "lost_unseen": round(question.lost_unseen, 4),
                "accepted": question.accepted,
                "mutants": question.mutants,
                "contract": asdict(question.contract),
            }
            for question in audit.questions
        ],
    }
