"""Text that students wrote, and paths, on their way to a terminal."""

from __future__ import annotations

from pathlib import Path

import pytest
from rich.cells import cell_len
from rich.table import Table

from gradkit.cli.output import complain, course_language, escape_controls, out, progress, short_path
from gradkit.messages import message, use


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("two\nlines\tand a tab", "two\nlines\tand a tab"),
        ("\x1b[31mred", "\\x1b[31mred"),
        ("bell\x07 back\x08", "bell\\x07 back\\x08"),
        ("\r\x9b2J", "\\r\\x9b2J"),
        ("turned \u202e round", "turned \\u202e round"),
        ("\udcff", "\\udcff"),
        ("Größe 数", "Größe 数"),
        ('a::b "##[error]x"\n::error::y', 'a::b "# # [error]x"\n: :error::y'),
    ],
)
def test_control_characters_become_visible(text: str, expected: str) -> None:
    assert escape_controls(text) == expected


def test_complaints_go_to_stderr_as_they_are(capsys: pytest.CaptureFixture[str]) -> None:
    text = "[red]/a/long/path[/red] \x1b]0;title\x07 " + "word " * 40
    complain(text)
    out, err = capsys.readouterr()
    assert out == ""
    assert err == escape_controls(text) + "\n"


def test_paths_are_said_as_short_as_can_be(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert short_path(tmp_path / "results") == "results"
    assert short_path(Path("/x")) == "/x"


def test_consoles_print_messages_in_the_language_in_use(capsys: pytest.CaptureFixture[str]) -> None:
    """And nothing else: a student may be called "passed"."""
    use("zh")
    table = Table(message("not started"))
    table.add_row(message("passed"))
    table.add_row("passed")
    out.print(message("stopped"), message("failed"), "passed")
    out.print(table)
    complain(message("{step} ...", step=message("passed")))
    with progress() as bar:
        bar.add_task(message("failed"))
    printed = capsys.readouterr()
    lines = [line.strip("┃│┏┓└┘┡┩━─╇ ") for line in printed.out.splitlines()]
    assert list(filter(None, lines)) == ["被停止 未通过 passed", "尚未开始", "通过", "passed"]
    assert len({cell_len(line) for line in printed.out.splitlines() if set(line) & set("┃│")}) == 1
    assert printed.err.splitlines() == ["通过……", "未通过……"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('language = "zh"', "zh"),
        ('title = "T"', None),
        ('language = "de"', None),
        ('language = ["zh"]', None),
        ("language = 5", None),
        ("language =", None),
    ],
)
def test_a_course_whose_language_there_is_not_says_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, expected: str | None
) -> None:
    (tmp_path / "course.toml").write_text(text)
    (tmp_path / "below").mkdir()
    monkeypatch.chdir(tmp_path / "below")
    assert course_language() == expected


def test_a_log_has_a_line_for_each_step_and_few_for_a_long_one(capsys: pytest.CaptureFixture[str]) -> None:
    with progress() as bar:
        task = bar.add_task("reading the class", total=1000)
        bar.update(task, description="collecting hw1")
        mistakes = bar.add_task("", total=500)
        for number in range(1000):
            bar.update(task, advance=1, description="grading hw1")
            bar.update(mistakes, completed=number // 2, description="known mistakes of hw1")
    out, err = capsys.readouterr()
    lines = err.splitlines()
    assert (out, lines[:2]) == ("", ["reading the class ...", "collecting hw1 ..."])
    assert "grading hw1: 1 of 1000 ..." in lines
    assert "known mistakes of hw1 ..." in lines
    assert len(lines) < 6
