"""Expected observations, and their old name."""

from __future__ import annotations

import pytest

import gradkit.suite


def test_the_old_name_of_expected_still_works() -> None:
    with pytest.warns(DeprecationWarning, match=r"is now expected\(\)"):
        from gradkit.suite import figures
    assert figures is gradkit.suite.expected
    assert "figures" not in gradkit.suite.__all__
    with pytest.raises(AttributeError, match="no_such_name"):
        _ = gradkit.suite.no_such_name
