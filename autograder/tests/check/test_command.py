"""`gradkit check` in a terminal, in a notebook, and at every save."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from rich.cells import cell_len

from gradkit.check.cells import unreadable

from .conftest import CHECKS, solve

COMMAND = [sys.executable, "-c", "from gradkit.check.command import main; main()", "check"]


def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*COMMAND, *map(str, arguments)], capture_output=True, text=True, check=False)  # noqa: S603 - our own


def test_the_exit_status_says_whether_all_is_right(homework: Path) -> None:
    done = run(homework)
    assert done.returncode == 1
    assert done.stdout.splitlines()[:3] == [
        "hw0_demo  Doubling",
        "  not started double      the TODO in line 8",
        "  passed      double_all  1 of 1 checks",
    ]
    solve(homework, "return 2 * x")
    assert run(homework).returncode == 0
    assert run(homework, "-q", "triple").returncode == 2
    assert run(homework.parent).returncode == 2


def test_a_failed_check_is_told_in_plain_text(homework: Path) -> None:
    solve(homework, "print('x is', x); return 3 * x")
    words = run(homework, "--question", "double").stdout
    assert "\033" not in words
    for part in ("Twice a number.", "twice 3 is 6", "demo.py, line 6: def double(x):", "It printed:", "x is 3"):
        assert part in words


def test_a_homework_in_chinese_is_checked_in_chinese(homework: Path, tmp_path: Path) -> None:
    """Names take two columns a character, and the columns of the table are where they are."""
    names = ("加倍", "double_all")
    data = json.loads((homework / "homework.json").read_text())
    data["questions"][0] |= {"id": names[0]}
    (homework / "homework.json").write_text(json.dumps({**data, "language": "zh"}))
    (homework / "test_public.py").write_text(CHECKS.replace("test_double_of", f"test_{names[0]}_of"))
    solve(homework, "print('x is', x); raise ValueError('no')")
    done = run(homework)
    title, *rows = done.stdout.splitlines()
    assert (done.returncode, title) == (1, "hw0_demo  Doubling")
    table = {name: next(row for row in rows if f"过   {name}" in row or f"过     {name}" in row) for name in names}
    assert table[names[0]].split() == ["未通过", "加倍", "通过", "0", "项检查，共", "2", "项"]
    assert table[names[1]].split() == ["通过", "double_all", "通过", "1", "项检查，共", "1", "项"]
    for column in (names, ("通过 0", "通过 1")):
        assert len({cell_len(table[name].rpartition(part)[0]) for name, part in zip(names, column, strict=True)}) == 1
    for line in ("Twice a tensor.", "ValueError: no", "demo.py，第 8 行：", "输出内容：", "x is tensor"):
        assert line in done.stdout
    junit = tmp_path / "junit.xml"
    asked = run(homework, "--language", "en", "--junit", junit)
    assert "demo.py, line 8: print" in asked.stdout
    told = run(homework, "--json", "--junit", junit).stdout
    assert not re.search("[一-鿿]", (told + junit.read_text()).replace(names[0], ""))
    assert "没有题目“triple”" in run(homework, "--question", "triple").stderr


def test_a_notebook_that_grading_will_not_read_is_told(homework: Path) -> None:
    answered = '{"nbformat": 4, "cells": []}'
    (homework / "demo.ipynb").write_text(answered, encoding="utf-8-sig")
    assert unreadable(homework, "demo.py") == ()
    (homework / "demo.ipynb").write_text(answered, encoding="utf-16")
    told = "demo.ipynb cannot be read as a notebook: its written answers are not graded. It is saved as UTF-16"
    assert told in " ".join(run(homework).stdout.split())
    (warning,) = unreadable(homework, "demo.py")
    assert warning.message.startswith(told)
    assert json.loads(run(homework, "--json").stdout)["warnings"][0]["file"] == "demo.ipynb"


def test_json(homework: Path) -> None:
    data = json.loads(run(homework, "--json").stdout)
    assert [question["status"] for question in data["questions"]] == ["not started", "passed"]
    assert data["questions"][1]["checks"][0]["name"] == "test_double_all_of_a_list"


def test_what_code_writes_past_python_does_not_tear_the_result(homework: Path) -> None:
    solve(homework, "import os; os.write(1, b'}'); return 2 * x")
    assert json.loads(run(homework, "--json").stdout)["questions"][0]["status"] == "passed"


def test_ending_the_process_is_no_way_to_pass(homework: Path) -> None:
    solve(homework, "import os; os._exit(0)")
    done = run(homework)
    assert done.returncode == 1
    assert "passed      double_all  1 of 1 checks" in done.stdout


def test_a_file_that_cannot_be_loaded_is_told_once(homework: Path) -> None:
    (homework / "demo.py").write_text("import torch\n\ndef double(x:\n")
    words = run(homework).stdout
    assert words.count("SyntaxError") == 1
    assert words.splitlines()[-3:-1] == ["  failed      double", "  failed      double_all"]


def test_a_terminal_that_does_not_have_every_letter(homework: Path) -> None:
    solve(homework, "raise ValueError('\u03c0')")
    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
    done = subprocess.run([*COMMAND, str(homework)], capture_output=True, text=True, check=False, env=environment)  # noqa: S603 - our own
    assert done.returncode == 1
    assert r"ValueError: \u03c0" in done.stdout


@contextmanager
def watching(homework: Path) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen([*COMMAND, str(homework), "--watch", "--seconds", "2"], stdout=-1, text=True) as process:  # noqa: S603 - our own
        too_long = threading.Timer(60, process.kill)
        too_long.start()
        try:
            yield process
        finally:
            too_long.cancel()
            process.kill()


def shown(process: subprocess.Popen[str]) -> str:
    """What is shown until it waits for the next save."""
    assert process.stdout is not None
    lines: list[str] = []
    while not lines or "Waiting for the next save" not in lines[-1]:
        lines.append(process.stdout.readline())
        assert lines[-1], lines
    return "".join(lines)


def test_watch_judges_each_save_and_outlasts_what_does_not_end_or_ends_everything(homework: Path) -> None:
    with watching(homework) as process:
        assert "not started double" in shown(process)
        solve(homework, "while True: pass")
        assert "did not finish within 2 seconds of computing" in shown(process)
        solve(homework, "import os; os._exit(0)")
        assert "ended the Python process" in shown(process)
        checks = (homework / "test_public.py").read_text()
        (homework / "test_public.py").write_text("1 / 0")
        assert "test_public.py: cannot be loaded" in shown(process)
        (homework / "test_public.py").write_text(checks)
        shown(process)
        solve(homework, "return 2 * x")
        assert "2 of 2 questions pass" in shown(process)
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 0


def test_in_a_notebook_it_is_a_table(homework: Path) -> None:
    solve(homework, "return '<b>' + 3 * x")
    cells = ["from gradkit.check import check", 'check("double")']
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    NotebookClient(notebook, kernel_name="python3", resources={"metadata": {"path": str(homework)}}).execute()
    (output,) = notebook.cells[1].outputs
    assert "<table>" in output.data["text/html"]
    assert "return &#x27;&lt;b&gt;&#x27; + 3 * x" in output.data["text/html"]
    assert "failed      double" in output.data["text/plain"]


def test_a_notebook_outlasts_what_ends_or_hangs_python(homework: Path) -> None:
    solve(homework, "import os; os._exit(0)")
    cells = ["from gradkit.check import check", "check('double')", "check('double_all').passed"]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    NotebookClient(notebook, kernel_name="python3", resources={"metadata": {"path": str(homework)}}).execute()
    assert "ended the Python process" in notebook.cells[1].outputs[0].data["text/plain"]
    assert notebook.cells[2].outputs[0].data["text/plain"] == "True"


def test_a_notebook_in_chinese(homework: Path) -> None:
    data = json.loads((homework / "homework.json").read_text())
    (homework / "homework.json").write_text(json.dumps({**data, "language": "zh"}))
    solve(homework, "return 3 * x")
    program = "from gradkit.check import check; print(check('double')._repr_html_()); check('triple')"
    ran = subprocess.run([sys.executable, "-c", program], cwd=homework, capture_output=True, text=True, check=False)  # noqa: S603
    for part in ("&#10007; 未通过</span>", "demo.py，第 6 行：<code>def double(x):", "公开检查尚未全部通过。"):
        assert part in ran.stdout
    assert "UsageError: hw0_demo 没有题目“triple”" in ran.stderr


def test_as_a_module_of_python(homework: Path) -> None:
    command = [sys.executable, "-m", "gradkit.check", "check", str(homework)]
    assert subprocess.run(command, capture_output=True, check=False).returncode == 1  # noqa: S603 - our own


def test_a_file_named_as_a_library_does_no_harm(homework: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(homework)
    for name in ("json", "torch", "gradkit"):
        (homework / f"{name}.py").write_text("raise SystemExit('shadowed')")
    solve(homework, "return 2 * x")
    command = [Path(sys.executable).parent / "gradkit", "check"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - our own
    assert done.returncode == 0, done.stderr


def test_from_python_it_looks_in_the_working_folder(homework: Path) -> None:
    code = "from gradkit.check import check\nassert check('double_all').passed\nassert not check().passed"
    subprocess.run([sys.executable, "-c", code], cwd=homework, check=True)  # noqa: S603 - our own
    assert os.listdir(homework).count("__pycache__") == 0  # noqa: PTH208 - as a student would look
