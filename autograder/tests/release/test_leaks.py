"""Each kind of leak, planted one by one where it could hide."""

from __future__ import annotations

import base64
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gradkit.course import Assignment, Course
from gradkit.release import Leak, find_leaks

HW = "hw9_scale"
SOLUTION = "return scaled - scaled.mean()"
CELL_SOLUTION = "heights = [line(v).item() for v in x * 2]"
COMMENT = "The mean moves with the factor, so scale first."
ANSWER = "Taking it away after scaling therefore leaves zero."
HIDDEN_NAME = "test_figures_by_hand"
HIDDEN_LINE = 'call = function_call("scale", {"x": x, "factor": 3.0})'
WORKING = "The mean of 3, 6, 12, 24 is 11.25 exactly."
MISTAKE_NAME = "mean_kept_back"
MISTAKE_LINE = "return x.mul(factor).add(0 * factor)"
SECRET = "correct-horse-battery-staple"  # noqa: S105 - the made-up course's
ALL = {
    SOLUTION: "solution",
    CELL_SOLUTION: "solution",
    COMMENT: "solution",
    ANSWER: "model answer",
    HIDDEN_NAME: "hidden test",
    HIDDEN_LINE: "hidden test",
    WORKING: "hidden test",
    "autograder/hidden": "hidden test",
    MISTAKE_NAME: "mistakes bank",
    MISTAKE_LINE: "mistakes bank",
    SECRET: "secret",
    "BEGIN SOLUTION": "marker",
    "END SOLUTION": "marker",
    "BEGIN HIDDEN TESTS": "marker",
    "END HIDDEN TESTS": "marker",
    "MARK SCHEME": "marker",
    "AUTOTEST": "marker",
}

Find = Callable[[], list[Leak]]
Change = Callable[[dict[str, Any]], None]
Edit = Callable[[Change], None]


@pytest.fixture
def release(built: Course, tmp_path: Path) -> Path:
    """A copy of the released folder, to plant leaks in."""
    return Path(shutil.copytree(built.release(HW), tmp_path / HW))


@pytest.fixture
def find(built: Course, assignment: Assignment, release: Path) -> Find:
    """Search the copy."""
    return lambda: find_leaks(built, assignment, release)


@pytest.fixture
def edit(release: Path) -> Edit:
    """Change the copy's notebook: ``edit(lambda notebook: ...)``."""

    def change(how: Change) -> None:
        notebook = json.loads((release / "scale.ipynb").read_text(encoding="utf-8"))
        how(notebook)
        (release / "scale.ipynb").write_text(json.dumps(notebook), encoding="utf-8")

    return change


def only(leaks: list[Leak]) -> tuple[str, str, str, str]:
    assert len(leaks) == 1, leaks
    return leaks[0].file, leaks[0].place, leaks[0].kind, leaks[0].what


def test_a_clean_release_has_no_leak(find: Find) -> None:
    assert find() == []


@pytest.mark.parametrize("what", ALL)
def test_in_the_readme(what: str, release: Path, find: Find) -> None:
    (release / "README.md").write_text(f"# Homework\n\nSee {what} there.\n", encoding="utf-8")
    assert only(find()) == ("README.md", "line 3", ALL[what], what)


@pytest.mark.parametrize("what", ALL)
def test_in_an_output_cell(what: str, edit: Edit, find: Find) -> None:
    output = {"name": "stdout", "output_type": "stream", "text": ["before\n", f"{what}\n"]}
    edit(lambda notebook: notebook["cells"][1].update(outputs=[output]))
    assert only(find()) == ("scale.ipynb", "cell 2, outputs", ALL[what], what)


@pytest.mark.parametrize("what", [SOLUTION, ANSWER, HIDDEN_NAME, MISTAKE_NAME, SECRET, "BEGIN SOLUTION"])
def test_in_a_file_name(what: str, release: Path, find: Find) -> None:
    (release / f"{what}.txt").write_text("")
    assert only(find()) == (f"{what}.txt", "file name", ALL[what], what)


@pytest.mark.parametrize(("name", "kind"), [("test_scale.py", "hidden test"), ("mistakes.py", "mistakes bank")])
def test_a_hidden_files_own_name(name: str, kind: str, release: Path, find: Find) -> None:
    (release / "data" / name).write_text("")
    assert only(find()) == (f"data/{name}", "file name", kind, name)


def test_a_solution_line_in_the_source_of_a_cell(edit: Edit, find: Find) -> None:
    edit(lambda notebook: notebook["cells"][1].update(source=["a = 1\n", f"    {SOLUTION}"]))
    assert only(find()) == ("scale.ipynb", "cell 2, source", "solution", SOLUTION)


def test_a_solution_line_in_an_allowed_key_of_a_cells_metadata(edit: Edit, find: Find) -> None:
    edit(lambda notebook: notebook["cells"][3]["metadata"].update(editable=SOLUTION))
    assert only(find()) == ("scale.ipynb", "cell 4, metadata", "solution", SOLUTION)


def test_a_hidden_tests_name_in_the_notebooks_metadata(edit: Edit, find: Find) -> None:
    edit(lambda notebook: notebook["metadata"]["kernelspec"].update(display_name=HIDDEN_NAME))
    assert only(find()) == ("scale.ipynb", "notebook metadata", "hidden test", HIDDEN_NAME)


def test_a_model_answer_in_an_attachment(edit: Edit, find: Find) -> None:
    edit(lambda notebook: notebook["cells"][0].update(attachments={"a.txt": {"text/plain": [ANSWER]}}))
    assert only(find()) == ("scale.ipynb", "cell 1, attachments", "model answer", ANSWER)


def test_a_solution_line_in_an_encoded_picture(edit: Edit, find: Find) -> None:
    picture = base64.b64encode(b"\x89PNG tEXtComment\x00" + SOLUTION.encode() + b"\x00\xff").decode()
    edit(lambda notebook: notebook["cells"][0].update(attachments={"a.png": {"image/png": picture}}))
    assert only(find()) == ("scale.ipynb", "cell 1, attachments", "solution", SOLUTION)


def test_a_solution_line_in_a_pictures_bytes(release: Path, find: Find) -> None:
    (release / "data" / "plot.png").write_bytes(b"\x89PNG\xff tEXtComment\x00" + SOLUTION.encode() + b"\x00\xff")
    assert only(find())[0] == "data/plot.png"


def test_a_hidden_tests_name_in_a_docstring(release: Path, find: Find) -> None:
    path = release / "scale.py"
    text = path.read_text(encoding="utf-8").replace("less the mean.", f"less the mean, as {HIDDEN_NAME} asks.")
    path.write_text(text, encoding="utf-8")
    assert only(find()) == ("scale.py", "line 8", "hidden test", HIDDEN_NAME)


def test_a_mistake_in_a_json_string(release: Path, find: Find) -> None:
    text = json.dumps({"hint": MISTAKE_LINE}).replace("*", "\\u002a")
    (release / "data" / "x.json").write_text(text, encoding="utf-8")
    assert only(find()) == ("data/x.json", "decoded text", "mistakes bank", MISTAKE_LINE)


def test_highlighting_and_entities_in_a_web_page_hide_nothing(release: Path, find: Find) -> None:
    line = '<span class="n">call</span> <span>=</span> <b>function_call</b>(&quot;scale&quot;, {&#34;x&#34;: x, '
    (release / "page.html").write_text("<pre>" + line + "<i>&quot;factor&quot;</i>: 3.0})</pre>", encoding="utf-8")
    assert only(find()) == ("page.html", "page as shown", "hidden test", HIDDEN_LINE)


def test_line_breaks_and_indentation_hide_nothing(release: Path, find: Find) -> None:
    (release / "README.md").write_text("Taking\n  it away after   scaling\ntherefore leaves zero.", encoding="utf-8")
    assert only(find()) == ("README.md", "text", "model answer", ANSWER)


def test_a_broken_notebook_is_read_as_text(release: Path, find: Find) -> None:
    (release / "scale.ipynb").write_text('{"cells": [\n' + HIDDEN_NAME, encoding="utf-8")
    assert only(find()) == ("scale.ipynb", "line 2", "hidden test", HIDDEN_NAME)


def test_a_link_shows_where_it_leads(release: Path, find: Find) -> None:
    (release / "data" / "a.txt").symlink_to(f"../../autograder/hidden/{HW}/secret")
    assert only(find()) == ("data/a.txt", "link", "hidden test", "autograder/hidden")


@pytest.mark.parametrize(
    ("how", "place", "key"),
    [
        (lambda nb: nb.update(author="me"), "notebook", "author"),
        (lambda nb: nb["metadata"].update(jupytext={}), "notebook metadata", "jupytext"),
        (lambda nb: nb["metadata"]["kernelspec"].update(env={}), "notebook metadata", "kernelspec.env"),
        (lambda nb: nb["cells"][0].update(answer=1), "cell 1", "answer"),
        (lambda nb: nb["cells"][3]["metadata"].update(question="scale"), "cell 4, metadata", "question"),
        (lambda nb: nb["cells"][3]["metadata"]["nbgrader"].update(note=1), "cell 4, metadata", "nbgrader.note"),
    ],
)
def test_instructor_metadata(how: Change, place: str, key: str, edit: Edit, find: Find) -> None:
    edit(how)
    leak = next(leak for leak in find() if leak.kind == "metadata")
    assert (leak.file, leak.place, leak.what) == ("scale.ipynb", place, key)


def test_a_part_of_a_longer_name_is_no_leak(release: Path, find: Find) -> None:
    (release / "README.md").write_text(f"{HIDDEN_NAME}s my_{MISTAKE_NAME} {SOLUTION[1:]}", encoding="utf-8")
    assert find() == []


def test_a_message_says_file_place_what_and_where_from_but_not_the_secret(release: Path, find: Find) -> None:
    (release / "README.md").write_text(f"{HIDDEN_LINE}\n{SECRET}\n", encoding="utf-8")
    assert [str(leak) for leak in find()] == [
        f"README.md, line 1: hidden test: {HIDDEN_LINE!r} (from autograder/hidden/{HW}/test_scale.py, line 17)",
        "README.md, line 2: secret: the course's secret (from autograder/hidden/secret.txt)",
    ]
