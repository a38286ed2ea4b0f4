"""Make a student's module of the bytes that arrive over the wire, as if its file lay in a folder.

Helper modules beside the assignment's are importable too, but a finder at the very end of ``sys.meta_path`` serves
them, so that a ``torch.py`` or ``json.py`` among them shadows nothing.
"""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Mapping
from types import ModuleType

from gradkit.conditions.loading import FolderFinder, spec_of

# No level of confinement lacks this folder, and no run has another: what a student's code prints or raises of its
# __file__ must be the same every time.
FOLDER = "/"


class SourceFinder(FolderFinder):
    """Finds the modules of a submission by name.

    Args:
        sources: the bytes of its files, by name.
    """

    def __init__(self, sources: Mapping[str, bytes]) -> None:
        super().__init__(FOLDER, sources.get)


def load_module(filename: str, sources: Mapping[str, bytes]) -> ModuleType:
    """Load ``filename`` from ``sources``, under its own name; an installed module of that name stays what it is.

    Raises:
        BaseException: whatever the module's body raises.
    """
    name = filename.removesuffix(".py")
    spec = spec_of(name, FOLDER, sources[filename])
    if spec.loader is None:
        raise ImportError(f"no loader for {filename}")
    module = importlib.util.module_from_spec(spec)
    # Pickle, dataclasses and annotations look a class's module up by name.
    listed = sys.modules.setdefault(name, module)
    try:
        spec.loader.exec_module(module)
    except BaseException:
        if listed is module:
            sys.modules.pop(name, None)
        raise
    return module


def file_of(module: ModuleType) -> str:
    """The path in a module's tracebacks; "" where the module does not say."""
    path = getattr(module, "__file__", "")
    return path if type(path) is str else ""
