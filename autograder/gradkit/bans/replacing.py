"""Replace banned calls, for the whole process, by wrappers that record their use and then do the same.

A torch mode sees only what its own thread calls through torch's public interface. These wrappers are where the work is
done: in an operator's kernels, where every alias, thread, mode, redispatch and excluded key ends, and in the code of a
Python function, shared by every reference to it. They slow down replaced calls, and nothing else.
"""

from __future__ import annotations

import ctypes
import gc
import importlib
import inspect
import sys
import warnings
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Sequence
from functools import cache
from types import CodeType, FunctionType, ModuleType
from typing import Any

import torch

from gradkit.bans.noting import NOTES

# The dispatch keys that compute an operator's result on a machine without accelerators. Others only prepare it.
KEYS = (
    "CPU",
    "MkldnnCPU",
    "SparseCPU",
    "SparseCsrCPU",
    "QuantizedCPU",
    "NestedTensorCPU",
    "CompositeImplicitAutogradNestedTensor",
    "CompositeImplicitAutograd",
    "CompositeExplicitAutograd",
)
_ALIASES = frozenset({"CompositeImplicitAutograd", "CompositeExplicitAutograd"})
# Operators that do their work while the graph is recorded.
_RECORDED = frozenset({"_make_dual"})
_NUMBERS = frozenset({bool, int, float, complex})
# The methods that do a class's work.
_CLASS_FUNCTIONS = ("__init__", "forward", "step")
_STAND_IN = """
def outer({free}):
    def stand_in(*args, **kwargs):
        if False:
            {body}
        noted = "noted"
        return noted(*args, **kwargs)
    return stand_in
"""

_replaced: set[str] = set()


def replace_calls(names: Collection[str]) -> None:
    """Replace those of ``names`` that are not replaced yet; names unknown to this torch are skipped.

    Args:
        names: ATen operators (``sigmoid``), and functions and classes by their path (``torch.autograd.grad``,
            ``numpy.tanh``, ``torch.optim.*`` for everything in it).
    """
    for name in sorted(set(names) - _replaced):
        _replaced.add(name)
        if "." not in name:
            _replace_operator(name)
        else:
            for owner, attribute, value in _find(name):
                _replace_python(owner, attribute, value, name)


def _replace_operator(name: str) -> None:
    if not hasattr(torch._C, "_dispatch_get_computed_kernel_for_dispatch_key"):
        return  # a student's torch, older than grading's
    has = torch._C._dispatch_has_kernel_for_dispatch_key
    for overload in _overloads().get(name, ()):
        for key in KEYS:
            if not has(overload, key) or (key in _ALIASES and has(overload, "CPU")):
                continue
            _replace_kernel(overload, key, name, original="CPU" if key in _ALIASES else key)
        if name in _RECORDED:
            _replace_kernel(overload, "AutogradCPU", name, original="AutogradCPU")


def _replace_kernel(overload: str, key: str, name: str, *, original: str) -> None:
    kernel = torch._C._dispatch_get_computed_kernel_for_dispatch_key(overload, original)
    note, call = NOTES.note, kernel.call_boxed
    arguments = torch._C._get_schema(*overload.partition(".")[::2]).arguments
    tensors = [n for n, argument in enumerate(arguments) if argument.type.kind() == "TensorType"]

    def noted(keys: Any, *args: Any, **kwargs: Any) -> Any:
        note(name)
        return call(keys, *args, **kwargs)

    def noted_with_numbers(keys: Any, *args: Any, **kwargs: Any) -> Any:
        note(name)
        if not _NUMBERS.isdisjoint(map(type, args)):
            args = _without_numbers(args, tensors)
        return call(keys, *args, **kwargs)

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch warns that a kernel is replaced, as intended
        replacement = noted_with_numbers if len(tensors) > 1 else noted
        _library().impl(overload.removeprefix("aten::"), key, replacement, True)  # type: ignore[call-arg]


def _without_numbers(args: tuple[Any, ...], tensors: Sequence[int]) -> tuple[Any, ...]:
    """The arguments with numbers as tensors where required: torch passes ``2.0`` in ``x * 2.0`` as a number."""
    beside = next(value for value in args if isinstance(value, torch.Tensor))

    def tensor(value: complex) -> torch.Tensor:
        dtype = torch.bool if value is True or value is False else torch.result_type(beside, value)
        return torch.tensor(value, dtype=dtype, device=beside.device)

    return tuple(tensor(value) if n in tensors and type(value) in _NUMBERS else value for n, value in enumerate(args))


@cache
def _library() -> torch._C._DispatchModule:
    """The library that registers kernels and keeps them alive."""
    return torch._C._dispatch_library("IMPL", "aten", "")


@cache
def _overloads() -> dict[str, list[str]]:
    """ATen operator name without overload -> full names."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for overload in torch._C._dispatch_get_all_op_names():
        space, _, name = overload.partition("::")
        if space == "aten":
            found[name.partition(".")[0]].append(overload)
    return found


def _find(name: str) -> Iterator[tuple[Any, str, Any]]:
    """The owner, attribute and value at a dotted path."""
    if name.endswith(".*"):
        inside = name[:-1]
        for module in [value for key, value in sys.modules.items() if f"{key}.".startswith(inside)]:
            for attribute, value in list(vars(module).items()):
                if isinstance(value, (FunctionType, type)) and f"{value.__module__}.".startswith(inside):
                    yield module, attribute, value
        return
    owner: Any = None
    parts = name.split(".")
    for end in range(len(parts) - 1, 0, -1):
        try:
            owner = importlib.import_module(".".join(parts[:end]))
        except ImportError:
            continue
        for part in parts[end:-1]:
            owner = getattr(owner, part, None)
        break
    if hasattr(owner, parts[-1]):
        yield owner, parts[-1], getattr(owner, parts[-1])


def _replace_python(owner: Any, attribute: str, value: Any, name: str) -> None:
    if isinstance(value, FunctionType):
        _replace_code(value, name)
    elif isinstance(value, type):
        for function in (vars(value).get(part) for part in _CLASS_FUNCTIONS):
            if isinstance(function, FunctionType):
                _replace_code(function, name)
    elif isinstance(owner, type):
        _replace_method(owner, attribute, value, name)
    elif isinstance(owner, ModuleType):
        _replace_everywhere(owner, value, _noted(value, name))


def _replace_everywhere(owner: ModuleType, value: object, replacement: Callable[..., Any]) -> None:
    """Replace a function written in C in each module of its package that has it."""
    root = owner.__name__.partition(".")[0]
    for module in [module for name, module in sys.modules.items() if f"{name}.".startswith(f"{root}.")]:
        for attribute in [attribute for attribute, held in list(vars(module).items()) if held is value]:
            setattr(module, attribute, replacement)


def _noted(original: Callable[..., Any], name: str) -> Callable[..., Any]:
    note = NOTES.note

    def noted(*args: Any, **kwargs: Any) -> Any:
        note(name)
        return original(*args, **kwargs)

    return noted


def _replace_code(function: FunctionType, name: str) -> None:
    """Replace the function's code, so that every reference to it, under any name, runs the replacement."""
    code = function.__code__
    if code.co_name == "stand_in":
        return
    original = FunctionType(code, function.__globals__, function.__name__, function.__defaults__, function.__closure__)
    original.__kwdefaults__ = function.__kwdefaults__
    signature = inspect.signature(function)
    function.__code__ = _stand_in(code.co_freevars, _noted(original, name))
    function.__defaults__ = function.__kwdefaults__ = None
    function.__signature__ = signature  # type: ignore[attr-defined]


def _stand_in(free: tuple[str, ...], noted: Callable[..., Any]) -> CodeType:
    """Code that calls ``noted``, for a function with these free variables."""
    space: dict[str, Any] = {}
    names = ", ".join(free)
    exec(_STAND_IN.format(free=names, body=names or "pass"), space)  # noqa: S102 - the text above
    code: CodeType = space["outer"](*free).__code__
    return code.replace(co_consts=tuple(noted if constant == "noted" else constant for constant in code.co_consts))


def _replace_method(owner: type, attribute: str, method: Any, name: str) -> None:
    """Replace a method of a type written in C, which Python does not allow to change."""
    (methods,) = gc.get_referents(owner.__dict__)
    noted = _noted(method, name)
    methods[attribute] = lambda *args, **kwargs: noted(*args, **kwargs)  # a function, so that it is bound
    ctypes.pythonapi.PyType_Modified(ctypes.py_object(owner))
