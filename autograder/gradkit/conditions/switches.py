"""Process-wide switches that a student's code can change: of torch, NumPy and Python's warnings.

Each call and each check starts with all of them in grading's state, so that none affects the next.
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from types import MappingProxyType
from typing import Any, NamedTuple

import torch

from gradkit.messages import Message, message, sentences

_LOADING = message("Loading your file")
_AGAIN = message("Every check and test starts with the usual settings again.")


class _Switch(NamedTuple):
    """How to read and restore a switch, and the sentence on what changed it."""

    read: Callable[[], Any]
    set_back: Callable[[Any], object]
    words: Callable[[str], Message]


def _device() -> Any:
    return torch.get_default_device() if torch._C._len_torch_function_stack() else _CPU


def _modes() -> int:
    """The number of active torch modes, without those of a default device."""
    if not torch._C._len_torch_function_stack() + torch._C._len_torch_dispatch_stack():
        return 0
    functions = torch.overrides._get_current_function_mode_stack()  # type: ignore[no-untyped-call]
    devices = sum(type(mode).__name__ == "DeviceContext" for mode in functions)
    return len(functions) - devices + int(torch._C._len_torch_dispatch_stack())


def _leave_modes(_: Any) -> None:
    """Leave every mode, also a default device's. None is active when a call or check begins."""
    while torch._C._len_torch_function_stack():
        torch._C._pop_torch_function_stack()
    while torch._C._len_torch_dispatch_stack():
        torch._C._pop_torch_dispatch_stack(None)
    if hasattr(torch, "_GLOBAL_DEVICE_CONTEXT"):  # torch.set_default_device(None) would leave the mode once more
        torch._GLOBAL_DEVICE_CONTEXT.device_context = None


def _set_inference(on: bool) -> None:
    guard = torch.inference_mode(on)
    guard.__enter__()
    _guards.append(guard)  # it would end with its object


def _filters() -> list[Any]:
    """The filters that concern a student's code, not those for a message, module or library's own category."""
    if warnings.filters != _seen[0]:
        _seen[:] = (
            list(warnings.filters),
            [
                (action, message, category, module, line)
                for action, message, category, module, line in warnings.filters
                if message is module is None and category.__module__ == "builtins"
            ],
        )
    return _seen[1]


_CPU = torch.device("cpu")
_guards: list[Any] = []
_seen: list[list[Any]] = [[], []]
# In the order of restoring: leaving inference mode also turns gradients on.
_SWITCHES: Mapping[str, _Switch] = MappingProxyType(
    {
        "inference": _Switch(
            lambda: torch.is_inference_mode_enabled(),
            _set_inference,
            lambda what: message("{what} entered torch.inference_mode() and stayed in it.", what=what),
        ),
        "gradients": _Switch(
            lambda: torch.is_grad_enabled(),
            lambda on: torch.set_grad_enabled(on),
            lambda what: message("{what} switched off gradients (torch.set_grad_enabled(False)).", what=what),
        ),
        "dtype": _Switch(
            lambda: torch.get_default_dtype(),
            lambda dtype: torch.set_default_dtype(dtype),
            lambda what: message("{what} changed torch's default dtype (torch.set_default_dtype).", what=what),
        ),
        "device": _Switch(
            _device,
            _leave_modes,
            lambda what: message("{what} changed torch's default device (torch.set_default_device).", what=what),
        ),
        "modes": _Switch(
            _modes,
            _leave_modes,
            lambda what: message(
                "{what} entered a TorchFunctionMode or TorchDispatchMode and stayed in it.", what=what
            ),
        ),
        "deterministic": _Switch(
            lambda: torch.are_deterministic_algorithms_enabled(),
            lambda on: torch.use_deterministic_algorithms(on),
            lambda what: message("{what} turned on torch.use_deterministic_algorithms().", what=what),
        ),
        "anomalies": _Switch(
            lambda: torch.is_anomaly_enabled(),
            lambda on: torch.set_anomaly_enabled(on),
            lambda what: message("{what} turned on torch.autograd.set_detect_anomaly().", what=what),
        ),
        "autocast": _Switch(
            lambda: torch.is_autocast_enabled("cpu"),
            lambda on: torch.set_autocast_enabled("cpu", on),
            lambda what: message("{what} turned on torch.autocast.", what=what),
        ),
        "threads": _Switch(
            lambda: torch.get_num_threads(),
            lambda number: torch.set_num_threads(number),
            lambda what: message("{what} changed the number of threads (torch.set_num_threads).", what=what),
        ),
        # Every check and test sets its own.
        "seed": _Switch(
            lambda: torch.initial_seed(),
            lambda _: None,
            lambda what: message("{what} seeded torch (torch.manual_seed).", what=what),
        ),
        "printing": _Switch(
            lambda: dict(vars(torch._tensor_str.PRINT_OPTS)),
            lambda before: vars(torch._tensor_str.PRINT_OPTS).update(before),
            lambda what: message("{what} changed how tensors are printed (torch.set_printoptions).", what=what),
        ),
        "errors": _Switch(
            lambda: sys.modules["numpy"].geterr() if "numpy" in sys.modules else {},
            lambda before: sys.modules["numpy"].seterr(**before),
            lambda what: message("{what} changed how NumPy reports errors (numpy.seterr).", what=what),
        ),
        # Restored by warnings.catch_warnings.
        "warnings": _Switch(
            _filters, lambda _: None, lambda what: message("{what} changed Python's warning filters.", what=what)
        ),
    }
)
NAMES = tuple(_SWITCHES)


class Settings:
    """The current state of the switches, restored after every block of `kept`."""

    def __init__(self) -> None:
        self._before = switches()

    @contextmanager
    def kept(self, *, seed: bool = False) -> Iterator[list[str]]:
        """Restore what the block changes; yields a list that receives the names of those switches.

        Args:
            seed: whether to include a seed that the block sets.
        """
        names: list[str] = []
        with warnings.catch_warnings():
            try:
                yield names
            finally:
                after = switches()
                names += turned(self._before, after)
                for name in self._before:
                    if name in names or name not in after:
                        with suppress(Exception):  # the student's code may have replaced the setter
                            _SWITCHES[name].set_back(self._before[name])
        if "seed" in names and not seed:
            names.remove("seed")


def switches() -> Mapping[str, Any]:
    """Name -> state of each switch, without those that a student's code made unreadable."""
    states = {}
    for name, switch in _SWITCHES.items():
        try:  # noqa: SIM105 - suppress() takes longer than most of these
            states[name] = switch.read()
        except Exception:  # noqa: BLE001, S110
            pass
    return states


def turned(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[str, ...]:
    """The names of the switches that have changed."""
    return tuple(name for name in NAMES if name in before and name in after and before[name] != after[name])


def in_words(names: Sequence[str], what: str = _LOADING) -> tuple[Message, ...]:
    """A sentence for each switch that ``what`` changed."""
    return tuple(sentences(_SWITCHES[name].words(what), _AGAIN) for name in NAMES if name in names)
