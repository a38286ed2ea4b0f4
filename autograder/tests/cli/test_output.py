"""Text that students wrote, and paths, on their way to a terminal."""

from __future__ import annotations

from pathlib import Path

import pytest

from gradkit.cli.output import complain, escape_controls, progress, short_path


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
