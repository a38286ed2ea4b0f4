"""Catalogues of translations: extracted, updated, checked, compiled, and what the build makes of them."""

from __future__ import annotations

import gettext
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from babel.messages.pofile import read_po, write_po

from gradkit.course import Course, load_course
from gradkit.errors import BuildError, LeakError, UsageError
from gradkit.messages import plural
from gradkit.messages import translate as translated
from gradkit.release import build_course, check_course, extract

from .conftest import TEXTS

Write = Callable[[dict[str, str | None]], Course]
HW = "hw9_scale"
CATALOGUES = "locale/zh_Hans/LC_MESSAGES"
NOTEBOOK = """\
# 缩放

```python
import torch

from scale import Line, scale
```

在这里缩放。

```python question="scale"
!python -m pytest -q --no-header test_public.py -k scale
```

```python
x = torch.arange(4.0)
### BEGIN SOLUTION Line: 画出直线的高度。
heights = [line(v).item() for v in x * 2]
### END SOLUTION
```

```python question="Line"
!python -m pytest -q --no-header test_public.py -k Line
```

为什么均值会消失？

<!-- #region written="why" -->
均值是线性的，所以它随系数一起变化。缩放之后再减去均值，结果的均值就是零。
<!-- #endregion -->
"""
IN_CHINESE: dict[str, str | None] = {
    "<hw>/notebook.zh.md": NOTEBOOK,
    "<hw>/README.zh.md": "# 作业 9\n\n填写 `scale.py`。\n",
}


def catalogue(course: Course, name: str) -> Path:
    folder = course.source(HW) if name == "assignment.po" else course.hidden(HW)
    return folder / CATALOGUES / name


def translate(path: Path, change: dict[str, str] | None = None) -> None:
    """Translate each entry into a sentence that names it."""
    with path.open("rb") as file:
        entries = read_po(file, locale="zh_Hans")
    for number, entry in enumerate(entry for entry in entries if entry.id):
        entry.string = (change or {}).get(str(entry.id), f"译文{number}。")
    with path.open("wb") as file:
        write_po(file, entries)


@pytest.fixture
def chinese(write: Write) -> Course:
    """The course with all of its texts in Chinese."""
    course = write(IN_CHINESE)
    extract(course, [HW])
    translate(catalogue(course, "assignment.po"))
    translate(catalogue(course, "suite.po"))
    return course


def test_extraction_begins_a_catalogue_only_where_it_is_asked_for(write: Write) -> None:
    course = write(IN_CHINESE)
    assert extract(course) == []
    assert not catalogue(course, "assignment.po").exists()
    left = extract(course, [HW])
    assert f"assignments/{HW}/{CATALOGUES}/assignment.po: not translated: 'Scaling'" in left
    assert f"autograder/hidden/{HW}/{CATALOGUES}/suite.po: not translated: 'Twice too large.'" in left
    assert f"autograder/hidden/{HW}/{CATALOGUES}/suite.po: not translated: 'Four numbers come out right.'" in left


def test_an_update_keeps_translations_and_drops_what_is_gone(chinese: Course) -> None:
    path, module = catalogue(chinese, "assignment.po"), chinese.source(HW) / "scale.py"
    before = path.read_bytes()
    assert extract(chinese) == []
    assert path.read_bytes() == before
    module.write_text(module.read_text().replace("A straight line.", "A line that is straight."))
    assert check_course(chinese) == [
        f"assignments/{HW}/{CATALOGUES}/assignment.po: not translated: 'A line that is straight.'",
        f"assignments/{HW}/{CATALOGUES}/assignment.po: no longer used: 'A straight line.'",
    ]
    with pytest.raises(BuildError, match="not translated: 'A line that is straight"):
        build_course(chinese)
    assert len(extract(chinese)) == 1
    with path.open("rb") as file:
        entries = read_po(file, locale="zh_Hans")
    assert entries.get("A straight line.") is None
    assert str(entries.get("Scaling").string).startswith("译文")


def test_what_pages_show_of_a_suite_is_in_its_catalogue(write: Write, original: Callable[[str], str]) -> None:
    suite = TEXTS[f"autograder/hidden/{HW}/test_scale.py"] + (
        """
WORDS = {"x": message("the numbers")}
SHAPE = plural("{n} number", "{n} numbers", 2)
"""
    )
    toml = original("assignment.toml") + '\n[banned.mean]\nreason = "Add up yourself."\nnames = ["torch.mean"]\n'
    course = write(
        {
            **IN_CHINESE,
            f"autograder/hidden/{HW}/test_scale.py": suite,
            f"autograder/hidden/{HW}/helpers.py": 'HINT = message("{n} rows", n=2)\n',
            "<hw>/assignment.toml": toml.replace("points = 3\n", 'points = 3\nbanned = ["mean"]\n'),
        }
    )
    extract(course, [HW])
    path = catalogue(course, "suite.po")
    with path.open("rb") as file:
        ids = [entry.id for entry in read_po(file, locale="zh_Hans") if entry.id]
    plurals = ("{n} number", "{n} numbers")
    shown = {"the numbers", plurals, "x has shape (n,)", "{n} rows", "Scaling", "Add up yourself."}
    assert shown <= set(ids)
    with path.open("rb") as file:
        entries = read_po(file, locale="zh_Hans")
    for entry in entries:
        entry.string = ("{n} 个数",) if entry.id == plurals else str(entry.id)
    with path.open("wb") as file:
        write_po(file, entries)
    translate(catalogue(course, "assignment.po"))
    assert extract(course) == []
    build_course(course)
    assert translated(plural(*plurals, 3), "zh", path.parents[2]) == "3 个数"
    entries.get("{n} number").string = ("些数",)
    with path.open("wb") as file:
        write_po(file, entries)
    assert check_course(course) == [
        f"autograder/hidden/{HW}/{CATALOGUES}/suite.po: the fields differ: '{{n}} number'",
    ]


def test_doubtful_entries_and_other_fields_are_faults(write: Write, original: Callable[[str], str]) -> None:
    checks = original("test_public.py").replace(".shape == (4,)", '.shape == (4,), f"{scale} must be a function"')
    course = write({**IN_CHINESE, "<hw>/test_public.py": checks})
    extract(course, [HW])
    translate(catalogue(course, "suite.po"))
    path = catalogue(course, "assignment.po")
    translate(path)
    path.write_text(path.read_text().replace('msgid "Scaling"', '#, fuzzy\nmsgid "Scaling"'))
    assert check_course(course) == [
        f"assignments/{HW}/{CATALOGUES}/assignment.po: fuzzy: 'Scaling'",
        f"assignments/{HW}/{CATALOGUES}/assignment.po: the fields differ: '{{scale}} must be a function'",
    ]


def test_a_build_writes_both_languages_side_by_side(chinese: Course) -> None:
    build_course(chinese)
    english, other = chinese.release(HW), chinese.other_release(HW, "zh")
    names = {path.name for path in english.rglob("*")}
    assert {path.name for path in other.rglob("*")} == names
    assert '"""A straight line."""' in (english / "scale.py").read_text()
    assert "TODO(scale): 译文" in (other / "scale.py").read_text()
    assert (other / "README.md").read_text().startswith("# 作业 9\n\n填写 `scale.py`。\n\n## 得分与截止时间\n")
    data = json.loads((other / "homework.json").read_text())
    assert (data["language"], data["title"][:2]) == ("zh", "译文")
    assert json.loads((english / "homework.json").read_text())["language"] == "en"
    cells = json.loads((other / "scale.ipynb").read_text())["cells"]
    assert "".join(cells[0]["source"]) == "# 缩放"
    assert "".join(cells[-1]["source"]) == "YOUR ANSWER HERE"
    assert '"""A straight line."""' in (chinese.solution(HW) / "scale.py").read_text()
    assert check_course(chinese) == []


def test_a_chinese_course_has_english_beside_it(chinese: Course) -> None:
    toml = chinese.root / "course.toml"
    toml.write_text(toml.read_text() + 'language = "zh"\n')
    course = load_course(chinese.root)
    build_course(course)
    assert "译文" in (course.release(HW) / "scale.py").read_text()
    assert "译文" in (course.solution(HW) / "scale.py").read_text()
    assert '"""A straight line."""' in (course.other_release(HW, "en") / "scale.py").read_text()
    assert check_course(course) == []


def test_a_course_in_one_language_needs_no_catalogue(write: Write) -> None:
    course = write({})
    build_course(course)
    assert [path.name for path in (course.root / "release").iterdir()] == [HW]


def test_a_language_that_is_given_up_is_removed(chinese: Course) -> None:
    build_course(chinese)
    for path in (chinese.source(HW) / "locale", chinese.hidden(HW) / "locale"):
        path.rename(chinese.root / f"old {path.parent.name} {path.parent.parent.name}")
    for name in ("notebook.zh.md", "README.zh.md"):
        (chinese.source(HW) / name).unlink()
    report = build_course(chinese)
    assert f"release/zh/{HW}/scale.py: not made by the build" in report.changes
    assert not (chinese.root / "release" / "zh").exists()


@pytest.mark.parametrize("name", ["notebook.zh.md", "README.zh.md"])
def test_a_missing_page_is_named(chinese: Course, name: str) -> None:
    (chinese.source(HW) / name).unlink()
    with pytest.raises(BuildError) as raised:
        build_course(chinese)
    assert str(raised.value) == (
        f"assignments/{HW}/{name}: no such file. The assignment has a folder locale/zh_Hans, so write "
        f"{name.replace('.zh', '')} in 中文 here; or remove that folder."
    )


def test_a_chinese_page_without_a_catalogue_is_refused(write: Write) -> None:
    with pytest.raises(BuildError, match=r"README\.zh\.md: not an assignment file"):
        build_course(write(IN_CHINESE))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("torch.arange(4.0)", "torch.arange(5.0)", "cell 5: the code is not that of"),
        ('question="scale"', 'question="Line"', "occurs 0 times"),
        ("在这里缩放。\n\n", "", "cell 3: a check cell of scale, but a text cell in"),
    ],
)
def test_a_chinese_notebook_has_the_same_cells(chinese: Course, old: str, new: str, said: str) -> None:
    path = chinese.source(HW) / "notebook.zh.md"
    path.write_text(path.read_text().replace(old, new))
    with pytest.raises(BuildError, match=said):
        build_course(chinese)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("提示：return scaled - scaled.mean()", "solution"),
        ("提示：缩放之后再减去均值，结果的均值就是零。", "model answer"),
        ("参见 test_figures_by_hand", "hidden test"),
        ("参见mean_kept_back。", "mistakes bank"),
    ],
)
def test_a_leak_in_chinese_is_found(chinese: Course, text: str, found: str) -> None:
    (chinese.source(HW) / "README.zh.md").write_text(f"# 作业\n\n{text}\n")
    with pytest.raises(LeakError, match=f"release/zh/{HW} would contain.*\n.*README.md, line 3: {found}"):
        build_course(chinese)
    assert not chinese.other_release(HW, "zh").exists()


def test_a_suites_catalogue_is_compiled_and_read(chinese: Course) -> None:
    mo = catalogue(chinese, "suite.po").with_suffix(".mo")
    name = mo.relative_to(chinese.root).as_posix()
    assert f"{name}: missing" in build_course(chinese).changes
    with mo.open("rb") as file:
        assert gettext.GNUTranslations(file).gettext("Twice too large.").startswith("译文")
    assert not catalogue(chinese, "assignment.po").with_suffix(".mo").exists()
    translate(catalogue(chinese, "suite.po"), {"Twice too large.": "结果大了一倍。"})
    assert check_course(chinese) == [f"{name}: out of date"]
    build_course(chinese)
    assert "结果大了一倍。".encode() in mo.read_bytes()
    assert check_course(chinese) == []


def test_an_unreadable_catalogue_is_named(chinese: Course) -> None:
    catalogue(chinese, "suite.po").write_text('msgid "no end\n')
    with pytest.raises(BuildError, match=r"suite\.po: not a catalogue"):
        build_course(chinese)


def test_an_assignment_cannot_have_the_name_of_a_language(write: Write) -> None:
    course = write({})
    course.source(HW).rename(course.source("zh"))
    with pytest.raises(UsageError, match="cannot have the id"):
        build_course(load_course(course.root))
