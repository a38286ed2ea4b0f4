"""How many hand-ins it takes to find an expected value from what messages tell, by a student who does nothing else."""

from __future__ import annotations

import pytest
import torch

from gradkit.suite import Found, Mismatch, assert_matches, expected, function_call
from gradkit.suite.said import about
from gradkit.wire.observation import Observation
from gradkit.wire.values import ObservedTensor

LOW, HIGH = -4.0, 4.0  # where a standard normal number is


def hand_in(guess: float, secret: float) -> str | None:
    """What is said of a guess; None where it is right."""
    result = ObservedTensor(torch.tensor(guess, dtype=torch.float64), attached=False)
    found = Found(function_call("f", {}), Observation(values={"result": result}))
    try:
        assert_matches(found, expected(result=torch.tensor(secret, dtype=torch.float64)), hint="")
    except Mismatch as mismatch:
        return mismatch.message
    return None


def errors_of(said: str, scale: float) -> tuple[float, float]:
    """The errors of which this is said: the attacker knows gradkit, and has been told the scale."""
    edges = [10 ** (power / 1000) for power in range(-14_000, 7_000)]
    alike = [error for error in edges if f"off by {about(error, scale, 'the right value').text} (" in said]
    return alike[0], alike[-1]


def possible_after(secret: float, hand_ins: int) -> float:
    """How wide the range still is; 0 where the value was found."""
    low, high = LOW, HIGH
    for _ in range(hand_ins):
        said = hand_in(low, secret)  # the lower end of what is possible, where an error tells its direction too
        if said is None:
            return 0.0
        nearest, furthest = errors_of(said, abs(secret))
        low, high = low + 0.99 * nearest, min(high, low + 1.01 * furthest)
    return high - low


@pytest.mark.parametrize("seed", range(4))
def test_messages_do_not_lead_to_an_expected_value(seed: int) -> None:
    """They lead to three digits in some hand-ins; from there to the eight that count it is guessing."""
    secret = torch.randn((), generator=torch.Generator().manual_seed(seed), dtype=torch.float64).item()
    assert possible_after(secret, 50) > 1e-4 * abs(secret)
