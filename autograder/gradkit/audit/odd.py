"""Odd student code: the reference, with one function or class that returns something of an unexpected type.

Unlike the generated answers of `gradkit.audit.strange`, these come from running code, so that a suite's steps also run
on odd objects. The code is the course's own, so no student process is needed.
"""

from __future__ import annotations

import inspect
import io
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import redirect_stderr, redirect_stdout
from functools import partial, wraps
from itertools import count
from types import ModuleType
from typing import Any, NoReturn

import torch
from torch import Tensor, nn

from gradkit.course import Limits
from gradkit.diagnosis.answers import Answer, call_print
from gradkit.errors import GraderFault, WireError
from gradkit.messages import Message, message
from gradkit.sandbox.wording import Submitted, complete
from gradkit.suite.cases import CaseOutcome
from gradkit.suite.runner import ReferenceRunner
from gradkit.suite.session import Suite
from gradkit.suite.tests import HiddenTest
from gradkit.wire.call import Call
from gradkit.wire.observation import Failure, Observation, observation_to_value
from gradkit.wire.reply import reply_from_value
from gradkit.wire.values import decode, encode
from gradkit.worker.loading import load_module
from gradkit.worker.perform import perform

Odd = Callable[[Any], Any]
_CASES = 2  # per test
_ANOTHER = message("another result each time")
_NONE = message("an object with None for its attributes")
_LISTS = message("an object with lists for its attributes")
_TENSORS = message("an object with tensors for its attributes")
_EARLY = message("a generator that ends early")
# A test of a single property may pass these, but must not break on them.
_MAY_PASS = (_ANOTHER, _NONE, _LISTS, _TENSORS, _EARLY)
_NAN = float("nan")
_METHODS = 3  # in a class with more, all methods are changed at once


class _ShapeError(ValueError):
    """A student's own exception."""


class _Bye(SystemExit):
    """A student's own exception that ends the program."""


class Empty:
    """A class whose constructor accepts anything and does nothing."""

    def __init__(self, *_args: Any, **_options: Any) -> None:
        pass


def odd_students(source: bytes, module: str, target: str) -> Iterator[tuple[Message, ModuleType]]:
    """Yield, for each oddity, its description and the reference's module with the target changed.

    Args:
        source: the reference.
        module: the file name of the student's module.
        target: the function or class.
    """

    def changed(owner: str | None, name: str, make: Callable[[Any], Any]) -> ModuleType:
        loaded = load_module(module, {module: source})
        place = loaded if owner is None else getattr(loaded, owner)
        setattr(place, name, make(getattr(place, name)))
        return loaded

    found = getattr(load_module(module, {module: source}), target)
    if not isinstance(found, type):
        for what, odd in RESULTS.items():
            yield (
                message("{target} returns {oddity}", target=target, oddity=what),
                changed(None, target, partial(_giving, odd=odd)),
            )
        return
    for what, make in OBJECTS.items():
        yield message("{target} makes {oddity}", target=target, oddity=what), changed(None, target, make)
    methods = [name for name, value in vars(found).items() if inspect.isfunction(value) and name != "__init__"]
    for what, odd in RESULTS.items():
        if len(methods) > _METHODS:
            loaded = load_module(module, {module: source})
            for name in methods:
                setattr(getattr(loaded, target), name, _giving(getattr(found, name), odd))
            yield message("every method of {target} returns {oddity}", target=target, oddity=what), loaded
            continue
        for name in methods:
            with_odd = changed(target, name, partial(_giving, odd=odd))
            yield message("{target} returns {oddity}", target=f"{target}.{name}", oddity=what), with_odd


def odd_faults(
    suite: Suite, test: HiddenTest, right: ReferenceRunner, students: Mapping[Message, ModuleType], submitted: Submitted
) -> Iterator[str]:
    """Where a test breaks on odd student code, or passes although it read wrong answers.

    Args:
        suite: the suite.
        test: the test, of which the first cases are run.
        right: gives the right answers.
        students: description -> module.
        submitted: the submission that the modules stand for.
    """
    first = HiddenTest(test.name, test.title, test.question, test.points, test.cases[:_CASES])
    for what, module in students.items():
        passed: list[CaseOutcome] = []

        def answer(call: Call, module: ModuleType = module) -> Observation:
            return _answer(call, module, submitted)

        def look(_test: HiddenTest, outcome: CaseOutcome, passed: list[CaseOutcome] = passed) -> None:
            if outcome.mismatch is None:
                passed.append(outcome)
            else:
                str(outcome.mismatch)

        try:
            suite.run(answer, [first], look)
        except GraderFault as fault:
            cause = fault.__cause__ or fault
            yield message(
                "{test} breaks if {what}: {error}: {text}",
                test=test.name,
                what=what,
                error=type(cause).__name__,
                text=str(cause)[:200],
            )
            continue
        if what.fields["oddity"] not in _MAY_PASS and any(_differs(outcome, right) for outcome in passed):
            yield message("{test} passes if {what}.", test=test.name, what=what)


def _answer(call: Call, module: ModuleType, submitted: Submitted) -> Observation:
    """What a worker would report, encoded and decoded as on the wire."""
    state = torch.get_rng_state()
    try:
        with redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            observation = perform(call, module)
        tensors: list[Tensor] = []
        tree = encode(observation_to_value(observation), tensors)
        observation = reply_from_value(decode(tree, tensors), call)
    except WireError:
        observation = Observation(failure=Failure("protocol"))
    finally:
        torch.set_rng_state(state)
    if observation.failure is None:
        return observation
    return Observation(failure=complete(observation.failure, submitted, Limits(), call))


def _differs(outcome: CaseOutcome, right: ReferenceRunner) -> bool:
    """Whether a call failed unlike the reference's, or the test read a wrong answer."""
    for found in outcome.found:
        expected = right.run(found.call).observation
        if (found.failure is None) != (expected.failure is None):
            return True
        given, right_one = (
            Answer(Observation(values={name: value for name, value in answer.values.items() if name in found.read}))
            for answer in (found.observation, expected)
        )
        if call_print(given, right_one).tells:
            return True
    return False


def _giving(right: Callable[..., Any], odd: Odd) -> Callable[..., Any]:
    @wraps(right)
    def given(*args: Any, **kwargs: Any) -> Any:
        return odd(right(*args, **kwargs))

    return given


def _in_tensors(change: Callable[[Tensor], Any], otherwise: Any = None) -> Odd:
    """Change every tensor of a result; a result without one is ``otherwise``."""

    def odd(value: Any) -> Any:
        if isinstance(value, Tensor):
            return change(value)
        if isinstance(value, (list, tuple)) and value:
            return type(value)(odd(item) for item in value)
        return otherwise

    return odd


def _raising(error: type[BaseException]) -> Odd:
    def odd(_value: Any) -> NoReturn:
        raise error("x has the shape (2, 3)")

    return odd


def _early(value: Any) -> Iterator[Any]:
    items = list(value) if hasattr(value, "__iter__") and not isinstance(value, Tensor) else [value]
    return iter(items[:-1])


def _another(number: Iterator[int]) -> Odd:
    return _in_tensors(lambda tensor: tensor + next(number) + 1 if tensor.is_floating_point() else ~tensor, _NAN)


def _without(names: Callable[[Any], Any]) -> Callable[[Any], type]:
    """A subclass whose objects lose their attributes, or have them replaced."""

    def make(right: type) -> type:
        class Made(right):  # type: ignore[misc]
            def __init__(self, *args: Any, **kwargs: Any) -> None:
                super().__init__(*args, **kwargs)
                names(self)

        Made.__name__ = Made.__qualname__ = right.__name__
        Made.__module__ = right.__module__
        return Made

    return make


def _own(value: Any) -> list[str]:
    own = [name for name in vars(value) if not name.startswith("_") and name != "training"]
    return [*own, *(vars(value).get("_modules") or ()), *(vars(value).get("_parameters") or ())]


def _lose(value: Any) -> None:
    for name in _own(value):
        delattr(value, name)


def _put(new: Any) -> Callable[[Any], None]:
    def put(value: Any) -> None:
        for name in _own(value):
            delattr(value, name)
            object.__setattr__(value, name, new)

    return put


RESULTS: Mapping[Message, Odd] = {
    message("None"): lambda _: None,
    message("an empty list"): lambda _: [],
    message("an empty generator"): lambda _: iter(()),
    _EARLY: _early,
    message("a list of it"): lambda value: [value],
    message("numbers"): _in_tensors(lambda tensor: tensor.tolist(), "1.0"),
    message("an array of objects"): _in_tensors(lambda tensor: tensor.detach().numpy().astype(object), {}),
    message("one dimension more"): _in_tensors(lambda tensor: tensor.unsqueeze(0), (1, 2)),
    message("a tensor without elements"): _in_tensors(lambda tensor: tensor.reshape(-1)[:0], ""),
    message("a complex tensor"): _in_tensors(lambda tensor: tensor.to(torch.complex128), 1j),
    message("a sparse tensor"): _in_tensors(lambda tensor: tensor.detach().to_sparse(), torch.eye(2).to_sparse()),
    message("NaN"): _in_tensors(lambda tensor: tensor * _NAN, _NAN),
    _ANOTHER: _another(count()),
    message("an object without attributes"): lambda _: Empty(),
    message("a module without parameters"): lambda _: nn.Identity(),
    message("a class"): lambda _: Empty,
    message("an exception of a subclass"): _raising(_ShapeError),
    message("an end of the program"): _raising(_Bye),
}
OBJECTS: Mapping[Message, Callable[[Any], Any]] = {
    message("None"): lambda _: lambda *_args, **_options: None,
    message("a list"): lambda _: lambda *_args, **_options: [],
    message("an object without attributes"): lambda _: Empty,
    message("a module without parameters"): lambda _: nn.Identity,
    message("an object that has lost its attributes"): _without(_lose),
    _NONE: _without(_put(None)),
    _LISTS: _without(_put([])),
    _TENSORS: _without(_put(torch.zeros(2))),
}
