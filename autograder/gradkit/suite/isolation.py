"""Keep one pytest session from leaving traces in the next, and installed plugins out of all of them."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

_NO_PLUGINS = "PYTEST_DISABLE_PLUGIN_AUTOLOAD"
# What pytest would take from a person's environment: "-k" there would leave tests out, and points with them.
_SETTINGS = (_NO_PLUGINS, "PYTEST_ADDOPTS", "PYTEST_PLUGINS")


@contextmanager
def only_our_plugins() -> Iterator[None]:
    """Keep pytest plugins that happen to be installed, and options from the environment, out of the grading."""
    before, bytecode = {name: os.environ.pop(name, None) for name in _SETTINGS}, sys.dont_write_bytecode
    os.environ[_NO_PLUGINS], sys.dont_write_bytecode = "1", True
    try:
        yield
    finally:
        sys.dont_write_bytecode = bytecode
        del os.environ[_NO_PLUGINS]
        os.environ.update({name: value for name, value in before.items() if value is not None})


@contextmanager
def forgetting_modules_of(folder: Path) -> Iterator[None]:
    """Let the next suite have modules of the same names."""
    try:
        yield
    finally:
        for name, module in list(sys.modules.items()):
            path = getattr(module, "__file__", None)
            ours = name == folder.name or name.startswith(f"{folder.name}.")  # pytest's packages for the folders
            if ours or (path is not None and Path(path).is_relative_to(folder)):
                del sys.modules[name]


@contextmanager
def interrupts_held() -> Iterator[Callable[[], None]]:
    """Let Ctrl-C wait until the block ends, or until what is yielded is called. For the main thread.

    While modules are imported, Python may come upon it in a callback of its own, where it is printed and forgotten.
    """
    came: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, _frame: came.append(number))

    def release() -> None:
        signal.signal(signal.SIGINT, before)
        while came:
            signal.raise_signal(came.pop())

    try:
        yield release
    finally:
        release()
