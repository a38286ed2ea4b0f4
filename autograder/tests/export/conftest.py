"""Grades of a small class."""

from __future__ import annotations

import pytest

from gradkit.export.grades import Grade


@pytest.fixture
def grades() -> list[Grade]:
    """Ada has 4.5 points, bob's submission was refused, cyd waits for a person, =dee() is nobody's idea of a name."""
    return [
        Grade("ada", "hw0", "Scaling", 4.5, 5.0, "scale 2.5 of 3; shift 2 of 2"),
        Grade("bob", "hw0", "Scaling", None, 5.0),
        Grade("cyd", "hw0", "Scaling", 0.0, 5.0, "-", waits_for_person=True),
        Grade("=dee()", "hw0", "Scaling", 1.0, 5.0),
    ]
