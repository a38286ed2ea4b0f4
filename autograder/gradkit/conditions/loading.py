"""Load a student's module from bytes as Python loads one from disk.

The file may not exist: in a worker the sources come over the wire. ``__file__``, ``__spec__``, ``inspect.getsource``,
pickling, tracebacks and ``sys.argv[0]`` work all the same. Helper modules beside the student's are importable too.
"""

from __future__ import annotations

import importlib.util
import linecache
import os
from collections.abc import Callable, Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, SourceFileLoader
from types import CodeType, ModuleType

from gradkit.conditions.source import lines_of, text_of


class SourceLoader(SourceFileLoader):
    """Executes one source file from its bytes, without Python's cache of compiled files.

    That cache tells two versions apart by second and size, and a file may be saved twice in a second.

    Args:
        fullname: the module's name.
        path: what it has as ``__file__``.
        source: the file's bytes.
    """

    def __init__(self, fullname: str, path: str, source: bytes) -> None:
        super().__init__(fullname, path)
        self.source = source

    def get_data(self, path: str) -> bytes:
        """The source. No other file can be read this way.

        Raises:
            FileNotFoundError: ``path`` is another file.
        """
        if path != self.path:
            raise FileNotFoundError(f"{path} is not there")
        return self.source

    def get_code(self, fullname: str) -> CodeType:
        """The compiled source.

        Raises:
            SyntaxError: it is not Python, or not text in the encoding that it declares.
        """
        del fullname
        code: CodeType = self.source_to_code(text_of(self.source), self.path)
        return code

    def exec_module(self, module: ModuleType) -> None:
        """Run the module's body."""
        _remember_lines(self.path, self.source)
        super().exec_module(module)


class FolderFinder(MetaPathFinder):
    """Finds the modules of one folder by name.

    Args:
        folder: the folder that they have in their ``__file__``.
        read: the bytes of a file of that folder, by its name; None where there is none.
        names: the only modules to be found; None for any.
    """

    def __init__(self, folder: str, read: Callable[[str], bytes | None], names: frozenset[str] | None = None) -> None:
        self.folder = folder
        self.read = read
        self.names = names

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """The spec of a module of the folder, or None."""
        del path, target
        if "." in fullname or (self.names is not None and fullname not in self.names):
            return None
        source = self.read(f"{fullname}.py")
        return None if source is None else spec_of(fullname, self.folder, source)


def spec_of(name: str, folder: str, source: bytes) -> ModuleSpec:
    """The spec of a module whose file is, or might be, in ``folder``."""
    path = os.path.join(folder, f"{name}.py")  # noqa: PTH118 - text, as in every other module's __file__
    spec = importlib.util.spec_from_file_location(name, path, loader=SourceLoader(name, path, source))
    if spec is None:
        raise ImportError(f"no spec for {path}")
    return spec


def _remember_lines(path: str, source: bytes) -> None:
    """Let tracebacks and `inspect` show the source's lines, whether or not there is a file."""
    if lines := lines_of(source):
        linecache.cache[path] = (len(source), None, list(lines), path)
