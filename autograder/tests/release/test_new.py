"""A new assignment builds and passes its audit as it is, by the commands that an author types."""

from __future__ import annotations

import json
import subprocess
import sysconfig
import tomllib
from collections.abc import Callable
from html import escape
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

from gradkit.course import load_course
from gradkit.errors import UsageError
from gradkit.release.new import scaffold

from ..demo_course import BARE, write_tree

HW = "hw9_example"
Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Run the command in a course that has nothing in it yet."""
    write_tree(tmp_path, BARE)
    program = str(Path(sysconfig.get_path("scripts")) / "gradkit")
    return lambda *words: subprocess.run(  # noqa: S603 - our own command
        [program, *words], cwd=tmp_path, capture_output=True, text=True, check=False
    )


def test_a_new_assignment_builds_and_passes_its_audit(run: Run, tmp_path: Path) -> None:
    title = r"""He said "hi" & \ <b> $x_1$ 'ś' \t${id} "ha\""""
    made = run("new", HW, "--title", title, "--due", "2027-03-01")
    assert made.returncode == 0, made.stderr
    toml = tomllib.loads((tmp_path / "assignments" / HW / "assignment.toml").read_text())
    assert (toml["id"], toml["title"], toml["due"].isoformat()) == (HW, title, "2027-03-01T22:00:00+00:00")
    assert all((tmp_path / line).is_file() for line in made.stdout.splitlines() if "/" in line and " " not in line)
    for words in (["build", HW], ["build", "--check"]):
        done = run(*words)
        assert done.returncode == 0, done.stderr
    shown = MarkdownIt().render((tmp_path / "release" / HW / "README.md").read_text().partition("\n")[0])
    in_html = escape(title, quote=False).replace('"', "&quot;")
    assert shown == f"<h1>{in_html}</h1>\n"
    assert json.loads((tmp_path / "release" / HW / "homework.json").read_text())["title"] == title
    audit = run("audit", HW, "--json")
    assert audit.returncode == 0, audit.stderr
    (found,) = json.loads(audit.stdout)["audits"]
    assert (found["assignment"], found["passed"], found["survivors"], found["twins"]) == (HW, True, [], [])


def test_an_audit_that_finds_something_ends_with_1(run: Run, tmp_path: Path) -> None:
    run("new", HW)
    run("build", HW)
    (tmp_path / "autograder" / "hidden" / HW / "accepted.py").unlink()
    audit = run("audit")
    assert audit.returncode == 1
    assert "weighted_mean has no accepted variants in its bank" in audit.stderr
    assert f"{HW}: FAILED" in audit.stdout
    assert "weights_ignored" in audit.stdout


@pytest.mark.parametrize("title", ["", " ", "two\nlines", "\x1b[31mred", "a\u2028b"])
def test_a_title_that_is_not_a_line_of_text_is_refused(tmp_path: Path, title: str) -> None:
    write_tree(tmp_path, BARE)
    with pytest.raises(UsageError, match="a title is one line of text"):
        scaffold(load_course(tmp_path), HW, title)
    assert not (tmp_path / "assignments").exists()


@pytest.mark.parametrize("name", ["9_example", "hw-9", "../hw9", "", "hw9/x"])
def test_a_bad_id_is_refused(run: Run, tmp_path: Path, name: str) -> None:
    done = run("new", name)
    assert (done.returncode, "is not a valid assignment id" in done.stderr) == (2, True)
    assert not (tmp_path / "assignments").exists()


def test_nothing_is_overwritten(run: Run, tmp_path: Path) -> None:
    (tmp_path / "autograder" / "hidden" / HW).mkdir()
    done = run("new", HW)
    assert (done.returncode, "already exists" in done.stderr) == (2, True)
    assert load_course(tmp_path).assignment_ids == ()
