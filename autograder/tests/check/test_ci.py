"""What `gradkit check --github` tells a runner, and that students' text cannot speak to it."""

from __future__ import annotations

import base64
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradkit.check.ci import classroom50_result, classroom_result, error_commands, summary
from gradkit.check.results import CheckResult, QuestionReport, Report

from .conftest import solve

Obeyed = Callable[[str], list[str]]
GUIDE = Path(__file__).resolve().parents[3] / "docs" / "ci.md"
COMMAND = [sys.executable, "-c", "from gradkit.check.command import main; main()", "check", "--github"]
FORGED = "::error file=a.py::forged\r\n::set-output name=result::forged\n%0A::warning::forged"

# Into every pipe that the process has open, the runner's among them.
EVERYWHERE = f"""import os
    for number in range(20):
        path = f"/proc/self/fd/{{number}}"
        if os.path.exists(path) and "pipe" in os.readlink(path):
            os.write(number, {FORGED.encode()!r})
    return 0"""


def step(homework: Path, tmp_path: Path) -> tuple[subprocess.CompletedProcess[str], str, str, str]:
    """Run the step as a runner would: the process, its log, the summary and the output file."""
    files = {"GITHUB_STEP_SUMMARY": tmp_path / "summary.md", "GITHUB_OUTPUT": tmp_path / "output"}
    environment = {**os.environ, **{name: str(path) for name, path in files.items()}, "GITHUB_WORKSPACE": str(tmp_path)}
    done = subprocess.run(  # noqa: S603 - our own
        [*COMMAND, str(homework)], capture_output=True, text=True, check=False, env=environment
    )
    texts = [path.read_text() if path.is_file() else "" for path in files.values()]
    return done, done.stdout + done.stderr, texts[0], texts[1]


def test_a_wrong_answer_is_annotated_on_its_line(homework: Path, tmp_path: Path, obeyed: Obeyed) -> None:
    solve(homework, "return 3 * x")
    done, log, text, output = step(homework, tmp_path)
    assert done.returncode == 1
    assert obeyed(log) == [
        "::error file=hw0_demo/demo.py,line=6,title=double%3A Twice a tensor.::twice (1, 1) is (2, 2), not (3.0, 3.0)",
        "::error file=hw0_demo/demo.py,line=6,title=double%3A Twice a number.::twice 3 is 6",
    ]
    assert "| ❌ | <code>double</code> | 0 of 2 checks | 2 |" in text
    assert "<pre>twice 3 is 6\ndemo.py, line 6: def double(x):</pre>" in text
    result = json.loads(base64.b64decode(output.removeprefix("result=")))
    assert (result["version"], result["status"], result["max_score"]) == (1, "fail", 3)
    assert [(test["name"], test["status"], test["score"]) for test in result["tests"]] == [
        ("double", "fail", 0),
        ("double_all", "pass", 1.0),
    ]
    assert result["tests"][0]["line_no"] == 6


def test_all_is_right(homework: Path, tmp_path: Path, obeyed: Obeyed) -> None:
    solve(homework, "return 2 * x")
    done, log, text, output = step(homework, tmp_path)
    assert done.returncode == 0
    assert obeyed(log) == []
    assert "2 of 2 questions pass" in text
    assert json.loads(base64.b64decode(output.removeprefix("result=")))["status"] == "pass"


def test_nothing_done_yet_is_no_error_in_anybodys_line(homework: Path, tmp_path: Path, obeyed: Obeyed) -> None:
    done, log, text, _ = step(homework, tmp_path)
    assert done.returncode == 1
    assert obeyed(log) == []
    assert "not started" in text


@pytest.mark.parametrize(
    "body",
    [
        f"print({FORGED!r}); raise ValueError({FORGED!r})",
        f"import os; os.write(1, {FORGED.encode()!r}); os.write(2, {FORGED.encode()!r}); return 0",
        f"import sys; sys.__stdout__.write({FORGED!r}); sys.__stderr__.write({FORGED!r}); return 0",
        f"import atexit; atexit.register(lambda: __import__('os').write(1, {FORGED.encode()!r})); return 0",
        f"import subprocess, sys; subprocess.run([sys.executable, '-c', 'print({FORGED!r})']); return 0",
        EVERYWHERE,
        "import os; open(os.environ['GITHUB_OUTPUT'], 'a').write('result=forged'); return 0",
    ],
)
def test_students_text_is_no_command(homework: Path, tmp_path: Path, body: str, obeyed: Obeyed) -> None:
    solve(homework, body)
    _, log, _, output = step(homework, tmp_path)
    assert all(line.startswith("::error file=hw0_demo/demo.py,line=") for line in obeyed(log))
    assert output.count("result=") == 1
    assert "forged" not in output


def test_a_homework_that_is_none_is_said_on_the_log(tmp_path: Path, obeyed: Obeyed) -> None:
    done, log, _, _ = step(tmp_path, tmp_path)
    assert done.returncode == 2
    assert "not the folder of a homework" in done.stderr
    assert obeyed(log) == []


def report(message: str, printed: str = "", number: int = 1) -> Report:
    check = CheckResult("test_a", "A title.", "failed", message, 3, message.replace("\n", " "), printed, 0.1)
    checks = tuple(replace(check, message=f"{message}{index}") for index in range(number))
    return Report("hw0", "T", "demo.py", (QuestionReport("a", 1.0, checks),), 0.1)


@given(st.text(), st.text())
def test_any_text_stays_text(message: str, printed: str) -> None:
    made = report(message, printed)
    for line in error_commands(made, "hw0/demo.py"):
        assert re.fullmatch(r"::error file=hw0/demo.py,line=3,title=a%3A A title\.::[^\r\n]*", line)
    text = summary(made)
    inside = re.findall(r"<pre>(.*?)</pre>", text, re.DOTALL)
    assert len(inside) == 1
    assert "<" not in inside[0]
    assert not re.search(r"\n\s*\n", inside[0])
    assert json.loads(base64.b64decode(classroom_result(made)))["tests"][0]["status"] == "fail"


def test_no_more_annotations_than_github_shows() -> None:
    assert len(error_commands(report("x", number=30), "demo.py")) == 10


def test_a_summary_stays_below_githubs_limit() -> None:
    text = summary(report("é" * 3000, "<" * 9000, number=500))
    assert len(text.encode()) < 1024 * 1024
    assert text.endswith("run `gradkit check` on your machine.\n")


def test_points_are_added_as_decimals() -> None:
    made = replace(report("no"), questions=tuple(QuestionReport(f"q{one}", one, ()) for one in (0.1, 0.2, 0.4)))
    assert json.loads(base64.b64decode(classroom_result(made)))["max_score"] == 0.7


# ---- Classroom 50

RUNNER = {
    "CLASSROOM": "nn101",
    "ASSIGNMENT": "hw0",
    "SUBMISSION_TAG": "submit/2026-10-01T22-00-00Z-a1b2c3d",
    "COMMIT_URL": "https://example.org/commit/a1b2c3d",
    "RELEASE_URL": "https://example.org/releases/a1b2c3d",
}


def classroom50(homework: Path, folder: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run the check as Classroom 50's autograder does, in ``folder``."""
    kept = {name: value for name, value in os.environ.items() if name not in RUNNER}
    words = [*COMMAND[:-1], "--classroom50", str(homework)]
    return subprocess.run(  # noqa: S603 - our own
        words, cwd=folder, capture_output=True, text=True, check=False, env={**kept, **variables}
    )


def test_classroom_50_gets_a_result_for_each_question(homework: Path, tmp_path: Path) -> None:
    solve(homework, "return 3 * x")
    assert classroom50(homework, tmp_path, **RUNNER).returncode == 1
    result = json.loads((tmp_path / "result.json").read_text())
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", result.pop("datetime"))
    assert result == {
        "schema": "classroom50/result/v1",
        "classroom": "nn101",
        "assignment": "hw0",
        "submission": RUNNER["SUBMISSION_TAG"],
        "commit": RUNNER["COMMIT_URL"],
        "release": RUNNER["RELEASE_URL"],
        "review": RUNNER["COMMIT_URL"],
        "score": 1,
        "max-score": 3,
        "tests": [
            {"test-name": "double", "passed": False, "score": 0, "max-score": 2},
            {"test-name": "double_all", "passed": True, "score": 1, "max-score": 1},
        ],
    }


def test_the_autograder_of_the_docs_writes_it_by_the_public_checks(homework: Path, tmp_path: Path) -> None:
    section = GUIDE.read_text().split("### Classroom 50\n")[1]
    script = tmp_path / "autograder.py"
    script.write_text(section.split("```python\n")[1].split("```")[0])
    (homework / "requirements.txt").write_text("")
    solve(homework, "return 2 * x")
    done = subprocess.run(  # noqa: S603 - our own
        [sys.executable, script],
        cwd=homework,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **RUNNER},
    )
    assert done.returncode == 0, done.stderr
    result = json.loads((homework / "result.json").read_text())
    assert (result["schema"], result["score"], result["max-score"]) == ("classroom50/result/v1", 3, 3)


def test_without_its_runner_the_missing_variables_are_named_at_once(homework: Path, tmp_path: Path) -> None:
    done = classroom50(homework, tmp_path, **{**RUNNER, "COMMIT_URL": ""})
    assert done.returncode == 2
    assert "not set: COMMIT_URL." in done.stderr
    assert not (tmp_path / "result.json").exists()


@pytest.mark.parametrize(("points", "most"), [((2, 1), [2, 1]), ((0.5, 2), [1, 4]), ((0.1, 0.25, 1 / 3), None)])
def test_its_scores_are_whole_numbers_in_proportion(points: tuple[float, ...], most: list[int] | None) -> None:
    questions = tuple(QuestionReport(f"q{number}", worth, ()) for number, worth in enumerate(points))
    made = Report("hw0", "A homework", "demo.py", questions, 0.0)
    found = [test["max-score"] for test in classroom50_result(made, RUNNER)["tests"]]  # type: ignore[attr-defined]
    assert most is None or found == most
    assert all(type(worth) is int for worth in found)
    assert [worth / sum(found) for worth in found] == pytest.approx([worth / sum(points) for worth in points])
