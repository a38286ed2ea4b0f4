"""The switches of the whole process that loading a file can turn: of torch, NumPy and Python's warnings."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from types import MappingProxyType
from typing import Any, NamedTuple

import torch


class _Switch(NamedTuple):
    """How a switch is read, and what it means that loading the file turned it."""

    read: Callable[[], Any]
    words: str


_SWITCHES: Mapping[str, _Switch] = MappingProxyType(
    {
        "gradients": _Switch(
            lambda: torch.is_grad_enabled(),
            "switched off gradients (torch.set_grad_enabled(False)): no result has a gradient",
        ),
        "inference": _Switch(
            lambda: torch.is_inference_mode_enabled(), "entered torch.inference_mode(): no result has a gradient"
        ),
        "dtype": _Switch(
            lambda: torch.get_default_dtype(),
            "changed torch's default dtype (torch.set_default_dtype): new tensors have another dtype than float32",
        ),
        "device": _Switch(
            lambda: torch.get_default_device(),
            "changed torch's default device (torch.set_default_device): grading has only the CPU",
        ),
        "deterministic": _Switch(
            lambda: torch.are_deterministic_algorithms_enabled(),
            "turned on torch.use_deterministic_algorithms(): some operations raise an error",
        ),
        "anomalies": _Switch(
            lambda: torch.is_anomaly_enabled(),
            "turned on torch.autograd.set_detect_anomaly(): a NaN in a backward pass raises an error",
        ),
        "autocast": _Switch(
            lambda: torch.is_autocast_enabled("cpu"), "turned on torch.autocast: some operations change the dtype"
        ),
        "threads": _Switch(lambda: torch.get_num_threads(), "changed torch.set_num_threads(): grading sets 1"),
        "seed": _Switch(
            lambda: torch.initial_seed(),
            "seeded torch (torch.manual_seed): every check and test sets its own seed, so yours has no effect there",
        ),
        "printing": _Switch(
            lambda: dict(vars(torch._tensor_str.PRINT_OPTS)), "changed how tensors are printed (torch.set_printoptions)"
        ),
        "errors": _Switch(
            lambda: sys.modules["numpy"].geterr() if "numpy" in sys.modules else {},
            "changed how NumPy reports errors (numpy.seterr)",
        ),
        "warnings": _Switch(
            # Those for one message, module or library's own category do not concern the student's code.
            lambda: [one for one in warnings.filters if one[1] is one[3] is None and one[2].__module__ == "builtins"],
            "changed Python's warning filters: a warning may be an error, or may not be shown",
        ),
    }
)
NAMES = tuple(_SWITCHES)


def switches() -> Mapping[str, Any]:
    """Each switch's state, by name; without those that a student's code has made unreadable."""
    states = {}
    for name, switch in _SWITCHES.items():
        with suppress(Exception):
            states[name] = switch.read()
    return states


def turned(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[str, ...]:
    """The names of the switches that are not as they were."""
    return tuple(name for name in NAMES if name in before and name in after and before[name] != after[name])


def in_words(names: Sequence[str]) -> tuple[str, ...]:
    """A sentence for each switch that loading a file turned."""
    return tuple(f"Loading your file {_SWITCHES[name].words}." for name in NAMES if name in names)
