"""What a run found, and its old names."""

from __future__ import annotations

import pytest

from gradkit.suite import Call, Found, Mismatch
from gradkit.wire.observation import Failure, Observation


def test_the_old_name_of_raise_for_failure_still_works() -> None:
    failed = Found(Call([], observe=()), Observation(failure=Failure("timeout", "1 s")))
    with pytest.raises(Mismatch) as now:
        failed.raise_for_failure()
    with pytest.warns(DeprecationWarning, match="Found.raise_for_failure"), pytest.raises(Mismatch) as before:
        failed.require()
    assert (before.value.kind, before.value.message) == (now.value.kind, now.value.message)
