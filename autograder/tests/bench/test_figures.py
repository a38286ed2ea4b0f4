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


def way(name: str, cpu: float, wall: float) -> Measured:
    return Measured(name, 40, Cost(9.0, 9.0, 300.0), Cost(cpu, wall, 300.0), 2.0)


FOUND = [
    way("gradkit, 1 grader", 0.05, 0.06),
    replace(way("gradkit, 2 graders", 0.05, 0.03), together_mb=512.4),
    way("nbgrader autograde", 3.0, 3.0),
    way("pytest, one by one", 3.0, 3.0),
    way("bare fork", 0.025, 0.03),
]
SCALED = Scaled(1000, 2, 50.0, 1.5, 101, (Memory("gradkit grade", 200.0, 210.0), Memory("worker base", 300.0, 300.0)))


WATCHED = Watched("hw1_line", 1.04, (0.06, 0.05, 0.19))


OPENED = Opened(7200, 1.1, 0.2, 0.4, 0.3, 0.06)


def printed(table: object) -> list[list[str]]:
    console = Console(file=io.StringIO(), width=80)
    console.print(table)
    text = console.file.getvalue()  # type: ignore[attr-defined]
    assert max(map(len, text.splitlines())) <= 80
    return [line.split() for line in text.splitlines()]


def test_table_fits_a_terminal_and_compares_with_the_first_way() -> None:
    rows = printed(figures.ways_table(FOUND))
    assert len(rows) == 1 + len(FOUND)
    assert rows[2] == ["gradkit,", "2", "graders", "40", "0.050", "0.030", "2.0", "300", "512", "1.00"]
    assert rows[3][-1] == "60.00"
    assert rows[5][-1] == "0.50"


def test_goals_are_reached_at_their_figures_and_missed_beyond() -> None:
    assert [goal.reached for goal in figures.ways_goals(FOUND)] == [True, True, True]
    assert figures.ways_goals(FOUND)[0].value == "60.0 times"
    slower = [way("gradkit, 1 grader", 0.11, 0.05), *FOUND[1:]]
    assert [goal.reached for goal in figures.ways_goals(slower)] == [False, False, False]


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
    assert [goal.reached for goal in figures.scale_goals(scaled)] == reached


def test_large_class_is_shown_process_by_process() -> None:
    assert printed(figures.scale_table(SCALED))[1] == ["gradkit", "grade", "200", "210", "+5.0", "%"]


def test_watching_is_shown_with_its_slowest_save() -> None:
    assert printed(figures.watch_table([WATCHED]))[1] == ["hw1_line", "3", "1.0", "60", "190"]
    slower = replace(WATCHED, waits=(0.05, 0.2))
    assert [figures.watch_goals(watched)[0].reached for watched in ([WATCHED], [WATCHED, slower])] == [True, False]


def test_the_class_report_is_shown_with_its_goal() -> None:
    rows = printed(figures.page_table(OPENED))
    assert rows[0] == ["students,", "submissions", "1,000,", "7,200"]
    assert ["opened", "0.40", "s"] in rows
    assert [figures.page_goals(replace(OPENED, opened=seconds))[0].reached for seconds in (1.9, 2.0)] == [True, False]


def test_machine_is_described() -> None:
    about = figures.machine()
    assert about["processors"][0].isdigit()
    assert "torch 2." in about["software"]


def test_data_has_everything_that_the_tables_have() -> None:
    data = json.loads(
        json.dumps(figures.as_data({"load": "0"}, figures.ways_goals(FOUND), FOUND, SCALED, [WATCHED], OPENED))
    )
    assert data["ways"][1]["together_mb"] == 512.4
    assert data["ways"][4]["each"]["cpu"] == 0.025
    assert data["scale"]["submissions_per_second"] == 20
    assert data["page"]["opened"] == 0.4
    assert data["watch"][0]["waits"] == [0.06, 0.05, 0.19]
    assert data["goals"][0]["reached"] is True
