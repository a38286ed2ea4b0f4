"""The reference says what the code says: every name is explained, no other is, and its examples work."""

from __future__ import annotations

import ast
import inspect
import json
import re
from dataclasses import MISSING, fields, is_dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import typer.main

import bench.__main__
import gradkit.suite
from gradkit.classroom.sample import SampleSubmission, _Sample
from gradkit.cli.app import app
from gradkit.cli.table import MARKS
from gradkit.course import Policy
from gradkit.course.assignment import Assignment, BanGroup, Limits, Question, WrittenQuestion, load_assignment
from gradkit.course.course import Environment, LatePolicy, SubmissionLimits, _CourseFile, load_course
from gradkit.course.toml_files import read_toml
from gradkit.errors import GradkitError
from gradkit.release.notebook import read_cells
from gradkit.release.strip import find_regions, strip_solutions
from gradkit.sandbox import LEVELS
from gradkit.suite import session
from gradkit.term.in_words import explained
from gradkit.term.ledger import Event, Ledger
from gradkit.term.reckoning import Attempt, Rules, reckon
from gradkit.wire.kinds import KINDS

ROOT = Path(__file__).resolve().parents[2]
ENGINE = ROOT / "autograder" / "gradkit"
REFERENCE = (ROOT / "docs" / "reference.md").read_text(encoding="utf-8")
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")

TARGETS = set(re.findall(r"^([a-z-]+):", MAKEFILE, re.MULTILINE))
COMMANDS = typer.main.get_command(app).commands
TABLES = {
    "course.toml": _CourseFile,
    "`[late]`": LatePolicy,
    "`[policy]`": Policy,
    "`[submission]`": SubmissionLimits,
    "`[environment]`": Environment,
    "assignment.toml": Assignment,
    "`[[question]]`": Question,
    "`[[written]]`": WrittenQuestion,
    "`[banned.<name>]`": BanGroup,
    "`[limits]`": Limits,
    "class.toml": SampleSubmission,
}


def section(heading: str) -> str:
    """The part of the reference below one heading, up to the next heading outside a code block."""
    text = REFERENCE.split(f"# {heading}\n", 1)[1]
    lines, fenced = [], False
    for line in text.split("\n"):
        fenced ^= line.startswith("```")
        if re.match(r"#+ ", line) and not fenced:
            break
        lines.append(line)
    return "\n".join(lines)


def rows(text: str) -> list[list[str]]:
    """The cells of each row of a section's tables."""
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in text.split("\n") if line[:3] == "| `"]


def blocks(text: str, language: str) -> list[str]:
    """The fenced blocks of a language."""
    found = re.findall(rf"^(`{{3,}}){language}\n(.*?)^\1$", text, re.MULTILINE | re.DOTALL)
    return [block for _, block in found]


def with_parts(command: Any) -> list[Any]:
    """A command and those below it."""
    return [command, *getattr(command, "commands", {}).values()]


def test_reference_explains_each_format_of_export() -> None:
    explained = {row[0].strip("`") for row in rows(section("`gradkit export`"))}
    assert set(COMMANDS["export"].commands) <= explained


HEADINGS = {f"`gradkit {name}`": command for name, command in COMMANDS.items()}
HEADINGS["The bench"] = typer.main.get_command(bench.__main__.app)


@pytest.mark.parametrize("heading", HEADINGS)
def test_reference_explains_each_command_and_its_options(heading: str) -> None:
    explained = " ".join(row[0] for row in rows(section(heading)))
    every = [parameter for part in with_parts(HEADINGS[heading]) for parameter in part.params]
    parameters = [parameter for parameter in every if parameter.param_type_name == "option"]
    arguments = [parameter.name.upper() for parameter in every if parameter not in parameters]
    negations = {opposite for option in parameters for opposite in option.secondary_opts}
    wanted = {max(option.opts, key=len) for option in parameters} | negations | set(arguments)
    assert set(re.findall(r"`(--[a-z0-9-]+|[A-Z]{2,})", explained)) == wanted - {"--help"}


def test_reference_explains_options_of_the_program_and_exit_statuses() -> None:
    for option in typer.main.get_command(app).params:
        assert f"`gradkit {option.opts[0]}`" in section("Commands")
    kinds = [GradkitError, *GradkitError.__subclasses__()]
    assert {str(kind.exit_status) for kind in kinds} | {"0", "130"} == {
        row[0].strip("`") for row in rows(section("Exit status"))
    }


def test_reference_explains_each_make_target() -> None:
    assert {row[0] for row in rows(section("Make targets"))} == {f"`make {target}`" for target in TARGETS}


@pytest.mark.parametrize("heading", TABLES)
def test_reference_has_the_keys_of_each_table_with_their_defaults(heading: str) -> None:
    explained = {row[0].strip("`"): row[2] for row in rows(section(heading))}
    assert explained.keys() == {key.name for key in fields(TABLES[heading])}
    for key in fields(TABLES[heading]):
        if key.default is MISSING and key.default_factory is MISSING:
            assert explained[key.name] == "required"
            continue
        default = key.default if key.default is not MISSING else key.default_factory()
        if isinstance(default, str | float | int):
            shown = f'"{default}"' if isinstance(default, str) else f"{default:g}"
            assert explained[key.name] == f"`{shown}`"
        elif isinstance(default, tuple) and default:
            assert explained[key.name] == f"`{json.dumps(default)}`"
        elif not is_dataclass(default):
            assert explained[key.name] == "none"
            assert not default


def test_examples_of_files_are_read_as_they_stand(tmp_path: Path) -> None:
    folder = tmp_path / "hw3_losses"
    folder.mkdir()
    (folder / "assignment.toml").write_text(blocks(section("assignment.toml"), "toml")[0], encoding="utf-8")
    (tmp_path / "course.toml").write_text(blocks(section("course.toml"), "toml")[0], encoding="utf-8")
    (tmp_path / "class.toml").write_text(blocks(section("class.toml"), "toml")[0], encoding="utf-8")
    assignment = load_assignment(folder)
    assert load_course(tmp_path).late.percent_per_day == 10
    assert read_toml(tmp_path / "class.toml", _Sample).submission[0].assignment == assignment.id
    cells = read_cells(blocks(section("Notebook cells"), "markdown")[0], "the reference", assignment)
    assert [cell.kind for cell in cells] == ["check", "text", "written"]


def test_example_of_a_solution_region_is_stripped_as_shown() -> None:
    written, given = blocks(section("Solution regions"), "python")
    assert strip_solutions(written, "the reference", ["bce_loss"]) == given
    assert not find_regions(given, "the reference", ["bce_loss"])


def test_example_of_a_record_fits_its_schema() -> None:
    schema = json.loads((ROOT / "docs" / "record.schema.json").read_text(encoding="utf-8"))
    jsonschema.validate(json.loads(blocks(section("The record"), "json")[0]), schema)


def test_reference_explains_each_name_of_the_suite() -> None:
    text = REFERENCE.split("\n## Hidden suites\n")[1].split("\n## ")[0]
    members = {
        f"{owner.__name__}.{name}"
        for owner in (gradkit.suite.Rng, gradkit.suite.Found, gradkit.suite.Runner)
        for name in vars(owner)
        if not name.startswith("_")
    }
    attributes = {name for name in vars(gradkit.suite.Found(None, None)) if not name.startswith("_")}
    wanted = set(gradkit.suite.__all__) | members | attributes
    assert not {name for name in wanted if not re.search(rf"`(Found\.)?{re.escape(name)}[`(]", text)}
    for name in ("function_call", "module_call", "Call", "Step", "Vjp", "assert_matches", "assert_raises"):
        signature = re.search(rf"`{name}\((.*?)\)`", text)
        assert signature is not None
        assert re.findall(r"\w+", signature[1]) == list(inspect.signature(getattr(gradkit.suite, name)).parameters)


def test_reference_explains_markers_and_fixtures_of_the_suite() -> None:
    tree = ast.parse(inspect.getsource(session))
    fixtures = {
        f"`{node.name}`"
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef) and "pytest.fixture" in map(ast.unparse, node.decorator_list)
    }
    markers = {
        f"`pytest.mark.{node.args[1].value.split(':')[0]}`"
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("addinivalue_line")
    }
    assert {row[0] for row in rows(section("Fixtures"))} == fixtures
    assert {row[0] for row in rows(section("Markers"))} == markers


def test_reference_explains_kinds_of_failure_marks_and_levels() -> None:
    text = REFERENCE.split("| kind | failure |")[1].split("\n\n")[0]
    assert {kind for row in rows(text) for kind in re.findall(r"`(\w+)`", row[0])} == set(KINDS)
    assert {row[0].strip("`") for row in rows(section("`gradkit grade`"))} >= MARKS.keys()
    assert [row[0].strip("`") for row in rows(section("Confinement"))] == list(LEVELS)


def test_reference_explains_each_environment_variable() -> None:
    used = set(re.findall(r"^([A-Z]+) \?=", MAKEFILE, re.MULTILINE))
    for path in ENGINE.rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        if "environ" in text:
            used |= set(re.findall(r'"([A-Z][A-Z0-9_]{2,})"', text))
    # Names of git's, of typing's and of tokenize's, and a verdict.
    used -= {"FAILED", "HEAD", "TYPE_CHECKING", "FSTRING_START", "FSTRING_MIDDLE", "FSTRING_END", "UTC"}
    assert not {name for name in used if f"`{name}`" not in section("Environment variables")}


def test_figures_for_several_hand_ins_are_multiples_of_that_for_one() -> None:
    text = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")

    def figure(pattern: str) -> int:
        (found,) = re.findall(pattern, text)
        return int(found.replace(",", ""))

    one = figure(r"at most ([\d,]+)\s+bits to its author's page")
    assert figure(r"\| ([\d,]+) bits for each collected hand-in") == one
    assert figure(r"`attempts = 10` \| ([\d,]+) bits") == 10 * one
    within = 3 * (14 + 1)  # three in any 24 hours, the first and the last moment of two weeks included
    assert figure(r"`window = 3`, in two weeks \| ([\d,]+) bits") == within * one
    assert figure(r"in all: (\d+) hand-ins") == within


RULES = (ROOT / "docs" / "rules.md").read_text(encoding="utf-8")
EXPLAINED = re.findall(r"^\$ gradkit policy (\w+) (\w+)\n(.*?)(?=^\$|^```)", RULES, re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize(("student", "assignment", "shown"), EXPLAINED, ids=[" ".join(each[:2]) for each in EXPLAINED])
def test_examples_of_rules_come_out_as_shown(tmp_path: Path, student: str, assignment: str, shown: str) -> None:
    """Hand-ins and decisions are read from the example; which counts, days and penalty must follow from them."""
    settings = blocks(RULES, "toml")
    (tmp_path / "course.toml").write_text(f'id = "nn101"\ntitle = "A course"\n{settings[0]}', encoding="utf-8")
    course = load_course(tmp_path)

    def times(pattern: str) -> list[datetime]:
        found = re.findall(rf"  {pattern} (\d{{4}}-\d\d-\d\d \d\d:\d\d)", shown)
        return [datetime.fromisoformat(time).replace(tzinfo=course.zone) for time in found]

    scores = map(float, re.findall(r": ([\d.]+) points?[.;]", shown))
    attempts = list(map(Attempt, times(r"Hand-in \d,"), scores))
    (counts,) = re.findall("the (best|chosen|last) one, which", shown) or ["last"]
    policy = replace(course.policy, counts={"chosen": "active"}.get(counts, counts))
    budget = sum(map(int, re.findall(r"  (\d) slip days? used, (\d) left", shown)[0])) if attempts else 3

    def decided(kind: Any, pattern: str, **what: datetime) -> list[Event]:
        reasons = re.findall(rf"  {pattern}.*?\((.+)\)\.", shown)
        return [Event(datetime.now(UTC), "ada", kind, student, assignment, reason=reason, **what) for reason in reasons]

    events = decided("excuse", "Excused")
    for time in times("Extended until"):
        events += decided("extend", "Extended", until=time)
    if counts == "chosen":
        (number,) = re.findall(r"  Hand-in (\d),.*which counts", shown)
        chosen = attempts[int(number) - 1].time
        events.append(Event(datetime.now(UTC), "ada", "choose", student, assignment, attempt=chosen))
    rules = Rules(assignment, times("Due")[0], policy)
    reckoned = reckon(student, [rules], {assignment: attempts}, Ledger(events), course.late, course.zone, budget)
    lines = explained(reckoned[assignment], course.zone)
    assert [line.strip() for line in shown.splitlines() if line.startswith("  ")] == lines
    (score,) = re.findall(r"^\w+: (.+?)(?: points after the late penalty)?$", shown, re.MULTILINE)
    assert score == ("no score" if reckoned[assignment].score is None else f"{reckoned[assignment].score:g}")
