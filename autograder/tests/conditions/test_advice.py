"""What students should do about a file that cannot be loaded."""

from __future__ import annotations

import pytest

from gradkit.conditions import advice as words
from gradkit.conditions.advice import advice, asks_for_gpu, cannot_be_loaded, is_called, overwritten

HERE = "Python 3.11 with torch, numpy"


@pytest.mark.parametrize(
    ("type_name", "message", "source", "expected"),
    [
        ("SyntaxError", "invalid syntax", "!pip install x", words.NOTEBOOK_LINES),
        ("SyntaxError", "(unicode error) 'utf-8' codec can't decode byte", "", "Save the file as UTF-8."),
        (
            *("SyntaxError", "(unicode error) 'gbk' codec can't decode byte", ""),
            "Save the file as UTF-8, and remove the encoding declared at its top.",
        ),
        ("ModuleNotFoundError", "No module named 'google.colab'", "", words.COLAB),
        ("NameError", "name 'display' is not defined", "", words.NOTEBOOK_NAMES),
        ("NameError", "name 'tensor' is not defined", "", words.MAIN_GUARD),
        ("NotImplementedError", "scale", "", words.UNFINISHED),
        ("SystemExit", "", "", words.ENDS_PROGRAM),
        ("AssertionError", "Torch not compiled with CUDA enabled", "", words.NO_GPU),
        ("", "it did not finish within 2 seconds of computing", "", words.MAIN_GUARD),
    ],
)
def test_each_reason_has_its_advice(type_name: str, message: str, source: str, expected: str) -> None:
    assert advice(type_name, message, source, HERE) == expected


def test_what_is_installed_is_named_where_it_matters() -> None:
    assert HERE in advice("ModuleNotFoundError", "No module named 'scipy'", "import scipy", HERE)
    assert "Grading runs Python 3.11," in advice("SyntaxError", "invalid syntax", "type X = int", HERE)


def test_the_reason_comes_first_and_ends_as_a_sentence() -> None:
    said = cannot_be_loaded("ValueError", "too small", "Do this.", 3, "f()")
    assert said == "Your file cannot be loaded: ValueError: too small in line 3: f(). Do this."
    assert cannot_be_loaded("E", "why?", "") == "Your file cannot be loaded: E: why?"


def test_a_call_for_a_gpu_is_said_in_words() -> None:
    message = "Found no NVIDIA driver on your system"
    assert asks_for_gpu(message)
    assert not asks_for_gpu("expected a tensor")
    assert cannot_be_loaded("RuntimeError", message, words.NO_GPU).startswith(
        "Your file cannot be loaded: it asks for a GPU. Grading has none"
    )


def test_a_call_is_told_from_another_name() -> None:
    assert is_called("f", "y = f (x)")
    assert not is_called("f", "y = g.of(x) + f")
    assert "scale is overwritten in line 7: scale = 3 " in overwritten("scale", 7, "scale = 3")
