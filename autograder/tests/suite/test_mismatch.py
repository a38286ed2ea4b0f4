"""What comes from the student's process is shown short, and without what could carry a hidden input out."""

from __future__ import annotations

import pytest

from gradkit.conditions.advice import NO_GPU, advice, cannot_be_loaded
from gradkit.suite.mismatch import MAX_SHOWN, explain_failure, scrub
from gradkit.wire.observation import Failure


@pytest.mark.parametrize(
    "text",
    [
        "mat1 and mat2 shapes cannot be multiplied (5x3 and 4x1)",
        "'MLPRegression' object has no attribute 'first_layer'",
        "The size of tensor a (5) must match the size of tensor b (3) at non-singleton dimension 0",
        "expected scalar type Double but found Float",
        "conv2d() got an unexpected keyword argument 'stride'",
        "No module named 'scipy'",
        "No gradient reaches layers.0.weight, blocks.1.conv2d.bias, parts.11.",
        'Missing key(s) in state_dict: "0.weight", "layers.3.bias"',
    ],
)
def test_a_plain_message_is_shown_as_it_is(text: str) -> None:
    assert scrub(text) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("[[0.25, -1.5e-3]]", "[[..., ...]]"),
        ("x is 123456 now", "x is ... now"),
        ("tensor(7e-05)", "tensor(...)"),
        ("key " + "QUJDRA" * 20, "key ..."),
        ("3.141592653589793", "..."),
        ("x.3.1.4.1.5", "x..."),
        ("v.141592", "v..."),
        ("a.1e5", "a..."),
        ("v.25.0.5e10", "v.25.0..."),
        ("w.12 is -0.5", "w.12 is ..."),
        ("1.25.weight", "...weight"),
    ],
)
def test_numbers_and_long_words_are_left_out(text: str, shown: str) -> None:
    assert scrub(text) == shown


def test_a_long_message_is_cut() -> None:
    assert len(scrub("so it goes " * 100)) == MAX_SHOWN


def test_a_text_of_any_length_is_cut_before_it_is_looked_at() -> None:
    assert scrub("1.5 " * 1_000_000) == scrub("1.5 " * 300)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("AssertionError", "Torch not compiled with CUDA enabled"),
        (
            "RuntimeError",
            "Cannot re-initialize CUDA in forked subprocess. To use CUDA with multiprocessing, you must ...",
        ),
        ("RuntimeError", "Found no NVIDIA driver on your system. Please check that you have an NVIDIA GPU and ..."),
        ("RuntimeError", "No CUDA GPUs are available"),
        ("RuntimeError", "Attempting to deserialize object on a CUDA device but torch.cuda.is_available() is False."),
    ],
)
def test_code_that_asks_for_a_gpu_is_told_that_there_is_none_with_every_build(name: str, message: str) -> None:
    raised = explain_failure(Failure("raised", message, type_name=name))[1].text
    unloadable = cannot_be_loaded(name, message, advice(name, message, "", "Python 3.11 with torch"))
    for said in (raised, unloadable):
        assert ("GPU" in said, said.endswith(NO_GPU), message in said) == (True, True, False)
