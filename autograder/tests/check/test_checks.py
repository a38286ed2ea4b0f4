"""What the public checks say of a student's code, whatever it does."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
import torch

from gradkit.check.checks import run_checks
from gradkit.check.homework import find_homework
from gradkit.check.results import Report
from gradkit.errors import UsageError

from .conftest import solve


def statuses(report: Report) -> dict[str, str]:
    return {question.id: question.status for question in report.questions}


def test_a_stub_is_not_started_and_the_other_question_is_checked(homework: Path) -> None:
    report = run_checks(find_homework(homework))
    assert statuses(report) == {"double": "not started", "double_all": "passed"}
    assert not report.passed
    assert "1 of 2 questions" in report.summary()


def test_the_longest_id_that_fits_owns_a_check(homework: Path) -> None:
    report = run_checks(find_homework(homework))
    assert [len(question.checks) for question in report.questions] == [2, 1]


def test_right_code_passes(homework: Path) -> None:
    solve(homework, "return 2 * x")
    assert run_checks(find_homework(homework)).passed


def test_a_wrong_answer_says_what_was_expected_and_where_it_is_defined(homework: Path) -> None:
    solve(homework, "return 3 * x")
    first, second = run_checks(find_homework(homework)).questions[0].checks
    assert (first.status, first.message, first.line) == ("failed", "twice (1, 1) is (2, 2), not (3.0, 3.0)", 6)
    assert (second.message, second.source) == ("twice 3 is 6", "def double(x):")


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("return x / 0 if x == 3 else 2 * x", "ZeroDivisionError: division by zero"),
        ("import sys; sys.exit(0)", "Your code ends the program"),
        ("raise KeyError", "KeyError"),
        ("assert x == 4", "An assert statement in your code fails."),
        ("raise KeyboardInterrupt", "KeyboardInterrupt"),
        ("raise NotImplementedError('double') from None", "The TODO is still there."),
        ("raise NotImplementedError('later')", "NotImplementedError: later"),
    ],
)
def test_what_is_raised_is_told_with_the_students_own_line(homework: Path, body: str, message: str) -> None:
    solve(homework, body)
    check = run_checks(find_homework(homework)).questions[0].checks[1]
    assert message in check.message
    assert (check.line, check.source) == (8, body)


def test_a_file_that_cannot_be_loaded_is_told_for_each_question(homework: Path) -> None:
    (homework / "demo.py").write_text("import torch\n\ndef double(x:\n")
    report = run_checks(find_homework(homework))
    assert statuses(report) == {"double": "failed", "double_all": "failed"}
    (check,) = report.questions[0].checks
    assert check == report.trouble
    assert check.message.startswith("Your file cannot be loaded: SyntaxError")
    assert (check.line, check.source) == (3, "def double(x:")


def test_a_missing_function_is_told(homework: Path) -> None:
    (homework / "demo.py").write_text("def double_all(xs): return [2 * x for x in xs]")
    check = run_checks(find_homework(homework)).questions[0].checks[0]
    assert check.message == "demo.py has no double. Was it renamed or removed?"


def test_a_missing_file_is_told(homework: Path) -> None:
    (homework / "demo.py").rename(homework / "demo_final.py")
    report = run_checks(find_homework(homework))
    assert report.trouble is not None
    assert report.trouble.message.startswith("There is no demo.py in this folder.")


def test_a_file_that_grading_would_refuse_is_told(homework: Path) -> None:
    (homework / "demo.py").write_bytes("x = 'fühl'\n".encode("latin-1"))
    report = run_checks(find_homework(homework))
    assert report.trouble is not None
    assert "SyntaxError: (unicode error) 'utf-8' codec can't decode byte 0xfc" in report.trouble.message
    assert report.trouble.message.endswith("Save the file as UTF-8.")


def test_what_a_check_cannot_work_with_is_not_told_as_if_the_student_had_written_it(homework: Path) -> None:
    solve(homework, "return [x]")
    check = run_checks(find_homework(homework)).questions[0].checks[0]
    assert check.message.startswith("The check cannot use the result of your code. (AttributeError: 'list' object")
    assert check.source == "def double(x):"
    solve(homework, "2 * x")
    check = run_checks(find_homework(homework)).questions[0].checks[0]
    assert check.message == "Your code returned None where a result was expected. Is a return statement missing?"


@pytest.mark.parametrize(
    "body",
    [
        "class E(Exception):\n        def __str__(self): raise ValueError\n    raise E",
        "class E(Exception):\n        def __str__(self): return 1\n    raise E",
        "raise ValueError('\\ud800\\x1b]0;x\\x07' * 10**6)",
        "import sys; sys.stdout.close(); sys.stderr.close(); raise ValueError",
        "print('\\x9b2J', 'x' * 10**7); raise ValueError",
    ],
    ids=["raises", "no text", "long", "closes", "prints"],
)
def test_what_is_raised_or_printed_is_short_and_can_be_shown(homework: Path, body: str) -> None:
    solve(homework, body)
    for check in run_checks(find_homework(homework)).questions[0].checks:
        assert check.status == "failed"
        for text in (check.message, check.printed):
            assert len(text) < 3_000
            assert text.replace("\n", "").isprintable()


def test_after_one_stopped_check_the_others_of_the_question_are_left(homework: Path) -> None:
    solve(homework, "while True: pass")
    first, second = run_checks(find_homework(homework), seconds=0.3).questions[0].checks
    assert (first.status, second.status) == ("stopped", "stopped")
    assert second.message.startswith("Not run")


def test_work_at_module_level_is_sent_under_the_guard(homework: Path) -> None:
    with (homework / "demo.py").open("a") as file:
        file.write("\nwhile True: pass\n")
    trouble = run_checks(find_homework(homework), seconds=0.3).trouble
    assert trouble is not None
    assert 'under if __name__ == "__main__":' in trouble.message
    assert trouble.source == "while True: pass"


def test_a_function_that_the_file_itself_overwrites_is_named_with_the_line(homework: Path) -> None:
    solve(homework, "return 2 * x")
    with (homework / "demo.py").open("a") as file:
        file.write("\ndouble = double(1)\n")
    for check in run_checks(find_homework(homework)).questions[0].checks:
        assert check.message.startswith("double is overwritten: after that it cannot be called.")
        assert check.source == "double = double(1)"


@pytest.mark.parametrize(
    ("line", "loaded"),
    [("@torch.compile", True), ("from torch import Tensor, compile", True), ("pattern = re.compile('x')", False)],
)
def test_what_torch_compile_loads_is_not_the_students_time(
    homework: Path, monkeypatch: pytest.MonkeyPatch, line: str, loaded: bool
) -> None:
    names: list[str] = []
    monkeypatch.setattr("gradkit.check.checks.importlib.import_module", names.append)
    (homework / "helper.py").write_text(f"{line}\n")
    run_checks(find_homework(homework))
    assert names == ["torch._dynamo"] * loaded


def test_what_takes_long_to_let_go_is_stopped_all_the_same(homework: Path) -> None:
    solve(homework, "return len(sorted(range(10**7)))")
    first = run_checks(find_homework(homework), seconds=0.01).questions[0].checks[0]
    assert "did not finish within 0.01 seconds of computing" in first.message


@pytest.mark.parametrize(
    "body",
    [
        "while True: pass",
        "import time; time.sleep(60)",
        "exec('while True:\\n try:\\n  while True: pass\\n except KeyboardInterrupt:\\n  x += 1\\n  if x > 3: raise')",
    ],
    ids=["loop", "sleep", "catches once"],
)
def test_what_does_not_end_is_stopped_and_the_others_are_checked(homework: Path, body: str) -> None:
    solve(homework, body)
    report = run_checks(find_homework(homework), seconds=0.3, patience=3.0 if "sleep" in body else 100.0)
    assert statuses(report) == {"double": "stopped", "double_all": "passed"}
    words = "within 0.9 seconds, most of them spent waiting" if "sleep" in body else "within 0.3 seconds of computing"
    assert words in report.questions[0].checks[0].message
    assert report.questions[0].checks[0].source == body


def test_time_in_which_it_does_not_compute_costs_a_check_nothing(homework: Path) -> None:
    solve(homework, "import time; time.sleep(0.5); return 2 * x")
    assert run_checks(find_homework(homework), seconds=0.2).passed


def test_two_saves_in_a_second_are_two_versions(homework: Path) -> None:
    for _ in range(3):
        solve(homework, "return 3 * x")
        assert not run_checks(find_homework(homework)).passed
        solve(homework, "return 2 * x")
        assert run_checks(find_homework(homework)).passed


def test_the_process_is_left_as_it_was(homework: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mine = type(sys)("demo")
    monkeypatch.setitem(sys.modules, "demo", mine)
    (homework / "helper.py").write_text("FACTOR = 2")
    solve(homework, "import helper; torch.set_default_dtype(torch.float64); return helper.FACTOR * x")
    path, finders = list(sys.path), list(sys.meta_path)
    assert run_checks(find_homework(homework)).passed
    assert sys.modules["demo"] is mine
    assert "helper" not in sys.modules
    assert torch.get_default_dtype() == torch.float32
    assert (sys.path, sys.meta_path) == (path, finders)


def test_a_stray_file_shadows_nothing_that_is_installed(homework: Path) -> None:
    (homework / "torch.py").write_text("raise RuntimeError('shadowed')")
    solve(homework, "return 2 * x")
    assert run_checks(find_homework(homework)).passed


def test_one_question_alone(homework: Path) -> None:
    found = find_homework(homework / "demo.py")
    assert statuses(run_checks(found, found.question("double_all"))) == {"double_all": "passed"}


def test_checks_that_cannot_be_loaded_are_a_usage_error(homework: Path) -> None:
    (homework / "test_public.py").write_text("1 / 0")
    with pytest.raises(UsageError, match=r"test_public\.py: cannot be loaded \(ZeroDivisionError"):
        run_checks(find_homework(homework))


@pytest.mark.parametrize(
    ("text", "words"),
    [(None, "not the folder of a homework"), ("{", "cannot be read"), ('{"id": 1}', "cannot be read")],
)
def test_a_folder_without_homework_is_a_usage_error(homework: Path, text: str | None, words: str) -> None:
    if text is None:
        (homework / "homework.json").unlink()
    else:
        (homework / "homework.json").write_text(text)
    with pytest.raises(UsageError, match=words):
        find_homework(homework)


def test_an_unknown_question_is_a_usage_error(homework: Path) -> None:
    with pytest.raises(UsageError, match="Its questions are: double, double_all"):
        find_homework(homework).question("triple")
    with pytest.raises(UsageError, match="no such file or folder"):
        find_homework(homework / "nowhere")


def test_tensors_of_two_dtypes_are_told_the_way_out(homework: Path) -> None:
    solve(homework, "return torch.eye(2).double() @ torch.ones(2)")
    message = run_checks(find_homework(homework)).questions[0].checks[0].message
    assert message.startswith("RuntimeError: ")
    assert message.endswith("create tensors with the dtype of the input, dtype=x.dtype)")


def test_a_file_that_cannot_be_loaded_is_said_to_be_so(homework: Path) -> None:
    (homework / "demo.py").write_text("def double(x:\n")
    report = run_checks(find_homework(homework))
    assert report.trouble is not None
    assert report.trouble.title == "demo.py cannot be loaded."
    assert "SyntaxError" in report.trouble.message


def test_a_stub_beside_other_python_files_says_where_the_work_may_be(homework: Path) -> None:
    """A browser calls a second download "demo (1).py". Once something is started, the file is taken for the work."""
    (homework / "demo (1).py").write_text("def double(x):\n    return 2 * x\n")
    started = find_homework(homework)
    assert run_checks(started).warnings == ()
    module = homework / "demo.py"
    module.write_text(
        module.read_text().replace("return [2 * x for x in xs]", 'raise NotImplementedError("double_all")')
    )
    assert [warned.message for warned in run_checks(started).warnings] == [
        "Nothing is started in demo.py. There is also demo (1).py, which is not graded. "
        "If your work is there, put it into demo.py."
    ]
