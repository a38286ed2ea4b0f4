"""The order of the checks, and what each says."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from gradkit.errors import GraderFault
from gradkit.suite import (
    Found,
    Mismatch,
    assert_all_learn,
    assert_finite,
    assert_matches,
    assert_raises,
    assert_tensor,
    check,
    expected,
    function_call,
)
from gradkit.wire.observation import BUILTIN_EXCEPTIONS, Failure, Observation
from gradkit.wire.values import ObservedTensor, Opaque, Ref

X = torch.tensor([1.0, 2.0, 4.0], dtype=torch.float64)
CALL = function_call("f", {"x": X}, cotangent=X)


def found(value: Any = X, *, attached: bool = True, gradient: Tensor | None = X, **facts: Any) -> Found:
    result = ObservedTensor(value, attached) if isinstance(value, Tensor) else value
    return Found(CALL, Observation(values={"result": result}, gradients={"x": gradient}, **facts))


def failed(kind: Any, type_name: str = "", message: str = "m", source: str = "") -> Found:
    bases = [base.__name__ for base in BUILTIN_EXCEPTIONS.get(type_name, object).__mro__ if base is not object]
    return Found(CALL, Observation(failure=Failure(kind, message, type_name, source=source, bases=tuple(bases))))


TODO = 'raise NotImplementedError("f")'


def mismatch(one: Found, other: Found | None = None, **options: float) -> Mismatch:
    with pytest.raises(Mismatch) as caught:
        assert_matches(one, other or found(), hint="the hint", **options)
    return caught.value


def test_equal_observations_match() -> None:
    assert_matches(found(), found(), hint="")


@pytest.mark.parametrize(
    ("answer", "kind", "words"),
    [
        (failed("raised", "ValueError"), "raised", "ValueError: m"),
        (failed("raised", "NotImplementedError", source=TODO), "not_started", "TODO"),
        (
            failed("raised", "NotImplementedError", "no sparse kernel", "return x @ w"),
            "raised",
            "Your code raised NotImplementedError: no sparse kernel",
        ),
        (failed("died"), "died", "no answer"),
        (failed("timeout"), "timeout", "never ends"),
        (found(None), "type", "None; it must be a torch.Tensor"),
        (found(Opaque("numpy.ndarray")), "type", "numpy.ndarray"),
        (found(1.0), "type", "a float"),
        (found(X.reshape(3, 1)), "shape", "(3, 1); it must be (3,)"),
        (found(X.float()), "dtype", "torch.float32"),
        (found(X / 0), "finite", "3 of 3 are infinite"),
        (found(X * torch.nan), "finite", "NaN"),
        (
            found(X + torch.tensor([0, 0, 0.25])),
            "value",
            "1 of 3 elements differ; the worst, at [2], is off by about 0.2",
        ),
        (found(attached=False), "detached", "not attached to the graph"),
        (found(gradient=None), "detached", "no gradient reaches x"),
        (found(gradient=2 * X), "gradient", "The output is right"),
        (found(gradient=X.float()), "gradient", "float32"),
        (found(gradient=None, gradient_error="in-place"), "detached", "in-place"),
        (found(mutated=("x",)), "mutated", "changed its input x"),
    ],
)
def test_each_difference_has_its_kind_and_its_words(answer: Found, kind: str, words: str) -> None:
    difference = mismatch(answer)
    assert difference.kind == kind
    assert words in difference.message
    assert difference.hint == "the hint"


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (found(X.reshape(3, 1).float()), "shape"),
        (found(X.float() + 1), "dtype"),
        (found(X / 0, attached=False), "finite"),
        (found(X + 1, attached=False), "value"),
        (found(attached=False, mutated=("x",)), "detached"),
        (found(gradient=2 * X, mutated=("x",)), "gradient"),
    ],
)
def test_the_first_difference_in_order_is_told(first: Found, second: str) -> None:
    assert mismatch(first).kind == second


def test_tolerances_are_inclusive_of_what_they_say() -> None:
    assert_matches(found(X + 0.009), found(), hint="", atol=0.01, rtol=0)
    assert mismatch(found(X + 0.011), atol=0.01, rtol=0).kind == "value"
    assert mismatch(found(X + 2e-7)).kind == "value"


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        (found(X + 1), found()),
        (found(gradient=2 * X), found()),
        (found(X.sum()), found(0 * X.sum())),
        (found(2.0), found(1.0)),
    ],
    ids=["tensor", "gradient", "scalar", "number"],
)
def test_each_wrong_number_states_what_is_allowed(wrong: Found, right: Found) -> None:
    assert "(allowed: 0.01)" in mismatch(wrong, right, atol=0.01, rtol=0).message
    assert "(allowed: 1e-08 + 1e-08 of the value)" in mismatch(wrong, right).message


def test_messages_do_not_tell_the_expected_value() -> None:
    secret = torch.tensor([123.4567890123], dtype=torch.float64)
    message = mismatch(found(secret + 1, gradient=None), found(secret, gradient=None)).message
    assert "123" not in message


def test_figures_are_compared_without_regard_to_the_graph() -> None:
    assert_matches(found(attached=False, gradient=None), expected(result=X), hint="")
    assert mismatch(found(X + 1), expected(result=X)).kind == "value"


@pytest.mark.parametrize(
    ("value", "right", "kind"),
    [
        ([1.0, 2.0], [1.0, 2.5], "value"),
        ([1.0], [1.0, 2.0], "shape"),
        ([X[0]], [1.0], "type"),
        ("1.0", 1.0, "type"),
        (True, 1.0, "type"),
        (float("nan"), 1.0, "finite"),
        (3, 4, "value"),
        (True, 1, "type"),
        ({"a": 1.0}, {"b": 1.0}, "shape"),
    ],
)
def test_plain_values_are_compared_strictly(value: Any, right: Any, kind: str) -> None:
    value = (
        [ObservedTensor(item, False) if isinstance(item, Tensor) else item for item in value]
        if isinstance(value, list)
        else value
    )
    assert mismatch(found(value), expected(result=right)).kind == kind


ARRAY = np.array([[1.0, 2.0], [3.0, 4.0]])
ONE = np.float64(1.5)


@pytest.mark.parametrize(
    ("value", "right"),
    [
        (2, 2.0),
        (ONE, 1.5),
        (1.5, ONE),
        (np.array(1.5), ONE),
        (2, np.float64(2)),
        (np.int64(3), 3),
        (3, np.int64(3)),
        (np.bool_(True), True),
        (True, np.bool_(True)),
        (np.float32(1.5), np.array(1.5, np.float32)),
        ((1.0, ARRAY), [1.0, ARRAY]),
        ([1.0, ARRAY], (1.0, ARRAY)),
    ],
)
def test_equal_values_of_types_alike_will_do_unless_types_are_strict(value: Any, right: Any) -> None:
    assert_matches(found(value), expected(result=right), hint="")
    assert_matches(found(right), expected(result=right), hint="", strict_types=True)
    with pytest.raises(Mismatch) as caught:
        assert_matches(found(value), expected(result=right), hint="", strict_types=True)
    assert caught.value.kind == "type"
    assert "it must be a" in caught.value.message


@pytest.mark.parametrize(
    ("value", "right", "kind", "words"),
    [
        (0 * ARRAY, ARRAY, "value", "4 of 4 elements differ; the worst, at [1, 1], is off by about 5"),
        (ARRAY.T, ARRAY, "value", "it is the transpose of what it should be"),
        (2 * ARRAY, ARRAY, "value", "it is 2 times too large"),
        (ARRAY[:1], ARRAY, "shape", "has shape (1, 2); it must be (2, 2)"),
        (ARRAY.reshape(4), ARRAY, "shape", "The numbers in it are right"),
        (ARRAY.astype(np.float32), ARRAY, "dtype", "is float32; it must be float64"),
        (ARRAY * np.inf, ARRAY, "finite", "4 of 4 are infinite"),
        (ARRAY.tolist(), ARRAY, "type", "a list; it must be a NumPy array (numpy.ndarray)"),
        (ObservedTensor(torch.tensor(ARRAY), False), ARRAY, "type", "a torch.Tensor; it must be a NumPy array"),
        (ARRAY, torch.tensor(ARRAY), "type", "a NumPy array (numpy.ndarray); it must be a torch.Tensor"),
        (ARRAY, ARRAY.tolist(), "type", "a NumPy array (numpy.ndarray); it must be a list"),
        (
            Opaque("numpy.ndarray of object"),
            ARRAY,
            "type",
            "of object; it must be a NumPy array (numpy.ndarray) of float64",
        ),
        (np.float64(2), ONE, "value", "off by about 0.5"),
        (np.float32(1.5), ONE, "type", "a NumPy number (numpy.float32); it must be a Python float"),
        (1.5, np.float32(1.5), "type", "it must be a NumPy number (numpy.float32)"),
        (300, np.int8(3), "type", "it must be a NumPy number (numpy.int8)"),
        (np.array([1.5]), ONE, "type", "it must be a Python float"),
        (np.array([3]), np.int64(3), "shape", "has shape (1,)"),
        (np.array(1.5), 1.5, "type", "it must be a Python float"),
        (np.int64(3), 1.5, "type", "it must be a Python float"),
        (ObservedTensor(torch.tensor(1.5), False), ONE, "type", "it must be a Python float"),
        (np.int64(4), 3, "value", "wrong"),
        (3.0, 3, "type", "a float; it must be an int."),
        (np.array([1, 3]), np.array([1, 2]), "value", "1 of 2 elements differ"),
        (np.array([True]), np.array([False]), "value", "1 of 1 elements differ"),
    ],
    ids=str,
)
def test_arrays_are_compared_as_tensors_are(value: Any, right: Any, kind: str, words: str) -> None:
    difference = mismatch(found(value), expected(result=right))
    assert (difference.kind, difference.unexplained) == (kind, None)
    assert words in difference.message


@pytest.mark.parametrize(
    "value", [Opaque("set"), Ref("x"), 1j, [Opaque("numpy.ndarray of object")], {"a": {1}}], ids=str
)
def test_an_expected_value_that_cannot_be_compared_is_the_authors_fault(value: Any) -> None:
    with pytest.raises(GraderFault, match="cannot be compared"):
        assert_matches(found(value), expected(result=value), hint="")


def test_finite_looks_into_arrays() -> None:
    assert_finite(found(ARRAY), hint="")
    assert_finite(found([ONE, np.int64(3)]), hint="")
    with pytest.raises(Mismatch, match="infinite"):
        assert_finite(found(ARRAY * np.inf), hint="")


def test_a_failing_reference_is_the_graders_fault() -> None:
    with pytest.raises(GraderFault):
        assert_matches(found(), failed("raised", "ValueError"), hint="")


def test_finite_wants_values_and_gradients() -> None:
    assert_finite(found(), hint="")
    for answer in (found(X / 0), found(gradient=X / 0), found(gradient=None), found([float("inf")])):
        with pytest.raises(Mismatch):
            assert_finite(answer, hint="")


def test_an_expected_exception_must_be_that_one_and_say_what_it_must() -> None:
    assert_raises(failed("raised", "ValueError", "got (4, 1) and (4,)"), ValueError, mentions=["(4, 1)"], hint="")
    wrong = [found(), failed("raised", "TypeError"), failed("died"), failed("raised", "NotImplementedError")]
    for answer in [*wrong, failed("raised", "ValueError", "no shapes")]:
        with pytest.raises(Mismatch):
            assert_raises(answer, ValueError, mentions=["(4, 1)"], hint="")
    assert_raises(failed("raised", "ValueError", "E=6, heads=4"), ValueError, mentions=["6", "4"], hint="")
    with pytest.raises(Mismatch, match="does not name 4"):
        assert_raises(failed("raised", "ValueError", "E=64"), ValueError, mentions=["4"], hint="")


def test_a_subclass_of_the_expected_exception_is_that_exception() -> None:
    def raised(name: str, *bases: str) -> Found:
        return Found(CALL, Observation(failure=Failure("raised", "m", name, bases=bases)))

    assert_raises(raised("ShapeError", "ValueError", "Exception"), ValueError, hint="")
    assert_raises(raised("BothError", "KeyError", "LookupError", "ValueError"), ValueError, hint="")
    assert_raises(raised("UnicodeError", "UnicodeError", "ValueError"), ValueError, hint="")
    assert_raises(raised("Unfinished", "NotImplementedError"), NotImplementedError, hint="")
    with pytest.raises(Mismatch, match="ValueError is expected here; your code raised ShapeError"):
        assert_raises(raised("ShapeError", "TypeError", "Exception"), ValueError, hint="")
    # A class of the student's that is only called so.
    with pytest.raises(Mismatch, match="ValueError is expected here"):
        assert_raises(raised("ValueError", "Exception"), ValueError, hint="")


@pytest.mark.parametrize("base", ["SystemExit", "KeyboardInterrupt"])
def test_code_that_ends_the_program_is_told_so_whatever_it_calls_its_exception(base: str) -> None:
    answer = Found(CALL, Observation(failure=Failure("raised", "3", "Bye", bases=(base, "BaseException"))))
    assert mismatch(answer).message == f"Your code ended the program ({base}). Return a value instead."


def test_the_output_is_called_right_only_where_it_was_compared() -> None:
    gradients = expected(gradients={"x": X})
    assert mismatch(found(X + 1, gradient=2 * X), gradients).message.startswith(
        "The gradient with respect to x is wrong"
    )
    assert mismatch(found(X + 1, gradient=None), gradients).message.startswith("No gradient reaches x: ")
    assert mismatch(found(X[:2], gradient=None), gradients).message == "The result has shape (2,); it must be (3,)."
    with pytest.raises(Mismatch, match=r"The result has shape \(2,\); it must be \(3,\)\."):
        assert_finite(found(X[:2], gradient=None), hint="")


def test_a_tensor_of_a_shape_is_returned_whatever_its_numbers() -> None:
    assert torch.equal(assert_tensor(found(), "result", (3,), hint=""), X)
    assert torch.equal(assert_tensor(found(X.half()), "result", (3,), hint=""), X)
    wrong = {"type": found(1.0), "shape": found(X[:2]), "dtype": found(X.long()), "finite": found(X / 0)}
    for kind, answer in wrong.items():
        with pytest.raises(Mismatch) as caught:
            assert_tensor(answer, "result", (3,), hint="the hint")
        assert (caught.value.kind, caught.value.hint) == (kind, "the hint")
    with pytest.raises(Mismatch, match="ValueError"):
        assert_tensor(failed("raised", "ValueError"), "result", (3,), hint="")


def test_a_module_learns_only_if_every_parameter_has_a_gradient() -> None:
    def learning(gradients: dict[str, Any]) -> Found:
        return Found(CALL, Observation(values={"model.gradients": gradients}))

    reached = ObservedTensor(X, attached=False)
    assert_all_learn(learning({"w": reached, "b": reached}), "model", hint="")
    for gradients, words in (({}, "no parameters"), ({"w": reached, "b": None}, "No gradient reaches b")):
        with pytest.raises(Mismatch, match=words):
            assert_all_learn(learning(gradients), "model", hint="")


def test_check_tells_its_message() -> None:
    check(True, "")
    with pytest.raises(Mismatch, match="look here"):
        check(False, "look here")


EXTREMES = {
    "tiny": 5e-324,
    "huge": 1.7e308,
    "zero": 0.0,
    "infinite": float("inf"),
    "no number": float("nan"),
}


@pytest.mark.parametrize("number", EXTREMES.values(), ids=EXTREMES)
@pytest.mark.parametrize("right", EXTREMES.values(), ids=EXTREMES)
@pytest.mark.parametrize("shape", [(), (1,), (3,), (2, 2)], ids=str)
def test_the_ends_of_the_number_line_are_told_like_any_others(
    number: float, right: float, shape: tuple[int, ...]
) -> None:
    one, other = (torch.full(shape, value, dtype=torch.float64) for value in (number, right))
    if number == right or (number != number and right != right):
        assert_matches(found(one, gradient=one), found(other, gradient=other), hint="", atol=0, rtol=0)
        return
    difference = mismatch(found(one), found(other), atol=0, rtol=0)
    assert difference.kind in ("value", "finite")
    assert difference.message
    assert difference.unexplained is None
    assert mismatch(found(number), found(right), atol=0, rtol=0).kind == difference.kind


WHOLE = {dtype: torch.iinfo(dtype) for dtype in (torch.int64, torch.int32, torch.int16, torch.int8, torch.uint8)}


@pytest.mark.parametrize("dtype", WHOLE, ids=str)
def test_whole_numbers_at_their_ends_differ_by_something(dtype: torch.dtype) -> None:
    ends = torch.tensor([WHOLE[dtype].min, WHOLE[dtype].max], dtype=dtype)
    difference = mismatch(found(ends - torch.tensor([0, 1], dtype=dtype)), found(ends))
    assert "1 of 2 elements differ; the worst, at [1], is off by about 1 " in difference.message
    assert mismatch(found(ends.flip(0)), found(ends)).unexplained is None


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.bool], ids=str)
def test_narrow_types_are_compared(dtype: torch.dtype) -> None:
    one, other = torch.tensor([1, 0], dtype=dtype), torch.tensor([1, 1], dtype=dtype)
    assert_matches(found(one), found(one), hint="")
    assert mismatch(found(one), found(other)).unexplained is None
    assert mismatch(found(one.to(torch.uint8)), found(other)).kind == "dtype"


@pytest.mark.parametrize("shape", [(0,), (2, 0)], ids=str)
def test_empty_tensors_are_compared(shape: tuple[int, ...]) -> None:
    empty = torch.empty(shape, dtype=torch.float64)
    assert_matches(found(empty, gradient=empty), found(empty, gradient=empty), hint="")
    assert mismatch(found(empty)).kind == "shape"
    assert mismatch(found(), found(empty)).kind == "shape"


def test_a_whole_number_too_large_for_a_float_is_a_wrong_number() -> None:
    assert mismatch(found(10**400), found(1.0)).kind == "finite"
    assert mismatch(found(-(2**63)), found(1.0)).kind == "value"


def test_a_reply_without_what_was_asked_for_is_no_answer() -> None:
    assert mismatch(Found(CALL, Observation(gradients={"x": X}))).kind == "protocol"
    assert mismatch(Found(CALL, Observation(values={"result": ObservedTensor(X, True)}))).kind == "detached"


def test_an_explanation_that_fails_is_left_out_and_the_verdict_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> str:
        raise OverflowError("cannot convert float infinity to integer")

    monkeypatch.setattr("gradkit.suite.explaining.relation", fail)
    monkeypatch.setattr("gradkit.suite.explaining.same_numbers", fail)
    for answer, kind, message in (
        (found(X + 1), "value", "The result is wrong."),
        (found(gradient=2 * X), "gradient", "The output is right, but the gradient with respect to x is wrong."),
        (found(X.reshape(3, 1)), "shape", "The result has shape (3, 1); it must be (3,)."),
    ):
        difference = mismatch(answer)
        assert (difference.kind, difference.message, difference.picture) == (kind, message, None)
        assert (difference.hint, str(difference)) == ("the hint", message)
        assert isinstance(difference.unexplained, OverflowError)
