"""From what was measured to a table, goals and plain data."""

from __future__ import annotations

import io
import json
from dataclasses import replace

import pytest
from rich.console import Console

from bench import figures
from bench.page import Opened
from bench.scale import Memory, Scaled
from bench.stopwatch import Cost
from bench.watch import Watched
from bench.ways import Measured


def way(cpu: float, wall: float) -> Measured:
    return Measured(40, Cost(9.0, 9.0, 300.0), Cost(cpu, wall, 300.0), 2.0)


COSTS = {
    "load": way(0.01, 0.01),
    "floor": way(0.06, 0.06),
    "gradkit 1": way(0.12, 0.13),
    "gradkit 2": way(0.12, 0.07),
    "nbgrader": way(3.0, 3.0),
    "pytest": way(2.4, 2.4),
}
FOUND = {"hw1_line": COSTS, "hw9_deep": {**COSTS, "floor": way(0.08, 0.08), "gradkit 1": way(0.16, 0.13)}}
SCALED = Scaled(1000, 2, 50.0, 1.5, 101, (Memory("gradkit grade", 200.0, 210.0), Memory("worker base", 300.0, 300.0)))


WATCHED = Watched("hw1_line", 1.04, (0.06, 0.05, 0.09))


OPENED = Opened(7200, 1.1, 0.2, 0.4, 0.3, 0.06)


def printed(rows: figures.Rows) -> list[list[str]]:
    console = Console(file=io.StringIO(), width=80)
    console.print(figures.table(rows))
    text = console.file.getvalue()  # type: ignore[attr-defined]
    assert max(map(len, text.splitlines())) <= 80
    return [line.split() for line in text.splitlines()]


def test_table_fits_a_terminal_and_ends_with_the_mean_of_all() -> None:
    rows = printed(figures.ways_report(FOUND).rows)
    assert " ".join(rows[1]) == "hw1 0.060 0.120 2.00 0.130 0.070 1.86 3.00 25 2.40 20 2.0 300"
    assert " ".join(rows[3]) == "all 0.070 0.140 2.00 0.130 0.070 1.86 3.00 21 2.40 17 2.0 300"
    assert len(rows) == 4


def test_slow_ways_may_be_left_out() -> None:
    fast = {name: measured for name, measured in COSTS.items() if name not in ("nbgrader", "pytest")}
    report = figures.ways_report({"hw1_line": fast})
    assert " ".join(printed(report.rows)[1]) == "hw1 0.060 0.120 2.00 0.130 0.070 1.86 2.0 300"
    assert len(report.goals) == 2


def test_goals_are_reached_at_their_figures_and_missed_beyond() -> None:
    goals = figures.ways_report(FOUND).goals
    assert [(goal.text.partition(":")[0], goal.value, goal.reached) for goal in goals] == [
        ("hw1", "2.00 times", True),
        ("hw1", "25.0 times", True),
        ("hw9", "2.00 times", False),
        ("all", "1.86 times", True),
    ]
    slower = {"hw1_line": {**COSTS, "gradkit 1": way(0.13, 0.12)}}
    assert [goal.reached for goal in figures.ways_report(slower).goals] == [False, False, False]


def test_table_in_markdown() -> None:
    assert figures.markdown([["", "floor"], ["hw1", "0.1"]]) == "|  | floor |\n| --- | --- |\n| hw1 | 0.1 |"


@pytest.mark.parametrize(
    ("scaled", "reached"),
    [
        (SCALED, [True, True]),
        (replace(SCALED, memory=(Memory("gradkit grade", 200.0, 221.0),)), [False, True]),
        (replace(SCALED, again_seconds=2.1), [True, False]),
        (replace(SCALED, again_seconds=1.9, submissions=100), [True, True]),
    ],
)
def test_goals_of_a_large_class(scaled: Scaled, reached: list[bool]) -> None:
    assert [goal.reached for goal in figures.scale_report(scaled).goals] == reached


def test_large_class_is_shown_process_by_process() -> None:
    assert printed(figures.scale_report(SCALED).rows)[1] == ["gradkit", "grade", "200", "210", "+5.0", "%"]


def test_watching_is_shown_with_its_slowest_save() -> None:
    assert printed(figures.watch_report([WATCHED]).rows)[1] == ["hw1_line", "3", "1.0", "60", "90"]
    slower = replace(WATCHED, waits=(0.05, 0.1))
    assert [figures.watch_report(watched).goals[0].reached for watched in ([WATCHED], [WATCHED, slower])] == [
        True,
        False,
    ]


def test_the_class_report_is_shown_with_its_goal() -> None:
    rows = printed(figures.page_report(OPENED).rows)
    assert rows[1] == ["students,", "submissions", "1,000,", "7,200"]
    assert ["opened", "0.40", "s"] in rows
    slower = [figures.page_report(replace(OPENED, opened=seconds)) for seconds in (1.9, 2.0)]
    assert [report.goals[0].reached for report in slower] == [True, False]


def test_machine_is_described() -> None:
    about = figures.machine()
    assert about["processors"][0].isdigit()
    assert "torch 2." in about["software"]


def test_data_has_everything_that_the_tables_have() -> None:
    reports = (
        figures.ways_report(FOUND),
        figures.scale_report(SCALED),
        figures.watch_report([WATCHED]),
        figures.page_report(OPENED),
    )
    data = json.loads(json.dumps({name: value for report in reports for name, value in report.data.items()}))
    assert data["ways"]["hw1_line"]["floor"]["each"]["cpu"] == 0.06
    assert data["scale"]["submissions_per_second"] == 20
    assert data["page"]["opened"] == 0.4
    assert data["watch"][0]["waits"] == [0.06, 0.05, 0.09]
