"""A student's notebook under the released one's rules."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from gradkit.check.cells import claimed, read_cells
from gradkit.errors import BuildError, SubmissionRefused
from gradkit.gradebook.notebooks import merge, read_released, read_submitted
from gradkit.intake.written import find_elsewhere, notebook_problems

LIMIT = 250_000


@pytest.fixture
def released(room: Any) -> Any:
    """The released notebook."""
    return read_released(room.course.release("hw1_lines") / "lines.ipynb")


@pytest.fixture
def raw(room: Any) -> Any:
    """The released notebook's JSON, for a test to spoil."""
    return json.loads((room.course.release("hw1_lines") / "lines.ipynb").read_text())


def read(folder: Path, notebook: Any) -> list[Any]:
    path = folder / "student.ipynb"
    path.write_bytes(notebook if isinstance(notebook, bytes) else json.dumps(notebook).encode())
    return read_submitted(path, LIMIT)


def problems_of(notebook: Any, released: Any) -> Iterator[str]:
    """What the record says of a notebook."""
    return notebook_problems(
        {"lines.ipynb": json.dumps(notebook).encode()}, ["lines.ipynb"], "lines.ipynb", released["cells"]
    )


def test_an_untouched_notebook_stays_as_it_is(released: Any, raw: Any, tmp_path: Path) -> None:
    merged = merge(read(tmp_path, raw), released)
    assert [(cell["source"], cell["metadata"]) for cell in merged["cells"]] == [
        (cell["source"], cell["metadata"]) for cell in released["cells"]
    ]
    assert merged["metadata"] == released["metadata"]


def test_the_students_answer_and_own_cells_stay(released: Any, raw: Any, tmp_path: Path) -> None:
    raw["cells"][6]["source"] = ["Because ", "of this."]
    raw["cells"].insert(2, {"cell_type": "code", "source": "x = 1", "metadata": {"tags": ["mine"]}, "outputs": [1]})
    cells = merge(read(tmp_path, raw), released)["cells"]
    assert cells[7]["source"] == "Because of this."
    assert cells[2]["source"] == "x = 1"
    assert cells[2]["metadata"] == {}
    assert cells[2]["outputs"] == []


def test_a_changed_check_cell_is_restored(released: Any, raw: Any, tmp_path: Path) -> None:
    cell = raw["cells"][2]
    cell["source"] = "print('all passed')"
    cell["metadata"]["nbgrader"].update(points=100, locked=False, checksum="0" * 32, solution=True)
    cell["cell_type"] = "markdown"
    merged = merge(read(tmp_path, raw), released)
    assert merged["cells"][2]["source"] == released["cells"][2]["source"]
    assert merged["cells"][2]["metadata"] == released["cells"][2]["metadata"]
    assert merged["cells"][2]["cell_type"] == "code"


def test_of_a_copied_check_cell_the_first_counts(released: Any, raw: Any, tmp_path: Path) -> None:
    raw["cells"].append(raw["cells"][2])
    raw["cells"].insert(0, raw["cells"][2])
    cells = merge(read(tmp_path, raw), released)["cells"]
    assert [claimed(cell) for cell in cells] == ["slope", "", "", "", "", "offset", "", "why", ""]


def test_of_a_copied_answer_the_first_that_is_answered_counts(released: Any, raw: Any, tmp_path: Path) -> None:
    raw["cells"].append({**raw["cells"][6], "source": "Because."})
    cells = merge(read(tmp_path, raw), released)["cells"]
    assert [(claimed(cell), cell["source"]) for cell in cells[6:]] == [("", "YOUR ANSWER HERE"), ("why", "Because.")]


def own(source: str, kind: str = "markdown", **more: Any) -> Any:
    """A cell that a student made."""
    return {"cell_type": kind, "metadata": {}, "source": source, **more}


def pasted(cells: list[Any]) -> None:
    cells[6] = own("Because it is.")


def in_a_code_cell(cells: list[Any]) -> None:
    cells.append(own("It is so because\nof this.", "code"))


def in_a_code_cell_far_away(cells: list[Any]) -> None:
    cells.insert(1, own('"""\n# It is so because of this.\n"""', "code"))


def as_a_raw_cell(cells: list[Any]) -> None:
    cells[6] = own("Because.", "raw")


def of_another_type_without_metadata(cells: list[Any]) -> None:
    cells[6] = own("Because.", "code")


def merged_with_the_question(cells: list[Any]) -> None:
    cells[5:] = [own("Why is it so?\n\nYOUR ANSWER HERE\n\nBecause.")]


def in_the_question(cells: list[Any]) -> None:
    cells[5]["source"] = "Why is it so?\nBecause."


def in_a_check_cell(cells: list[Any]) -> None:
    cells[4].update(cell_type="markdown", source="Because.")


def at_the_top(cells: list[Any]) -> None:
    cells.insert(0, own("Because."))


def beside_an_answer(cells: list[Any]) -> None:
    cells[6]["source"] = "First of all,"
    cells.append(own("because it is."))


def split_in_two_with_its_metadata(cells: list[Any]) -> None:
    cells[6]["source"] = "First of all,"
    cells.append({**cells[6], "source": "because it is."})


def in_a_check_cell_beside_an_answer(cells: list[Any]) -> None:
    cells[6]["source"] = "First of all,"
    in_a_check_cell(cells)


def of_an_unknown_type(cells: list[Any]) -> None:
    cells.append(own("Because.", "heading"))


def in_letters_without_spaces(cells: list[Any]) -> None:
    cells.insert(2, own("# x\n損失は誤差を罰するからです", "code"))


@pytest.mark.parametrize(
    "change",
    [
        pasted, in_a_code_cell, in_a_code_cell_far_away, as_a_raw_cell, of_another_type_without_metadata,
        merged_with_the_question, in_the_question, in_a_check_cell, at_the_top, beside_an_answer,
        split_in_two_with_its_metadata, in_a_check_cell_beside_an_answer, of_an_unknown_type, in_letters_without_spaces,
    ],
)  # fmt: skip
def test_what_a_student_wrote_outside_the_answer_cell_is_shown_in_it_and_told(
    released: Any, raw: Any, tmp_path: Path, change: Callable[[list[Any]], None]
) -> None:
    change(raw["cells"])
    cells = read(tmp_path, raw)
    problems = list(problems_of(raw, released))
    assert len(problems) == 1
    assert "outside the cells for written answers (cell" in problems[0]
    assert "It will be seen when why is graded." in problems[0]
    (number,) = (one.position for one in find_elsewhere(cells, released["cells"]))
    assert f"(cell {number + 1})" in problems[0]
    (answer,) = (cell for cell in merge(cells, released)["cells"] if claimed(cell) == "why")
    assert f"**Found in cell {number + 1} of the submitted notebook" in answer["source"]
    assert cells[number]["source"] in answer["source"]
    assert answer["metadata"] == released["cells"][6]["metadata"]
    assert answer["cell_type"] == "markdown"


def scratch_code(cells: list[Any]) -> None:
    cells.insert(2, own("for x in range(3):\n    print(x)  # look at it", "code"))


def scratch_code_beside_an_answer(cells: list[Any]) -> None:
    cells[6]["source"] = "Because."
    cells.append(own("1 + 1", "code"))


def outputs(cells: list[Any]) -> None:
    cells[1]["outputs"] = [{"output_type": "stream", "name": "stdout", "text": "words that nobody wrote"}]


def other_line_ends_and_empty_cells(cells: list[Any]) -> None:
    cells[5]["source"] = "\r\n  Why is it so?\r\n"
    cells += [own(""), own("\n \n", "code"), own("", "raw"), own("---\n.")]


def released_code_changed(cells: list[Any]) -> None:
    cells[1]["source"] = "import lines as l\nl.slope(1)"


def a_copy_of_the_answer(cells: list[Any]) -> None:
    cells[6]["source"] = "Because.\nOf this."
    cells += [own("Because."), {**cells[6]}]


def an_earlier_edition_of_the_handout(cells: list[Any]) -> None:
    cells[3]["source"] = "Some old words between."
    cells[6]["source"] = "Because."


def cells_moved_and_copied(cells: list[Any]) -> None:
    cells += [cells[0], cells[3], cells[6]]
    cells.reverse()


@pytest.mark.parametrize(
    "change",
    [
        scratch_code, scratch_code_beside_an_answer, outputs, other_line_ends_and_empty_cells, released_code_changed,
        a_copy_of_the_answer, cells_moved_and_copied, an_earlier_edition_of_the_handout,
    ],
)  # fmt: skip
def test_code_and_what_was_handed_out_are_no_written_answers(
    released: Any, raw: Any, change: Callable[[list[Any]], None]
) -> None:
    change(raw["cells"])
    assert list(problems_of(raw, released)) == []


@pytest.mark.parametrize("kind", ["code", "raw", "heading"])
def test_an_answer_cell_of_another_type_is_the_answer(released: Any, raw: Any, tmp_path: Path, kind: str) -> None:
    raw["cells"][6].update(cell_type=kind, source="Because.")
    answer = merge(read(tmp_path, raw), released)["cells"][6]
    assert (answer["cell_type"], answer["source"], claimed(answer)) == ("markdown", "Because.", "why")
    assert list(problems_of(raw, released)) == []


def test_an_answer_goes_to_the_question_that_it_stands_with(released: Any, raw: Any, tmp_path: Path) -> None:
    for notebook in (released, raw):
        notebook["cells"].append(json.loads(json.dumps(notebook["cells"][6]).replace('"why"', '"how"')))
        notebook["cells"][-1]["source"] = "YOUR OTHER ANSWER"
        notebook["cells"].insert(7, own("How is it so?"))
    raw["cells"][7:7] = [own("Because.")]
    sources = {claimed(cell): cell["source"] for cell in merge(read(tmp_path, raw), released)["cells"]}
    assert "Because." in sources["why"]
    assert "It is shown with: why" in sources["how"]  # it is not left at no points unseen, either
    raw["cells"].append(own("Somehow."))
    sources = {claimed(cell): cell["source"] for cell in merge(read(tmp_path, raw), released)["cells"]}
    assert "Somehow." in sources["how"]
    assert "Somehow." not in sources["why"]


def test_pictures_come_along_with_text_that_was_found(released: Any, raw: Any, tmp_path: Path) -> None:
    raw["cells"][6].update(source="Look: ![](attachment:a.png)", attachments={"a.png": {"image/png": "aGk="}})
    raw["cells"].append(own("And: ![](attachment:a.png)", attachments={"a.png": {"image/png": "bXk="}}))
    cell = next(cell for cell in merge(read(tmp_path, raw), released)["cells"] if claimed(cell) == "why")
    assert cell["attachments"] == {"a.png": {"image/png": "aGk="}, "cell-8-a.png": {"image/png": "bXk="}}
    assert "And: ![](attachment:cell-8-a.png)" in cell["source"]


def test_no_answer_cell_grows_without_end(released: Any, raw: Any, tmp_path: Path) -> None:
    raw["cells"] += [own(f"{number} " + "x" * 8_000) for number in range(15)]
    cells = merge(read(tmp_path, raw), released)["cells"]
    (answer,) = (cell["source"] for cell in cells if claimed(cell) == "why")
    assert len(answer) < 20_200
    assert answer.endswith("in their own places.]")
    assert sum(cell["source"].startswith("14 x") for cell in cells) == 1


def test_other_notebooks_are_named_where_an_answer_is_missing(released: Any, raw: Any) -> None:
    untouched, answered = json.dumps(raw), json.dumps(raw).replace("YOUR ANSWER HERE", "Because.")
    cells = released["cells"]

    def told(files: dict[str, str], *others: str) -> list[str]:
        content = {name: text.encode() for name, text in files.items()}
        names = [name for name in (*files, *others) if name.endswith(".ipynb")]
        return list(notebook_problems(content, names, "lines.ipynb", cells))

    assert "lines.ipynb is not among the submitted files" in told({"lines (1).ipynb": answered})[0]
    assert "(lines (1).ipynb)" in told({"lines (1).ipynb": answered})[0]
    assert "lines.ipynb has no answer to why." in told({"lines.ipynb": untouched}, "old/lines.ipynb")[0]
    assert told({"lines.ipynb": answered}, "scratch.ipynb") == []
    assert told({"lines.py": ""}) == []


def test_missing_cells_are_added_back_where_they_belong(released: Any, raw: Any, tmp_path: Path) -> None:
    raw["cells"] = [cell for cell in raw["cells"] if claimed(cell) in ("", "offset")]
    cells = merge(read(tmp_path, raw), released)["cells"]
    assert [claimed(cell) for cell in cells if claimed(cell)] == ["slope", "offset", "why"]
    missing = next(n for n, cell in enumerate(cells) if claimed(cell) == "why")
    assert "was missing" in cells[missing - 1]["source"]
    assert cells[missing]["source"] == "YOUR ANSWER HERE"


@pytest.mark.parametrize(
    "settings",
    [
        "a string", ["list"], 7, None, {"grade_id": 7}, {"grade_id": ["slope"]}, {"grade_id": "unknown", "grade": True},
        {"schema_version": 99, "grade": True}, {"grade": "yes", "points": "many", "grade_id": "x" * 100_000},
    ],
)  # fmt: skip
def test_strange_metadata_is_taken_away(released: Any, raw: Any, tmp_path: Path, settings: Any) -> None:
    raw["cells"][0]["metadata"] = {"nbgrader": settings, "deletable": {"deep": [[]]}}
    raw["cells"][3]["metadata"] = settings
    raw["metadata"] = {"kernelspec": 7, "language_info": {"name": "<script>"}, "title": "<script>"}
    merged = merge(read(tmp_path, raw), released)
    assert [claimed(cell) for cell in merged["cells"]] == ["", "", "slope", "", "offset", "", "why"]
    assert merged["cells"][0]["metadata"] == {}
    assert merged["metadata"] == released["metadata"]


def test_cells_that_are_none_become_empty_text(released: Any, raw: Any, tmp_path: Path) -> None:
    raw["cells"] += [
        7,
        None,
        {},
        {"cell_type": ["code"], "source": {"a": 1}},
        {"cell_type": "video", "source": [1, "x"]},
    ]
    cells = merge(read(tmp_path, raw), released)["cells"]
    assert [(cell["cell_type"], cell["source"]) for cell in cells[-5:]] == [("raw", "")] * 4 + [("raw", "x")]


def test_attached_pictures_stay_and_nothing_else_that_is_attached(released: Any, raw: Any, tmp_path: Path) -> None:
    raw["cells"][6].update(
        source="![](attachment:a.png)",
        attachments={"a.png": {"image/png": "aGk=", "text/html": "<script>"}, "b": {"image/svg+xml": "x"}, "c": 7},
    )
    cells = merge(read(tmp_path, raw), released)["cells"]
    assert cells[6]["attachments"] == {"a.png": {"image/png": "aGk="}}


PICTURE = "data:image/png;base64," + "iVBORw0KGgo" * 3000


@pytest.mark.parametrize(
    ("source", "kept", "lost", "said"),
    [
        ("x" * 30_000, "x" * 20_000, "x" * 20_001, "its end was left out"),
        (f"Before.\n![plot]({PICTURE})\nAfter.", "After.", "iVBOR", "its pictures were left out"),
        (f'<img src="{PICTURE}"> After.', "After.", "iVBOR", "its pictures were left out"),
        ("![](data:image/svg+xml;utf8," + "%3Csvg" * 5000 + ") After.", "After.", "%3C", "its pictures were left out"),
        ("![](data:image/png;base64," + ("A" * 76 + "\n") * 300 + ") After.", "After.", "AAAA", "its pictures were"),
        (f"{PICTURE} {'y' * 30_000}", "y" * 19_000, "iVBOR", "its pictures and its end were left out"),
    ],
    ids=["words", "Markdown", "HTML", "SVG", "lines", "both"],
)
def test_a_long_answer_loses_its_pictures_before_its_words_and_says_so(
    released: Any, raw: Any, tmp_path: Path, source: str, kept: str, lost: str, said: str
) -> None:
    raw["cells"][6]["source"] = source
    shown = merge(read(tmp_path, raw), released)["cells"][6]["source"]
    assert kept in shown
    assert lost not in shown
    assert "left out" in shown
    assert len(shown) < 20_200
    (problem,) = problems_of(raw, released)
    assert "lines.ipynb, cell 7, is longer than 20,000 characters" in problem
    assert said in problem


def test_a_cell_of_nothing_but_beginnings_of_pictures_is_read_at_once() -> None:
    started = time.process_time()
    content = json.dumps({"nbformat": 4, "cells": [own("data:a/a;a" * 500_000)]})
    assert len(read_cells(content.encode(), "x.ipynb")[0]["source"]) < 20_200
    assert time.process_time() - started < 5.0


def test_what_is_attached_and_not_shown_is_told(released: Any, raw: Any, tmp_path: Path) -> None:
    raw["cells"][6].update(source="Look.", attachments={"a.svg": {"image/svg+xml": "<svg/>"}})
    assert "only PNG, JPEG and GIF" in merge(read(tmp_path, raw), released)["cells"][6]["source"]


NOTEBOOK = '{"nbformat": 4, "cells": []}'


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty"), (b" \n", "empty"), (b"not JSON", "line 1"), (b"\xff\xfe", "UTF-16"),
        (NOTEBOOK.encode("utf-16"), "UTF-16"), (NOTEBOOK.encode("utf-16-le"), "UTF-16"),
        (NOTEBOOK.encode("utf-32"), "UTF-16 or UTF-32"), (b'{"a": "\xe9"}', "not UTF-8"),
        (b"[]", "nbformat"), (b"7", "nbformat"),
        (b'{"cells": []}', '"nbformat"'), (b'{"nbformat": 3, "worksheets": []}', "old format 3"),
        (b'{"nbformat": 5, "cells": []}', "is 5"), (b'{"nbformat": "4", "cells": []}', "is '4'"),
        (b'{"nbformat": {"a": ' + b"[" * 500 + b"]" * 500 + b'}, "cells": []}', "not a number"),
        (b'{"nbformat": 4, "cells": {}}', "no list of cells"), (b"[" * 100_000, "cannot be read"),
        (b'{"nbformat": 4, "cells": [' + b"0," * 2000 + b"0]}", "2,001 cells; at most 1,000"),
        (b'{"nbformat": 4, "cells": []} {}', "Extra data, line 1"), (b"<<<<<<< HEAD\n{}", "line 1"),
        (b"1" * 10_000, "cannot be read"),
        (json.dumps({"nbformat": 4, "cells": [own("x" * 19_000)] * 22}).encode(), "418,000 characters"),
    ],
    ids=range(22),
)  # fmt: skip
def test_grading_and_filing_refuse_the_same_files_for_the_same_reason(
    released: Any, tmp_path: Path, content: bytes, reason: str
) -> None:
    (tmp_path / "x.ipynb").write_bytes(content)
    with pytest.raises(SubmissionRefused) as refused:
        read_submitted(tmp_path / "x.ipynb", 2 * LIMIT)
    assert "x.ipynb cannot be read as a notebook: its written answers are not graded." in str(refused.value)
    assert reason in str(refused.value)
    problems = list(notebook_problems({"x.ipynb": content}, ["x.ipynb"], "x.ipynb", released["cells"]))
    assert [f"the submitted {problem}" for problem in problems] == [str(refused.value)]


def test_grading_and_filing_take_the_same_files(released: Any, raw: Any, tmp_path: Path) -> None:
    raw["cells"][6]["source"] = "Because."
    text = json.dumps(raw)
    for content in (
        text.encode("utf-8-sig"),
        f"\n{text}\n".encode(),
        text.replace('"nbformat": 4', '"nbformat": 4.0').encode(),
    ):
        assert read(tmp_path, content)[6]["source"] == "Because."
        assert list(notebook_problems({"x.ipynb": content}, [], "x.ipynb", released["cells"])) == []


def test_a_missing_notebook_a_link_and_a_large_one_are_refused(tmp_path: Path) -> None:
    (tmp_path / "link.ipynb").symlink_to(tmp_path / "elsewhere")
    for name in ("link.ipynb", "missing.ipynb"):
        with pytest.raises(SubmissionRefused, match=f"there is no notebook {name}"):
            read_submitted(tmp_path / name, LIMIT)
    with pytest.raises(SubmissionRefused, match=r"student\.ipynb is too large"):
        read(tmp_path, b" " * (LIMIT + 1))


def test_a_broken_release_is_the_courses_fault(tmp_path: Path) -> None:
    with pytest.raises(BuildError, match="make release"):
        read_released(tmp_path / "lines.ipynb")
