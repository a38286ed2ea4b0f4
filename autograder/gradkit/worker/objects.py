"""The objects of one call, inputs and results of steps: looked up, loaded with parameters, observed by name."""

from __future__ import annotations

import builtins
import operator
from collections.abc import Iterable, Mapping
from contextlib import nullcontext
from itertools import zip_longest
from types import ModuleType
from typing import Any

import torch
from torch import Tensor, nn

from gradkit.bans.noting import NOTES
from gradkit.conditions.depth import depth
from gradkit.wire.call import Call, Step, argument_names, changeable
from gradkit.wire.kinds import FailureKind
from gradkit.wire.observation import Failure
from gradkit.wire.values import Ref
from gradkit.worker.given import Given


class CallError(Exception):
    """The call cannot continue because of what the student's module lacks.

    Attributes:
        failure: the reason, in terms of the call.
    """

    def __init__(self, kind: FailureKind, name: str, shape: Iterable[int] | None = None) -> None:
        super().__init__(name)
        self.failure = Failure(kind, name=name, shape=None if shape is None else tuple(shape))


class Objects:
    """The named objects of one call, and the student's module that its steps may use.

    Attributes:
        doing: the number of the current step, or the name being observed.
    """

    def __init__(self, module: ModuleType, call: Call) -> None:
        self.module, self.call = module, call
        self.doing: int | str = 0
        wrt = set(call.vjp.wrt) if call.vjp is not None else set()
        self._given = [Given(name, value, wrt) for name, value in call.inputs.items()]
        self.leaves = {path: leaf for given in self._given for path, leaf in given.leaves.items()}
        self.named: dict[str, Any] = {given.name: given.value for given in self._given}

    def find_target(self, target: str) -> Any:
        """The object that a step's target names."""
        place, _, name = target.partition(":")
        if place == "student":
            if not hasattr(self.module, name):
                raise CallError("missing", target)
            return getattr(self.module, name)
        if place == "object":
            return self.find(name)
        root = {"torch": torch, "builtin": builtins, "operator": operator}[place]
        for part in name.split("."):
            root = getattr(root, part)
        return root

    def find(self, path: str) -> Any:
        """The object at a path such as ``model``, ``model.weight`` or ``model.parameters()``, or a step's target."""
        if ":" in path:
            return self.find_target(path)
        head, *parts = path.split(".")
        value = self.named[head]
        for end, part in enumerate(parts, start=1):
            attribute = part.removesuffix("()")
            if not hasattr(value, attribute):
                raise CallError("missing", ".".join([head, *parts[:end]]).removesuffix("()"))
            value = getattr(value, attribute)
            if part.endswith("()"):
                value = value()
        return value

    def run_all(self, call: Call) -> None:
        """Perform all steps of the call, in order."""
        for number, step in enumerate(call.steps):
            self.doing = number
            ours = step.target.startswith("torch:")  # other targets may run the student's methods and generators
            with NOTES.ours() if ours else nullcontext():
                self.run(step, call.parameters.get(step.name, {}))

    def run(self, step: Step, parameters: Mapping[str, Tensor]) -> None:
        """Perform one step, and write ``parameters`` into the resulting object."""
        arguments = (*step.args, *step.kwargs.values())
        positional, named = argument_names(step) if any(map(changeable, arguments)) else ((), {})
        args = [self._argument(arg, label) for arg, label in zip_longest(step.args, positional)]
        kwargs = {name: self._argument(arg, named.get(name)) for name, arg in step.kwargs.items()}
        self.named[step.name] = self.find_target(step.target)(*args, **kwargs)
        if parameters:
            self._load(step.name, parameters)

    def changed(self) -> tuple[str, ...]:
        """The names of the arguments that the student's code has changed."""
        return tuple(dict.fromkeys(given.name for given in self._given if given.changed()))

    def _argument(self, value: Any, label: str | None) -> Any:
        """An argument of a step; watched for changes under ``label`` if the step runs student code."""
        if label is None or not changeable(value):
            return self._resolve(value)
        self._given.append(Given(label, value))
        return self._given[-1].value

    def _resolve(self, value: Any) -> Any:
        if type(value) is Ref:
            return self.find(value.name)
        if type(value) in (list, tuple):
            return type(value)(self._resolve(item) for item in value)
        if type(value) is dict:
            return {key: self._resolve(item) for key, item in value.items()}
        return value

    def _load(self, owner: str, values: Mapping[str, Tensor]) -> None:
        """Write values into an object's parameters, found by their names in the contract."""
        found = self.named_parameters(owner)
        for name, value in values.items():
            if name not in found:
                raise CallError("parameter", f"{owner}.{name}")
            if found[name].shape != value.shape:
                raise CallError("parameter", f"{owner}.{name}", found[name].shape)
            with torch.no_grad():
                found[name].copy_(value)

    def named_parameters(self, owner: str) -> dict[str, nn.Parameter]:
        """The parameters of a module by all their names; empty for anything else."""
        value = self.named[owner]
        # A layer may be in an nn.Sequential as well as under the name in the handout.
        return dict(value.named_parameters(remove_duplicate=False)) if isinstance(value, nn.Module) else {}

    def find_leaf(self, name: str) -> Tensor:
        """The input or parameter that a gradient is taken with respect to: ``x``, ``weights[0]``, ``module.w``."""
        if isinstance(leaf := self.leaves.get(name), Tensor):
            return leaf
        owner, _, parameter = name.partition(".")
        leaf = self.named_parameters(owner)[parameter] if parameter else self.named[owner]
        if not isinstance(leaf, Tensor):
            raise TypeError(f"{name} is not a tensor")
        return leaf

    def look(self, name: str) -> Any:
        """The value to observe under ``name``; see `gradkit.wire.call.Call.observe`."""
        self.doing = name
        owner, _, attribute = name.partition(".")
        value = self.named[owner]
        if attribute in ("state", "gradients") and not isinstance(value, nn.Module):
            raise CallError("missing", name)
        if attribute == "state":
            return {key: tensor.detach() for key, tensor in value.state_dict().items()}
        if attribute == "gradients":
            return {key: parameter.grad for key, parameter in value.named_parameters()}
        if attribute == "depth":
            return depth(value)
        return self.find(name)
