"""What of a process is not as it was before a student's code ran there.

A module may switch torch to another dtype or patch one of its functions, and the next version of the file would be
judged by that. A process that bears such traces is not used again.
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
_CACHED = {"__slotnames__"}  # by Python, when an object is copied
_HARMLESS = {"seed", "warnings"}  # set before each check, or set back after it


@dataclass(frozen=True)
class Traces:
    """The state of a process: the switches of torch, and what each name of modules and classes stands for."""

    switches: Mapping[str, Any]
    modules: tuple[Mapping[str, Any], ...]
    classes: tuple[Mapping[str, Any], ...]


def traces() -> Traces:
    """The state of this process."""
    return Traces(switches(), tuple(dict(vars(one)) for one in _MODULES), tuple(dict(vars(one)) for one in _CLASSES))


def differ(before: Traces, after: Traces) -> bool:
    """Whether there are traces of what ran meanwhile.

    Some parts of torch are loaded late: then a module gets names, and wraps a function of its own.
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
