"""An audit on a cluster finds what an audit on one machine finds."""

from __future__ import annotations

import json
from pathlib import Path

from gradkit.course import Course
from gradkit.release import build_course

from ..demo_course import complete
from .conftest import Gradkit


def test_an_audit_is_the_same_on_a_cluster(course: Course, gradkit: Gradkit, tmp_path: Path) -> None:
    complete(course.root)
    build_course(course)
    here = gradkit("audit", "--json")
    there = gradkit("audit", "--json", "--cluster", "local:2")
    assert there.returncode == here.returncode
    assert json.loads(there.stdout) == json.loads(here.stdout)
    assert json.loads(here.stdout)["audits"][0]["questions"] != []
    assert tmp_path.exists()
