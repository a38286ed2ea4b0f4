"""A test mirrors a module, or is listed here: with what it is about, or with further modules that it tests.

``<package>/test_<module>.py`` is for ``gradkit/<package>/<module>.py``, ``test_<module>_<part>.py`` for a part of it,
and ``bench/`` for the bench beside it.
"""

from __future__ import annotations

from pathlib import Path

import pytest

import gradkit

TESTS = Path(__file__).parent
ENGINE = Path(gradkit.__file__).parent
BENCH = ENGINE.parent / "bench"
ROOT = ENGINE.parents[1]

# What is tried on the engine as a whole.
WHOLE = ("attacks", "soak")

# Tests of this repository, by name, and what they look at.
OF_THE_REPOSITORY = {
    "bans/lists": "assignments",
    "release/workflows": "autograder/gradkit/release/workflows",
    "authoring": "docs/authoring.md",
    "chinese": "assignments",
    "course": "assignments",
    "digits": "assignments/hw6_convolution",
    "docs": "docs/reference.md",
    "expressions": "autograder/gradkit",
    "import_strings": "autograder/gradkit",
    "layout": "autograder/tests",
    "pages": "docs",
    "rooms": "autograder/tools/rooms.py",
    "site": "mkdocs.yml",
    "texts": "autograder/gradkit",
    "translations": "autograder/gradkit/locale",
    "suite/extremes": "autograder/hidden",
}

# Tests named after what several modules do together, and the modules.
TOGETHER = {
    "audit/numpy": "audit/suite_audit release/builder suite/session",
    "bans/hidden_calls": "bans/replacing grading/reader reader/signs",
    "check/parity": "check/checks conditions/advice conditions/finder conditions/rules conditions/switches",
    "classroom/whole_term": "classroom/standings gradebook/rows term/reckoning",
    "cli/gradescope": "cli/export release/gradescope_zip release/wheel",
    "collect/doors": "collect/inbound collect/repositories collect/zip_uploads intake/submission",
    "collect/downloads": "collect/hand_in_times collect/upload_names collect/zip_uploads intake/archive",
    "gradebook/together": "gradebook/database gradebook/filing gradebook/registration gradebook/rows",
    "export/round_trips": "csv_tables export/canvas export/moodle report/tables",
    "grading/faults": "diagnosis/matcher grading/grade sandbox/parallel",
    "grading/killed": "grading/batch sandbox/deaths sandbox/handle sandbox/parallel",
    "grading/look_at": "grading/record pages/submission reader/signs",
    "jail/modules": "jail/levels jail/zygote sandbox/handle worker/__main__",
    "suite/guessing": "suite/differences suite/said",
}

# Modules without a test of their own: they are parts of what these tests run, which would fail without them.
BESIDE = {
    "attacks/attacks": "jail/confine jail/landlock jail/seccomp sandbox/channel sandbox/connection",
    "audit/fuzz": "audit/odd audit/pool audit/strange",
    "audit/suite_audit": "audit/crew audit/findings audit/public audit/trials",
    "bench/runs": "bench/floor bench/notebooks bench/record",
    "bench/scale": "bench/__main__",
    "bench/simulation": "bench/simulated_node bench/simulated_workers",
    "check/command": "check/__main__ check/cells check/console",
    "check/ci": "check/results",
    "check/process": "check/server",
    "check/checks": "check/fresh_import check/homework check/locations check/patience",
    "classroom/renaming": "gradebook/students",
    "classroom/sync_gradebook": "classroom/exporting classroom/gradebook_session",
    "cli/app": "cli/term",
    "cli/decisions": "classroom/decisions grading/held_back",
    "cli/grade": "classroom/current",
    "cluster/grading": "cli/node cluster/bundle cluster/carrier cluster/requests cluster/node",
    "collect/inbound": "collect/collected intake/traces",
    "collect/repositories": "intake/git intake/tree",
    "collect/zip_uploads": "intake/archive",
    "course/assignment": "course/hand_in_policy course/toml_files",
    "diagnosis/fingerprints": "diagnosis/answer_store",
    "gradebook/notebooks": "intake/written",
    "gradebook/rows": "gradebook/registration",
    "grading/bans": "bans/uses",
    "grading/grade": "grading/make_record grading/score",
    "grading/reader": "reader/__main__",
    "grading/store": "course/hashing",
    "reader/signs": "reader/places",
    "release/new": "cli/audit",
    "release/source": "release/readme",
    "report/similarity": "report/texts",
    "sandbox/submission_runner": "sandbox/open",
    "term/reckoning": "term/in_words",
    "suite/session": "suite/items suite/rng suite/tests",
    "wire/call": "wire/naming",
    "wire/frames": "wire/values",
    "worker/perform": "worker/given worker/gradients worker/objects worker/observing",
    "worker/printing": "conditions/streams",
}

SOURCES = [(path, ENGINE) for path in ENGINE.rglob("*.py")] + [(path, ENGINE.parent) for path in BENCH.glob("*.py")]
MODULES = {path.relative_to(root).with_suffix("").as_posix() for path, root in SOURCES if path.stem != "__init__"}
FILES = {
    path.relative_to(TESTS).with_name(path.stem.removeprefix("test_")).as_posix() for path in TESTS.rglob("test_*.py")
}
MIRRORS = {name for name in FILES if name in MODULES or name.rpartition("_")[0] in MODULES}
LISTED = OF_THE_REPOSITORY.keys() | TOGETHER.keys()


def test_each_test_mirrors_a_module_or_is_listed() -> None:
    loose = FILES - MIRRORS - LISTED
    assert sorted(name for name in loose if not name.startswith(tuple(f"{folder}/" for folder in WHOLE))) == []


def test_each_module_has_a_test() -> None:
    tested = {name for names in (*TOGETHER.values(), *BESIDE.values()) for name in names.split()}
    assert sorted(MODULES - FILES - tested) == []


@pytest.mark.parametrize("name", sorted(LISTED))
def test_a_test_is_listed_only_where_it_mirrors_no_module(name: str) -> None:
    assert name in FILES
    assert name not in MIRRORS


@pytest.mark.parametrize("name", sorted(OF_THE_REPOSITORY))
def test_what_it_looks_at_is_there(name: str) -> None:
    assert (ROOT / OF_THE_REPOSITORY[name]).exists()


@pytest.mark.parametrize("name", sorted(TOGETHER))
def test_modules_that_are_tested_together_are_there(name: str) -> None:
    assert set(TOGETHER[name].split()) - MODULES == set()


@pytest.mark.parametrize("name", sorted(BESIDE))
def test_modules_beside_another_are_there_and_have_no_test_of_their_own(name: str) -> None:
    assert name in FILES
    assert set(BESIDE[name].split()) - (MODULES - FILES) == set()
