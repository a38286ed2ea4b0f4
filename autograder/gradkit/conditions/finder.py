"""Load a student's module from bytes as Python loads one from disk.

The file may not exist: in a worker the sources come over the wire. ``__file__``, ``__spec__``, ``inspect.getsource``,
pickling, tracebacks and ``sys.argv[0]`` work nevertheless. Helper modules beside the student's can also be imported.
"""

from __future__ import annotations

import importlib.util
import linecache
import os
from collections.abc import Callable, Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, SourceFileLoader
from types import CodeType, ModuleType

from gradkit.conditions.source_lines import lines_of, text_of


class SourceLoader(SourceFileLoader):
    """Executes a source file from its bytes, without Python's cache of compiled files.

    That cache distinguishes versions by second and size, but a file may be saved twice in a second.

    Args:
        fullname: the module's name.
        path: its ``__file__``.
        source: the file's bytes.
    """

    def __init__(self, fullname: str, path: str, source: bytes) -> None:
        super().__init__(fullname, path)
        self.source = source

    def get_data(self, path: str) -> bytes:
        """The source; no other file can be read.

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
        folder: the folder in their ``__file__``.
        read: name of a file in that folder -> its bytes, or None.
        names: the only modules to find; None: any.
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
    """Let tracebacks and `inspect` show the source's lines even without a file."""
    if lines := lines_of(source):
        linecache.cache[path] = (len(source), None, list(lines), path)
