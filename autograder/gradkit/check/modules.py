"""Load a homework's files anew from what is on disk, and leave no trace of them in the running process.

Not through Python's cache of compiled files: it tells two versions apart by second and size, and a file may be saved
twice in a second.
"""

from __future__ import annotations

import importlib.util
import linecache
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.machinery import ModuleSpec, SourceFileLoader
from pathlib import Path
from types import CodeType, ModuleType


class _Loader(SourceFileLoader):
    """Compiles the file as it is now."""

    def get_code(self, fullname: str) -> CodeType:
        path = self.get_filename(fullname)
        data = self.get_data(path)
        if b"\0" in data:
            raise SyntaxError("it holds zero bytes, so it is no text file. Was it saved as UTF-16?")
        try:
            text = importlib.util.decode_source(data)
        except (SyntaxError, UnicodeDecodeError):
            raise SyntaxError("it is not a UTF-8 text file. Save it with the encoding UTF-8") from None
        code: CodeType = self.source_to_code(text, path)
        return code


class _Finder:
    """Finds modules in one folder: only ``names``, or any."""

    def __init__(self, folder: Path, names: frozenset[str] | None) -> None:
        self.folder = folder
        self.names = names

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """The spec of a module in the folder, or None."""
        del path, target
        file = self.folder / f"{fullname}.py"
        if (self.names is not None and fullname not in self.names) or not file.is_file():
            return None
        return importlib.util.spec_from_file_location(fullname, file, loader=_Loader(fullname, str(file)))


@contextmanager
def fresh_modules(folder: Path, first: frozenset[str]) -> Iterator[None]:
    """Inside the block, modules of ``folder`` are loaded anew; afterwards the process has those it had before.

    Args:
        folder: the homework's folder.
        first: the modules that are taken from there whatever is installed under their names; of others the installed
            one comes first, so that a stray ``json.py`` does no harm.
    """
    before = {name: module for name, module in sys.modules.items() if name in first or _lies_in(module, folder)}
    path = list(sys.path)
    finders = [_Finder(folder, first), _Finder(folder, None)]
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
            if name in first or _lies_in(module, folder):
                del sys.modules[name]
        sys.modules.update(before)


def _lies_in(module: ModuleType, folder: Path) -> bool:
    file = getattr(module, "__file__", None)
    return isinstance(file, str) and Path(file).parent == folder
