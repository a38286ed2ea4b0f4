"""A bank is read without being run, and each entry becomes a submission that runs."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from pathlib import Path

import pytest
import torch

from gradkit.bank import Bank, accepted, mistake, read_bank
from gradkit.course import Course
from gradkit.errors import CourseError
from gradkit.sandbox import Sandbox, SubmissionRunner, Submitted
from gradkit.suite import function_call

HW = "hw0_scaling"

MISTAKES = '''"""Mistakes of hw0."""

from __future__ import annotations

import reference

from gradkit.bank import mistake

THREE = 3.0
print("this would be seen if the file ran")


def tripled(x):
    return x * THREE


@mistake("scale")
def always_tripled(x, factor=2.0):
    """The factor is not looked at.

    It is three.
    """
    return tripled(x)


@mistake("Shift")
class NoShift(reference.Shift):
    """Nothing is added."""
'''

ACCEPTED = '''import functools

from gradkit.bank import accepted


def named(function):
    return functools.wraps(function)(lambda *args, **options: function(*args, **options))


@named
@accepted("scale", form="{form}")
def division(x, factor=2.0):
    """By division."""
    if factor:
        return x / (1 / factor)
    return x * 0
'''


def bank(course: Course, solution: str, mistakes: str = MISTAKES, right: str = "") -> Bank:
    (course.hidden(HW) / "mistakes.py").write_text(mistakes)
    if right:
        (course.hidden(HW) / "accepted.py").write_text(right)
    return read_bank(course.hidden(HW), course.assignment(HW), solution.encode())


def answer(sandbox: Sandbox, course: Course, files: Mapping[str, bytes]) -> object:
    workers = sandbox.connect()
    runner = SubmissionRunner(Submitted("scaling.py", files), course.assignment(HW).limits, workers.start)
    try:
        call = function_call("scale", {"x": torch.tensor([1.0, 2.0])}, factor=2.0)
        observation = runner.run(call)
    finally:
        runner.close()
        workers.close()
    assert observation.failure is None
    return observation.values["result"].data.tolist()


def test_entries_know_their_question_and_their_sentence(
    course: Course, reference_source: str, capsys: pytest.CaptureFixture[str]
) -> None:
    found = bank(course, reference_source)
    assert [(one.id, one.kind, one.target, one.question, one.sentence) for one in found.mistakes] == [
        ("always_tripled", "mistake", "scale", "scale", "The factor is not looked at. It is three."),
        ("NoShift", "mistake", "Shift", "Shift", "Nothing is added."),
    ]
    assert found.accepted == ()
    line = MISTAKES[: MISTAKES.index("def always")].count("\n") + 1
    assert found.mistakes[0].place == f"mistakes.py:{line}"
    assert capsys.readouterr().out == ""


def test_an_entry_runs_in_place_of_its_target(course: Course, sandbox: Sandbox, reference_source: str) -> None:
    tripled, inherits = bank(course, reference_source).mistakes
    assert answer(sandbox, course, tripled.files) == [3.0, 6.0]
    assert answer(sandbox, course, inherits.files) == [2.0, 4.0]
    text = tripled.files["scaling.py"].decode()
    assert "gradkit" not in text
    assert "not looked at" not in text
    assert tripled.files["reference.py"] == reference_source.encode()
    assert ast.parse(inherits.files["scaling.py"])


@pytest.mark.parametrize(
    ("form", "start", "holds", "lacks"),
    [
        ("bom", b"\xef\xbb\xbf", b"\n", b"\r"),
        ("crlf", b"\r\n", b"    return x * 0\r\n", b"\t"),
        ("tabs", b"\n", b"\n\t\treturn x / (1 / factor)\n", b"\n    return"),
    ],
)
def test_a_file_may_be_written_in_another_form(
    course: Course,
    sandbox: Sandbox,
    reference_source: str,
    form: str,
    start: bytes,
    holds: bytes,
    lacks: bytes,
) -> None:
    (entry,) = bank(course, reference_source, right=ACCEPTED.replace("{form}", form)).accepted
    source = entry.files["scaling.py"]
    assert source.startswith(start)
    assert holds in source
    assert lacks not in source
    assert answer(sandbox, course, entry.files) == [2.0, 4.0]


HEAD, SCALE, SHIFT = MISTAKES.partition("@mistake")[0], *("@mistake" + part for part in MISTAKES.split("@mistake")[1:])


def split_bank(course: Course, files: Mapping[str, str]) -> Path:
    folder = course.hidden(HW) / "mistakes"
    folder.mkdir()
    for name, text in files.items():
        (folder / name).write_text(text)
    return folder


def test_a_folder_is_read_sorted_and_composes_from_each_file_alone(
    course: Course, sandbox: Sandbox, reference_source: str
) -> None:
    whole = bank(course, reference_source).mistakes
    (course.hidden(HW) / "mistakes.py").unlink()
    shift = f"import reference\nfrom gradkit.bank import mistake\n\n\n{SHIFT}"
    split_bank(course, {"z_scale.py": HEAD + SCALE, "Shift.py": shift, "notes.txt": "no bank"})
    found = read_bank(course.hidden(HW), course.assignment(HW), reference_source.encode()).mistakes
    assert [entry.place for entry in found] == ["mistakes/Shift.py:6", "mistakes/z_scale.py:18"]
    assert [(entry.id, entry.sentence) for entry in found] == [(entry.id, entry.sentence) for entry in reversed(whole)]
    assert found[1].files == whole[0].files
    assert b"tripled" not in found[0].files["scaling.py"]
    assert answer(sandbox, course, found[0].files) == [2.0, 4.0]


def test_a_folder_beside_a_file_or_an_id_in_two_files_is_refused(course: Course, reference_source: str) -> None:
    split_bank(course, {"a.py": MISTAKES, "b.py": MISTAKES})
    with pytest.raises(CourseError, match=r'b\.py:18: "always_tripled" is already defined in mistakes/a\.py:18'):
        read_bank(course.hidden(HW), course.assignment(HW), reference_source.encode())
    with pytest.raises(CourseError, match=r"mistakes: mistakes\.py also exists"):
        bank(course, reference_source)


def test_no_bank_is_an_empty_one(course: Course, reference_source: str) -> None:
    assert read_bank(course.hidden(HW), course.assignment(HW), reference_source.encode()) == Bank((), ())


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ('@mistake("scale")', '@mistake("scael")', 17, "Its targets are: scale, Shift"),
        ('@mistake("scale")', "@mistake(scale)", 17, 'write @mistake("<target>")'),
        ('@mistake("scale")', '@mistake("scale", form="bom")', 17, 'write @mistake("<target>")'),
        ('@mistake("scale")', '@accepted("scale")', 18, "under one @mistake(...)"),
        ("def always_tripled", "async def always_tripled", 18, "a function or class"),
        ("def always_tripled", "def scale", 18, '"scale" is already defined in this file or in the solution'),
        ("def always_tripled", "def tripled", 18, '"tripled" is already defined in this file'),
        ("class NoShift", "class always_tripled", 27, '"always_tripled" is already defined in this file'),
        ("def tripled", "def scale", 13, '"scale" is already defined in the solution'),
        ("THREE = 3.0", "Shift = 3.0", 9, '"Shift" is already defined in the solution'),
        ("import reference", "import reference as scale", 5, '"scale" is already defined in the solution'),
        ("class NoShift", "class reference", 27, '"reference" is already defined in this file'),
        ('Shift):\n    """', 'Shift): """', 27, "NoShift: put its marker, its first line and its docstring on lines"),
        ('    """Nothing is added."""', "    size = 3", 27, "NoShift has no docstring"),
    ],
)
def test_what_is_wrong_is_named_with_its_line(
    course: Course, reference_source: str, old: str, new: str, line: int, words: str
) -> None:
    with pytest.raises(CourseError) as caught:
        bank(course, reference_source, MISTAKES.replace(old, new, 1))
    assert f"mistakes.py:{line}: " in str(caught.value)
    assert words in str(caught.value)


def test_an_unknown_form_and_a_file_that_is_not_python_are_named(course: Course, reference_source: str) -> None:
    with pytest.raises(CourseError, match=r"accepted\.py:11: form must be one of bom, crlf, tabs"):
        bank(course, reference_source, right=ACCEPTED.replace("{form}", "utf-16"))
    with pytest.raises(CourseError, match=r"mistakes\.py: cannot be read"):
        bank(course, reference_source, "def (")


def test_the_decorators_change_nothing() -> None:
    assert mistake("scale")(len) is accepted("scale", form="bom")(len) is len
