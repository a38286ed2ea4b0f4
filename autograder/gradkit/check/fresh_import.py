"""Import a homework's files afresh from disk, and restore the process's modules afterwards."""

from __future__ import annotations

import linecache
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType

from gradkit.conditions.finder import FolderFinder


@contextmanager
def fresh_modules(folder: Path, first: frozenset[str]) -> Iterator[None]:
    """Inside the block, modules of ``folder`` are imported afresh; afterwards the earlier modules are restored.

    Args:
        folder: the homework's folder.
        first: the modules that take precedence over installed ones. For all others the installed module does, so a
            stray ``json.py`` does no harm.
    """
    before = {name: module for name, module in sys.modules.items() if name in first or _is_in(module, folder)}
    path = list(sys.path)

    def read(name: str) -> bytes | None:
        # Compare names exactly: some file systems find Losses.py as losses.py, but grading does not.
        file = folder / name
        return file.read_bytes() if file.is_file() and file in folder.iterdir() else None

    finders = [FolderFinder(str(folder), read, first), FolderFinder(str(folder), read)]
    for name in before:
        del sys.modules[name]
    sys.path[:] = [entry for entry in path if Path(entry or ".").resolve() != folder]
    sys.meta_path.insert(0, finders[0])
    sys.meta_path.append(finders[1])
    linecache.checkcache()
    try:
        yield
    finally:
        for finder in finders:
            sys.meta_path.remove(finder)
        sys.path[:] = path
        for name, module in list(sys.modules.items()):
            if name in first or _is_in(module, folder):
                del sys.modules[name]
        sys.modules.update(before)


def _is_in(module: ModuleType, folder: Path) -> bool:
    file = getattr(module, "__file__", None)
    if not isinstance(file, str):
        return False
    parent = os.path.dirname(file)  # noqa: PTH120 - Path takes 40 ms for the thousand modules that torch loads
    return os.path.normcase(parent) == os.path.normcase(folder)
