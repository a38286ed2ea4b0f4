"""Make a student's module from bytes that arrive over the wire, as if its file were in a folder.

Helper modules beside the assignment's can also be imported, through a finder at the end of ``sys.meta_path``, so that
a ``torch.py`` or ``json.py`` among them shadows nothing.
"""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Mapping
from types import ModuleType

from gradkit.conditions.finder import FolderFinder, spec_of

# This folder exists at every level of confinement and is the same in every run: what a student's code prints or raises
# about its __file__ must be reproducible.
FOLDER = "/"


class SourceFinder(FolderFinder):
    """Finds the modules of a submission by name.

    Args:
        sources: the bytes of its files, by name.
    """

    def __init__(self, sources: Mapping[str, bytes]) -> None:
        super().__init__(FOLDER, sources.get)


def load_module(filename: str, sources: Mapping[str, bytes]) -> ModuleType:
    """Load ``filename`` from ``sources`` under its own name; an installed module of that name is not replaced.

    Raises:
        BaseException: whatever the module's body raises.
    """
    name = filename.removesuffix(".py")
    spec = spec_of(name, FOLDER, sources[filename])
    if spec.loader is None:
        raise ImportError(f"no loader for {filename}")
    module = importlib.util.module_from_spec(spec)
    # Pickle, dataclasses and annotations look up a class's module by name.
    listed = sys.modules.setdefault(name, module)
    try:
        spec.loader.exec_module(module)
    except BaseException:
        if listed is module:
            sys.modules.pop(name, None)
        raise
    return module


def file_of(module: ModuleType) -> str:
    """The path in a module's tracebacks; "" if the module has none."""
    path = getattr(module, "__file__", "")
    return path if type(path) is str else ""
