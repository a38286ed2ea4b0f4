"""What nbgrader says is gathered, not printed."""

from __future__ import annotations

import logging

import pytest

from gradkit.gradebook.logs import gathered_log


def test_warnings_are_gathered_and_nothing_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    with gathered_log("x") as (log, said):
        log.info("going on")
        log.warning(" %s is late \n", "ada")
        log.error("Traceback (most recent call last):\n  File x\n    raise\nValueError: no cell")
        logging.getLogger("tornado.application").error("the inside of nbgrader")
    assert said == ["ada is late", "ValueError: no cell"]
    assert "".join(capsys.readouterr()) == ""


@pytest.mark.parametrize("disabled", [False, True])
def test_tornados_log_is_as_it_was_also_after_an_error(disabled: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    tornado = logging.getLogger("tornado.application")
    monkeypatch.setattr(tornado, "disabled", disabled)

    def fail() -> None:
        with gathered_log("x"):
            assert tornado.disabled
            raise ValueError("x")

    with pytest.raises(ValueError, match="x"):
        fail()
    assert tornado.disabled == disabled
