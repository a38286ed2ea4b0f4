"""The late penalty."""

from __future__ import annotations

import pytest
from traitlets.config import Config

from gradkit.gradebook.late import LatePenalty

HOUR = 3600.0
DAY = 24 * HOUR


@pytest.mark.parametrize(
    ("seconds", "penalty"),
    [
        (1.0, None),
        (HOUR, None),
        (HOUR + 1, 2.0),
        (HOUR + DAY, 2.0),
        (HOUR + DAY + 1, 4.0),
        (HOUR + 4 * DAY, 8.0),
        (HOUR + 5 * DAY, 10.0),
        (HOUR + 300 * DAY, 10.0),
    ],
)
def test_each_day_begun_after_the_grace_costs_its_share_down_to_the_floor(seconds: float, penalty: float) -> None:
    plugin = LatePenalty(grace_minutes=60.0, percent_per_day=10.0, floor_percent=50.0)
    assert plugin.late_submission_penalty("ada", 20.0, seconds) == penalty


def test_without_a_rule_nothing_is_taken_away() -> None:
    assert LatePenalty().late_submission_penalty("ada", 20.0, 300 * DAY) is None


def test_the_rule_is_set_by_configuration() -> None:
    config = Config()
    config.LatePenalty.percent_per_day = 100.0
    assert LatePenalty(config=config).late_submission_penalty("ada", 20.0, 1.0) == 20.0
