"""Chinese texts keep one term for one thing and the usual punctuation: catalogues, notebooks and READMEs."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parents[2]
HAN = r"[\u4e00-\u9fff]"
# Code and formulas are the same in every language, and so is where a link leads.
KEPT = re.compile(
    r"```.*?```|``[^`]*``|`[^`]*`|\$\$.*?\$\$|\$[^$\n]*\$|^(?: {4,}|\t).*$",
    re.DOTALL | re.MULTILINE,
)
TARGET = re.compile(r"(?<=\])\([^)]*\)")
# What may hold either, such as a field or a shape (N, C), and what nobody reads.
OPEN = re.compile(r"\{[^{}]*\}|\([^()（）\n]*\)")
COMMENT = re.compile(r"\s*<!--.*?-->", re.DOTALL)
CODE = "\ufffc"
RULES = {
    "half-width punctuation between Chinese characters": re.compile(
        rf"{HAN}[,;:?!] ?{HAN}|{HAN} [,;:?!]{HAN}|{HAN}[,;:?!]$", re.MULTILINE
    ),
    "a half-width full stop": re.compile(rf"{HAN}\.(?:\s|$)"),
    "a space beside full-width punctuation": re.compile(r" [，。：；？！、）」]|[，。：；？！、（](?=[ ][^\s|])"),
    "no space between Chinese and Latin letters": re.compile(rf"{HAN}[A-Za-z0-9{CODE}]|[A-Za-z0-9{CODE}]{HAN}"),
    "a space between Chinese characters": re.compile(rf"{HAN} {HAN}"),
    "italics": re.compile(
        r"(?<![*\w\\])\*(?![*\s])[^*\n]+(?<![*\s])\*(?![*\w])|(?<![\w_\\])_(?![_\s])[^_\n]+_(?![\w_])"
    ),
    "an exclamation mark": re.compile("！"),
    "an x for a times sign": re.compile(r"(?<![\w.])\d+x\d"),
}
# A field of a message is closed up when it is filled in, where its text is Chinese. That of {most} begins with a comma.
FIELD = re.compile(rf"{HAN}\{{(?!most\}})|\}}{HAN}")
# Words that join others, in a field or beside one, where no catalogue has them.
ENGLISH = re.compile(r"(?:^| )(?:and|at|for|in|is|of|or|the|to|with)(?= |$)")
# Wrong -> right; one term for one thing.
SYNONYMS = {
    "激活值": "活性值",
    "学习速率": "学习率",
    "损失函式": "损失函数",
    "反向传递": "反向传播",
    "自动微分": "自动求导",
    "计算图形": "计算图",
    "雅克比": "雅可比",
    "逻辑斯蒂": "逻辑回归",
    "对数几率回归": "逻辑回归",
    "多层感知器": "多层感知机",
    "全链接": "全连接",
    "超参量": "超参数",
    "小批次": "小批量",
    "优化程序": "优化器",
    "最大池层": "最大池化",
    "隐藏状态": "隐状态",
    "长短时记忆": "长短期记忆",
    "自我注意力": "自注意力",
    "过度拟合": "过拟合",
    "准确度": "准确率",
    "正确率": "准确率",
    "审计": "检验",
    "评分器": "评分进程",
    "打分": "评分",
    "批改": "评分",
    "worker 进程": "工作进程",
    "工作者": "工作进程",
    "结点": "节点",
    "突变体": "变异体",
    "错误库": "常见误解库",
    "账本": "决定记录",
    "名册": "名单",
    "标准答案": "参考答案",
    "模型答案": "参考答案",
    "额度": "预算",
    "限额": "限制",
    "实际经过的时间": "实际时间",
    "独特文字": "特有文本",
    "值得一看": "需要看一看",
    "您": "你",
    "掩膜": "掩码",
    "遮罩": "掩码",
    "均方差": "均方误差",
    "标识符号": "标识符",
    "书面题": "文字题",
    "书面回答": "文字回答",
    "你的是": "得到的是",
    "不正确": "不对",
    "本题": "这道题",
    "次序": "顺序",
    "应当": "应",
    "平均值": "均值",
    "实参": "参数",
    "形参": "参数",
    "抛出": "引发",
    "天宽限日": "个宽限日",
    "笔记本": "notebook",
    "账户": "账号",
    "帐号": "账号",
}


MESSAGES = ("autograder/hidden/*/locale", "autograder/gradkit/locale")
SOURCES = ("assignments/*/locale",)  # their fields are expressions in Python's strings


def translations(*places: str) -> Iterator[tuple[str, str]]:
    """Each translation in the catalogues of some folders, with its place."""
    for path in sorted(path for place in places for path in ROOT.glob(f"{place}/zh_Hans/LC_MESSAGES/*.po")):
        with path.open("rb") as file:
            for entry in read_po(file, locale="zh_Hans"):
                strings = entry.string if isinstance(entry.string, (tuple, list)) else (entry.string,)
                yield from ((f"{path.relative_to(ROOT)}: {entry.id!r:.60}", text) for text in strings if entry.id)


def texts() -> Iterator[tuple[str, str]]:
    """Each Chinese text, with its place."""
    yield from translations(*MESSAGES, *SOURCES)
    for path in sorted([*ROOT.glob("assignments/*/*.zh.md"), *ROOT.glob("*.zh.md"), *ROOT.glob("docs/**/*.zh.md")]):
        yield str(path.relative_to(ROOT)), path.read_text(encoding="utf-8")


def faults(text: str) -> Iterator[str]:
    """What a text does otherwise than the rules."""
    prose = OPEN.sub("\ufff9", KEPT.sub(CODE, TARGET.sub("", COMMENT.sub("", text))))
    for rule, pattern in RULES.items():
        if found := pattern.search(prose):
            yield f"{rule}: {prose[max(0, found.start() - 12) : found.end() + 12]!r}"
    yield from (f"{wrong}: the term is {right}" for wrong, right in SYNONYMS.items() if wrong in prose)


def test_chinese_texts_follow_the_rules() -> None:
    found = [f"{place}: {fault}" for place, text in texts() for fault in faults(text)]
    assert not found, "\n".join(found)


def test_a_space_is_between_chinese_characters_and_a_field() -> None:
    found = [f"{place}: {text}" for place, text in translations(*MESSAGES) if FIELD.search(text)]
    assert not found, "\n".join(found)


def test_the_students_guide_quotes_messages_as_pages_show_them() -> None:
    guide = (ROOT / "docs" / "students.zh.md").read_text(encoding="utf-8")
    rows = guide.partition("| 消息 | 检查什么 |\n| --- | --- |\n")[2].partition("\n\n")[0].splitlines()
    parts = {part for _, text in translations("autograder/gradkit/locale") for part in re.findall(rf"{HAN}+", text)}
    known = re.compile(f"(?:{'|'.join(sorted(parts, key=len, reverse=True))})+")
    quoted = [part for row in rows for part in re.findall(rf"{HAN}+", row.split(" | ")[0])]
    assert len(quoted) > len(rows) > 30
    assert [part for part in quoted if not known.fullmatch(part)] == []


def test_no_english_word_is_in_an_f_string_of_the_chinese_public_checks() -> None:
    found = []
    for path in sorted(ROOT.glob("release/zh/*/test_public.py")):
        strings = [node for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.JoinedStr)]
        texts = [part.value for node in strings for part in ast.walk(node) if isinstance(part, ast.Constant)]
        found += [f"{path.relative_to(ROOT)}: {text!r}" for text in texts if ENGLISH.search(str(text))]
    assert not found, "\n".join(found)


@pytest.mark.parametrize("wrong", SYNONYMS)
def test_each_synonym_is_found(wrong: str) -> None:
    assert f"{wrong}: the term is {SYNONYMS[wrong]}" in faults(f"这里说的{wrong}。")


def test_texts_of_pages_have_no_line_end_beside_chinese() -> None:
    """A page shows it as a space."""
    with (ROOT / "autograder/gradkit/locale/zh_Hans/LC_MESSAGES/gradkit.po").open("rb") as file:
        entries = read_po(file, locale="zh_Hans")
    pages = [entry for entry in entries if any(name.endswith(".html") for name, _ in entry.locations)]
    assert len(pages) > 100
    assert not [entry.string for entry in pages if re.search(r"[^\x00-\x7f]\n|\n[^\x00-\x7f]", str(entry.string))]


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("形状不对,应为两行。", "half-width punctuation"),
        ("形状不对.", "a half-width full stop"),
        ("形状不对 ，应为两行。", "a space beside"),
        ("在2个样本上。", "no space"),
        ("调用`f`得到。", "no space"),
        ("两 行。", "a space between"),
        ("这是 *重点* 词。", "italics"),
        ("这是 _重点_ 词。", "italics"),
        ("完成了！", "an exclamation mark"),
        ("3x3 的卷积核。", "an x for a times sign"),
        ("神经元的激活值。", "激活值"),
    ],
)
def test_each_rule_finds_its_fault(text: str, rule: str) -> None:
    assert [fault for fault in faults(text) if fault.startswith(rule)]


@pytest.mark.parametrize(
    "text",
    [
        "形状应为 `(N, 1)`，得到的是 `(N,)`。",
        "**重点**：`a, b` 与 $x, y$。",
        "在 2 个样本上。",
        "[形状](#形状)与[值](values.md)。",
        "用 `snake_case_name`、w_1 和 w_2。",
    ],
)
def test_right_texts_have_no_fault(text: str) -> None:
    assert list(faults(text)) == []


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("{what}不对", True),
        ("误差{error}（允许：{allowed}）", True),
        ("{what} 不对：{why}", False),
        ("其中的文件太多{most}；允许：{limits}。", False),
    ],
)
def test_a_field_beside_a_chinese_character_is_found(text: str, fault: bool) -> None:
    assert bool(FIELD.search(text)) == fault
