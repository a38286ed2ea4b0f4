"""Compare the results of the student's code with the expected ones, and explain the first difference to a beginner.

The order of checks: raised, type, shape, dtype, finite, value, gradient attached, gradient value, inputs unchanged.
Messages give shapes and the size of an error, but never an input or an expected value.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, NoReturn

import torch
from torch import Tensor

from gradkit.errors import GraderFault
from gradkit.suite.accessors import said
from gradkit.suite.differences import DETACHED, Comparison, check_finite
from gradkit.suite.mismatch import Mismatch, not_started, scrub
from gradkit.suite.runner import Found
from gradkit.suite.said import Said, capital, one_of, say, shape, words
from gradkit.wire.call import Call
from gradkit.wire.naming import in_words
from gradkit.wire.values import ObservedTensor, as_tensor, sendable

RTOL = ATOL = 1e-8
_MOST_NAMES = 10


def assert_matches(
    found: Found, expected: Found, *, hint: str, rtol: float = RTOL, atol: float = ATOL, strict_types: bool = False
) -> None:
    """Fail unless every value and gradient of ``found`` equals the expected one.

    A tensor must be a tensor and an array an array, of the right shape and dtype. Otherwise equal values are accepted:
    a list for a tuple and vice versa, a Python int or a numpy.float64 for a float, a NumPy scalar for a
    zero-dimensional array.

    Args:
        found: the student's result.
        expected: the reference's result, or `expected`.
        hint: the shapes or the definition, shown to the student with any mismatch.
        rtol: allowed difference relative to the expected value.
        atol: allowed absolute difference.
        strict_types: whether lists, tuples and numbers must have exactly the expected types; only if the contract
            says so.

    Raises:
        Mismatch: the first difference.
        GraderFault: the reference itself failed, or returned a value of a type that cannot be compared.
    """
    if expected.failure is not None:
        raise GraderFault(f"the reference failed: {expected.failure}")
    try:
        found.raise_for_failure()
        comparison = Comparison(rtol, atol, graph=not expected.by_hand, call=found.call, strict_types=strict_types)
        for name, value in expected.observation.values.items():
            comparison.values(name, found.observed(name), value)
        for name in expected.observation.gradients:
            _compare_gradient(name, found, expected, comparison)
        assert_unchanged(found)
    except Mismatch as mismatch:
        mismatch.hint = hint
        raise


def assert_unchanged(found: Found) -> None:
    """Fail if the call modified one of its inputs, or an argument that one of its steps passed to the student's code.

    Raises:
        Mismatch: naming the first modified one.
    """
    for name in found.observation.mutated:
        what = f"its input {in_words(name, found.call)}" if name in found.call.inputs else name
        changed = say("Your code changed ", one_of(what, len(found.call.given())))
        raise Mismatch("mutated", say(changed, ". Work on a copy: the caller still needs it."))


def assert_finite(found: Found, *, hint: str) -> None:
    """Fail unless the call gave finite values and finite gradients.

    Raises:
        Mismatch: naming the value that is not finite.
    """
    try:
        found.raise_for_failure()
        for name in found.observation.values:
            tensors, what = _tensors(found.observed(name)), said(name, found.call)
            if not tensors:
                raise Mismatch("type", say(capital(what), " must contain at least one number."))
            for tensor in tensors:
                check_finite(what, tensor)
        for name, gradient in found.observation.gradients.items():
            if gradient is None:
                _fail_detached(name, found, right="")
            check_finite(_gradient_of(name, found.call), gradient)
    except Mismatch as mismatch:
        mismatch.hint = hint
        raise


def assert_tensor(found: Found, name: str, shape: Sequence[int], *, hint: str) -> Tensor:
    """Fail unless an observed value is a finite floating-point tensor of this shape; return it.

    It is returned as float64, so that tensors of different dtypes can be compared.

    Raises:
        Mismatch: naming the difference.
    """
    what = said(name, found.call)
    try:
        value = found.tensor(name, shape)
        if not value.is_floating_point():
            yours = say(capital(what), f" must have a floating-point dtype; yours has {value.dtype}.")
            raise Mismatch("dtype", yours)
        check_finite(what, value)
    except Mismatch as mismatch:
        mismatch.hint = mismatch.hint or hint
        raise
    return value.double()


def assert_all_learn(found: Found, name: str, *, hint: str) -> None:
    """Fail unless a module has parameters and ``backward()`` gave each of them a gradient.

    ``<name>.gradients`` must have been observed.

    Raises:
        Mismatch: naming the parameters without a gradient.
    """
    gradients = found.gradients(f"{name}.gradients")
    if not gradients:
        raise Mismatch("detached", say("There are no parameters: nothing can learn."), hint)
    without = sorted(parameter for parameter, gradient in gradients.items() if gradient is None)
    if without:
        names = words(", ".join(scrub(parameter) for parameter in without[:_MOST_NAMES]))
        raise Mismatch("detached", say("No gradient reaches ", names, "."), hint)


def assert_raises(found: Found, error: type[BaseException], *, mentions: Sequence[str] = (), hint: str) -> None:
    """Fail unless the call raised ``error``, or a subclass, with every text of ``mentions`` in its message.

    Numbers must match whole: 64 does not mention 4.

    Raises:
        Mismatch: saying what happened instead.
    """
    failure = found.failure
    if failure is None:
        raise Mismatch("value", say(f"No exception was raised; {error.__name__} is expected here."), hint)
    if failure.kind != "raised" or not_started(failure):
        found.raise_for_failure()
    if error.__name__ not in failure.bases:
        yours = words(scrub(failure.type_name))
        raise Mismatch("raised", say(f"{error.__name__} is expected here; your code raised ", yours, "."), hint)
    for text in mentions:
        if not re.search(rf"(?<!\d){re.escape(text)}(?!\d)", failure.message):
            raise Mismatch("value", say(f"The message of your {error.__name__} does not name {text}."), hint)


def check(condition: bool, message: str) -> None:
    """Fail with ``message``, which the student reads, unless ``condition`` holds.

    Text that is not in the suite's source may be chosen by the student's process, so it is charged to the
    submission's budget (`gradkit.grading.gate`).

    Raises:
        Mismatch: with that message.
    """
    if not condition:
        raise Mismatch("check", message)


def _compare_gradient(name: str, found: Found, right: Found, comparison: Comparison) -> None:
    gradient, expected = found.observation.gradients.get(name), right.observation.gradients[name]
    if expected is None or not torch.isfinite(expected).all():
        return
    what = _gradient_of(name, found.call)
    compared = found.call.vjp is not None and found.call.vjp.output in right.observation.values
    so_far = "The output is right, but " if compared else ""
    if gradient is None:
        if not expected.any():
            return
        _fail_detached(name, found, so_far)
    if gradient.shape != expected.shape or gradient.dtype != expected.dtype:
        # autograd never returns these: the reply was forged
        yours = say(capital(what), f" is a {gradient.dtype} tensor of shape ", shape(gradient.shape), ".")
        raise Mismatch("gradient", yours)
    plain = say(so_far, what, " is wrong") if so_far else say(capital(what), " is wrong")
    comparison.elements("gradient", what, plain, gradient, expected)


def _fail_detached(name: str, found: Found, right: str) -> NoReturn:
    """Say why there is no gradient; ``right`` says that the output is as it should be, where that is known."""
    error, vjp = found.observation.gradient_error, found.call.vjp
    if error:
        of_it = f"{right}its gradient" if right else "The gradient"
        raise Mismatch("detached", say(f"{of_it} cannot be taken: ", words(scrub(error))))
    if vjp is not None and vjp.output in found.observation.values:
        output = capital(said(vjp.output, found.call))
        for tensor, cotangent in zip(_tensors(found.observation.values[vjp.output]), vjp.cotangents, strict=False):
            if tensor.shape != cotangent.shape:
                due = f"; it must be {tuple(cotangent.shape)}."
                raise Mismatch("shape", say(output, " has shape ", shape(tensor.shape), due))
    no = f"{right}no" if right else "No"
    raise Mismatch("detached", say(f"{no} gradient reaches {_short(name, found.call)}: {DETACHED}"))


def _gradient_of(name: str, call: Call) -> Said:
    return say(f"the gradient with respect to {_short(name, call)}")


def _tensors(value: Any) -> list[Tensor]:
    if isinstance(value, ObservedTensor):
        return [value.data]
    if sendable(value):
        return [as_tensor(value)]
    if isinstance(value, float):
        return [torch.tensor(value, dtype=torch.float64)]
    if isinstance(value, (list, tuple)):
        return [tensor for item in value for tensor in _tensors(item)]
    if isinstance(value, dict):
        return [tensor for item in value.values() for tensor in _tensors(item)]
    return []


def _short(name: str, call: Call) -> str:
    """The name of an input, or of a parameter in its module, that a gradient is taken with respect to."""
    owner, _, parameter = name.partition(".")
    return parameter or in_words(owner, call)
