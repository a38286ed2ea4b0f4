"""Which submissions are told as similar, and which are not."""

from __future__ import annotations

import re
import time
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradkit.report import texts
from gradkit.report.similarity import MOST, Pair, compare
from gradkit.report.texts import without_noise

STUB = '''
"""The homework."""

import torch


def loss(y_hat, y):
    """The mean loss."""
    raise NotImplementedError("loss")
'''
REFERENCE = STUB.replace(
    'raise NotImplementedError("loss")', "return -(y * y_hat.log() + (1 - y) * (1 - y_hat).log()).mean()"
)
LOOP = """total = torch.zeros((), dtype=y.dtype)
    for index in range(len(y)):
        if y[index] > 0.5:
            total = total - torch.log(y_hat[index].clamp(min=1e-30))
        else:
            total = total - torch.log1p(-y_hat[index].clamp(max=1 - 1e-9))
    return total / len(y)"""
WHERE = """certain = torch.where(y.bool(), y_hat, 1.0 - y_hat)
    smallest = torch.finfo(certain.dtype).tiny
    logs = torch.maximum(certain, torch.full_like(certain, smallest)).log()
    summed = logs.neg().sum(dim=0)
    return torch.div(summed, y.numel())"""


def answer(body: str) -> str:
    return STUB.replace('raise NotImplementedError("loss")', body)


def similar_pairs(sources: dict[str, str], given: list[str]) -> list[Pair]:
    found = compare(sources, given)
    assert found.left_out == {}
    return list(found.pairs)


def test_a_copy_with_other_names_and_comments_is_found_and_shown() -> None:
    copy = answer(re.sub(r"\btotal\b", "s", LOOP).replace("    for index", "    # by me\n    for index"))
    sources = {"ada": answer(LOOP), "bob": copy, "cyd": answer(WHERE), "dee": REFERENCE}
    (pair,) = similar_pairs(sources, [STUB, REFERENCE])
    assert (pair.one, pair.other) == ("ada", "bob")
    assert pair.share > 0.8
    for student, spans in zip(("ada", "bob"), pair.spans, strict=True):
        marked = " ".join(sources[student][start:end] for start, end in spans)
        assert "range(len(y))" in marked
        assert "log1p" in marked


@pytest.mark.parametrize(
    "disguise",
    [
        lambda text: re.sub(r"(\w+) = (?=t|torch)", r"\1: Tensor = ", text),
        lambda text: re.sub(r"\n( +)(?=total|if|return)", r"\n\1ünused = 0\n\1", text),
    ],
    ids=["annotations", "constants"],
)
def test_a_copy_in_disguise_is_found(disguise: Callable[[str], str]) -> None:
    copy = answer(disguise(LOOP))
    assert copy != answer(LOOP)
    (pair,) = similar_pairs({"ada": answer(LOOP), "bob": copy}, [STUB, REFERENCE])
    assert pair.share > 0.8
    assert "log1p" in " ".join(copy[start:end] for start, end in pair.spans[1])


@given(st.text(alphabet="aü=0:\n\r #'\"()"))
def test_every_character_but_noise_stays_in_its_place(source: str) -> None:
    cleaned = without_noise(source)
    assert len(cleaned) == len(source)
    assert all(new in (old, " ", "\n") for new, old in zip(cleaned, source, strict=True))


def test_the_same_answer_as_the_reference_is_what_was_asked_for() -> None:
    assert similar_pairs(dict.fromkeys(("ada", "bob"), REFERENCE), [STUB, REFERENCE]) == []


def test_untouched_stubs_are_not_alike() -> None:
    assert similar_pairs({"ada": STUB, "bob": STUB}, [STUB, REFERENCE]) == []


def test_what_many_wrote_is_explained_by_the_lecture() -> None:
    class_of_50 = {f"s{number}": answer(LOOP) for number in range(50)}
    assert similar_pairs(class_of_50, [STUB, REFERENCE]) == []


def test_what_cannot_be_compiled_is_compared_too() -> None:
    broken = answer(LOOP) + "\ndef (:\n"
    (pair,) = similar_pairs({"ada": broken, "bob": broken}, [STUB, REFERENCE])
    assert pair.share == 1


def test_a_class_of_copies_is_cut_and_the_order_is_always_the_same() -> None:
    sources = {}
    for number in range(120):
        body = "\n    ".join(
            f"v{line} = torch.sin(y) * {number // 3}{line} + y_hat ** {line}{number // 3}" for line in range(12)
        )
        sources[f"s{number:03}"] = answer(body)
    found = similar_pairs(sources, [STUB, REFERENCE])
    assert len(found) == MOST
    assert found == similar_pairs(dict(reversed(sources.items())), [STUB, REFERENCE])
    assert all(int(pair.one[1:]) // 3 == int(pair.other[1:]) // 3 for pair in found)


def test_nobody() -> None:
    assert similar_pairs({}, [STUB, REFERENCE]) == []


def test_a_module_that_takes_too_much_is_left_out_and_the_others_are_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(texts, "_SECONDS", 0.5)
    hostile = {"long": "x = 1\n" * 11_000, "slow": " \n" * 30_000}  # pygments takes a minute over the blank lines
    found = compare({"ada": answer(LOOP), "bob": answer(LOOP), **hostile}, [STUB, REFERENCE])
    assert [(pair.one, pair.other) for pair in found.pairs] == [("ada", "bob")]
    assert found.left_out == {
        "long": "it has 66,000 characters; at most 65,536 are compared",
        "slow": "reading it took more than 0.5 seconds",
    }


def test_a_class_takes_no_more_than_a_class_may(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(texts, "_MOST", 1000)
    found = compare({"ada": answer(LOOP), "bob": answer(LOOP), "cyd": answer(LOOP) * 3}, [STUB, REFERENCE])
    assert len(found.pairs) == 1
    assert set(found.left_out) == {"cyd"}


@pytest.mark.parametrize("unit", ["a:a=a;", "x: int = 0; ", "def f(a: b): 0\n"])
def test_blanking_takes_linear_time(unit: str) -> None:
    started = time.process_time()
    assert len(without_noise(unit * (texts.LARGEST // len(unit)))) <= texts.LARGEST
    assert time.process_time() - started < 5.0
