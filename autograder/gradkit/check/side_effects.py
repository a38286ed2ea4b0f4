"""Detect whether a student's code has changed the state of its process.

A module may change torch's default dtype or patch one of its functions, which would affect the next version of the
file. A process with such changes is not reused.
"""

from __future__ import annotations

import builtins
import math
import random
from collections.abc import Mapping
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import torch
from torch import nn

from gradkit.conditions.switches import switches, turned

_MODULES: tuple[ModuleType, ...] = (
    *(builtins, math, random, torch, torch.autograd, torch.linalg, torch.optim),
    *(nn, nn.functional, nn.init),
)
_CLASSES = (torch.Tensor, nn.Module)
_CACHED = {"__slotnames__"}  # set by Python when an object is copied
_HARMLESS = {"seed", "warnings"}  # set before each check, or restored after it


@dataclass(frozen=True)
class Traces:
    """The state of a process: torch's settings, and the attributes of modules and classes."""

    switches: Mapping[str, Any]
    modules: tuple[Mapping[str, Any], ...]
    classes: tuple[Mapping[str, Any], ...]


def traces() -> Traces:
    """The state of this process."""
    modules = tuple(dict(vars(module)) for module in _MODULES)
    return Traces(switches(), modules, tuple(dict(vars(kind)) for kind in _CLASSES))


def differ(before: Traces, after: Traces) -> bool:
    """Whether the state changed.

    Some parts of torch are imported late: names added to a module, and functions that torch itself wraps, do not count.
    """
    return (
        bool({*turned(before.switches, after.switches)} - _HARMLESS)
        or any(_changed(old, new) for old, new in zip(before.modules, after.modules, strict=True))
        or any(
            _changed(old, new) or old.keys() != new.keys() - _CACHED
            for old, new in zip(before.classes, after.classes, strict=True)
        )
    )


def _changed(old: Mapping[str, Any], new: Mapping[str, Any]) -> bool:
    return any(new.get(name) is not value and not _is_torchs(new.get(name)) for name, value in old.items())


def _is_torchs(value: Any) -> bool:
    return str(getattr(value, "__module__", "")).startswith("torch.")
