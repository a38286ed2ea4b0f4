"""Hand-ins graded as they come: the whole way to the page in the exchange, and what ends and what does not end it."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from gradkit.collect.exchange import fetch, publish, submit
from gradkit.course import Course
from gradkit.term.runs import last_run, only_run

from ..demo_course import HW
from .conftest import Gradkit

PATIENCE = 120.0  # seconds, on a busy machine
Start = Callable[..., "subprocess.Popen[bytes]"]


@pytest.fixture
def hand_in(built: Course, tmp_path: Path) -> Callable[[str], None]:
    """Hand in the reference as a student."""
    publish(built, HW)

    def run(student: str) -> None:
        home = tmp_path / "homes" / student
        home.mkdir(parents=True)
        folder = fetch(built, student, HW, home)
        (folder / "scaling.py").write_text((built.solution(HW) / "scaling.py").read_text())
        submit(built, student, folder)

    return run


@pytest.fixture
def start(built: Course, command: list[str], tmp_path: Path) -> Iterator[Start]:
    """Start the watcher; it is ended after the test."""
    started: list[subprocess.Popen[bytes]] = []

    def run(*words: str | Path) -> subprocess.Popen[bytes]:
        with (tmp_path / "log.txt").open("ab") as log:
            started.append(
                subprocess.Popen(  # noqa: S603 - our own command
                    [*command, "grade", "--watch", *map(str, words)],
                    cwd=built.root,
                    stdout=log,
                    stderr=log,
                    start_new_session=True,
                )
            )
        return started[-1]

    yield run
    for process in started:
        process.kill()
        process.wait()


@pytest.fixture
def reaches(built: Course, tmp_path: Path) -> Callable[[int], None]:
    """Wait until so many pages are in the exchange and the watcher waits again."""

    def run(number: int) -> None:
        end, log = time.monotonic() + PATIENCE, tmp_path / "log.txt"
        while time.monotonic() < end:
            pages = [*(built.exchange / built.id / "feedback").rglob("*.html")]
            said = log.read_text() if log.exists() else ""
            if len(pages) >= number and said.rstrip().endswith("Ctrl-C to stop"):
                return
            time.sleep(0.1)
        raise AssertionError(said)

    return run


def processor_seconds(process: subprocess.Popen[bytes]) -> float:
    fields = Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def test_a_hand_in_has_its_page_in_the_exchange(
    built: Course,
    hand_in: Callable[[str], None],
    start: Start,
    reaches: Callable[[int], None],
    gradkit: Gradkit,
    tmp_path: Path,
) -> None:
    hand_in("ada")  # before there is a watcher
    watcher = start()
    reaches(1)
    refused = gradkit("grade", "--watch")
    assert (refused.status, str(watcher.pid) in refused.err) == (2, True)
    hand_in("bob")
    reaches(2)
    before = processor_seconds(watcher)
    time.sleep(1)
    assert processor_seconds(watcher) - before < 0.1
    os.killpg(watcher.pid, signal.SIGKILL)
    watcher.wait()
    records = {path: path.read_bytes() for path in built.results.rglob("*.json")}
    (tmp_path / "log.txt").unlink()
    hand_in("cyd")
    watcher = start()
    reaches(3)
    assert {path: path.read_bytes() for path in built.results.rglob("*.json") if path in records} == records
    assert len([*built.results.rglob("*.json")]) == 3
    os.killpg(watcher.pid, signal.SIGINT)
    assert watcher.wait(PATIENCE) == 130


def test_a_download_has_its_times_and_its_roster_when_it_is_watched(
    built: Course, start: Start, reaches: Callable[[int], None], tmp_path: Path
) -> None:
    publish(built, HW)
    (tmp_path / "downloads").mkdir()
    (tmp_path / "times.csv").write_text("student,time\nada,2026-10-02T23:00:00+02:00\n")
    (tmp_path / "roster.csv").write_text("student,canvas_id\nada,4321\n")
    options = ("--zip", "../downloads", "--times", tmp_path / "times.csv", "--roster", tmp_path / "roster.csv")
    start(*options, "--pattern", "canvas", "--assignment", HW)
    reaches(0)
    upload = tmp_path / "downloads" / "doejane_LATE_4321_98765_scaling-2.py"
    upload.write_text((built.solution(HW) / "scaling.py").read_text())
    reaches(1)
    record = json.loads((built.results / "ada" / f"{HW}.json").read_text())
    assert record["extra_data"]["submitted"].startswith("2026-10-02 21:00:00")


def state(built: Course) -> dict[str, str]:
    """What the course holds, but for times: records, scores in the gradebook, and the pages in the exchange."""
    records = {
        str(path.relative_to(built.results)): without_times(path.read_text()) for path in built.results.rglob("*.json")
    }
    with sqlite3.connect(built.gradebook) as gradebook:
        grades = gradebook.execute("select auto_score, manual_score, needs_manual_grade from grade").fetchall()
    pages = [*(built.exchange / built.id / "feedback").glob("*")]
    assert not [page for page in pages if page.name.endswith("-tmp.html")]
    return {**records, "gradebook": repr(sorted(map(repr, grades))), "pages": str(len(pages))}


def without_times(text: str) -> str:
    record = json.loads(text)
    del record["execution_time"]
    for test in record["tests"]:
        test["extra_data"].pop("seconds")
        for call in test["extra_data"]["calls"]:
            call.pop("seconds", None)
    return json.dumps(record, sort_keys=True)


def test_kills_at_any_moment_lose_and_repeat_nothing(
    built: Course, hand_in: Callable[[str], None], start: Start, gradkit_command: Gradkit
) -> None:
    moments = random.Random(time.time_ns())  # noqa: S311 - not a secret
    for number in range(10):
        watcher = start()
        hand_in(f"s{number}")
        time.sleep(moments.uniform(0.2, 8))
        os.killpg(watcher.pid, signal.SIGKILL)
        watcher.wait()
    assert gradkit_command("grade", "--collect").status == 0
    after = state(built)
    assert (len(after) - 2, after["pages"]) == (10, "10")
    records = {path: path.read_bytes() for path in built.results.rglob("*.json")}
    assert gradkit_command("grade", "--collect").status == 0
    assert {path: path.read_bytes() for path in built.results.rglob("*.json")} == records
    for folder in (built.submitted, built.results, built.autograded, built.feedback):
        shutil.rmtree(folder)
    shutil.rmtree(built.exchange / built.id / "feedback")
    shutil.rmtree(built.work)
    built.gradebook.unlink()
    assert gradkit_command("grade", "--collect").status == 0
    assert state(built) == after


@pytest.mark.parametrize(("number", "status"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_it_can_be_ended_in_the_middle_of_a_round(
    hand_in: Callable[[str], None], start: Start, tmp_path: Path, number: signal.Signals, status: int
) -> None:
    hand_in("ada")
    watcher = start()
    end = time.monotonic() + PATIENCE
    while "collected" not in (tmp_path / "log.txt").read_text() and time.monotonic() < end:
        time.sleep(0.05)
    watcher.send_signal(number)
    assert watcher.wait(PATIENCE) == status
    assert "Traceback" not in (tmp_path / "log.txt").read_text()


def test_a_second_run_waits_for_the_first(built: Course, hand_in: Callable[[str], None], command: list[str]) -> None:
    hand_in("ada")
    with only_run(built, pytest.fail):
        waiting = subprocess.Popen([*command, "grade", "--collect"], cwd=built.root, stderr=subprocess.PIPE)  # noqa: S603
        assert waiting.stderr is not None
        assert f"(process {os.getpid()})" in waiting.stderr.readline().decode()
        assert not built.results.exists()
    waiting.communicate(timeout=PATIENCE)
    assert waiting.returncode == 0
    run = last_run(built)
    assert run is not None
    assert (run.graded, run.waiting, run.problems, run.finished is not None) == (1, 0, (), True)


def test_one_round_is_a_command(built: Course, hand_in: Callable[[str], None], gradkit: Gradkit) -> None:
    empty = gradkit("grade", "--collect")
    assert (empty.status, "Nothing has been handed in yet." in empty.out) == (0, True)
    hand_in("ada")
    assert gradkit("grade", "--collect").status == 0
    assert len([*(built.exchange / built.id / "feedback").rglob("*.html")]) == 1


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--watch", "--submissions", "x", "--results", "y"), "for the course's own submissions"),
        (("--zip", "x"), "they need --collect or --watch"),
        (("--collect", "--times", "x"), "about the uploads of --zip PATH"),
        (("--watch", "--zip", "nowhere"), "nowhere: no such file or folder"),
        (("--watch",), "nothing has been published yet"),
    ],
)
def test_what_cannot_be_watched_is_said(gradkit: Gradkit, words: tuple[str, ...], said: str) -> None:
    ran = gradkit("grade", *words)
    assert (ran.status, said in " ".join(ran.err.split())) == (2, True)
