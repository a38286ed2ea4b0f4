"""Help and errors of the command line: as click writes them in English, and in Chinese."""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from itertools import takewhile

import pytest
import typer.main
from rich.cells import cell_len

from gradkit.check.command import app as students
from gradkit.check.console import wrap
from gradkit.check.help import help_texts, run
from gradkit.cli.app import app
from gradkit.messages import translate, use

COMMANDS = typer.main.get_command(app).commands
CHINESE = re.compile("[\u4e00-\u9fff]")
WRONG = {
    "grades": "错误：没有命令 'grades'。你是不是想用 'grade', 'gradebook'？",
    "grade --subimssion x": "错误：没有选项 --subimssion（可能的选项：--submission, --submissions）",
    "grade --every x": "错误：'--every' 的值无效：应为一个数",
    "grade --every 0": "错误：'--every' 的值无效：应大于或等于 0.1",
    "grade --every": "错误：选项 '--every' 需要一个参数。",
    "grade --graders x": "错误：'--graders' / '--workers' 的值无效：应为整数",
    "grade --watch=3": "错误：选项 '--watch' 不接受值。",
    "choose ada hw1 1 2 3": "错误：有多余的参数（2 3）",
    "new": "错误：缺少参数 'assignment'。",
    "": "  term       开始新学期。",
}


def printed(words: Sequence[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> list[str]:
    """What the command line prints, by lines; its status is 0 or 2."""
    for name in ("COLUMNS", "FORCE_COLOR", "TTY_COMPATIBLE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(sys, "argv", ["gradkit", *words])
    with pytest.raises(SystemExit) as ended:
        run(app)
    assert ended.value.code == (0 if "--help" in words else 2)
    return "".join(capsys.readouterr()).splitlines()


@pytest.mark.parametrize("words", [words.split() for words in WRONG])
def test_english_is_clicks_own(
    words: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    ours = printed(words, monkeypatch, capsys)
    with pytest.raises(SystemExit):
        app(words)
    assert ours == "".join(capsys.readouterr()).splitlines()


@pytest.mark.parametrize(("words", "last"), WRONG.items())
def test_errors_are_in_chinese(
    words: str, last: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    use("zh")
    lines = printed(words.split(), monkeypatch, capsys)
    assert lines[-1] == last
    assert lines[0] == last or lines[0].startswith("用法：")
    assert not any(line.startswith(("Try", "Error")) for line in lines)


@pytest.mark.parametrize("words", [[], *([name] for name in COMMANDS), ["export", "canvas"], ["term", "new"]])
def test_help_in_chinese_has_two_columns_as_wide_as_a_terminal(
    words: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    use("zh")
    lines = printed([*words, "--help"], monkeypatch, capsys)
    assert max(map(cell_len, lines)) <= 80
    for heading in {"选项：", "参数：", "命令："} & set(lines):
        section = takewhile(bool, lines[lines.index(heading) + 1 :])
        begins = {cell_len(re.match(r" {2}\S.*?  +| +", line)[0]) for line in section}
        assert len(begins - {2}) == 1  # 2: a long name, with its text below it


@pytest.mark.parametrize("commands", [app, students])
def test_all_of_help_is_translated(commands: typer.Typer) -> None:
    texts = {text for _, text in help_texts(typer.main.get_command(commands))}
    assert [text for text in texts if not CHINESE.search(translate(text, "zh"))] == []


def test_chinese_is_wrapped_between_characters_but_not_before_a_full_stop() -> None:
    text = "用 `torch.cat` 拼接得到的（一个）“结果”。一行最多二十列，句号不在行首。"
    lines = wrap(text, 20)
    assert max(map(cell_len, lines)) <= 20
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    assert not any(line[0] in "，。）”" or line[-1] in "（“" for line in lines)
    assert wrap("a b", 1) == ["a", "b"]
    assert wrap("", 10) == [""]
