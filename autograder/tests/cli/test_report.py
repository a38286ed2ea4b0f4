"""``gradkit report``."""

from __future__ import annotations

import codecs
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from gradkit.course import Course

HW = "hw0_scaling"


def test_a_graded_class(
    gradkit: Callable[..., Any], submissions: Callable[..., Path], course: Course, reference_source: str
) -> None:
    wrong = reference_source.replace("x / (1 / factor)", "x + factor")
    folder = submissions({f"ada/{HW}/scaling.py": reference_source, f"bob/{HW}/scaling.py": wrong})
    assert gradkit("grade", "--submissions", folder, "--results", course.results).status == 0
    ran = gradkit("report")
    assert ran.status == 0
    assert f"{HW}: 2 graded, 0 missing, mean " in ran.out
    assert "report: " in ran.out
    page = (course.root / "report" / "report.html").read_text(encoding="utf-8")
    assert "ada" in page
    again = gradkit("report", "--json", "--output", course.root / "elsewhere")
    assert json.loads(again.out)["assignments"][0]["scores"]["number"] == 2
    plain = (course.root / "elsewhere" / "students.csv").read_bytes()
    assert plain.startswith(b"student,")
    gradkit("report", "--bom", "--output", course.root / "elsewhere")
    assert (course.root / "elsewhere" / "students.csv").read_bytes() == codecs.BOM_UTF8 + plain
    assert (course.root / "elsewhere" / "report.json").read_bytes().startswith(b"{")


def test_records_of_a_folder(
    gradkit: Callable[..., Any], submissions: Callable[..., Path], tmp_path: Path, reference_source: str
) -> None:
    longer = reference_source + "\n".join(f"v{line} = torch.sin(torch.tensor({line})) * {line}" for line in range(20))
    folder = submissions({f"{name}/{HW}/scaling.py": longer for name in ("ada", "bob")})
    records, output = tmp_path / "records", tmp_path / "report"
    gradkit("grade", "--submissions", folder, "--results", records)
    ran = gradkit("report", "--results", records, "--submissions", folder, "--output", output)
    assert f"{HW}: 2 graded" in ran.out
    assert (output / "similar" / f"{HW}.html").is_file()
    gradkit("report", "--results", records, "--output", output)
    assert not (output / "similar" / f"{HW}.html").exists()
    assert "<a href" not in (output / "report.html").read_text().partition("<main>")[2].partition("</section>")[0]


def test_used_wrongly(gradkit: Callable[..., Any], tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for words, said in (("--submissions", tmp_path), "give both"), (("--output", tmp_path / "file"), "is a file"):
        ran = gradkit("report", *words)
        assert ran.status == 2
        assert said in ran.err


def test_nothing_graded_yet(gradkit: Callable[..., Any]) -> None:
    ran = gradkit("report")
    assert ran.status == 2
    assert "make grade" in ran.err
