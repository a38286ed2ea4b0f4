"""What concerns the submission as a whole is said once, for all of it, and with what to do about it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from gradkit.conditions.advice import (
    COLAB,
    ENDS_PROGRAM,
    MAIN_GUARD,
    NO_GPU,
    NOTEBOOK_LINES,
    NOTEBOOK_NAMES,
    UNFINISHED,
)
from gradkit.conditions.rules import INPUT
from gradkit.course import Course
from gradkit.grading.record import Record, to_json
from gradkit.grading.store import suite_keys
from gradkit.sandbox import SubmissionRunner

HW = "hw0_scaling"
Grade = Callable[..., list[Record]]
HandIn = Callable[..., Path]


# What stands at the top of a file -> why it cannot be loaded; in each place the line is the file's first.
UNLOADABLE = {
    "import no_such_package": (
        "ModuleNotFoundError: No module named 'no_such_package'",
        "Grading has {installed}. Remove imports",
    ),
    "from google.colab import drive": ("ModuleNotFoundError: No module named 'google'", COLAB),
    "!pip install torch": ("SyntaxError: invalid syntax", NOTEBOOK_LINES),
    "%matplotlib inline": ("SyntaxError: invalid syntax", NOTEBOOK_LINES),
    "get_ipython().system('ls')": ("NameError: name 'get_ipython' is not defined", NOTEBOOK_NAMES),
    "scale = (1,": ("SyntaxError: '(' was never closed", "Grading runs {python}, which does not load the syntax"),
    "x = __import__('torch').ones(1).cuda()": ("it asks for a GPU", NO_GPU),
    "x = input()": ("EOFError: EOF when reading a line", INPUT),
    "data = open('data.csv').read()": (
        "FileNotFoundError: [Errno 2] No such file or directory: 'data.csv'",
        MAIN_GUARD,
    ),
    "assert 1 == 2, 'not yet'": ("AssertionError: not yet", MAIN_GUARD),
    "raise NotImplementedError('scale')": ("NotImplementedError: scale", UNFINISHED),
    "exit()": ("SystemExit", ENDS_PROGRAM),
    "x = bytearray(1 << 40)": ("it asked for more than 2048 MiB of memory", MAIN_GUARD),
}


def test_why_a_file_cannot_be_loaded_is_told_once_with_its_line_and_what_to_do(
    grade: Grade, hand_in: HandIn, course: Course, reference_source: str
) -> None:
    folders = [hand_in({"scaling.py": f"{line}\n{reference_source}"}, f"s{n:02}") for n, line in enumerate(UNLOADABLE)]
    environment = course.environment
    for record, (line, (reason, what_to_do)) in zip(grade(*folders), UNLOADABLE.items(), strict=True):
        assert {(test.kind, test.output) for test in record.tests} == {
            ("import", "Not run: your file cannot be loaded.")
        }
        assert record.output.startswith(f"Your file cannot be loaded: {reason}")
        assert what_to_do.format(installed=environment.in_words, python=f"Python {environment.python}") in record.output
        assert record.output.count(f" in line 1: {line}") == 1


def test_a_name_that_its_own_result_overwrites_is_named_where_the_file_uses_it_again(
    grade: Grade, hand_in: HandIn, reference_source: str
) -> None:
    source = f"{reference_source}\nscale = scale(torch.ones(1))\nprint(scale(torch.ones(1)))\n"
    (record,) = grade(hand_in({"scaling.py": source}))
    number = source.count("\n")
    first, second = record.output.splitlines()
    assert f"TypeError: 'Tensor' object is not callable in line {number}: print(" in first
    assert second.startswith(
        f"scale is overwritten in line {number - 1}: scale = scale(torch.ones(1)) After that it cannot"
    )


def test_a_file_that_loads_once_and_not_again_is_told_no_word_of_the_second_time(
    grade: Grade, hand_in: HandIn, reference_source: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = SubmissionRunner._ready_worker

    def spoilt_later(runner: SubmissionRunner) -> object:
        if runner._asked:  # a process that is new has no memory, so the test stands in for what it might keep
            runner.submitted = replace(runner.submitted, sources={"scaling.py": b"raise ValueError('an input')"})
        return first(runner)

    monkeypatch.setattr(SubmissionRunner, "_ready_worker", spoilt_later)
    source = reference_source.replace("return x / (1 / factor)", "__import__('os')._exit(0)")
    (record,) = grade(hand_in({"scaling.py": source}))
    assert {test.kind for test in record.tests} == {"unavailable"}
    assert "the file was loaded once, but not again" in record.tests[0].output
    assert "an input" not in to_json(record)


@pytest.mark.parametrize(
    ("encoding", "word"),
    [
        ("gbk", "变量"),
        ("big5", "變量"),
        ("shift_jis", "変数"),
        ("latin-1", "Größe"),
        ("cp1252", "Größe"),
        ("utf-8-sig", "变量"),
    ],
)
def test_a_file_is_read_and_quoted_in_the_encoding_that_it_declares(
    grade: Grade, hand_in: HandIn, reference_source: str, encoding: str, word: str
) -> None:
    top = "" if encoding == "utf-8-sig" else f"# -*- coding: {encoding} -*-\n"
    line = "return x / (1 / factor)"
    bodies = {
        "right": f"{word} = '{word}'.encode()[0]; {line}",
        "raising": f"raise ValueError('no')  # {word}",
        "banned": f"{word} = torch.mul(x, factor); return {word}",
        "late": f"{line}\n1 / 0  # {word}",
    }
    sources = {name: f"{top}{reference_source.replace(line, body)}" for name, body in bodies.items()}
    right, raising, banned, late = grade(
        *(hand_in({"scaling.py": source.encode(encoding)}, name) for name, source in sources.items())
    )
    assert right.score == 5
    assert f": {bodies['raising']} " in raising.tests[0].output
    number = sources["banned"].splitlines().index(f"    {bodies['banned']}") + 1
    assert f"(line {number})" in banned.tests[0].output
    assert late.output.startswith("Your file cannot be loaded: ZeroDivisionError: division by zero in line")
    assert f": 1 / 0  # {word}" in late.output


@pytest.mark.parametrize(
    ("source", "words"),
    [
        (b"# coding: foo\n", "unknown encoding: foo"),
        (b"\xef\xbb\xbf# coding: latin-1\n", "encoding problem: utf-8"),
        (b"# coding: gbk\n\xff\xff\n", "(unicode error) 'gbk' codec can't decode"),
        (b"x = '\xff'\n", "(unicode error) 'utf-8' codec can't decode"),
    ],
)
def test_a_file_that_python_cannot_decode_is_told_what_python_says(
    grade: Grade, hand_in: HandIn, source: bytes, words: str
) -> None:
    (record,) = grade(hand_in({"scaling.py": source}))
    assert record.status == "refused"
    assert f"Python cannot read scaling.py (SyntaxError: {words}" in record.output


def test_a_change_of_what_is_installed_is_graded_anew(course: Course) -> None:
    other = replace(course, environment=replace(course.environment, packages=("torch", "numpy")))
    assert suite_keys(course, HW) != suite_keys(other, HW)


@pytest.mark.parametrize(
    "line",
    ["while True: pass", "while True: print('epoch ' * 1000)", "import os; os._exit(0)"],
    ids=["trains", "prints", "ends"],
)
def test_work_at_module_level_is_sent_under_the_guard(
    grade: Grade, hand_in: HandIn, reference_source: str, line: str
) -> None:
    folder = hand_in({"scaling.py": f"{reference_source}\n{line}\n"})
    (record,) = grade(folder)
    assert {test.kind for test in record.tests} == {"import"}
    assert 'under if __name__ == "__main__":, which does not run in grading.' in record.output
    (folder / "scaling.py").write_text(f'{reference_source}\nif __name__ == "__main__":\n    {line}\n')
    (record,) = grade(folder)
    assert (record.score, record.output) == (5, "")  # as the message says


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("scale = scale(torch.ones(2))", "scale"),
        ("Shift = Shift(1)", "Shift"),
        ("len = 3", "len"),
    ],
)
def test_a_function_that_the_file_itself_overwrites_is_named_with_the_line(
    grade: Grade, hand_in: HandIn, reference_source: str, line: str, name: str
) -> None:
    source = re.sub(r"(?m)^( +)return ", r"\1len([])\n\1return ", reference_source)
    folder = hand_in({"scaling.py": f"{source}\n{line}\n"})
    (record,) = grade(folder)
    number = f"{source}\n{line}\n".count("\n")
    assert record.score < 5
    assert record.output.startswith(f"{name} is overwritten in line {number}: {line} ")
    assert record.output.count("\n") == 0
    (folder / "scaling.py").write_text(f'{source}\nif __name__ == "__main__":\n    {line}\n')
    (record,) = grade(folder)
    assert (record.score, record.output) == (5, "")  # as the message says


def test_an_overwritten_name_that_no_test_failed_over_is_not_named(
    grade: Grade, hand_in: HandIn, reference_source: str
) -> None:
    (record,) = grade(hand_in({"scaling.py": f"{reference_source}\nmax = 3\n"}))
    assert (record.score, record.output) == (5, "")
