"""Attacks that are uploaded archives or links in the exchange: refused by name, or harmless when they come in."""

from __future__ import annotations

import os
import zipfile
from pathlib import Path
from typing import Any

import pytest

from gradkit.collect.inbound import refusals_in_words
from gradkit.collect.zip_uploads import collect_zips
from gradkit.course import Course, load_course
from gradkit.errors import SubmissionRefused
from gradkit.intake.files import copy_untrusted

HW = "hw0_scaling"


@pytest.fixture
def own_course(course: Course) -> Course:
    """The demonstration course, in a folder of this test's own."""
    return load_course(course.root)


def test_packed_attack_is_refused_and_the_next_archive_comes_in(
    packed: Any, arena: Any, own_course: Course, tmp_path: Path
) -> None:
    uploads = tmp_path / "uploads"
    uploads.mkdir()
    packed.run("pack", uploads / f"mallory_{HW}.zip", arena.places)
    with zipfile.ZipFile(uploads / f"trent_{HW}.zip", "w") as archive:
        archive.writestr("scaling.py", "x = 1\n")
    arena.watch()
    report = collect_zips(own_course, uploads)
    said = refusals_in_words(report.refused)
    taken = {path.name for path in (own_course.submitted / "mallory" / HW).glob("**/*") if path.is_file()}
    (expected,) = packed.expected
    verb, _, words = expected.partition(" ")
    if verb == "collects":
        assert taken == set(words.split())
    else:
        assert taken == set()
        assert len(said) == 1
        assert words in said[0]
    assert arena.disturbed() == []
    assert arena.leaked(*said) == []
    assert all(line.isprintable() for line in said)
    assert (own_course.submitted / "trent" / HW / "scaling.py").read_text() == "x = 1\n"
    assert not (tmp_path / "outside").exists()


def test_attack_in_the_exchange_is_refused_or_copied_without_what_it_leads_to(
    graded: Any, arena: Any, course: Course, tmp_path: Path
) -> None:
    folder = Path(arena.places["root"]) / "handed-in" / "exchange" / graded.name
    graded.hand_in(folder, arena.places)
    said = ""
    try:
        copy_untrusted(folder, tmp_path / "copy", course.submission)
    except SubmissionRefused as refusal:
        said = str(refusal)  # and what had been copied by then must be harmless too
    assert said.isprintable()
    assert arena.leaked(said) == []
    wanted = "reference" if "reference" in graded.source else ""
    for place, _, names in os.walk(tmp_path / "copy"):
        for path in (Path(place) / name for name in names):
            assert path.is_file()
            assert not path.is_symlink()
            assert set(arena.leaked(path.read_bytes().decode("utf-8", errors="replace"))) <= {wanted, "test"}
