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
from gradkit.messages import message as in_english
from gradkit.suite.accessors import said
from gradkit.suite.differences import DETACHED, Comparison, check_finite
from gradkit.suite.mismatch import Mismatch, not_started, scrub
from gradkit.suite.runner import Found
from gradkit.suite.said import Said, capital, one_of, say, shape, words
from gradkit.wire.call import Call
from gradkit.wire.naming import argument_in_words, in_words
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
        raise GraderFault(in_english("the reference failed: {failure}", failure=expected.failure))
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
        count = len(found.call.given())
        if name in found.call.inputs:
            changed = say("Your code changed its input {name}.", name=one_of(in_words(name, found.call), count))
        else:
            changed = say("Your code changed {what}.", what=one_of(argument_in_words(name), count))
        copy = in_english("Work on a copy: the caller still needs it.")
        raise Mismatch("mutated", say("{first} {then}", first=changed, then=copy))


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
                raise Mismatch("type", say("{what} must contain at least one number.", what=capital(what)))
            for tensor in tensors:
                check_finite(what, tensor)
        for name, gradient in found.observation.gradients.items():
            if gradient is None:
                _fail_detached(name, found, output_right=False)
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
            raise Mismatch(
                "dtype",
                say(
                    "{what} must have a floating-point dtype; yours has {yours}.", what=capital(what), yours=value.dtype
                ),
            )
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
        raise Mismatch("detached", say("No gradient reaches {names}.", names=names), hint)


def assert_raises(found: Found, error: type[BaseException], *, mentions: Sequence[str] = (), hint: str) -> None:
    """Fail unless the call raised ``error``, or a subclass, with every text of ``mentions`` in its message.

    Numbers must match whole: 64 does not mention 4.

    Raises:
        Mismatch: saying what happened instead.
    """
    failure = found.failure
    if failure is None:
        raise Mismatch("value", say("No exception was raised; {error} is expected here.", error=error.__name__), hint)
    if failure.kind != "raised" or not_started(failure):
        found.raise_for_failure()
    if error.__name__ not in failure.bases:
        yours = words(scrub(failure.type_name))
        expected = say("{error} is expected here; your code raised {yours}.", error=error.__name__, yours=yours)
        raise Mismatch("raised", expected, hint)
    for text in mentions:
        if not re.search(rf"(?<!\d){re.escape(text)}(?!\d)", failure.message):
            lacks = say("The message of your {error} does not name {text}.", error=error.__name__, text=text)
            raise Mismatch("value", lacks, hint)


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
    if gradient is None:
        if not expected.any():
            return
        _fail_detached(name, found, output_right=compared)
    if gradient.shape != expected.shape or gradient.dtype != expected.dtype:
        # autograd never returns these: the reply was forged
        yours = say(
            "{what} is a {dtype} tensor of shape {shape}.",
            what=capital(what),
            dtype=gradient.dtype,
            shape=shape(gradient.shape),
        )
        raise Mismatch("gradient", yours)
    if compared:
        plain = say("The output is right, but {what} is wrong", what=what)
    else:
        plain = say("{what} is wrong", what=capital(what))
    comparison.elements("gradient", what, plain, gradient, expected)


def _fail_detached(name: str, found: Found, *, output_right: bool) -> NoReturn:
    """Say why there is no gradient; ``output_right``: whether the output is known to be right."""
    error, vjp = found.observation.gradient_error, found.call.vjp
    if error:
        why = words(scrub(error))
        if output_right:
            raise Mismatch("detached", say("The output is right, but its gradient cannot be taken: {why}", why=why))
        raise Mismatch("detached", say("The gradient cannot be taken: {why}", why=why))
    if vjp is not None and vjp.output in found.observation.values:
        output = capital(said(vjp.output, found.call))
        for tensor, cotangent in zip(_tensors(found.observation.values[vjp.output]), vjp.cotangents, strict=False):
            if tensor.shape != cotangent.shape:
                sizes, due = shape(tensor.shape), tuple(cotangent.shape)
                raise Mismatch(
                    "shape", say("{what} has shape {found}; it must be {due}.", what=output, found=sizes, due=due)
                )
    fields = {"name": _short(name, found.call), "why": DETACHED}
    if output_right:
        raise Mismatch("detached", say("The output is right, but no gradient reaches {name}: {why}", **fields))
    raise Mismatch("detached", say("No gradient reaches {name}: {why}", **fields))


def _gradient_of(name: str, call: Call) -> Said:
    return say("the gradient with respect to {name}", name=_short(name, call))


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
