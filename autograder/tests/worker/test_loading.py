"""Modules are made from bytes, under their own names, and shadow nothing that is installed."""

from __future__ import annotations

import json
import sys
import traceback

import pytest

from gradkit.worker.loading import SourceFinder, load_module


@pytest.mark.parametrize(
    "source",
    [
        b"value = 1\n",
        b"\xef\xbb\xbfvalue = 1\n",
        b"# -*- coding: latin-1 -*-\nvalue = 1  # \xe9\n",
        b"if True:\r\n\tvalue = 1\r\n",
        "数 = 1\nvalue = 数\n".encode(),
    ],
)
def test_every_text_that_python_reads_is_loaded(source: bytes) -> None:
    assert load_module("any_answer.py", {"any_answer.py": source}).value == 1


def test_a_module_named_like_an_installed_one_shadows_nothing() -> None:
    module = load_module("json.py", {"json.py": b"value = 1"})
    assert module.value == 1
    assert sys.modules["json"] is json


def test_the_main_guard_does_not_run() -> None:
    source = b"ran = False\nif __name__ == '__main__':\n    ran = True\n"
    assert load_module("guarded_answer.py", {"guarded_answer.py": source}).ran is False


def test_tracebacks_show_the_source_line() -> None:
    try:
        load_module("broken_answer.py", {"broken_answer.py": b"x = 1\ny = x / 0\n"})
    except ZeroDivisionError:
        assert "y = x / 0" in traceback.format_exc()
    else:
        pytest.fail("the module's error was swallowed")


def test_helpers_beside_the_module_are_found_and_installed_modules_come_first(monkeypatch: pytest.MonkeyPatch) -> None:
    finder = SourceFinder({"helper_of_mine.py": b"value = 2", "json.py": b"value = 3"})
    monkeypatch.setattr(sys, "meta_path", [*sys.meta_path, finder])
    module = load_module("user_answer.py", {"user_answer.py": b"import json, helper_of_mine as h\nvalue = h.value"})
    assert module.value == 2
    assert not hasattr(module.json, "value")
    del sys.modules["helper_of_mine"]
